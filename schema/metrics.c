#include "schema/metrics.h"

#include <inttypes.h>
#include <string.h>

#include "base/alloc.h"
#include "base/utf8.h"

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

char *metric_name(const char *prefix, const struct column *c)
{
	const struct metric_unit *u = unit_of(c);
	size_t n = strlen(c->name) - (ends_so(c, u) ? strlen(u->ending) : 0);

	return xasprintf("%s_%.*s%s%s", prefix, (int)n, c->name, *u->base ? "_" : "", u->base);
}

/* Label values and help texts: backslash, quotation mark and line end are escaped. The name of a
 * file may be any bytes: what is not UTF-8 becomes "?". */
static void put_escaped(const char *text, FILE *out)
{
	while (*text) {
		size_t n = utf8_character(text);

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

void metric_put_label(const char *name, const char *value, FILE *out)
{
	fprintf(out, "%s=\"", name);
	put_escaped(value, out);
	fputc('"', out);
}

void metric_put_family(const char *name, const struct column *c, FILE *out)
{
	fprintf(out, "# TYPE %s gauge\n", name);
	if (*unit_of(c)->base)
		fprintf(out, "# UNIT %s %s\n", name, unit_of(c)->base);
	fprintf(out, "# HELP %s ", name);
	put_escaped(c->meaning ? c->meaning : c->title, out);
	fprintf(out, " (%s)\n", source_name(c->source));
}

/* Exactly: no figure is rounded. */
void metric_put_figure(const struct column *c, int64_t figure, FILE *out)
{
	uint64_t size = figure < 0 ? -(uint64_t)figure : (uint64_t)figure, one = 1;
	int decimals = units[c->unit].decimals;

	for (int i = 0; i < decimals; i++)
		one *= 10;
	fprintf(out, " %s%" PRIu64, figure < 0 ? "-" : "", size / one);
	if (decimals)
		fprintf(out, ".%0*" PRIu64, decimals, size % one);
	fputc('\n', out);
}

void metric_put_version(const char *version, const char *help, FILE *out)
{
	fprintf(out,
		"# TYPE homenode_build_info gauge\n"
		"# HELP homenode_build_info %s\nhomenode_build_info{",
		help);
	metric_put_label("version", version, out);
	fputs("} 1\n", out);
}
