#include "schema/schema.h"

#include <string.h>

const struct schema *const schemas[] = {
	&schema_summary,       &schema_timeline,     &schema_zones,	   &schema_probes,
	&schema_measured,      &schema_contention,   &schema_capacity,	   &schema_size,
	&schema_around,	       &schema_compare,	     &schema_launches,	   &schema_figures,
	&schema_guests,	       &schema_watch,	     &schema_watch_nodes,  &schema_watch_pages,
	&schema_watch_samples, &schema_advice_zones, &schema_advice_steps, NULL,
};

const struct schema *schema_find(const char *name)
{
	size_t n = strlen(name);

	if (n > 4 && strcmp(name + n - 4, ".csv") == 0)
		n -= 4;
	for (size_t i = 0; schemas[i]; i++)
		if (strlen(schemas[i]->name) == n && strncmp(schemas[i]->name, name, n) == 0)
			return schemas[i];
	return NULL;
}

const struct column *schema_column(const struct schema *s, const char *name)
{
	for (size_t i = 0; i < s->nr; i++)
		if (strcmp(s->column[i].name, name) == 0)
			return &s->column[i];
	return NULL;
}

const char *column_heading(const struct column *c)
{
	if (c->brief)
		return c->brief;
	return c->title ? c->title : c->name;
}

const char *role_name(enum role r)
{
	static const char *const name[] = {[ROLE_FIGURE] = "figure",
					   [ROLE_KEY] = "key",
					   [ROLE_TEXT] = "text",
					   [ROLE_FORMAT] = "format"};

	return name[r];
}

const char *unit_name(enum unit u)
{
	static const char *const name[NR_UNITS] = {
		[UNIT_NONE] = "",
		[UNIT_COUNT] = "count",
		[UNIT_BYTES] = "bytes",
		[UNIT_BYTES_PER_S] = "bytes_per_s",
		[UNIT_SECONDS] = "s",
		[UNIT_NS] = "ns",
		[UNIT_PS] = "ps",
		[UNIT_SHARE] = "ppm_share",
		[UNIT_FACTOR] = "ppm_factor",
		[UNIT_SLIT] = "slit_centi",
		[UNIT_MILLI] = "milli",
		[UNIT_EUR] = "eur_micro",
	};

	return name[u];
}

const char *better_name(enum better b)
{
	static const char *const name[] = {
		[BETTER_NEITHER] = "neither", [BETTER_HIGHER] = "higher", [BETTER_LOWER] = "lower"};

	return name[b];
}

const char *source_name(enum source s)
{
	static const char *const name[] = {[SOURCE_COUNTED] = "counted",
					   [SOURCE_PREDICTED] = "predicted",
					   [SOURCE_MEASURED] = "measured"};

	return name[s];
}

void schema_print_header(const struct schema *s, FILE *out)
{
	for (size_t i = 0; i < s->nr; i++)
		fprintf(out, "%s%s", i ? "," : "", s->column[i].name);
	fputc('\n', out);
}
