/*
 * Rows of a summary as OpenMetrics text: a family a figure, a sample a row that knows it. What the
 * form is: OpenMetrics 1.0 (https://github.com/prometheus/OpenMetrics, specification/
 * OpenMetrics.md): units are base units and end the name, samples of a family stand together, the
 * last line is "# EOF", text is UTF-8. Figures of a run that is over are gauges: no counter that
 * goes on.
 */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/error.h"
#include "bench/row.h"

/* What a unit's columns end with, its base unit, and how many decimals make one of it. */
static const struct metric_unit {
	const char *ending, *base;
	int decimals;
} units[NR_UNITS] = {
	[UNIT_NONE] = {"", "", 0},
	[UNIT_COUNT] = {"", "", 0},
	[UNIT_BYTES] = {"_bytes", "bytes", 0},
	[UNIT_BYTES_PER_S] = {"_bytes_per_s", "bytes_per_second", 0},
	[UNIT_SECONDS] = {"_s", "seconds", 0},
	[UNIT_NS] = {"_ns", "seconds", 9},
	[UNIT_PS] = {"_ps", "seconds", 12},
	[UNIT_SHARE] = {"_ppm", "ratio", 6},
	[UNIT_FACTOR] = {"_ppm", "ratio", 6},
	[UNIT_SLIT] = {"_centi", "", 2},
	[UNIT_MILLI] = {"_milli", "", 3},
	[UNIT_EUR] = {"_micro", "euros", 6},
};

static bool ends_so(const struct column *c, const struct metric_unit *u)
{
	size_t n = strlen(c->name), end = strlen(u->ending);

	return n > end && strcmp(c->name + n - end, u->ending) == 0;
}

/* Page-seconds are counted, and their column ends in seconds too. */
static const struct metric_unit *unit_of(const struct column *c)
{
	const struct metric_unit *seconds = &units[UNIT_SECONDS];

	return c->unit == UNIT_COUNT && ends_so(c, seconds) ? seconds : &units[c->unit];
}

/* "homenode_local_page_ratio"; the caller frees. */
static char *family_name(const struct column *c)
{
	const struct metric_unit *u = unit_of(c);
	size_t n = strlen(c->name) - (ends_so(c, u) ? strlen(u->ending) : 0);

	return xasprintf("homenode_%.*s%s%s", (int)n, c->name, *u->base ? "_" : "", u->base);
}

/* How many bytes the character at `p` has in UTF-8; 0: it is none. Surrogates and long forms are
 * none either (RFC 3629). */
static size_t utf8_length(const unsigned char *p)
{
	size_t n = p[0] < 0x80 ? 1 : p[0] < 0xc2 ? 0 : p[0] < 0xe0 ? 2 : p[0] < 0xf0 ? 3 : 4;

	if (p[0] > 0xf4 || (p[0] == 0xe0 && p[1] < 0xa0) || (p[0] == 0xed && p[1] > 0x9f) ||
	    (p[0] == 0xf0 && p[1] < 0x90) || (p[0] == 0xf4 && p[1] > 0x8f))
		return 0;
	for (size_t i = 1; i < n; i++)
		if ((p[i] & 0xc0) != 0x80)
			return 0;
	return n;
}

/* Label values and help texts: backslash, quotation mark and line end are escaped. The name of a
 * file may be any bytes: what is not UTF-8 becomes "?". */
static void put_escaped(const char *text, FILE *out)
{
	while (*text) {
		size_t n = utf8_length((const unsigned char *)text);

		if (*text == '\n')
			fputs("\\n", out);
		else if (!n)
			fputc('?', out);
		else
			fprintf(out, "%s%.*s", *text == '\\' || *text == '"' ? "\\" : "", (int)n,
				text);
		text += n ? n : 1;
	}
}

static void put_label(const char *name, const char *value, FILE *out)
{
	fprintf(out, "%s=\"", name);
	put_escaped(value, out);
	fputc('"', out);
}

static void put_labels(const struct row *r, FILE *out)
{
	char seed[24];
	const char *const value[] = {r->topology,      r->workload,  r->policy,
				     r->memory_policy, r->allocator, seed};
	size_t nr = 0;

	snprintf(seed, sizeof(seed), "%" PRIu64, r->seed);
	fputc('{', out);
	for (size_t i = 0; i < schema_summary.nr; i++) {
		if (schema_summary.column[i].role != ROLE_KEY)
			continue;
		if (nr)
			fputc(',', out);
		BUG_ON(nr == sizeof(value) / sizeof(value[0]));
		put_label(schema_summary.column[i].name, value[nr++], out);
	}
	fputc('}', out);
}

static void put_family(const char *name, const struct column *c, FILE *out)
{
	fprintf(out, "# TYPE %s gauge\n", name);
	if (*unit_of(c)->base)
		fprintf(out, "# UNIT %s %s\n", name, unit_of(c)->base);
	fprintf(out, "# HELP %s ", name);
	put_escaped(c->meaning ? c->meaning : c->title, out);
	fprintf(out, " (%s)\n", source_name(c->source));
}

/* Exactly: no figure is rounded. */
static void put_number(int64_t figure, int decimals, FILE *out)
{
	uint64_t size = figure < 0 ? -(uint64_t)figure : (uint64_t)figure, one = 1;

	for (int i = 0; i < decimals; i++)
		one *= 10;
	fprintf(out, " %s%" PRIu64, figure < 0 ? "-" : "", size / one);
	if (decimals)
		fprintf(out, ".%0*" PRIu64, decimals, size % one);
	fputc('\n', out);
}

static void put_figure(const struct row *row, size_t nr, enum summary_figure f, FILE *out)
{
	const struct column *c = summary_column(f);
	int decimals = units[c->unit].decimals;
	char *name = family_name(c);
	bool begun = false;

	for (size_t i = 0; i < nr; i++) {
		int64_t figure = row_figure(&row[i], f);

		if (!is_known(figure))
			continue;
		if (!begun)
			put_family(name, c, out);
		begun = true;
		fputs(name, out);
		put_labels(&row[i], out);
		put_number(figure, decimals, out);
	}
	free(name);
}

void row_print_openmetrics(const struct row *row, size_t nr, const char *version, FILE *out)
{
	/* a gauge, not an info: then what reads Prometheus' older form takes the file too */
	fputs("# TYPE homenode_build_info gauge\n"
	      "# HELP homenode_build_info the program that ran the rows\nhomenode_build_info{",
	      out);
	put_label("version", version, out);
	fputs("} 1\n", out);
	for (int f = 0; f < NR_SUMMARY_FIGURES; f++)
		put_figure(row, nr, (enum summary_figure)f, out);
	fputs("# EOF\n", out);
}
