#include "bench/files/probes.h"

#include <inttypes.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/csv.h"
#include "base/stats.h"
#include "base/table.h"
#include "base/terminal.h"

void probe_list_add(struct probe_list *l, const struct probe_record *record)
{
	l->record = grow(l->record, &l->cap, l->nr, sizeof(*l->record));
	l->record[l->nr++] = *record;
}

void probe_list_move(struct probe_list *l, struct probe_list *from)
{
	for (size_t i = 0; i < from->nr; i++)
		probe_list_add(l, &from->record[i]);
	from->nr = 0;
}

void probe_list_release(struct probe_list *l)
{
	for (size_t i = 0; i < l->nr; i++) {
		free(l->record[i].name);
		free(l->record[i].nodes);
	}
	free(l->record);
	*l = (struct probe_list){.nr = 0};
}

/* The row that it is of, for what rows have in common. */
static struct row row_of(const struct probe_record *r)
{
	return (struct row){.topology = r->topology,
			    .workload = r->workload,
			    .policy = r->policy,
			    .memory_policy = r->memory_policy,
			    .allocator = r->allocator,
			    .seed = r->seed};
}

/* Everything but the seed. */
static int compare_zone(const struct probe_record *a, const struct probe_record *b)
{
	struct row x = row_of(a), y = row_of(b);
	int c;

	x.seed = y.seed = 0;
	c = row_compare(&x, &y);
	return c ? c : (a->zone > b->zone) - (a->zone < b->zone);
}

static int by_key(const void *x, const void *y)
{
	const struct probe_record *a = x, *b = y;
	int c = compare_zone(a, b);

	return c ? c : (a->seed > b->seed) - (a->seed < b->seed);
}

void probe_list_sort(struct probe_list *l)
{
	if (l->nr)
		qsort(l->record, l->nr, sizeof(*l->record), by_key);
}

static void print_labels(const struct probe_record *r, FILE *out)
{
	csv_print_field(r->topology, out);
	fputc(',', out);
	csv_print_field(r->workload, out);
	fprintf(out, ",%s,%s,%s,", r->policy, r->memory_policy, r->allocator);
}

static void print_zone(const struct probe_record *r, FILE *out)
{
	fprintf(out, "%" PRIu64 ",", r->zone);
	csv_print_field(r->name, out);
	fprintf(out, ",%s,%" PRIu32 ",%" PRId64, r->nodes, r->vcpus, r->memory_bytes);
}

void probe_print_csv(const struct probe_list *l, FILE *out)
{
	schema_print_header(&schema_probes, out);
	for (size_t i = 0; i < l->nr; i++) {
		const struct probe_record *r = &l->record[i];

		print_labels(r, out);
		fprintf(out, "%" PRIu64 ",", r->seed);
		print_zone(r, out);
		if (r->measured)
			fprintf(out, ",%" PRId64 ",%" PRId64, r->found.triad_bytes_per_s,
				r->found.chase_ps);
		else
			fputs(",,", out);
		fprintf(out, ",%" PRId64 ",%" PRId64 "\n", r->predicted.triad_bytes_per_s,
			r->predicted.chase_ps);
	}
}

/* --- over the repeats ------------------------------------------------------------- */

struct repeats {
	const struct probe_record *first;
	size_t nr, nr_measured;
	struct interval triad, chase; /* half NAN: one repeat says nothing of it */
	double predicted_triad, predicted_chase;
};

static struct interval summarise(const double *value, size_t nr)
{
	if (nr > 1)
		return interval_of(value, nr);
	return (struct interval){.mean = nr ? value[0] : NAN, .half = NAN};
}

/* The repeats that begin at `from`; the list is sorted. Returns where they end. */
static size_t gather(const struct probe_list *l, size_t from, struct repeats *out)
{
	double *triad = xcalloc(l->nr, sizeof(*triad)), *chase = xcalloc(l->nr, sizeof(*chase));
	size_t i = from;

	*out = (struct repeats){.first = &l->record[from]};
	for (; i < l->nr && compare_zone(out->first, &l->record[i]) == 0; i++) {
		const struct probe_record *r = &l->record[i];

		out->predicted_triad += (double)r->predicted.triad_bytes_per_s;
		out->predicted_chase += (double)r->predicted.chase_ps;
		if (!r->measured)
			continue;
		triad[out->nr_measured] = (double)r->found.triad_bytes_per_s;
		chase[out->nr_measured++] = (double)r->found.chase_ps;
	}
	out->nr = i - from;
	out->predicted_triad /= (double)out->nr;
	out->predicted_chase /= (double)out->nr;
	out->triad = summarise(triad, out->nr_measured);
	out->chase = summarise(chase, out->nr_measured);
	free(triad);
	free(chase);
	return i;
}

/* NAN: not known. */
static int64_t figure(double x)
{
	return isnan(x) ? FIGURE_UNKNOWN : (int64_t)llround(x);
}

void probe_print_measured_csv(const struct probe_list *l, FILE *out)
{
	struct repeats r;

	schema_print_header(&schema_measured, out);
	for (size_t i = 0; i < l->nr;) {
		i = gather(l, i, &r);
		print_labels(r.first, out);
		print_zone(r.first, out);
		fprintf(out, ",%zu", r.nr_measured);
		figure_print_next(figure(r.triad.mean), out);
		figure_print_next(figure(r.triad.half), out);
		figure_print_next(figure(r.predicted_triad), out);
		figure_print_next(figure(r.chase.mean), out);
		figure_print_next(figure(r.chase.half), out);
		figure_print_next(figure(r.predicted_chase), out);
		fputc('\n', out);
	}
}

static void figure_cells(struct table *t, struct interval i, double predicted, enum unit u)
{
	char mean[40], half[40], ratio[40];

	unit_text(u, figure(i.mean), -1, mean, sizeof(mean));
	if (isnan(i.half))
		table_cell(t, "%s", mean);
	else
		table_cell(t, "%s +-%s", mean,
			   unit_text(u, figure(i.half), -1, half, sizeof(half)));
	table_cell(t, "%s", unit_text(u, figure(predicted), -1, half, sizeof(half)));
	table_cell(t, "%s",
		   unit_text(UNIT_FACTOR, figure(predicted > 0 ? i.mean / predicted * 1e6 : NAN), 2,
			     ratio, sizeof(ratio)));
}

void probe_print_text(const struct probe_list *l, FILE *out)
{
	static const char *const heading[] = {
		"policy",    "memory",	     "zone",	 "nodes",     "repeats",     "triad GB/s",
		"predicted", "measured / p", "chase ns", "predicted", "measured / p"};
	struct table *t = table_new();
	struct repeats r;

	for (size_t i = 0; i < sizeof(heading) / sizeof(heading[0]); i++)
		table_cell(t, "%s", heading[i]);
	table_end_row(t);
	for (size_t i = 0; i < l->nr;) {
		i = gather(l, i, &r);
		table_cell(t, "%s", r.first->policy);
		table_cell(t, "%s", r.first->memory_policy);
		table_cell(t, "%s", r.first->name);
		table_cell(t, "%s", r.first->nodes);
		table_cell(t, "%zu", r.nr_measured);
		figure_cells(t, r.triad, r.predicted_triad, UNIT_BYTES_PER_S);
		figure_cells(t, r.chase, r.predicted_chase, UNIT_PS);
		table_end_row(t);
	}
	(void)table_print_within(t, out, 0, 4, terminal_columns(out));
	table_free(t);
}
