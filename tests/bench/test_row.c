/* A row of summary.csv before and after something is known of it. */
#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>

#include "bench/row.h"

static char *csv_of(const struct row *r)
{
	char *text = NULL;
	size_t size;
	FILE *f = open_memstream(&text, &size);

	row_print_csv(r, f);
	fclose(f);
	return text;
}

static char *printed(void (*print)(const struct row *row, size_t nr, FILE *out),
		     const struct row *r)
{
	char *text = NULL;
	size_t size;
	FILE *f = open_memstream(&text, &size);

	print(r, 1, f);
	fclose(f);
	return text;
}

/* What is counted begins at nothing, what must be found out begins unknown. */
Test(row, at_first)
{
	struct row r;
	size_t unknown = 0;

	row_init(&r);
	for (int f = 0; f < NR_SUMMARY_FIGURES; f++) {
		int64_t v = row_figure(&r, (enum summary_figure)f);

		cr_expect(v == 0 || !is_known(v));
		if (summary_column((enum summary_figure)f)->source != SOURCE_COUNTED)
			cr_expect(!is_known(v), "%s", summary_column((enum summary_figure)f)->name);
		unknown += !is_known(v);
	}
	cr_expect_eq(r.zones_placed, 0);
	cr_expect_eq(r.balloon_steps, 0);
	cr_expect(!is_known(r.local_page_ppm));
	cr_expect(!is_known(r.first_refusal_zone));
	cr_expect(!is_known(r.slowdown_ppm));
	cr_expect(!is_known(r.regret_placed_zones));
	cr_expect(!is_known(r.mean_s_to_50));
	cr_expect_gt(unknown, 20);
}

Test(row, csv)
{
	struct row r;
	char *text;
	size_t commas = 0;

	row_init(&r);
	r.topology = "a,b";
	r.workload = "w";
	r.policy = "p";
	r.memory_policy = "static";
	r.allocator = "xen";
	r.seed = 7;
	r.regret_placed_zones = -2;
	text = csv_of(&r);
	cr_expect_eq(strncmp(text, "2,\"a,b\",w,p,static,xen,7,0,0,0,", 31), 0, "%s", text);
	cr_expect(strstr(text, ",,-2\n"), "%s", text);
	for (const char *p = text; *p; p++)
		commas += *p == ',';
	cr_expect_eq(commas, schema_summary.nr, "one more than between cells, in the name");
	free(text);
}

Test(row, json)
{
	struct row r;
	char *text;

	row_init(&r);
	r.slowdown_ppm = 1041500;
	text = printed(row_print_json, &r);
	cr_expect(strstr(text, "\"format\": 2"));
	cr_expect(strstr(text, "\"local_page_ppm\": null"));
	cr_expect(strstr(text, "\"slowdown_ppm\": 1041500"));
	free(text);
}
