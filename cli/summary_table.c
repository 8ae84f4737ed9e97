#include "cli/summary_table.h"

#include <inttypes.h>
#include <string.h>

#include "base/terminal.h"
#include "cli/rows.h"
#include "cli/verdict.h"
#include "cli/version.h"
#include "cost/params/grades.h"

#define KEYS 6

/* What varies over the rows; columns that would say the same in every row are above the table. */
struct differs {
	bool topology, workload, memory, allocator, seed, hosts;
	bool queue, balloon, cost, regret;
};

static struct differs what_differs(const struct row *row, size_t nr)
{
	struct differs d = {.topology = false};

	for (size_t i = 0; i < nr; i++) {
		d.topology |= strcmp(row[i].topology, row[0].topology) != 0;
		d.workload |= strcmp(row[i].workload, row[0].workload) != 0;
		d.memory |= strcmp(row[i].memory_policy, row[0].memory_policy) != 0;
		d.allocator |= strcmp(row[i].allocator, row[0].allocator) != 0;
		d.seed |= row[i].seed != row[0].seed;
		d.hosts |= row[i].hosts != row[0].hosts;
		d.queue |= row[i].zones_queued > 0;
		d.balloon |= row[i].balloon_steps > 0;
		d.cost |= is_known(row[i].slowdown_ppm);
		d.regret |= is_known(row[i].regret_ppm);
	}
	return d;
}

/* Names of the columns to be shown, what matters most first; NULL-terminated. */
static void choose(const struct differs *d, const char **name)
{
	const struct {
		bool shown;
		const char *name;
	} all[] = {
		{d->topology, "topology"},
		{d->workload, "workload"},
		{true, "policy"},
		{d->memory, "memory_policy"},
		{d->allocator, "allocator"},
		{d->seed, "seed"},
		{d->hosts && !d->topology, "hosts"},
		{true, "zones_placed"},
		{true, "zones_refused"},
		{d->queue, "queue_wait_s"},
		{true, "local_page_ppm"},
		{d->cost, "slowdown_ppm"},
		{d->regret, "regret_ppm"},
		{true, "mean_distance_centi"},
		{d->balloon, "balloon_failures"},
		{d->cost, "swing_ppm"},
		{d->balloon, "wrong_vnode_page_ppm"},
		{d->balloon, "off_node_page_ppm"},
		{true, "zones_spilled"},
		{true, "spilled_bytes"},
		{true, "zones_multi_node"},
		{true, "peak_live_zones"},
		{d->balloon, "balloon_steps"},
		{!d->balloon, "stranded_vcpu_ppm"},
		{!d->balloon, "stranded_memory_ppm"},
	};
	size_t nr = 0;

	for (size_t i = 0; i < sizeof(all) / sizeof(all[0]); i++)
		if (all[i].shown)
			name[nr++] = all[i].name;
	name[nr] = NULL;
}

/* "week on epyc-nps4-8n, 8 hosts, memory as-asked, allocator xen, seed 1" */
static void print_head(const struct row *r, const struct differs *d, FILE *out)
{
	struct arena a = {0};
	const char *text = arena_printf(&a, "%s on %s", d->workload ? "workloads" : r->workload,
					d->topology ? "several fleets" : r->topology);

	if (!d->hosts)
		text = arena_printf(&a, "%s, %" PRId64 " host%s", text, r->hosts,
				    r->hosts == 1 ? "" : "s");
	if (!d->memory)
		text = arena_printf(&a, "%s, memory %s", text, r->memory_policy);
	if (!d->allocator)
		text = arena_printf(&a, "%s, allocator %s", text, r->allocator);
	if (!d->seed)
		text = arena_printf(&a, "%s, seed %" PRIu64, text, r->seed);
	terminal_print_sentence(text, out);
	fputc('\n', out);
	arena_release(&a);
}

static void add_row(struct rows *out, const struct row *r)
{
	char seed[24];

	snprintf(seed, sizeof(seed), "%" PRIu64, r->seed);
	rows_text(out, r->topology);
	rows_text(out, r->workload);
	rows_text(out, r->policy);
	rows_text(out, r->memory_policy);
	rows_text(out, r->allocator);
	rows_text(out, seed);
	for (int f = 0; f < NR_SUMMARY_FIGURES; f++)
		rows_number(out, row_figure(r, (enum summary_figure)f));
}

static bool named(const char *name, const char *const *policy)
{
	for (; *policy; policy++)
		if (strcmp(*policy, name) == 0)
			return true;
	return false;
}

/* The policies of a block in the order in which they were asked for, then the others. */
static void add_block(struct rows *out, const struct row *row, size_t nr, const char *const *policy)
{
	for (const char *const *p = policy; *p; p++)
		for (size_t i = 0; i < nr; i++)
			if (strcmp(row[i].policy, *p) == 0)
				add_row(out, &row[i]);
	for (size_t i = 0; i < nr; i++)
		if (!named(row[i].policy, policy))
			add_row(out, &row[i]);
}

void summary_print_table(const struct row *row, size_t nr, const char *const *policy,
			 const struct view *view, FILE *out)
{
	static const char *const nobody[] = {NULL};
	struct differs differs = what_differs(row, nr);
	const char *shown[KEYS + NR_SUMMARY_FIGURES + 1];
	struct rows r = {.name = "rows",
			 .column = schema_summary.column + 1,
			 .nr_columns = schema_summary.nr - 1,
			 .shown = shown};

	choose(&differs, shown);
	for (size_t i = 0, end; i < nr; i = end) {
		for (end = i + 1; end < nr && strcmp(row[i].topology, row[end].topology) == 0 &&
				  strcmp(row[i].workload, row[end].workload) == 0;
		     end++)
			;
		add_block(&r, row + i, end - i, policy ? policy : nobody);
	}
	if (nr)
		print_head(row, &differs, out);
	rows_print_table(&r, view, out);
	rows_release(&r);
}

/* --- the verdict ----------------------------------------------------------------------- */

/* "edera-compact dynamic xen": what tells the row from others, without its seed. */
static const char *contender_name(const struct row *r, const struct differs *d, struct arena *a)
{
	return arena_printf(a, "%s%s%s%s%s", r->policy, d->memory ? " " : "",
			    d->memory ? r->memory_policy : "", d->allocator ? " " : "",
			    d->allocator ? r->allocator : "");
}

static void add_sample(struct verdict *v, const char *name, const struct row *r)
{
	struct verdict_contender *c = verdict_contender(v, name);
	struct verdict_sample *s = verdict_sample(c, r->seed);

	c->foresees |= r->foresees;
	s->of[VERDICT_OFFERED] = r->zones_offered;
	s->of[VERDICT_PLACED] = r->zones_placed;
	s->of[VERDICT_LOCAL] = r->local_page_ppm;
	s->of[VERDICT_DISTANCE] = r->mean_distance_centi;
	s->of[VERDICT_SLOWDOWN] = r->slowdown_ppm;
	s->of[VERDICT_REMOTE] = r->cause_remote_ppm;
	s->of[VERDICT_MULTI_NODE] = r->zones_multi_node;
	s->of[VERDICT_GROWN] = r->balloon_steps;
	s->of[VERDICT_SHORT] = r->balloon_failures;
}

void summary_print_verdict(const struct results *r, const char *const *policy, FILE *out)
{
	struct verdict v = {.latency_error_ppm = cost_latency_error_ppm(&r->basis),
			    .bandwidth_error_ppm = cost_bandwidth_error_ppm(&r->basis)};
	struct differs d = what_differs(r->row, r->nr);
	struct arena names = {0};

	for (const char *const *p = policy; *p; p++)
		for (size_t i = 0; i < r->nr; i++)
			if (strcmp(r->row[i].policy, *p) == 0)
				add_sample(&v, contender_name(&r->row[i], &d, &names), &r->row[i]);
	for (size_t i = 0; i < r->nr; i++)
		if (!named(r->row[i].policy, policy))
			add_sample(&v, contender_name(&r->row[i], &d, &names), &r->row[i]);
	verdict_print(&v, out);
	verdict_release(&v);
	arena_release(&names);
}

struct column *summary_columns(const char *operand, size_t *nr)
{
	(void)operand;
	return view_columns(SUMMARY_VIEW_COLUMNS, nr);
}

void summary_print_rows(const struct row *row, size_t nr, enum output_format format, FILE *out)
{
	switch (format) {
	case FORMAT_JSON:
		row_print_json(row, nr, out);
		break;
	case FORMAT_JSONL:
		for (size_t i = 0; i < nr; i++)
			row_print_jsonl(&row[i], out);
		break;
	case FORMAT_CSV:
		row_print_csv_header(out);
		for (size_t i = 0; i < nr; i++)
			row_print_csv(&row[i], out);
		break;
	case FORMAT_OPENMETRICS:
		row_print_openmetrics(row, nr, program_version(), out);
		break;
	case FORMAT_TEXT:
		BUG_ON(true);
	}
}
