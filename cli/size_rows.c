/* The answers as rows. */
#include <inttypes.h>

#include "base/units.h"
#include "cli/size_print.h"

static uint32_t hosts_of(const struct size_line *line)
{
	return line->answer.hosts ? line->answer.hosts + line->question.nr_beside : 0;
}

/* Which row it is. */
static void add_key(struct rows *r, const struct size_asked *a, const struct size_line *line)
{
	rows_text(r, a->workload.name);
	rows_text(r, line->kase->name);
	rows_text(r, line->question.topology);
	rows_text(r, line->question.policy->name);
	rows_text(r, run_memory_name(line->question.memory));
	rows_number(r, (int64_t)line->question.seed);
}

/* "3xA+2xB", in the order in which hosts are numbered. */
static void add_mix(struct rows *r, const struct size_line *line)
{
	const struct size_question *q = &line->question;
	uint32_t own = line->answer.hosts;

	if (!own)
		rows_text(r, "");
	else if (!q->nr_beside)
		rows_text(r, arena_printf(&r->arena, "%" PRIu32 "x%s", own, q->shape->name));
	else if (q->beside_first)
		rows_text(r, arena_printf(&r->arena, "%" PRIu32 "x%s+%" PRIu32 "x%s", q->nr_beside,
					  q->beside->name, own, q->shape->name));
	else
		rows_text(r, arena_printf(&r->arena, "%" PRIu32 "x%s+%" PRIu32 "x%s", own,
					  q->shape->name, q->nr_beside, q->beside->name));
}

static int64_t by_hosts(int64_t sum, uint32_t hosts)
{
	return hosts ? (sum + hosts / 2) / hosts : FIGURE_UNKNOWN;
}

static int64_t price_of_vcpu_hour(const struct size_line *line, const struct size_point *p)
{
	int64_t price = size_price_micro(&line->question, p->hosts);

	if (!is_known(price) || !p->row.vcpu_time_s)
		return FIGURE_UNKNOWN;
	return (int64_t)((int128)price * p->end_ns / ((int128)p->row.vcpu_time_s * NS_PER_S));
}

static void add_unknown(struct rows *r, unsigned nr)
{
	while (nr--)
		rows_number(r, FIGURE_UNKNOWN);
}

static void add_below(struct rows *r, const struct size_line *line)
{
	uint32_t below = line->answer.hosts - 1;
	const struct size_point *p = below ? size_point_of(&line->answer, below) : NULL;

	if (!p || !p->whole) {
		add_unknown(r, 2);
		return;
	}
	rows_number(r, p->refused_ppm);
	rows_number(r, p->row.local_page_ppm);
}

static void add_figures(struct rows *r, const struct size_line *line)
{
	const struct size_point *p = size_point_of(&line->answer, line->answer.hosts);
	uint32_t hosts = hosts_of(line);

	rows_number(r, p->refused_ppm);
	rows_number(r, p->row.local_page_ppm);
	rows_number(r, p->row.mean_distance_centi);
	rows_number(r, p->row.slowdown_ppm);
	rows_number(r, p->row.balloon_steps ? ppm(p->row.balloon_failures, p->row.balloon_steps)
					    : FIGURE_UNKNOWN);
	add_below(r, line);
	rows_number(r, by_hosts(p->peak_zones * 1000, hosts));
	rows_number(r, by_hosts(p->peak_vcpus * 1000, hosts));
	rows_number(r, by_hosts(p->peak_bytes, hosts));
	rows_number(r, size_price_micro(&line->question, line->answer.hosts));
	rows_number(r, price_of_vcpu_hour(line, p));
}

/* Against the base. */
static void add_change(struct rows *r, const struct size_line *line)
{
	const struct size_line *b = line->base;
	const struct size_point *as_is =
		b ? size_point_of(&line->unchanged, b->answer.hosts) : NULL;
	int64_t price, before;

	if (b && hosts_of(b) && hosts_of(line)) {
		price = size_price_micro(&line->question, line->answer.hosts);
		before = size_price_micro(&b->question, b->answer.hosts);
		rows_number(r, (int64_t)hosts_of(line) - hosts_of(b));
		rows_number(r,
			    is_known(price) && is_known(before) ? price - before : FIGURE_UNKNOWN);
	} else {
		add_unknown(r, 2);
	}
	rows_number(r, as_is ? as_is->refused_ppm : FIGURE_UNKNOWN);
	rows_number(r, as_is ? as_is->row.local_page_ppm : FIGURE_UNKNOWN);
}

void size_rows(struct rows *out, const struct size_asked *a, const struct size_lines *l)
{
	*out = (struct rows){
		.name = "sizes", .column = schema_size.column, .nr_columns = schema_size.nr};
	for (size_t i = 0; i < l->nr; i++) {
		const struct size_line *line = &l->line[i];
		const struct size_answer *answer = &line->answer;

		add_key(out, a, line);
		rows_number(out, (int64_t)answer->bound.zones);
		rows_number(out, answer->bound.peak_zones);
		rows_number(out, answer->by_sums);
		rows_number(out, answer->hosts ? (int64_t)hosts_of(line) : FIGURE_UNKNOWN);
		add_mix(out, line);
		if (answer->hosts)
			add_figures(out, line);
		else
			add_unknown(out, 12);
		rows_number(out, line->cheapest);
		add_change(out, line);
		rows_number(out, answer->tried);
		rows_number(out, answer->uneven);
		if (answer->hosts)
			rows_number(out, FIGURE_UNKNOWN);
		else
			rows_text(out, answer->why);
	}
}

void size_around_rows(struct rows *out, const struct size_asked *a, const struct size_lines *l)
{
	*out = (struct rows){
		.name = "around", .column = schema_around.column, .nr_columns = schema_around.nr};
	for (size_t i = 0; i < l->nr; i++) {
		const struct size_line *line = &l->line[i];
		uint32_t hosts = line->answer.hosts, around = a->study.how.around;

		for (uint32_t n = hosts > around ? hosts - around : 1; hosts && n <= hosts + around;
		     n++) {
			const struct size_point *p = size_point_of(&line->answer, n);

			if (!p || !p->whole)
				continue;
			add_key(out, a, line);
			rows_number(out, n + line->question.nr_beside);
			rows_number(out, p->meets);
			rows_number(out, p->refused_ppm);
			rows_number(out, p->row.local_page_ppm);
			rows_number(out, p->row.mean_distance_centi);
		}
	}
}
