#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "cli/probe_out.h"
#include "cli/rows.h"

double probe_lines(const struct survey *s, const struct survey_cell *c)
{
	const struct survey_cell *one = c;

	if (c->figure != CELL_LINES || !c->nr)
		return 0;
	while (one > s->cell && one[-1].figure == CELL_LINES && one[-1].from == c->from)
		one--;
	return one->nr ? cell_value(one).median / cell_value(c).median : 0;
}

static void key(struct rows *r, bool there, uint32_t value)
{
	char text[16] = "";

	if (there)
		snprintf(text, sizeof(text), "%" PRIu32, value);
	rows_text(r, text);
}

/* Whose CPUs and whose memory; what there is nothing of is in no node. */
static void add_place(struct rows *r, const struct host *h, const struct survey_cell *c)
{
	bool link = c->figure == CELL_LINK, about = !c->why || c->nr || c->from != c->to;
	bool from = about && c->from != CELL_ALL;

	key(r, from, link || !from ? c->from : h->node[c->from].os_index);
	key(r, about, link ? c->to : h->node[c->to].os_index);
	if (link)
		key(r, about, c->both ? 2 : 1);
	else
		key(r, c->figure == CELL_PORT || c->figure == CELL_LINES, c->count);
	rows_number(r, c->figure == CELL_LOADED ? c->level_ppm : FIGURE_UNKNOWN);
	rows_number(r, link || !from ? FIGURE_UNKNOWN : host_distance(h, c->from, c->to));
}

static int64_t whole(double value)
{
	return (int64_t)(value + 0.5);
}

static void add_values(struct rows *r, const struct survey_cell *c, bool there)
{
	struct cell_value v = there ? cell_value(c) : (struct cell_value){0};

	rows_number(r, there ? whole(v.median) : FIGURE_UNKNOWN);
	rows_number(r, there && c->nr > 1 ? whole(v.half) : FIGURE_UNKNOWN);
	rows_number(r, there ? whole(v.best) : FIGURE_UNKNOWN);
	rows_number(r, there ? whole(v.worst) : FIGURE_UNKNOWN);
}

static void add_row(struct rows *r, const struct host *h, const struct survey *s,
		    const int64_t *predicted, const struct survey_cell *c)
{
	double lines = probe_lines(s, c);

	rows_text(r, cell_figure_name(c->figure));
	rows_text(r, cell_kind(c));
	add_place(r, h, c);
	rows_number(r, c->figure == CELL_LOADED && c->nr && c->level_ppm ? whole(cell_load(c))
									 : FIGURE_UNKNOWN);
	add_values(r, c, c->nr && cell_is_time(c));
	add_values(r, c, c->nr && !cell_is_time(c));
	rows_number(r, predicted[c - s->cell]);
	rows_number(r, lines > 0 ? whole(lines * 1000) : FIGURE_UNKNOWN);
	rows_number(r, c->nr);
	rows_number(r, c->again);
	rows_text(r, c->why ? c->why : c->nr ? "" : "no time was left");
}

/* Columns of a table in a terminal, what matters most first. */
static const char *const latency[] = {"node",
				      "memory_node",
				      "distance",
				      "latency_ps",
				      "latency_half_95_ps",
				      "latency_best_ps",
				      "latency_worst_ps",
				      NULL};
static const char *const rate[] = {"kind",
				   "node",
				   "memory_node",
				   "rate_bytes_per_s",
				   "rate_half_95_bytes_per_s",
				   "rate_best_bytes_per_s",
				   "rate_worst_bytes_per_s",
				   NULL};
static const char *const compared[] = {"kind",
				       "node",
				       "memory_node",
				       "rate_bytes_per_s",
				       "rate_best_bytes_per_s",
				       "predicted_bytes_per_s",
				       "rate_half_95_bytes_per_s",
				       NULL};
static const char *const counted[] = {"kind",
				      "node",
				      "memory_node",
				      "count",
				      "rate_bytes_per_s",
				      "rate_half_95_bytes_per_s",
				      "rate_best_bytes_per_s",
				      NULL};
static const char *const loaded[] = {"kind",
				     "node",
				     "memory_node",
				     "level_ppm",
				     "load_bytes_per_s",
				     "latency_ps",
				     "latency_half_95_ps",
				     NULL};
static const char *const lines[] = {"node",	   "count", "latency_ps", "latency_half_95_ps",
				    "lines_milli", NULL};

static const char *const *shown(enum cell_figure f)
{
	switch (f) {
	case CELL_LATENCY:
		return latency;
	case CELL_LOADED:
		return loaded;
	case CELL_LINES:
		return lines;
	case CELL_HOT:
	case CELL_STREAM:
		return compared;
	case CELL_LINK:
	case CELL_PORT:
		return counted;
	default:
		return rate;
	}
}

static void print_figure(const struct host *h, const struct survey *s, const int64_t *predicted,
			 enum cell_figure f, FILE *out)
{
	struct rows r = {.name = "figures",
			 .column = schema_figures.column,
			 .nr_columns = schema_figures.nr,
			 .shown = shown(f)};
	const char *why = NULL;

	for (uint32_t i = 0; i < s->nr; i++) {
		const struct survey_cell *c = &s->cell[i];

		if (c->figure != f)
			continue;
		if (c->nr)
			add_row(&r, h, s, predicted, c);
		else if (!why)
			why = c->why ? c->why : "no time was left";
	}
	if (r.nr || why)
		fprintf(out, "%s%s%s\n", cell_figure_name(f), why ? ": not measurable: " : "",
			why ? why : "");
	if (r.nr)
		rows_print(&r, FORMAT_TEXT, NULL, out);
	if (r.nr || why)
		fputc('\n', out);
	rows_release(&r);
}

void probe_print(const struct host *h, const struct survey *s, enum output_format format, FILE *out)
{
	struct rows r = {.name = "figures",
			 .column = schema_figures.column,
			 .nr_columns = schema_figures.nr};
	int64_t *predicted = probe_predicted(h, s);

	for (unsigned f = 0; format == FORMAT_TEXT && f < CELL_FIGURES; f++)
		print_figure(h, s, predicted, (enum cell_figure)f, out);
	for (uint32_t i = 0; format != FORMAT_TEXT && i < s->nr; i++)
		add_row(&r, h, s, predicted, &s->cell[i]);
	if (format != FORMAT_TEXT)
		rows_print(&r, format, NULL, out);
	rows_release(&r);
	free(predicted);
}
