#include <criterion/criterion.h>
#include <stdio.h>
#include <string.h>

#include "base/doc.h"
#include "base/nearest.h"
#include "base/units.h"

/* "t.json" is the path of every text here. */
static void parse(struct doc *doc, const char *text)
{
	struct error err = {0};

	cr_assert_eq(doc_parse(doc, "t.json", text, strlen(text), DOC_ANY, &err), 0, "%s",
		     err.text);
}

static void refused(const char *text, const char *start)
{
	struct error err = {0};
	struct doc doc;

	cr_assert_eq(doc_parse(&doc, "t.json", text, strlen(text), DOC_ANY, &err), ERR_INPUT);
	cr_assert_eq(strncmp(err.text, start, strlen(start)), 0, "%s", err.text);
	doc_release(&doc);
}

Test(doc, syntax_errors_say_where)
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

Test(doc, errors_find_their_place)
{
	struct error err = {0};
	struct doc doc;
	const struct doc_value *root, *list, *item, *x;

	parse(&doc, nested);
	root = doc.root;
	list = doc_member(root, "keyA");
	item = &list->item[1];
	x = doc_member(item, "x");
	cr_assert_eq(doc_error(x, &err, "bad %d", 7), ERR_INPUT);
	error_is(&err, "t.json:4:11: bad 7");
	doc_error(item, &err, "bad");
	error_is(&err, "t.json:4:5: bad");
	doc_error(list, &err, "bad");
	error_is(&err, "t.json:3:17: bad");
	doc_error(root, &err, "bad");
	error_is(&err, "t.json:1:1: bad");
	/* an absent member: its parent's place */
	x = doc_place(item, "y");
	cr_assert_null(doc_member(item, "y"));
	doc_error(x, &err, "bad");
	error_is(&err, "t.json:4:5: bad");
	doc_release(&doc);
}

Test(doc, unknown_fields)
{
	static const char *const keys[] = {"vcpus", "memory", NULL};
	struct error err = {0};
	struct doc doc;
	const struct doc_value *root;

	parse(&doc, "{\"vcpus\": 1,\n \"memroy\": 2}");
	root = doc.root;
	cr_assert_eq(doc_known(root, "zone", keys, &err), ERR_INPUT);
	error_is(&err, "t.json:2:2: unknown field \"memroy\" in zone; did you mean \"memory\"?");
	doc_release(&doc);
	parse(&doc, "{\"elephants\": 1}");
	root = doc.root;
	cr_assert_eq(doc_known(root, "zone", keys, &err), ERR_INPUT);
	error_is(&err, "t.json:1:2: unknown field \"elephants\" in zone");
	doc_release(&doc);
	parse(&doc, "[1]");
	root = doc.root;
	cr_assert_eq(doc_known(root, "zone", keys, &err), ERR_INPUT);
	error_is(&err, "t.json:1:1: zone must be an object { ... }");
	doc_release(&doc);
}

Test(doc, typed_members)
{
	struct error err = {0};
	struct doc doc;
	const struct doc_value *root, *sub;
	int64_t n = 5;
	double real = 0;
	bool flag = false;
	const char *text = NULL;

	parse(&doc, "{\"n\": 42, \"r\": 0.5, \"b\": true, \"s\": \"hi\", \"size\": \"6GiB\","
		    " \"bytes\": 4096, \"zero\": 0, \"d\": \"7d\", \"secs\": 1.5, \"o\": {}, "
		    "\"l\": []}");
	root = doc.root;
	cr_assert_eq(doc_get_int(root, "n", true, 0, 100, &n, &err), 0);
	cr_assert_eq(n, 42);
	cr_assert_eq(doc_get_int(root, "absent", false, 0, 100, &n, &err), 0);
	cr_assert_eq(n, 42, "an absent member changes nothing");
	cr_assert_eq(doc_get_real(root, "r", true, 0, 1, &real, &err), 0);
	cr_assert_eq(real, 0.5);
	cr_assert_eq(doc_get_bool(root, "b", true, &flag, &err), 0);
	cr_assert(flag);
	cr_assert_eq(doc_get_text(root, "s", true, &text, &err), 0);
	cr_assert_str_eq(text, "hi");
	cr_assert_eq(doc_get_bytes(root, "size", true, false, &n, &err), 0);
	cr_assert_eq(n, 6 * GIB);
	cr_assert_eq(doc_get_bytes(root, "bytes", true, false, &n, &err), 0);
	cr_assert_eq(n, 4096);
	cr_assert_eq(doc_get_bytes(root, "zero", true, true, &n, &err), 0);
	cr_assert_eq(n, 0);
	cr_assert_eq(doc_get_duration(root, "d", true, &n, &err), 0);
	cr_assert_eq(n, 7 * NS_PER_DAY);
	cr_assert_eq(doc_get_duration(root, "secs", true, &n, &err), 0);
	cr_assert_eq(n, 1500000000);
	cr_assert_eq(doc_get_map(root, "o", true, &sub, &err), 0);
	cr_assert(sub->kind == DOC_MAP);
	cr_assert_eq(doc_get_list(root, "l", true, &sub, &err), 0);
	cr_assert(sub->kind == DOC_LIST);
	cr_assert_eq(doc_get_list(root, "absent", false, &sub, &err), 0);
	cr_assert_null(sub);
	doc_release(&doc);
}

Test(doc, typed_members_refuse)
{
	static const char *const names[] = {"compact", "scatter", NULL};
	struct error err = {0};
	struct doc doc;
	const struct doc_value *root, *sub;
	int64_t n;
	int choice;
	bool flag;
	const char *text;

	parse(&doc, "{\"n\": 1.0,\n\"s\": 7,\n\"c\": \"far\",\n\"neg\": -1,\n"
		    "\"big\": \"9999999TiB\"}");
	root = doc.root;
	cr_assert_eq(doc_get_int(root, "n", true, 0, 9, &n, &err), ERR_INPUT);
	error_is(&err, "t.json:1:7: \"n\" must be a whole number");
	cr_assert_eq(doc_get_int(root, "neg", true, 0, 9, &n, &err), ERR_INPUT);
	error_is(&err, "t.json:4:8: \"neg\" must be between 0 and 9, not -1");
	cr_assert_eq(doc_get_int(root, "m", true, 0, 9, &n, &err), ERR_INPUT);
	error_is(&err, "t.json:1:1: the field \"m\" is missing");
	cr_assert_eq(doc_get_text(root, "s", true, &text, &err), ERR_INPUT);
	error_is(&err, "t.json:2:6: \"s\" must be a text in quotes");
	cr_assert_eq(doc_get_choice(root, "c", true, names, &choice, &err), ERR_INPUT);
	error_is(&err, "t.json:3:6: \"c\" must be one of \"compact\", \"scatter\"");
	cr_assert_eq(doc_get_bytes(root, "neg", true, true, &n, &err), ERR_INPUT);
	error_is(&err, "t.json:4:8: \"neg\" must be 0 or more");
	cr_assert_eq(doc_get_bytes(root, "big", true, true, &n, &err), ERR_INPUT);
	cr_assert_eq(doc_get_duration(root, "c", true, &n, &err), ERR_INPUT);
	cr_assert_eq(doc_get_bool(root, "n", true, &flag, &err), ERR_INPUT);
	error_is(&err, "t.json:1:7: \"n\" must be true or false");
	cr_assert_eq(doc_get_map(root, "n", true, &sub, &err), ERR_INPUT);
	cr_assert_eq(doc_get_list(root, "n", true, &sub, &err), ERR_INPUT);
	doc_release(&doc);
}

Test(doc, files)
{
	struct error err = {0};
	struct doc doc;

	cr_assert_eq(doc_load(&doc, "no/such/file.json", DOC_ANY, &err), ERR_INPUT);
	cr_assert_not_null(strstr(err.text, "no/such/file.json: cannot be opened"));
	cr_assert_eq(doc_load(&doc, "CMakePresets.json", DOC_ANY, &err), 0, "%s", err.text);
	cr_assert(doc.root->kind == DOC_MAP);
	doc_release(&doc);
	doc_release(&doc);
	doc_release(NULL);
}

/* Columns are characters, whatever their bytes; keys may be long and escaped. */
Test(doc, json_that_yaml_tokenizers_refuse)
{
	struct error err = {0};
	struct doc doc;
	char key[1200], text[1300];

	parse(&doc, "\t{\"\xc3\xa9\xe2\x82\xac\"\n:\t\"\\ud83d\\ude00\", \"\\u00e9\": \"\x7f\", "
		    "\"n\": null}");
	cr_assert_str_eq(doc_text(doc_member(doc.root, "\xc3\xa9\xe2\x82\xac")),
			 "\xf0\x9f\x98\x80");
	doc_error(doc_member(doc.root, "\xc3\xa9"), &err, "bad");
	error_is(&err, "t.json:2:29: bad");
	cr_assert_eq(doc_member(doc.root, "n")->kind, DOC_NULL);
	doc_release(&doc);
	parse(&doc, "[\"\xe2\x82\xac\", 1]");
	doc_error(&doc.root->item[1], &err, "bad");
	error_is(&err, "t.json:1:7: bad");
	doc_release(&doc);
	memset(key, 'k', sizeof(key));
	snprintf(text, sizeof(text), "{\"%.*s\": 1}", (int)sizeof(key), key);
	parse(&doc, text);
	cr_assert_eq(doc.root->member[0].value.column, 1206);
	doc_release(&doc);
}

/* What is almost JSON; a YAML reader takes each of these. */
Test(doc, json_is_strict)
{
	static const char *const bad[] = {
		"[1,]",	   "{\"a\":1,}", "{a:1}",	  "{'a':1}",	  "[1] #x",	   "[01]",
		"[+1]",	   "[.5]",	 "[nul]",	  "[\"\\x41\"]",  "[\"a\nb\"]",	   "[1 2]",
		"{\"a\"}", "[\"\t\"]",	 "[1]\n---\n[2]", "{\"a\":&b 1}", "[\"\\ud83d\"]",
	};

	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		refused(bad[i], "t.json:");
}

static void parse_yaml(struct doc *doc, const char *text)
{
	struct error err = {0};

	cr_assert_eq(doc_parse(doc, "t.yaml", text, strlen(text), DOC_ANY, &err), 0, "%s",
		     err.text);
}

/* One rule for both: the same tree, the same places. */
Test(doc, yaml_is_the_same_tree)
{
	static const char *const keys[] = {"vcpus", "memory", NULL};
	struct error err = {0};
	struct doc doc;
	int64_t n;

	parse_yaml(&doc,
		   "vcpus: 4\nmemory: 6GiB\nlist: [1, two, 3.5, ~, yes]\n\"tw\\u00f6\": &a {x: 1}\n"
		   "again: *a\n");
	cr_assert_eq(doc.nr_roots, 1);
	cr_assert_eq(doc_get_int(doc.root, "vcpus", true, 1, 8, &n, &err), 0);
	cr_assert_eq(n, 4);
	cr_assert_eq(doc_get_bytes(doc.root, "memory", true, false, &n, &err), 0);
	cr_assert_eq(n, 6 * GIB);
	cr_assert_eq(doc_known(doc.root, "zone", keys, &err), ERR_INPUT);
	error_is(&err, "t.yaml:3:1: unknown field \"list\" in zone");
	cr_assert_eq(doc_get_int(doc_member(doc.root, "again"), "x", true, 2, 3, &n, &err),
		     ERR_INPUT);
	error_is(&err, "t.yaml:4:20: \"x\" must be between 2 and 3, not 1");
	doc_error(&doc_member(doc.root, "list")->item[2], &err, "bad");
	error_is(&err, "t.yaml:3:16: bad");
	doc_release(&doc);
	parse_yaml(&doc, "# nothing\n---\na: 1\n---\n---\nb: 2\n...\n");
	cr_assert_eq(doc.nr_roots, 2);
	cr_assert_not_null(doc_member(&doc.root[1], "b"));
	doc_release(&doc);
	parse_yaml(&doc, "");
	cr_assert_eq(doc.nr_roots, 0);
	doc_release(&doc);
}

/* As go-yaml v2 resolves them, which Kubernetes reads with. */
Test(doc, yaml_scalars)
{
	static const struct {
		const char *text;
		enum doc_kind kind;
		int64_t integer;
	} cases[] = {
		{"42", DOC_INT, 42},	   {"-7", DOC_INT, -7},
		{"+7", DOC_INT, 7},	   {"0x10", DOC_INT, 16},
		{"010", DOC_INT, 8},	   {"0o10", DOC_INT, 8},
		{"0b101", DOC_INT, 5},	   {"-0b101", DOC_INT, -5},
		{"1_000", DOC_INT, 1000},  {"0", DOC_INT, 0},
		{"08", DOC_REAL, 0},	   {"1e3", DOC_REAL, 0},
		{"1.5", DOC_REAL, 0},	   {".5", DOC_REAL, 0},
		{"-1.e2", DOC_REAL, 0},	   {"yes", DOC_BOOL, 1},
		{"off", DOC_BOOL, 0},	   {"True", DOC_BOOL, 1},
		{"~", DOC_NULL, 0},	   {"null", DOC_NULL, 0},
		{"\"42\"", DOC_TEXT, 0},   {"'yes'", DOC_TEXT, 0},
		{"1Gi", DOC_TEXT, 0},	   {"+1Gi", DOC_TEXT, 0},
		{"0x", DOC_TEXT, 0},	   {"0b", DOC_TEXT, 0},
		{"0b2", DOC_TEXT, 0},	   {"_1", DOC_TEXT, 0},
		{"-", DOC_TEXT, 0},	   {"1.2.3", DOC_TEXT, 0},
		{"!!str 42", DOC_TEXT, 0}, {"99999999999999999999", DOC_REAL, 0},
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		const struct doc_value *v;
		char text[64];
		struct doc doc;

		snprintf(text, sizeof(text),
			 cases[i].kind == DOC_TEXT && strcmp(cases[i].text, "-") == 0 ? "['-']"
										      : "a: %s",
			 cases[i].text);
		parse_yaml(&doc, text);
		v = doc.root->kind == DOC_LIST ? doc.root->item : &doc.root->member[0].value;
		cr_assert_eq(v->kind, cases[i].kind, "%s is %d", cases[i].text, (int)v->kind);
		if (v->kind == DOC_INT)
			cr_assert_eq(v->integer, cases[i].integer, "%s", cases[i].text);
		if (v->kind == DOC_BOOL)
			cr_assert_eq(v->yes, cases[i].integer == 1, "%s", cases[i].text);
		doc_release(&doc);
	}
}

Test(doc, one_document)
{
	const struct doc_value *root;
	struct error err = {0};
	struct doc doc;

	parse_yaml(&doc, "a: 1\n---\nb: 1\n");
	cr_assert_eq(doc_only(&doc, "workload", &root, &err), ERR_INPUT);
	error_is(&err, "t.yaml:3:1: one workload is read from a file, not several");
	doc_release(&doc);
	parse_yaml(&doc, "# nothing\n");
	cr_assert_eq(doc_only(&doc, "workload", &root, &err), ERR_INPUT);
	error_is(&err, "t.yaml:1:1: holds no workload");
	doc_release(&doc);
}

/* Ten lists of ten aliases each, eight times, are a hundred million values. */
Test(doc, aliases_are_bounded)
{
	char text[2048] = "a0: &a0 [0,0,0,0,0,0,0,0,0,0]\n";
	struct error err = {0};
	struct doc doc;

	for (int i = 1; i < 8; i++) {
		size_t n = strlen(text);

		n += (size_t)snprintf(text + n, sizeof(text) - n, "a%d: &a%d [", i, i);
		for (int j = 0; j < 10; j++)
			n += (size_t)snprintf(text + n, sizeof(text) - n, "%s*a%d", j ? ", " : "",
					      i - 1);
		snprintf(text + n, sizeof(text) - n, "]\n");
	}
	cr_assert_eq(doc_parse(&doc, "t.yaml", text, strlen(text), DOC_ANY, &err), ERR_INPUT);
	error_is(&err, "t.yaml:7:45: aliases stand for too much; write it out");
}

Test(doc, encodings)
{
	static const char utf16[] = "\xff\xfe{\0\"\0\xe9\0\"\0:\0"
				    "1\0}\0";
	struct error err = {0};
	struct doc doc;

	cr_assert_eq(doc_parse(&doc, "t.json", utf16, sizeof(utf16) - 1, DOC_JSON, &err), 0, "%s",
		     err.text);
	cr_assert_not_null(doc_member(doc.root, "\xc3\xa9"));
	doc_release(&doc);
	parse(&doc, "\xef\xbb\xbf{\r\n\"a\": 1}\r\n");
	cr_assert_eq(doc_member(doc.root, "a")->line, 2);
	doc_release(&doc);
	parse_yaml(&doc, "\xef\xbb\xbf"
			 "a: 1\r\nb: 2\r\n");
	cr_assert_eq(doc_member(doc.root, "b")->line, 2);
	doc_release(&doc);
}

Test(doc, nearest_names)
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
