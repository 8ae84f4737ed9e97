/*
 * Intel Memory Latency Checker, all that it prints when called without options, or with
 * --latency_matrix, --bandwidth_matrix, --peak_injection_bandwidth, --loaded_latency.
 * The program is closed; its manual describes the tests, and outputs of versions 3.1 to
 * 3.12 agree in their words.
 */
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "host/figures_formats.h"

#define MB 1e-3 /* bytes a ns */

enum section { NOWHERE, IDLE, PEAK, BETWEEN, LOADED, CACHES };

static const struct {
	const char *title;
	enum section section;
} titles[] = {
	{"Measuring idle latencies", IDLE},
	{"Measuring Peak", PEAK},
	{"Measuring Memory Bandwidths between", BETWEEN},
	{"Measuring Loaded Latencies", LOADED},
	{"Measuring cache-to-cache", CACHES},
	{"Measuring", NOWHERE},
};

static const struct {
	const char *name;
	enum figure_kind kind;
	double share;
} peaks[] = {
	{"ALL Reads", FIGURE_MIX, 1},
	{"3:1 Reads-Writes", FIGURE_MIX, 3.0 / 4},
	{"2:1 Reads-Writes", FIGURE_MIX, 2.0 / 3},
	{"1:1 Reads-Writes", FIGURE_MIX, 1.0 / 2},
	{"Stream-triad like", FIGURE_STREAM_TRIAD, 0},
};

struct mlc {
	const struct figure_source *s;
	struct figures *f;
	struct figure_line line;
	enum section section;
	bool reads; /* the traffic is reads alone */
	unsigned nr_columns; /* of the matrix that is being read; 0: none */
	uint32_t column[NODES_MAX];
	unsigned nr_rows;
};

static bool is_mlc(const char *text)
{
	return strstr(text, "Memory Latency Checker") != NULL ||
	       strstr(text, "Measuring idle latencies") != NULL ||
	       strstr(text, "Measuring Loaded Latencies for the system") != NULL ||
	       strstr(text, "Measuring Peak Injection Memory Bandwidths") != NULL ||
	       strstr(text, "Measuring Memory Bandwidths between nodes") != NULL;
}

static int mlc_error(struct mlc *m, struct error *err, const char *sentence)
{
	return error_at(err, ERR_INPUT, m->s->path, m->line.number, 0, "%s", sentence);
}

/* "Numa node     0     1" */
static int read_columns(struct mlc *m, const char *p, struct error *err)
{
	double node;

	m->nr_columns = m->nr_rows = 0;
	while (figure_number(&p, &node)) {
		if (m->nr_columns == NODES_MAX || node < 0 || node > CPUS_MAX)
			return mlc_error(m, err, "more nodes than any machine has");
		m->column[m->nr_columns++] = (uint32_t)node;
	}
	return 0;
}

/* "0   89.2   142.7", "-" where nothing was measured. */
static int read_row(struct mlc *m, const char *p, struct error *err)
{
	enum figure_kind kind = m->section == IDLE ? FIGURE_LATENCY : FIGURE_READ;
	double node, value;
	int rc = 0;

	if (!figure_number(&p, &node))
		return 0;
	if (node < 0 || node > CPUS_MAX)
		return mlc_error(m, err, "no node has this number");
	for (unsigned i = 0; !rc && i < m->nr_columns; i++) {
		struct figure f = {.kind = kind, .from = (uint32_t)node, .to = m->column[i]};

		p += strspn(p, " \t");
		if (*p == '-' && (p[1] == '\0' || strchr(" \t", p[1]))) {
			p++;
			continue;
		}
		if (!figure_number(&p, &value))
			return mlc_error(m, err,
					 "the row has fewer figures than the table has "
					 "columns: was the output cut off?");
		f.value = kind == FIGURE_LATENCY ? value : value * MB;
		rc = figure_put(m->s, m->f, f, m->line.number, err);
	}
	m->nr_rows++;
	if (!rc && figure_number(&p, &value))
		rc = mlc_error(m, err, "the row has more figures than the table has columns");
	return rc;
}

static int matrix_line(struct mlc *m, const char *p, struct error *err)
{
	if (strncasecmp(p, "Numa node", strlen("Numa node")) == 0)
		return read_columns(m, p + strlen("Numa node"), err);
	if (m->section == BETWEEN && !m->reads && m->nr_columns)
		return 0;
	return m->nr_columns ? read_row(m, p, err) : 0;
}

/* "3:1 Reads-Writes :      313084.7" */
static int peak_line(struct mlc *m, const char *p, struct error *err)
{
	for (size_t i = 0; i < sizeof(peaks) / sizeof(peaks[0]); i++) {
		struct figure f = {.kind = peaks[i].kind,
				   .from = FIGURE_ALL,
				   .to = FIGURE_ALL,
				   .read_share = peaks[i].share};
		const char *colon;

		if (strncmp(p, peaks[i].name, strlen(peaks[i].name)) != 0)
			continue;
		colon = strchr(p + strlen(peaks[i].name), ':');
		if (!colon || (colon++, !figure_number(&colon, &f.value)))
			return mlc_error(m, err, "a peak bandwidth without its figure");
		f.value *= MB;
		return figure_put(m->s, m->f, f, m->line.number, err);
	}
	return 0;
}

/* " 00050  184.82   327723.9" */
static int loaded_line(struct mlc *m, const char *p, struct error *err)
{
	struct figure f = {
		.kind = FIGURE_LOADED, .from = FIGURE_ALL, .to = FIGURE_ALL, .read_share = 1};
	double delay;

	if (!figure_number(&p, &delay))
		return 0;
	if (!figure_number(&p, &f.value) || !figure_number(&p, &f.load))
		return mlc_error(m, err,
				 "a line of loaded latencies has delay, latency and "
				 "bandwidth; was the output cut off?");
	f.load *= MB;
	return m->reads ? figure_put(m->s, m->f, f, m->line.number, err) : 0;
}

static int end_section(struct mlc *m, struct error *err)
{
	bool matrix = m->section == IDLE || (m->section == BETWEEN && m->reads);

	if (matrix && (!m->nr_columns || !m->nr_rows))
		return mlc_error(m, err,
				 "a table is announced and not there: was the output cut "
				 "off?");
	return 0;
}

/* Of a new section: what it is; of one that goes on: its traffic. */
static int head_line(struct mlc *m, const char *p, bool *done, struct error *err)
{
	*done = true;
	for (size_t i = 0; i < sizeof(titles) / sizeof(titles[0]); i++) {
		int rc;

		if (strncmp(p, titles[i].title, strlen(titles[i].title)) != 0)
			continue;
		rc = end_section(m, err);
		m->section = titles[i].section;
		m->reads = true;
		m->nr_columns = m->nr_rows = 0;
		if (m->section == CACHES)
			figure_remark(m->s, m->line.number,
				      "cache-to-cache latencies are not used: caches are not part "
				      "of the model");
		return rc;
	}
	*done = strncmp(p, "Using", 5) == 0;
	if (*done && strstr(p, "traffic type") && !strstr(p, "Read-only")) {
		m->reads = false;
		figure_remark(m->s, m->line.number, "not used: %s; reads alone are", p);
	}
	if (strstr(p, "Unable to modify prefetchers"))
		figure_remark(m->s, m->line.number,
			      "prefetchers were on, so latencies are of random accesses, which "
			      "are up to a third above those with prefetchers off");
	return 0;
}

static int read_mlc(const struct figure_source *s, struct figures *f, struct error *err)
{
	struct mlc m = {.s = s, .f = f, .line = {.at = s->text}};
	int rc = 0;

	while (!rc && figure_next_line(&m.line)) {
		const char *p = m.line.text + strspn(m.line.text, " \t");
		bool done;

		rc = head_line(&m, p, &done, err);
		if (rc || done)
			continue;
		if (m.section == IDLE || m.section == BETWEEN)
			rc = matrix_line(&m, p, err);
		else if (m.section == PEAK)
			rc = peak_line(&m, p, err);
		else if (m.section == LOADED)
			rc = loaded_line(&m, p, err);
	}
	return rc ? rc : end_section(&m, err);
}

const struct figure_format figure_mlc = {
	.name = "mlc",
	.summary = "Intel Memory Latency Checker: latencies, bandwidths, mixes, loaded latencies",
	.source = "https://www.intel.com/content/www/us/en/developer/articles/tool/"
		  "intelr-memory-latency-checker.html",
	.how = "mlc > FILE",
	.is = is_mlc,
	.read = read_mlc,
};
