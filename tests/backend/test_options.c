#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>

#include "backend-linux/linux.h"
#include "backend-xen/xen.h"
#include "backend/backend_impl.h"
#include "backend/record.h"
#include "base/alloc.h"
#include "sim/sim.h"

struct got {
	int64_t number;
	unsigned word;
	char text[64];
};

static int read_number(void *out, const struct backend_option *o, const char *value,
		       struct error *err)
{
	return backend_option_number(o, value, 1, 9, &((struct got *)out)->number, err);
}

static int read_word(void *out, const struct backend_option *o, const char *value,
		     struct error *err)
{
	return backend_option_word(o, value, &((struct got *)out)->word, err);
}

static int read_text(void *out, const struct backend_option *o, const char *value,
		     struct error *err)
{
	(void)o, (void)err;
	snprintf(((struct got *)out)->text, sizeof(((struct got *)out)->text), "%s", value);
	return 0;
}

static const struct backend_option table[] = {
	{"wait", "N", "a number", .read = read_number},
	{"recover", "refuse|destroy|adopt", "words", .from = "--recover", .read = read_word},
	{"cmdline", "TEXT", "the rest", .rest = true, .read = read_text},
	{0},
};

static const struct backend_option whole[] = {{"", "FILE", "all", .read = read_text}, {0}};

static int read_from(const struct backend_option *option, const char *text, struct got *out,
		     struct error *err)
{
	char *copy = xstrdup(text);
	int rc = backend_options_read("odd", option, copy, out, err);

	free(copy);
	return rc;
}

Test(options, are_read_by_their_table)
{
	struct got got = {0};
	struct error err;

	cr_assert_eq(read_from(table, "recover=destroy,wait=3,wait=7,cmdline=a=b,c", &got, &err), 0,
		     "%s", err.text);
	cr_expect_eq(got.number, 7, "the last one counts");
	cr_expect_eq(got.word, 1);
	cr_expect_str_eq(got.text, "a=b,c");
	cr_assert_eq(read_from(table, "", &got, &err), 0);
	cr_assert_eq(read_from(whole, "/tmp/a,b=c", &got, &err), 0);
	cr_expect_str_eq(got.text, "/tmp/a,b=c");
}

Test(options, wrong_ones_are_named)
{
	static const struct {
		const char *text, *says;
	} bad[] = {
		{"wiat=3", "the odd backend has no option \"wiat\"; did you mean \"wait\"?"},
		{"frobnicate=3", "it has wait, recover and cmdline"},
		{"wait", "\"wait\" among the odd backend's options is no key=value"},
		{"wait=3,,", "\"\" among"},
		{"wait=", "the odd backend: option wait takes a number from 1 to 9, not \"\""},
		{"wait=10", "not \"10\""},
		{"wait=3x", "not \"3x\""},
		{"wait=99999999999999999999", "a number from 1 to 9"},
		{"recover=des", "option recover takes refuse|destroy|adopt, not \"des\""},
		{"recover=", "not \"\""},
	};
	struct got got = {0};
	struct error err;

	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		cr_assert_eq(read_from(table, bad[i].text, &got, &err), ERR_USAGE, "%s",
			     bad[i].text);
		cr_expect(strstr(err.text, bad[i].says), "%s: %s", bad[i].text, err.text);
		cr_assert_eq(read_from(table, bad[i].text, &got, NULL), ERR_USAGE);
	}
}

/* A backend is told what it has an option for; what its user wrote comes last. */
Test(options, a_run_offers_what_it_has)
{
	static const struct backend_ops ops = {.name = "odd", .option = table}, none = {0};
	static const struct backend_offer offer[] = {
		{"allocator", "slit"}, {"recover", "adopt"}, {"wait", "2"}, {0}};
	char *text = backend_options_text(&ops, offer, "wait=5");

	cr_expect_str_eq(text, "recover=adopt,wait=2,wait=5");
	free(text);
	text = backend_options_text(&none, offer, "");
	cr_expect_str_eq(text, "");
	free(text);
	cr_expect_null(backend_option_find(&ops, "allocator"));
	cr_expect_eq(backend_option_find(&ops, "recover"), &table[1]);
}

static int never(struct backend **out, const struct backend_config *config, struct error *err)
{
	(void)out, (void)config, (void)err;
	cr_assert_fail("it was opened");
	return 0;
}

Test(options, a_backend_without_any_is_not_opened_with_some)
{
	static const struct backend_ops ops = {.name = "odd", .open = never},
					absent = {.name = "odd", .absent = "buy one"};
	struct backend_config config = {.options = "speed=1"};
	struct backend *b;
	struct error err;

	cr_assert_eq(backend_open(&b, &ops, &config, &err), ERR_USAGE);
	cr_expect_str_eq(err.text, "the odd backend has no option \"speed\"; it has none");
	cr_assert_eq(backend_open(&b, &absent, &config, &err), ERR_CANNOT);
	cr_expect_str_eq(err.text, "buy one");
	cr_expect_null(b);
}

/* The table says the same of a machine whether it is in this build or not. */
Test(options, traits_agree_with_what_is_named)
{
	static const struct backend_ops *const all[] = {&sim_backend, &linux_backend, &xen_backend,
							&replay_backend};

	for (size_t i = 0; i < sizeof(all) / sizeof(all[0]); i++) {
		unsigned traits = backend_traits(all[i]);

		cr_expect_eq(!(traits & BACKEND_FIXED_HOST), !all[i]->default_host, "%s",
			     all[i]->name);
		cr_expect_eq(!(traits & BACKEND_OWN_ALLOCATOR), !all[i]->allocator, "%s",
			     all[i]->name);
		cr_expect(all[i]->absent || (all[i]->can & STEP_START && all[i]->can & STEP_STOP));
	}
	cr_expect_eq(backend_traits(&sim_backend),
		     BACKEND_VIRTUAL_CLOCK | BACKEND_REPEATABLE | BACKEND_UNSHARED);
	cr_expect_str_eq(linux_backend.default_host, "this");
	cr_expect_str_eq(xen_backend.default_host, "xen");
	cr_expect_str_eq(xen_backend.allocator, "xen");
}
