/* The tables of result columns in the docs are the schema's, between lines
 * "<!-- columns: NAME -->" and "<!-- end of columns -->". */
#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/output.h"
#include "schema/schema.h"

#define BEGIN "<!-- columns: "
#define END "<!-- end of columns -->\n"
#define NR_KEYS 6 /* that the files of a run begin with */

static bool is_common_key(const struct column *c)
{
	for (size_t i = 0; i < NR_KEYS; i++)
		if (strcmp(schema_timeline.column[i].name, c->name) == 0)
			return true;
	return false;
}

static bool is_file(const struct schema *s)
{
	return strstr(s->where, ".csv") != NULL;
}

static void print_row(const struct column *c, FILE *out)
{
	bool figure = c->role == ROLE_FIGURE;

	fprintf(out, "| `%s` | %s | %s | %s | %s |\n", c->name, unit_name(c->unit),
		figure && c->better != BETTER_NEITHER ? better_name(c->better) : "",
		figure ? source_name(c->source) : "", c->meaning);
}

static void print_table(const struct schema *s, bool keys, FILE *out)
{
	fputs("| column | unit | better | source | meaning |\n|---|---|---|---|---|\n", out);
	for (size_t i = 0; i < s->nr; i++)
		if (!is_file(s) || is_common_key(&s->column[i]) == keys)
			print_row(&s->column[i], out);
}

/* "zones -->..." to the table; the keys of all files have one of their own. */
static void print_named(const char *name, FILE *out)
{
	char *copy = xasprintf("%.*s", (int)strcspn(name, " "), name);
	const struct schema *s = strcmp(copy, "keys") == 0 ? &schema_timeline : schema_find(copy);

	cr_assert(s, "there are no columns of \"%s\"", copy);
	print_table(s, strcmp(copy, "keys") == 0, out);
	free(copy);
}

/* The page with its tables as they should be; adds to the number of tables. */
static char *renew(const char *page, size_t *tables)
{
	char *text = NULL;
	size_t size;
	FILE *out = open_memstream(&text, &size);
	const char *at;

	while ((at = strstr(page, BEGIN))) {
		const char *name = at + strlen(BEGIN), *end = strstr(at, END);

		cr_assert(end, "a table of columns has no end");
		fwrite(page, 1, (size_t)(strchr(at, '\n') + 1 - page), out);
		print_named(name, out);
		fputs(END, out);
		page = end + strlen(END);
		++*tables;
	}
	fputs(page, out);
	fclose(out);
	return text;
}

/* HOMENODE_GOLDEN=rewrite writes them anew; look at the difference then. */
static size_t check_page(const char *path)
{
	const char *rewrite = getenv("HOMENODE_GOLDEN");
	size_t size, tables = 0;
	char *page, *want;

	cr_assert_eq(file_read(path, 1 << 20, &page, &size, NULL), 0);
	want = renew(page, &tables);
	if (rewrite && strcmp(rewrite, "rewrite") == 0 && strcmp(page, want) != 0) {
		FILE *f = fopen(path, "w");

		cr_assert(f);
		fputs(want, f);
		cr_assert_eq(fclose(f), 0);
	} else {
		cr_expect_str_eq(page, want, "%s differs from the schema; HOMENODE_GOLDEN=rewrite",
				 path);
	}
	free(want);
	free(page);
	return tables;
}

Test(schema, docs_have_its_tables)
{
	size_t tables = check_page("docs/formats.md") + check_page("docs/probe.md") +
			check_page("docs/watch.md") + check_page("docs/advise.md"),
	       nr = 0;

	while (schemas[nr])
		nr++;
	cr_expect_eq(tables, nr + 1, "%zu tables, %zu schemas and the key", tables, nr);
}
