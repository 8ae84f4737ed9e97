#include "report/series.h"

#include <stdlib.h>
#include <string.h>

#include "base/csv.h"

static int first_column(const struct csv *csv, const char *const *name)
{
	for (; *name; name++)
		if (csv_column(csv, *name) >= 0)
			return csv_column(csv, *name);
	return -1;
}

static const char *field_text(struct arena *a, const struct csv *csv, int column)
{
	return column < 0 ? "" : arena_strndup(a, csv->field[column].text, csv->field[column].n);
}

/* Topology and workload are the same for most runs, and in the tables. */
static const char *name_of(struct series *s, const struct csv *csv, struct arena *scratch)
{
	const char *name = field_text(scratch, csv, csv_column(csv, "policy"));

	for (int i = csv_column(csv, "policy") + 1; i < csv_column(csv, "seed"); i++)
		name = arena_printf(scratch, "%s %s", name, field_text(scratch, csv, i));
	return arena_printf(&s->arena, "%s seed %s", name,
			    field_text(scratch, csv, csv_column(csv, "seed")));
}

static struct curve *curve_of(struct series *s, const struct csv *csv, const char *key,
			      struct arena *scratch)
{
	struct curve *c;

	if (s->nr && strcmp(s->curve[s->nr - 1].key, key) == 0)
		return &s->curve[s->nr - 1];
	for (size_t i = 0; i < s->nr; i++)
		if (strcmp(s->curve[i].key, key) == 0)
			return &s->curve[i];
	if (s->nr == CURVES_MAX)
		return NULL;
	c = &s->curve[s->nr++];
	*c = (struct curve){
		.name = name_of(s, csv, scratch),
		.policy = field_text(&s->arena, csv, csv_column(csv, "policy")),
		.key = arena_strdup(&s->arena, key),
	};
	return c;
}

static int take_sample(struct curve *c, const struct csv *csv, const int *column, int time,
		       struct error *err)
{
	int64_t t;
	int rc = csv_int(csv, (unsigned)time, 0, INT64_MAX, &t, err);

	for (int v = 0; !rc && v < CURVE_VALUES; v++) {
		int64_t value = 0;

		if (column[v] >= 0 && csv->field[column[v]].n)
			rc = csv_int(csv, (unsigned)column[v], 0, INT64_MAX, &value, err);
		c->value[v] = grow(c->value[v], &c->cap_value[v], c->nr, sizeof(value));
		c->value[v][c->nr] = value;
	}
	if (rc)
		return rc;
	c->counted = column[CURVE_LIVE] >= 0;
	c->time_s = grow(c->time_s, &c->cap, c->nr, sizeof(t));
	c->time_s[c->nr++] = t;
	return 0;
}

int series_load(struct series *out, const char *path, struct error *err)
{
	static const char *const names[CURVE_VALUES][2] = {
		{"zone_local_p5_ppm", NULL},
		{"zone_local_p50_ppm", NULL},
		{"zone_local_p95_ppm", NULL},
		{"live_zones", NULL},
	};
	int column[CURVE_VALUES], time, rc;
	struct csv csv;
	bool more = true;

	*out = (struct series){0};
	rc = csv_open(&csv, path, err);
	if (rc)
		return rc;
	for (int v = 0; v < CURVE_VALUES; v++)
		column[v] = first_column(&csv, names[v]);
	out->spread = column[CURVE_LOW] >= 0 && column[CURVE_MID] >= 0 && column[CURVE_HIGH] >= 0;
	if (!out->spread)
		column[CURVE_MID] = csv_column(&csv, "local_page_ppm");
	time = csv_column(&csv, "time_s");
	if (time < 0)
		rc = error_at(err, ERR_INPUT, path, 1, 0, "there is no column \"time_s\"");
	while (!rc && more) {
		struct arena scratch = {0};
		const char *key = "";
		struct curve *c;

		rc = csv_next(&csv, &more, err);
		for (int i = 0; !rc && more && i <= csv_column(&csv, "seed"); i++)
			key = arena_printf(&scratch, "%s%s\x01", key,
					   field_text(&scratch, &csv, i));
		c = !rc && more ? curve_of(out, &csv, key, &scratch) : NULL;
		if (c)
			rc = take_sample(c, &csv, column, time, err);
		arena_release(&scratch);
	}
	csv_close(&csv);
	if (rc)
		series_release(out);
	return rc;
}

void series_release(struct series *s)
{
	for (size_t i = 0; i < s->nr; i++) {
		free(s->curve[i].time_s);
		for (int v = 0; v < CURVE_VALUES; v++)
			free(s->curve[i].value[v]);
	}
	arena_release(&s->arena);
	*s = (struct series){0};
}
