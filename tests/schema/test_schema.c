#include <criterion/criterion.h>
#include <string.h>

#include "schema/summary.h"

static bool ends_in(const char *name, const char *end)
{
	size_t n = strlen(name), m = strlen(end);

	return n > m && strcmp(name + n - m, end) == 0;
}

/* The unit at the end of a figure's name is the one that the table has. */
static void check_unit(const struct schema *s, const struct column *c)
{
	static const struct {
		const char *end;
		enum unit unit[2];
	} ends[] = {
		{"_bytes_per_s", {UNIT_BYTES_PER_S, UNIT_BYTES_PER_S}},
		{"_bytes", {UNIT_BYTES, UNIT_BYTES}},
		{"_ppm", {UNIT_SHARE, UNIT_FACTOR}},
		{"_centi", {UNIT_SLIT, UNIT_SLIT}},
		{"_milli", {UNIT_MILLI, UNIT_MILLI}},
		{"_micro", {UNIT_EUR, UNIT_EUR}},
		{"_ps", {UNIT_PS, UNIT_PS}},
		{"_ns", {UNIT_NS, UNIT_NS}},
		{"_page_s", {UNIT_COUNT, UNIT_COUNT}}, /* pages x seconds */
		{"_s", {UNIT_SECONDS, UNIT_SECONDS}},
	};

	for (size_t i = 0; i < sizeof(ends) / sizeof(ends[0]); i++) {
		if (!ends_in(c->name, ends[i].end))
			continue;
		cr_expect(c->unit == ends[i].unit[0] || c->unit == ends[i].unit[1],
			  "%s: %s has the unit %s", s->name, c->name, unit_name(c->unit));
		return;
	}
}

Test(schema, every_column_is_described_once)
{
	for (size_t t = 0; schemas[t]; t++) {
		const struct schema *s = schemas[t];

		for (size_t i = 0; i < s->nr; i++) {
			const struct column *c = &s->column[i];

			cr_expect_eq(schema_column(s, c->name), c, "%s: %s is there twice", s->name,
				     c->name);
			cr_expect(c->title && c->meaning && *c->meaning, "%s: %s", s->name,
				  c->name);
			cr_expect_eq(c->role == ROLE_FIGURE, c->unit != UNIT_NONE, "%s: %s",
				     s->name, c->name);
			if (c->role == ROLE_FIGURE)
				check_unit(s, c);
		}
	}
}

/* A column of this name means the same everywhere: one unit, one direction, one source. */
Test(schema, a_name_is_one_kind_of_figure)
{
	for (size_t t = 0; schemas[t]; t++) {
		for (size_t i = 0; i < schemas[t]->nr; i++) {
			const struct column *c = &schemas[t]->column[i];
			const struct column *other = schema_column(&schema_summary, c->name);

			if (!other || other->role != ROLE_FIGURE || c->role != ROLE_FIGURE)
				continue;
			cr_expect_eq(c->unit, other->unit, "%s: %s", schemas[t]->name, c->name);
			cr_expect_eq(c->source, other->source, "%s: %s", schemas[t]->name, c->name);
		}
	}
}

Test(schema, predicted_and_measured_are_two_columns)
{
	static const enum summary_figure pair[][2] = {
		{SUMMARY_triad_bytes_per_s, SUMMARY_predicted_triad_bytes_per_s},
		{SUMMARY_chase_ps, SUMMARY_predicted_chase_ps},
	};

	for (size_t i = 0; i < 2; i++) {
		cr_expect_eq(summary_column(pair[i][0])->source, SOURCE_MEASURED);
		cr_expect_eq(summary_column(pair[i][1])->source, SOURCE_PREDICTED);
	}
	cr_expect_eq(summary_column(SUMMARY_slowdown_ppm)->source, SOURCE_PREDICTED);
	cr_expect_eq(summary_column(SUMMARY_zones_placed)->source, SOURCE_COUNTED);
}

Test(schema, figures_stand_where_the_list_has_them)
{
	cr_expect_str_eq(schema_summary.column[0].name, "format");
	cr_expect_str_eq(summary_column(SUMMARY_hosts)->name, "hosts");
	cr_expect_str_eq(summary_column(SUMMARY_regret_placed_zones)->name, "regret_placed_zones");
	cr_expect_eq(schema_find("zones.csv"), &schema_zones);
	cr_expect_eq(schema_find("zones"), &schema_zones);
	cr_expect_eq(schema_find(".csv"), NULL);
	cr_expect_eq(schema_find("zone"), NULL);
}

Test(schema, figures_as_text)
{
	static const struct {
		enum unit unit;
		int64_t figure;
		int decimals;
		const char *text, *with_sign;
	} cases[] = {
		{UNIT_SHARE, 856373, -1, "85.64", "85.64 %"},
		{UNIT_SHARE, 856350, 1, "85.6", "85.6 %"},
		{UNIT_SHARE, -50, -1, "-0.01", "-0.01 %"},
		{UNIT_SHARE, -49, -1, "0.00", "0.00 %"},
		{UNIT_SHARE, 0, -1, "0.00", "0.00 %"},
		{UNIT_SHARE, FIGURE_UNKNOWN, -1, "-", "-"},
		{UNIT_FACTOR, 1041500, -1, "1.042", "1.042"},
		{UNIT_FACTOR, 1041499, -1, "1.041", "1.041"},
		{UNIT_SLIT, 1194, -1, "11.94", "11.94"},
		{UNIT_PS, 98750, -1, "98.8", "98.8 ns"},
		{UNIT_BYTES_PER_S, 12350000000, -1, "12.4", "12.4 GB/s"},
		{UNIT_BYTES, 1610612736, -1, "1.5", "1.5 GiB"},
		{UNIT_BYTES, 0, -1, "0.0", "0 B"},
		{UNIT_BYTES, FIGURE_UNKNOWN, -1, "-", "-"},
		{UNIT_SECONDS, 44, -1, "44", "44 s"},
		{UNIT_COUNT, -7, -1, "-7", "-7"},
		{UNIT_MILLI, 52650, -1, "52.7", "52.7"},
		{UNIT_EUR, 4200000, 2, "4.20", "4.20 EUR"},
		{UNIT_EUR, 12345, -1, "0.0123", "0.0123 EUR"},
	};
	char buf[48];

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		cr_expect_str_eq(unit_text(cases[i].unit, cases[i].figure, cases[i].decimals, buf,
					   sizeof(buf)),
				 cases[i].text);
		cr_expect_str_eq(unit_text_signed(cases[i].unit, cases[i].figure, cases[i].decimals,
						  buf, sizeof(buf)),
				 cases[i].with_sign);
	}
}
