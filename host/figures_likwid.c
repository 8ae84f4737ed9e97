/*
 * likwid-bench: one run or several, one after the other. Where it ran is told from the
 * hardware threads, where its memory is from the thread that allocated it. The words
 * are those of bench/likwid-bench.c (RRZE-HPC/likwid), version 4 ("core") and 5
 * ("hwthread").
 */
#include <stdlib.h>
#include <string.h>

#include "base/cpuset.h"
#include "host/figures_formats.h"

struct run {
	char test[64];
	nodeset from, to; /* indexes of nodes */
	unsigned threads;
	double bytes, rate, loads, stores;
	unsigned long line; /* of the rate; 0: none yet */
};

static bool is_likwid(const char *text)
{
	return strstr(text, "LIKWID MICRO BENCHMARK") != NULL;
}

/* The node of the hardware thread that is named behind `word`. */
static int node_behind(const struct figure_source *s, const struct figure_line *l, const char *word,
		       nodeset *out, struct error *err)
{
	const char *p = strstr(l->text, word);
	double cpu;

	if (!p)
		return 0;
	p += strlen(word);
	p += strspn(p, "abcdefghijklmnopqrstuvwxyz");
	if (!figure_number(&p, &cpu))
		return 0;
	for (unsigned n = 0; n < s->host->nr_nodes; n++) {
		if (cpu < CPUS_MAX && cpuset_has(&s->host->node[n].cpus, (unsigned)cpu)) {
			*out |= nodeset_of(n);
			return 0;
		}
	}
	return error_at(err, ERR_INPUT, s->path, l->number, 0,
			"hardware thread %.0f is not in this host: is it of another machine?", cpu);
}

/* Kernels whose stores go where they have just loaded from fetch no line more. */
static enum figure_stores stores_of(const struct run *r)
{
	return strstr(r->test, "_mem") || strncmp(r->test, "daxpy", 5) == 0 ||
			       strncmp(r->test, "update", 6) == 0
		       ? STORES_STREAMING
		       : STORES_ORDINARY;
}

static uint32_t number_of(const struct host *h, nodeset nodes)
{
	if (nodeset_count(nodes) == 1)
		return h->node[nodeset_lowest(nodes)].os_index;
	return nodes == h->usable_nodes ? FIGURE_ALL : FIGURE_UNSAID;
}

static int end_run(const struct figure_source *s, struct figures *f, const struct run *r,
		   struct error *err)
{
	struct figure one = {.from = number_of(s->host, r->from), .to = number_of(s->host, r->to)};

	if (!r->line)
		return 0;
	if (strncmp(r->test, "cl", 2) == 0 || strncmp(r->test, "peakflops", 9) == 0 ||
	    !(r->loads + r->stores > 0)) {
		figure_remark(s, r->line, "not used: test %s does not say what it moves", r->test);
		return 0;
	}
	if (one.from == FIGURE_UNSAID || one.to == FIGURE_UNSAID ||
	    (one.from == FIGURE_ALL) != (one.to == FIGURE_ALL)) {
		figure_remark(s, r->line,
			      "not used: the run is on some of the nodes; on one, or on "
			      "all with each its own memory, it could be");
		return 0;
	}
	if (!figure_enough_threads(s, &one, r->threads, r->line))
		return 0;
	if (r->bytes > 0 && r->bytes < 4.0 * (double)figure_cache_bytes(s, &one))
		figure_remark(s, r->line,
			      "%.0f MB are less than four times the caches: the figure "
			      "is partly the caches'",
			      r->bytes / 1e6);
	figure_traffic(&one, r->rate * 1e-3, r->loads, r->stores, stores_of(r));
	return figure_put(s, f, one, r->line, err);
}

static bool value_of(const char *line, const char *key, double *out)
{
	const char *p = line + strlen(key);

	return strncmp(line, key, strlen(key)) == 0 && figure_number(&p, out);
}

static int read_line(const struct figure_source *s, const struct figure_line *l, struct run *r,
		     struct error *err)
{
	const char *t = l->text;
	double rate;

	if (strncmp(t, "Test: ", 6) == 0)
		snprintf(r->test, sizeof(r->test), "%s", t + 6);
	else if (value_of(t, "MByte/s:", &rate)) {
		r->rate = rate;
		r->line = l->number;
	}
	(void)value_of(t, "Size (Byte):", &r->bytes);
	(void)value_of(t, "Load bytes per element:", &r->loads);
	(void)value_of(t, "Store bytes per elem.:", &r->stores);
	if (strncmp(t, "Allocate:", 9) == 0)
		return node_behind(s, l, "running on ", &r->to, err);
	if (strncmp(t, "Group:", 6) != 0)
		return 0;
	r->threads++;
	return node_behind(s, l, "running on ", &r->from, err);
}

/* A run begins where memory is allocated after a rate, or with the next title. */
static int read_likwid(const struct figure_source *s, struct figures *f, struct error *err)
{
	struct figure_line l = {.at = s->text};
	struct run r = {.threads = 0};
	int rc = 0;

	while (!rc && figure_next_line(&l)) {
		bool begins = strncmp(l.text, "Allocate:", 9) == 0 ||
			      strncmp(l.text, "LIKWID MICRO", 12) == 0;

		if (begins && r.line) {
			rc = end_run(s, f, &r, err);
			r = (struct run){.threads = 0};
		}
		if (!rc)
			rc = read_line(s, &l, &r, err);
	}
	if (!rc && r.threads && !r.line)
		rc = error_at(err, ERR_INPUT, s->path, l.number, 0,
			      "the run has no MByte/s: was the output cut off?");
	return rc ? rc : end_run(s, f, &r, err);
}

const struct figure_format figure_likwid = {
	.name = "likwid-bench",
	.summary = "likwid-bench: bandwidths of one node, or of all at once",
	.source = "https://github.com/RRZE-HPC/likwid, bench/likwid-bench.c",
	.how = "likwid-bench -t load -w M0:4GB >> FILE",
	.is = is_likwid,
	.read = read_likwid,
};
