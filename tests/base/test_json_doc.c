#include <criterion/criterion.h>

#include "base/json_doc.h"
#include "base/units.h"

/* "t.json" is the path of every text here. */
static void parse(struct json_doc *doc, const char *text)
{
	struct error err = {0};

	cr_assert_eq(json_doc_parse(doc, "t.json", text, strlen(text), &err), 0, "%s", err.text);
}

static void refused(const char *text, const char *start)
{
	struct error err = {0};
	struct json_doc doc;

	cr_assert_eq(json_doc_parse(&doc, "t.json", text, strlen(text), &err), ERR_INPUT);
	cr_assert_eq(strncmp(err.text, start, strlen(start)), 0, "%s", err.text);
	json_doc_release(&doc);
}

Test(json_doc, syntax_errors_say_where)
{
	refused("", "t.json:1:1: ");
	refused("{\n  \"a\": 1,\n  \"a\": 2\n}", "t.json:3:5: duplicate object key");
	refused("{\"a\":\n\n tru}", "t.json:3:4: invalid token");
	refused("[1, 2", "t.json:1:5: ']' expected near end of file");
	refused("{} x", "t.json:1:4: ");
	refused("{\"a\": \"\xff\"}", "t.json:1:");
	refused("{\"a\": \"x\\u0000y\"}", "t.json:1:");
}

static void error_is(const struct error *err, const char *expected)
{
	cr_assert_str_eq(err->text, expected);
}

static const char nested[] = "{\n"
			     "\t\"skipped\": {\"a\": [1, \"}]\", {\"b\": \"\\\"\"}]},\n"
			     "  \"key\\u0041\" : [ 10,\n"
			     "    {\"x\": \"one\"} ]\n"
			     "}\n";

Test(json_doc, errors_find_their_place)
{
	struct error err = {0};
	struct json_doc doc;
	struct json_at root, list, item, x;

	parse(&doc, nested);
	root = json_at_root(&doc);
	list = json_at_member(&root, "keyA");
	item = json_at_item(&list, 1);
	x = json_at_member(&item, "x");
	cr_assert_eq(json_at_error(&x, &err, "bad %d", 7), ERR_INPUT);
	error_is(&err, "t.json:4:11: bad 7");
	json_at_error(&item, &err, "bad");
	error_is(&err, "t.json:4:5: bad");
	json_at_error(&list, &err, "bad");
	error_is(&err, "t.json:3:17: bad");
	json_at_error(&root, &err, "bad");
	error_is(&err, "t.json:1:1: bad");
	/* an absent member: its parent's place */
	x = json_at_member(&item, "y");
	cr_assert_null(x.value);
	json_at_error(&x, &err, "bad");
	error_is(&err, "t.json:4:5: bad");
	json_doc_release(&doc);
}

Test(json_doc, unknown_fields)
{
	static const char *const keys[] = {"vcpus", "memory", NULL};
	struct error err = {0};
	struct json_doc doc;
	struct json_at root;

	parse(&doc, "{\"vcpus\": 1,\n \"memroy\": 2}");
	root = json_at_root(&doc);
	cr_assert_eq(json_at_known(&root, "zone", keys, &err), ERR_INPUT);
	error_is(&err, "t.json:2:2: unknown field \"memroy\" in zone; did you mean \"memory\"?");
	json_doc_release(&doc);
	parse(&doc, "{\"elephants\": 1}");
	root = json_at_root(&doc);
	cr_assert_eq(json_at_known(&root, "zone", keys, &err), ERR_INPUT);
	error_is(&err, "t.json:1:2: unknown field \"elephants\" in zone");
	json_doc_release(&doc);
	parse(&doc, "[1]");
	root = json_at_root(&doc);
	cr_assert_eq(json_at_known(&root, "zone", keys, &err), ERR_INPUT);
	error_is(&err, "t.json:1:1: zone must be an object { ... }");
	json_doc_release(&doc);
}

Test(json_doc, typed_members)
{
	struct error err = {0};
	struct json_doc doc;
	struct json_at root, sub;
	int64_t n = 5;
	double real = 0;
	bool flag = false;
	const char *text = NULL;

	parse(&doc, "{\"n\": 42, \"r\": 0.5, \"b\": true, \"s\": \"hi\", \"size\": \"6GiB\","
		    " \"bytes\": 4096, \"zero\": 0, \"d\": \"7d\", \"secs\": 1.5, \"o\": {}, "
		    "\"l\": []}");
	root = json_at_root(&doc);
	cr_assert_eq(json_get_int(&root, "n", true, 0, 100, &n, &err), 0);
	cr_assert_eq(n, 42);
	cr_assert_eq(json_get_int(&root, "absent", false, 0, 100, &n, &err), 0);
	cr_assert_eq(n, 42, "an absent member changes nothing");
	cr_assert_eq(json_get_real(&root, "r", true, 0, 1, &real, &err), 0);
	cr_assert_eq(real, 0.5);
	cr_assert_eq(json_get_bool(&root, "b", true, &flag, &err), 0);
	cr_assert(flag);
	cr_assert_eq(json_get_string(&root, "s", true, &text, &err), 0);
	cr_assert_str_eq(text, "hi");
	cr_assert_eq(json_get_bytes(&root, "size", true, false, &n, &err), 0);
	cr_assert_eq(n, 6 * GIB);
	cr_assert_eq(json_get_bytes(&root, "bytes", true, false, &n, &err), 0);
	cr_assert_eq(n, 4096);
	cr_assert_eq(json_get_bytes(&root, "zero", true, true, &n, &err), 0);
	cr_assert_eq(n, 0);
	cr_assert_eq(json_get_duration(&root, "d", true, &n, &err), 0);
	cr_assert_eq(n, 7 * NS_PER_DAY);
	cr_assert_eq(json_get_duration(&root, "secs", true, &n, &err), 0);
	cr_assert_eq(n, 1500000000);
	cr_assert_eq(json_get_object(&root, "o", true, &sub, &err), 0);
	cr_assert(json_is_object(sub.value));
	cr_assert_eq(json_get_array(&root, "l", true, &sub, &err), 0);
	cr_assert(json_is_array(sub.value));
	cr_assert_eq(json_get_array(&root, "absent", false, &sub, &err), 0);
	cr_assert_null(sub.value);
	json_doc_release(&doc);
}

Test(json_doc, typed_members_refuse)
{
	static const char *const names[] = {"compact", "scatter", NULL};
	struct error err = {0};
	struct json_doc doc;
	struct json_at root, sub;
	int64_t n;
	int choice;
	bool flag;
	const char *text;

	parse(&doc, "{\"n\": 1.0,\n\"s\": 7,\n\"c\": \"far\",\n\"neg\": -1,\n"
		    "\"big\": \"9999999TiB\"}");
	root = json_at_root(&doc);
	cr_assert_eq(json_get_int(&root, "n", true, 0, 9, &n, &err), ERR_INPUT);
	error_is(&err, "t.json:1:7: \"n\" must be a whole number");
	cr_assert_eq(json_get_int(&root, "neg", true, 0, 9, &n, &err), ERR_INPUT);
	error_is(&err, "t.json:4:8: \"neg\" must be between 0 and 9, not -1");
	cr_assert_eq(json_get_int(&root, "m", true, 0, 9, &n, &err), ERR_INPUT);
	error_is(&err, "t.json:1:1: the field \"m\" is missing");
	cr_assert_eq(json_get_string(&root, "s", true, &text, &err), ERR_INPUT);
	error_is(&err, "t.json:2:6: \"s\" must be a text in quotes");
	cr_assert_eq(json_get_choice(&root, "c", true, names, &choice, &err), ERR_INPUT);
	error_is(&err, "t.json:3:6: \"c\" must be one of \"compact\", \"scatter\"");
	cr_assert_eq(json_get_bytes(&root, "neg", true, true, &n, &err), ERR_INPUT);
	error_is(&err, "t.json:4:8: \"neg\" must be 0 or more");
	cr_assert_eq(json_get_bytes(&root, "big", true, true, &n, &err), ERR_INPUT);
	cr_assert_eq(json_get_duration(&root, "c", true, &n, &err), ERR_INPUT);
	cr_assert_eq(json_get_bool(&root, "n", true, &flag, &err), ERR_INPUT);
	error_is(&err, "t.json:1:7: \"n\" must be true or false");
	cr_assert_eq(json_get_object(&root, "n", true, &sub, &err), ERR_INPUT);
	cr_assert_eq(json_get_array(&root, "n", true, &sub, &err), ERR_INPUT);
	json_doc_release(&doc);
}

Test(json_doc, files)
{
	struct error err = {0};
	struct json_doc doc;

	cr_assert_eq(json_doc_load(&doc, "no/such/file.json", &err), ERR_INPUT);
	cr_assert_not_null(strstr(err.text, "no/such/file.json: cannot be opened"));
	cr_assert_eq(json_doc_load(&doc, "CMakePresets.json", &err), 0, "%s", err.text);
	cr_assert(json_is_object(doc.root));
	json_doc_release(&doc);
	json_doc_release(&doc);
	json_doc_release(NULL);
}

Test(json_doc, nearest_names)
{
	static const char *const names[] = {"memory", "memory_min", "vcpus", NULL};

	cr_assert_str_eq(nearest_name("memroy", names), "memory");
	cr_assert_str_eq(nearest_name("vcpu", names), "vcpus");
	cr_assert_str_eq(nearest_name("memory_mim", names), "memory_min");
	cr_assert_null(nearest_name("placement", names));
	cr_assert_null(nearest_name("a very long name that goes on and on and on beyond what "
				    "is looked at",
				    names));
}
