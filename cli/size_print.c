/* The answers as people read them: tables that fit the terminal, sentences below. */
#include "cli/size_print.h"

#include <inttypes.h>
#include <string.h>

#include "base/table.h"
#include "base/terminal.h"

#define AROUND_SHOWN 2u

static const char *text_of(enum unit u, int64_t figure, int decimals, char buf[40])
{
	return unit_text(u, figure, decimals, buf, 40);
}

static const char *share(int64_t figure, char buf[40])
{
	return unit_text_signed(UNIT_SHARE, figure, -1, buf, 40);
}

/* Some are not none: a share that would be rounded to 0.00 is "<0.01". */
static const char *share_seen(int64_t figure, bool sign, char buf[40])
{
	if (figure > 0 && figure < 50)
		return sign ? "<0.01 %" : "<0.01";
	return sign ? share(figure, buf) : text_of(UNIT_SHARE, figure, -1, buf);
}

/* --- the key of a line ----------------------------------------------------------------- */

static void key_heading(struct table *t, const struct size_study *s)
{
	table_cell(t, "policy");
	if (s->nr_memories > 1)
		table_cell(t, "memory");
	if (s->nr_seeds > 1)
		table_cell(t, "seed");
	table_cell(t, "hosts");
}

static char letter(const struct size_line *line, const struct size_shape *shape)
{
	return (char)('A' + (shape - line->kase->shape));
}

/* "9"; with several shapes "9 A", and of a mix "3 A + 2 B". */
static void hosts_text(const struct size_study *s, const struct size_line *line, char buf[40])
{
	const struct size_question *q = &line->question;
	char own[16];

	snprintf(own, sizeof(own), line->answer.hosts ? "%" PRIu32 : "-", line->answer.hosts);
	if (s->nr_shapes == 1)
		snprintf(buf, 40, "%s", own);
	else if (!q->nr_beside)
		snprintf(buf, 40, "%s %c", own, letter(line, q->shape));
	else if (q->beside_first)
		snprintf(buf, 40, "%" PRIu32 " %c + %s %c", q->nr_beside, letter(line, q->beside),
			 own, letter(line, q->shape));
	else
		snprintf(buf, 40, "%s %c + %" PRIu32 " %c", own, letter(line, q->shape),
			 q->nr_beside, letter(line, q->beside));
}

static void key_cells(struct table *t, const struct size_study *s, const struct size_line *line)
{
	char hosts[40];

	table_cell(t, "%s", line->question.policy->name);
	if (s->nr_memories > 1)
		table_cell(t, "%s", run_memory_name(line->question.memory));
	if (s->nr_seeds > 1)
		table_cell(t, "%" PRIu64, line->question.seed);
	hosts_text(s, line, hosts);
	table_cell(t, "%s", hosts);
}

static size_t wider(size_t width, const char *text)
{
	return strlen(text) > width ? strlen(text) : width;
}

/* Of the columns of the key, with the blanks between. */
static size_t key_width(const struct size_study *s, const struct size_lines *l,
			const struct size_case *kase)
{
	size_t policy = 6, memory = 6, seed = 4, hosts = 5;
	char buf[40];

	for (size_t i = 0; i < l->nr; i++) {
		const struct size_line *line = &l->line[i];

		if (line->kase != kase)
			continue;
		policy = wider(policy, line->question.policy->name);
		memory = wider(memory, run_memory_name(line->question.memory));
		snprintf(buf, sizeof(buf), "%" PRIu64, line->question.seed);
		seed = wider(seed, buf);
		hosts_text(s, line, buf);
		hosts = wider(hosts, buf);
	}
	return policy + 2 + hosts + (s->nr_memories > 1 ? memory + 2 : 0) +
	       (s->nr_seeds > 1 ? seed + 2 : 0);
}

/* The same in a sentence: "nova, static, seed 3, A". */
static const char *key_text(const struct size_study *s, const struct size_line *line, char *buf,
			    size_t size)
{
	int n = snprintf(buf, size, "%s", line->question.policy->name);

	if (s->nr_memories > 1)
		n += snprintf(buf + n, size - (size_t)n, ", %s",
			      run_memory_name(line->question.memory));
	if (s->nr_seeds > 1)
		n += snprintf(buf + n, size - (size_t)n, ", seed %" PRIu64, line->question.seed);
	if (s->nr_shapes > 1)
		n += snprintf(buf + n, size - (size_t)n, ", %s", line->question.topology);
	if (*line->kase->name)
		snprintf(buf + n, size - (size_t)n, ", %s", line->kase->name);
	return buf;
}

/* --- tables ---------------------------------------------------------------------------- */

/* The cells of a row of schema_size, by name. */
static int64_t figure_of(const struct rows *r, size_t row, const char *name)
{
	const struct column *c = schema_column(&schema_size, name);

	return r->cell[row * r->nr_columns + (size_t)(c - r->column)].figure;
}

struct shown {
	const char *column, *heading;
	int decimals;
};

static const char *shown_text(const struct rows *r, size_t row, const struct shown *c, char buf[40])
{
	enum unit u = schema_column(&schema_size, c->column)->unit;
	int64_t figure = figure_of(r, row, c->column);

	if (strcmp(c->column, "cheapest") == 0)
		return figure ? "yes" : "-";
	if (u == UNIT_SHARE)
		return share_seen(figure, false, buf);
	return text_of(u, figure, c->decimals, buf);
}

/* A heading with its unit, where cells have none. */
static void heading_cell(struct table *t, const struct shown *c)
{
	enum unit u = schema_column(&schema_size, c->column)->unit;
	bool with = u == UNIT_SHARE && !strchr(c->heading, '%');

	table_cell(t, with ? "%s %%" : "%s", c->heading);
}

/* The lines of one case, with those of the columns that fit; the others are in the CSV. */
static void print_lines(const struct size_study *s, const struct size_lines *l,
			const struct rows *r, const struct size_case *kase,
			const struct shown *shown, size_t nr, FILE *out)
{
	size_t keys = 2u + (s->nr_memories > 1) + (s->nr_seeds > 1);
	struct table *t = table_new();
	char buf[40];

	key_heading(t, s);
	for (size_t c = 0; c < nr; c++)
		heading_cell(t, &shown[c]);
	table_end_row(t);
	for (size_t i = 0; i < l->nr; i++) {
		if (l->line[i].kase != kase)
			continue;
		key_cells(t, s, &l->line[i]);
		for (size_t c = 0; c < nr; c++)
			table_cell(t, "%s", shown_text(r, i, &shown[c], buf));
		table_end_row(t);
	}
	(void)table_print_within(t, out, 0, keys, terminal_columns(out));
	table_free(t);
}

static bool any_price(const struct size_study *s)
{
	for (size_t i = 0; i < s->nr_shapes; i++)
		if (is_known(s->kase->shape[i].price_micro))
			return true;
	return false;
}

/* What matters most first. */
static void print_answers(const struct size_study *s, const struct size_lines *l,
			  const struct rows *r, FILE *out)
{
	static const struct shown plain[] = {
		{"refused_ppm", "refused", -1},
		{"local_page_ppm", "local", -1},
		{"slowdown_ppm", "slowdown", -1},
		{"hosts_by_sums", "by sums", -1},
		{"zones_per_host_milli", "zones/host", -1},
	};
	static const struct shown priced[] = {
		{"refused_ppm", "refused", -1},
		{"local_page_ppm", "local", -1},
		{"price_per_vcpu_hour_micro", "EUR/vCPU-h", 5},
		{"cheapest", "cheapest", -1},
		{"price_per_hour_micro", "EUR/h", 2},
	};

	print_lines(s, l, r, s->kase, any_price(s) ? priced : plain, 5, out);
}

static void print_density(const struct size_study *s, const struct size_lines *l,
			  const struct rows *r, FILE *out)
{
	static const struct shown shown[] = {
		{"zones_per_host_milli", "zones", -1}, {"vcpus_per_host_milli", "vCPUs", -1},
		{"memory_per_host_bytes", "GiB", -1},  {"local_page_ppm", "local %", -1},
		{"slowdown_ppm", "slowdown", -1},      {"short_ppm", "short %", -1},
	};

	fputs("\nzones, vCPUs and GiB that zones may grow to, by hosts, at their most:\n", out);
	print_lines(s, l, r, s->kase, shown, sizeof(shown) / sizeof(shown[0]), out);
}

static bool any_answer(const struct size_lines *l, const struct size_case *kase)
{
	for (size_t i = 0; i < l->nr; i++)
		if (l->line[i].kase == kase && l->line[i].answer.hosts)
			return true;
	return false;
}

static void print_what_if(const struct size_study *s, const struct size_lines *l,
			  const struct rows *r, const struct size_case *kase, FILE *out)
{
	static const struct shown shown[] = {
		{"more_hosts", "more", -1},
		{"refused_ppm", "refused", -1},
		{"unchanged_refused_ppm", "kept: refused", -1},
		{"local_page_ppm", "local", -1},
		{"unchanged_local_page_ppm", "kept: local", -1},
	};

	if (!any_answer(l, kase)) {
		fprintf(out, "\nwhat if %s: no answer\n", kase->name);
		return;
	}
	fprintf(out, "\nwhat if %s (kept: with the hosts from above):\n", kase->name);
	print_lines(s, l, r, kase, shown, sizeof(shown) / sizeof(shown[0]), out);
}

static bool misses(const struct size_goals *g, const struct size_point *p, bool local)
{
	if (!local)
		return (int128)p->row.zones_refused * 1000000 >
		       (int128)g->refused_ppm * p->row.zones_offered;
	return is_known(g->local_ppm) &&
	       (!is_known(p->row.local_page_ppm) || p->row.local_page_ppm < g->local_ppm);
}

/* One figure of sizes around the answer; a star where it misses its goal. */
static void around_cells(struct table *t, const struct size_how *how, const struct size_line *line,
			 uint32_t around, bool local)
{
	char buf[40];

	for (uint32_t i = 0; i <= 2 * around; i++) {
		uint32_t hosts = line->answer.hosts + i;
		const struct size_point *p =
			hosts > around ? size_point_of(&line->answer, hosts - around) : NULL;

		if (!p || !p->whole)
			table_cell(t, "-");
		else
			table_cell(t, "%s%s",
				   share_seen(local ? p->row.local_page_ppm : p->refused_ppm, false,
					      buf),
				   misses(&how->goals, p, local) ? "*" : "");
	}
}

static void print_around(const struct size_study *s, const struct size_lines *l, FILE *out)
{
	uint32_t around = s->how.around < AROUND_SHOWN ? s->how.around : AROUND_SHOWN;
	size_t keys = key_width(s, l, s->kase), columns = terminal_columns(out);
	size_t left = columns > keys ? columns - keys : 0;
	struct table *t = table_new();

	/* "  refused" and "  100.00*" */
	while (around > 1 && (2 * around + 2) * 9 > left)
		around--;

	fputs("\nwith fewer hosts and with more (* misses its goal):\n", out);
	key_heading(t, s);
	table_cell(t, "%%");
	for (uint32_t i = 0; i <= 2 * around; i++)
		table_cell(t, i == around ? "%d" : "%+d", (int)i - (int)around);
	table_end_row(t);
	for (size_t i = 0; i < l->nr; i++) {
		const struct size_line *line = &l->line[i];

		for (int local = 0; local < 2 && line->kase == s->kase && line->answer.hosts;
		     local++) {
			key_cells(t, s, line);
			table_cell(t, local ? "local" : "refused");
			around_cells(t, &s->how, line, around, local);
			table_end_row(t);
		}
	}
	table_print(t, out, 0);
	table_free(t);
}

/* --- sentences ------------------------------------------------------------------------- */

static void print_head(const struct size_asked *a, const struct size_lines *l, FILE *out)
{
	const struct size_study *s = &a->study;
	const struct size_goals *g = &s->how.goals;
	const struct size_bound *b = &l->line[0].answer.bound;
	char text[256], refused[40], local[40], price[40];

	fprintf(out, "%s: %" PRIu64 " zones, at most %" PRIu32 " at once", a->workload.name,
		b->zones, b->peak_zones);
	if (s->nr_shapes == 1)
		fprintf(out, ", on %s", a->shape[0].name);
	fputc('\n', out);
	for (size_t i = 0; s->nr_shapes > 1 && i < s->nr_shapes; i++) {
		const struct size_shape *shape = &a->shape[i];

		fprintf(out, "%c: %s", (int)('A' + i), shape->name);
		if (is_known(shape->price_micro))
			fprintf(out, ", %s EUR/h", text_of(UNIT_EUR, shape->price_micro, 2, price));
		fputc('\n', out);
	}
	snprintf(text, sizeof(text), "goals: %s%s%s%s%s",
		 g->refused_ppm ? "at most " : "no zone refused",
		 g->refused_ppm ? share(g->refused_ppm, refused) : "",
		 g->refused_ppm ? " of the zones refused" : "",
		 is_known(g->local_ppm) ? ", local memory at least " : "",
		 is_known(g->local_ppm) ? share(g->local_ppm, local) : "");
	terminal_print_sentence(text, out);
	fputc('\n', out);
}

/* A case that has no answer for the reason that the base has none says nothing new. */
static bool as_base(const struct size_line *line)
{
	const struct size_line *b = line->base;

	return b && !line->answer.hosts && !b->answer.hosts &&
	       strcmp(line->answer.why, b->answer.why) == 0;
}

static void print_notes(const struct size_study *s, const struct size_lines *l, FILE *out)
{
	char text[ERROR_TEXT_MAX + 512], key[256];
	bool any = false;

	for (size_t i = 0; i < l->nr; i++) {
		const struct size_line *line = &l->line[i];

		if ((line->answer.hosts && !line->answer.uneven) || as_base(line))
			continue;
		if (!any)
			fputc('\n', out);
		any = true;
		snprintf(text, sizeof(text), "%s: %s", key_text(s, line, key, sizeof(key)),
			 line->answer.hosts
				 ? "a larger number than one that meets the goals was seen to miss "
				   "them; the answer is where they begin to be met by all that "
				   "were tried, and a smaller number that was not tried may do"
				 : line->answer.why);
		terminal_print_sentence(text, out);
	}
}

/* Dynamic memory that is never moved is static: say so rather than let them look alike. */
static void print_still(const struct size_lines *l, FILE *out)
{
	size_t still = 0;

	for (size_t i = 0; i < l->nr; i++) {
		const struct size_line *line = &l->line[i];
		const struct size_point *p = size_point_of(&line->answer, line->answer.hosts);

		if (line->question.memory != RUN_MEMORY_DYNAMIC || !line->answer.hosts)
			continue;
		if (!p || p->row.balloon_steps)
			return;
		still++;
	}
	if (!still)
		return;
	fputc('\n', out);
	terminal_print_sentence("no zone's memory moved: the workload does not say how zones use "
				"their memory, so dynamic memory brings nothing here "
				"(docs/size.md)",
				out);
}

/* From the least to the most hosts over the seeds; those without an answer are named above. */
static void print_spread(const struct size_study *s, const struct size_lines *l, FILE *out)
{
	char text[512], range[64];

	for (size_t i = 0; i < l->nr; i++) {
		const struct size_line *first = &l->line[i];
		uint32_t least = UINT32_MAX, most = 0, nr = 0;

		if (first->question.seed != s->seed[0] || first->mix)
			continue;
		for (size_t j = i; j < l->nr; j++) {
			const struct size_line *line = &l->line[j];
			uint32_t hosts = line->answer.hosts;

			if (line->kase != first->kase || line->mix || !hosts ||
			    line->question.policy != first->question.policy ||
			    line->question.memory != first->question.memory ||
			    line->question.shape != first->question.shape)
				continue;
			least = hosts < least ? hosts : least;
			most = hosts > most ? hosts : most;
			nr++;
		}
		snprintf(range, sizeof(range),
			 least < most ? "%" PRIu32 " to %" PRIu32 : "%" PRIu32, least, most);
		snprintf(text, sizeof(text), "%s%s%s%s%s%s%s: %s hosts over %" PRIu32 " seeds",
			 first->question.policy->name, s->nr_memories > 1 ? ", " : "",
			 s->nr_memories > 1 ? run_memory_name(first->question.memory) : "",
			 s->nr_shapes > 1 ? ", " : "",
			 s->nr_shapes > 1 ? first->question.topology : "",
			 *first->kase->name ? ", " : "", first->kase->name, range, nr);
		if (nr)
			terminal_print_sentence(text, out);
	}
}

static void print_mixes(const struct size_study *s, const struct size_lines *l, FILE *out)
{
	uint32_t searched = 0, ruled_out = 0, left_out = 0;
	char text[512];

	for (size_t g = 0; g < l->nr_groups; g++) {
		searched += l->mix[g].searched;
		ruled_out += l->mix[g].ruled_out;
		left_out += l->mix[g].left_out;
	}
	if (!l->mix[0].priced) {
		terminal_print_sentence(
			"mixes of shapes are searched where each has a price (--price)", out);
		return;
	}
	snprintf(text, sizeof(text),
		 "mixes of two shapes: tried with %" PRIu32
		 " number%s of one beside the other; %" PRIu32
		 " more cost too much by sums alone%s",
		 searched, searched == 1 ? "" : "s", ruled_out,
		 s->nr_shapes > 2 ? "; mixes of three were not searched" : "");
	terminal_print_sentence(text, out);
	snprintf(text, sizeof(text),
		 "%" PRIu32 " numbers between were not tried (--mixes): there may be a cheaper mix",
		 left_out);
	if (left_out)
		terminal_print_sentence(text, out);
}

void size_print_text(const struct size_asked *a, const struct size_lines *l, FILE *out)
{
	const struct size_study *s = &a->study;
	struct rows r;

	size_rows(&r, a, l);
	print_head(a, l, out);
	print_answers(s, l, &r, out);
	print_notes(s, l, out);
	if (s->how.around && any_answer(l, s->kase))
		print_around(s, l, out);
	if (s->nr_memories > 1 && any_answer(l, s->kase)) {
		print_density(s, l, &r, out);
		print_still(l, out);
	}
	for (size_t i = 1; i < s->nr_cases; i++)
		print_what_if(s, l, &r, &s->kase[i], out);
	if (s->nr_seeds > 1 || s->nr_shapes > 1)
		fputc('\n', out);
	if (s->nr_seeds > 1)
		print_spread(s, l, out);
	if (s->nr_shapes > 1)
		print_mixes(s, l, out);
	rows_release(&r);
}
