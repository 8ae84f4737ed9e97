#include "report/refusals.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "base/csv.h"
#include "base/units.h"

/* Columns of the file; those from FREE_HOST on are newer and may be missing. */
enum refusal_column {
	OUTCOME,
	CODE,
	VCPUS,
	MEMORY,
	START,
	POLICY,
	SEED,
	NR_NEEDED,
	FREE_HOST = NR_NEEDED,
	FREE_NODE,
	ASKED_HOST,
	REASON,
	NR_COLUMNS
};

static const char *const column_name[NR_COLUMNS] = {
	[OUTCOME] = "outcome",
	[CODE] = "error",
	[VCPUS] = "vcpus",
	[MEMORY] = "memory_bytes",
	[START] = "start_ns",
	[POLICY] = "policy",
	[SEED] = "seed",
	[FREE_HOST] = "most_host_free_bytes",
	[FREE_NODE] = "most_node_free_bytes",
	[ASKED_HOST] = "asked_host",
	[REASON] = "reason",
};

struct reader {
	struct refusals *out;
	struct csv csv;
	int column[NR_COLUMNS];
	int64_t *by_host; /* of the current row */
	size_t nr_hosts, cap_hosts;
	struct arena scratch; /* of the current line */
};

static const char *field(struct reader *r, int column)
{
	if (column < 0)
		return "";
	return arena_strndup(&r->scratch, r->csv.field[column].text, r->csv.field[column].n);
}

static bool field_is(const struct reader *r, int column, const char *text)
{
	const struct csv_field *f = &r->csv.field[column];

	return f->n == strlen(text) && memcmp(f->text, text, f->n) == 0;
}

/* Empty counts as zero. */
static int number(struct reader *r, int column, int64_t *out, struct error *err)
{
	*out = 0;
	if (column < 0 || !r->csv.field[column].n)
		return 0;
	return csv_int(&r->csv, (unsigned)column, 0, INT64_MAX, out, err);
}

/* The hosts of the row that ends, those with most first. */
static void close_row(struct reader *r)
{
	struct refusal_row *row = r->out->nr ? r->out->row[r->out->nr - 1] : NULL;

	for (size_t h = 0; row && h < r->nr_hosts; h++) {
		size_t at = row->nr_hosts;

		if (!r->by_host[h])
			continue;
		while (at && row->host[at - 1].zones < r->by_host[h])
			at--;
		if (at == REFUSAL_HOSTS_MAX)
			continue;
		if (row->nr_hosts < REFUSAL_HOSTS_MAX)
			row->nr_hosts++;
		memmove(&row->host[at + 1], &row->host[at],
			(row->nr_hosts - 1 - at) * sizeof(row->host[0]));
		row->host[at] = (struct refusal_host){(int64_t)h, r->by_host[h]};
	}
	r->nr_hosts = 0;
}

static struct refusal_row *row_of(struct reader *r)
{
	struct refusals *out = r->out;
	const char *key = "", *name;
	struct refusal_row *row;

	for (int i = 0; i <= r->column[SEED]; i++)
		key = arena_printf(&r->scratch, "%s%s\x01", key, field(r, i));
	if (out->nr && strcmp(out->row[out->nr - 1]->key, key) == 0)
		return out->row[out->nr - 1];
	close_row(r);
	name = field(r, r->column[POLICY]);
	for (int i = r->column[POLICY] + 1; i < r->column[SEED]; i++)
		name = arena_printf(&r->scratch, "%s %s", name, field(r, i));
	row = arena_alloc(&out->arena, sizeof(*row));
	*row = (struct refusal_row){
		.key = arena_strdup(&out->arena, key),
		.name = arena_printf(&out->arena, "%s seed %s", name, field(r, r->column[SEED])),
		.bin_ns = NS_PER_S,
	};
	out->row = grow(out->row, &out->cap, out->nr, sizeof(struct refusal_row *));
	out->row[out->nr++] = row;
	return row;
}

static char *shape_of(struct arena *a, const char *text)
{
	char *shape = arena_strdup(a, text), *to = shape;

	for (const char *p = text; *p; p++) {
		bool digit =
			isdigit((unsigned char)*p) || (*p == '.' && isdigit((unsigned char)p[1]));

		if (!digit)
			*to++ = *p;
		else if (to == shape || to[-1] != '#')
			*to++ = '#';
	}
	*to = '\0';
	return shape;
}

static struct refusal_kind *kind_of(struct reader *r, struct refusal_row *row)
{
	const char *error = field(r, r->column[CODE]), *text = field(r, r->column[REASON]);
	const char *shape = shape_of(&r->scratch, text);
	struct arena *a = &r->out->arena;
	bool last = row->nr_kinds == REFUSAL_KINDS_MAX - 1;

	for (size_t i = 0; i < row->nr_kinds; i++)
		if (strcmp(row->kind[i].error, error) == 0 &&
		    strcmp(row->kind[i].shape, shape) == 0)
			return &row->kind[i];
	if (row->nr_kinds == REFUSAL_KINDS_MAX)
		return &row->kind[REFUSAL_KINDS_MAX - 1];
	row->kind[row->nr_kinds] = (struct refusal_kind){
		.error = last ? "" : arena_strdup(a, error),
		.shape = last ? "" : arena_strdup(a, shape),
		.example = last ? "other reasons" : arena_strdup(a, text),
		.first_ns = INT64_MAX,
		.vcpus = {INT64_MAX, 0},
		.memory_bytes = {INT64_MAX, 0},
		.host_free_bytes = {INT64_MAX, 0},
		.node_free_bytes = {INT64_MAX, 0},
	};
	return &row->kind[row->nr_kinds++];
}

static void widen(struct range *range, int64_t value)
{
	range->low = value < range->low ? value : range->low;
	range->high = value > range->high ? value : range->high;
}

/* Bins twice as wide, each holding two of the old. */
static void double_bins(struct refusal_row *row)
{
	for (size_t i = 0; i < REFUSAL_BINS; i++)
		row->bin[i] = i < REFUSAL_BINS / 2 ? row->bin[2 * i] + row->bin[2 * i + 1] : 0;
	row->bin_ns *= 2;
}

static void count_host(struct reader *r, struct refusal_row *row, int64_t host)
{
	if (r->column[ASKED_HOST] < 0)
		return;
	if (!r->csv.field[r->column[ASKED_HOST]].n) {
		row->unasked++;
		return;
	}
	while (r->nr_hosts <= (size_t)host) {
		r->by_host = grow(r->by_host, &r->cap_hosts, r->nr_hosts, sizeof(*r->by_host));
		r->by_host[r->nr_hosts++] = 0;
	}
	r->by_host[host]++;
}

static int take_refusal(struct reader *r, struct error *err)
{
	struct refusal_row *row = row_of(r);
	int64_t vcpus, memory, at, host_free, node_free, host;
	struct refusal_kind *k;
	int rc = number(r, r->column[VCPUS], &vcpus, err);

	if (!rc)
		rc = number(r, r->column[MEMORY], &memory, err);
	if (!rc)
		rc = number(r, r->column[START], &at, err);
	if (!rc)
		rc = number(r, r->column[FREE_HOST], &host_free, err);
	if (!rc)
		rc = number(r, r->column[FREE_NODE], &node_free, err);
	if (!rc)
		rc = number(r, r->column[ASKED_HOST], &host, err);
	if (!rc && host >= 10000000)
		rc = csv_error(&r->csv, (unsigned)r->column[ASKED_HOST], err,
			       "a host's number is below 10000000");
	if (rc)
		return rc;
	k = kind_of(r, row);
	k->zones++;
	k->first_ns = at < k->first_ns ? at : k->first_ns;
	k->last_ns = at > k->last_ns ? at : k->last_ns;
	widen(&k->vcpus, vcpus);
	widen(&k->memory_bytes, memory);
	widen(&k->host_free_bytes, host_free);
	widen(&k->node_free_bytes, node_free);
	count_host(r, row, host);
	row->zones++;
	while (at / row->bin_ns >= REFUSAL_BINS)
		double_bins(row);
	row->bin[at / row->bin_ns]++;
	return 0;
}

/* One width for all, so that they can be compared. */
static void level_bins(struct refusals *r)
{
	int64_t widest = 0;

	for (size_t i = 0; i < r->nr; i++)
		widest = r->row[i]->bin_ns > widest ? r->row[i]->bin_ns : widest;
	for (size_t i = 0; i < r->nr; i++)
		while (r->row[i]->bin_ns < widest)
			double_bins(r->row[i]);
}

static int find_columns(struct reader *r, const char *path, struct error *err)
{
	for (int i = 0; i < NR_COLUMNS; i++) {
		r->column[i] = csv_column(&r->csv, column_name[i]);
		if (r->column[i] < 0 && i < NR_NEEDED)
			return error_at(err, ERR_INPUT, path, 1, 0, "there is no column \"%s\"",
					column_name[i]);
	}
	r->out->reasons = r->column[REASON] >= 0;
	return 0;
}

int refusals_load(struct refusals *out, const char *path, struct error *err)
{
	struct reader r = {.out = out};
	bool more = true;
	int rc;

	*out = (struct refusals){0};
	rc = csv_open(&r.csv, path, err);
	if (rc)
		return rc;
	rc = find_columns(&r, path, err);
	while (!rc && more) {
		rc = csv_next(&r.csv, &more, err);
		if (rc || !more || !field_is(&r, r.column[OUTCOME], "refused"))
			continue;
		rc = take_refusal(&r, err);
		arena_release(&r.scratch);
	}
	close_row(&r);
	level_bins(out);
	free(r.by_host);
	arena_release(&r.scratch);
	csv_close(&r.csv);
	if (rc)
		refusals_release(out);
	return rc;
}

void refusals_release(struct refusals *r)
{
	free(r->row);
	arena_release(&r->arena);
	*r = (struct refusals){0};
}
