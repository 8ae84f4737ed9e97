/*
 * lmbench: lat_mem_rd ('"stride=128', then "SIZE_IN_MB NS" a line; src/lat_mem_rd.c) and
 * bw_mem ("MB MB/S"; bandwidth() of src/lib_timing.c, MB of 10^6 bytes), alone or in a
 * results file. What bw_mem did is not in its output: it stands in a line before, as the
 * command ("bw_mem -P 16 1g rd") or as the results file's title.
 */
#include <stdlib.h>
#include <string.h>

#include "host/figures_formats.h"

enum mode { NONE, LATENCY, READS, WRITES, OTHER };

static const struct {
	const char *title;
	enum mode mode;
} titles[] = {
	{"Memory read bandwidth", READS},
	{"Memory write bandwidth", WRITES},
	{"Memory partial", OTHER},
	{"Memory bzero", OTHER},
	{"libc bcopy", OTHER},
	{"Memory copy", OTHER},
};

/* The table that is being read, and the best of the latencies so far. */
struct lmbench {
	const struct figure_source *s;
	struct figures *f;
	struct figure_line line;
	enum mode mode;
	bool random; /* "Random load latency" was the last title */
	double stride, processes;
	double size, value; /* MB of the table's last line */
	unsigned long at;
	struct {
		double size, ns, stride;
		bool random;
		unsigned long line; /* 0: none */
	} best;
};

static bool is_lmbench(const char *text)
{
	return strstr(text, "\"stride=") != NULL || strstr(text, "bw_mem ") != NULL ||
	       strstr(text, "[lmbench") != NULL;
}

/* Random order, then the largest stride, says most of memory and least of prefetchers. */
static void end_latencies(struct lmbench *b)
{
	bool better = b->random != b->best.random ? b->random : b->stride > b->best.stride;

	if (b->best.line && !better)
		return;
	b->best.size = b->size;
	b->best.ns = b->value;
	b->best.stride = b->stride;
	b->best.random = b->random;
	b->best.line = b->at;
}

static int end_bandwidths(struct lmbench *b, struct error *err)
{
	struct figure one = {.kind = FIGURE_READ};
	int rc = figure_place(b->s, &one, err);

	if (rc || !figure_enough_threads(b->s, &one, (unsigned)b->processes, b->at))
		return rc;
	if (b->size * 1e6 < 4.0 * (double)figure_cache_bytes(b->s, &one))
		figure_remark(b->s, b->at,
			      "%g MB are less than four times the caches: the figure "
			      "is partly the caches'",
			      b->size);
	figure_traffic(&one, b->value * 1e-3, b->mode == READS, b->mode == WRITES, STORES_ORDINARY);
	return figure_put(b->s, b->f, one, b->at, err);
}

static int end_table(struct lmbench *b, struct error *err)
{
	int rc = 0;

	if (b->at && b->mode == LATENCY)
		end_latencies(b);
	if (b->at && (b->mode == READS || b->mode == WRITES))
		rc = end_bandwidths(b, err);
	b->at = 0;
	return rc;
}

/* "bw_mem -P 16 1g frd": the last word says what, -P by how many. */
static void command_line(struct lmbench *b, const char *command)
{
	const char *word = strrchr(command, ' ') + 1, *p = strstr(command, "-P");

	b->processes = 1;
	if (p) {
		p += 2;
		(void)figure_number(&p, &b->processes);
	}
	b->mode = strcmp(word, "rd") == 0 || strcmp(word, "frd") == 0	? READS
		  : strcmp(word, "wr") == 0 || strcmp(word, "fwr") == 0 ? WRITES
									: OTHER;
	if (b->mode == OTHER)
		figure_remark(b->s, b->line.number, "not used: of bw_mem, rd, frd, wr and fwr are");
}

static bool title_line(struct lmbench *b, const char *t, struct error *err, int *rc)
{
	const char *stride = strstr(t, "\"stride="), *command = strstr(t, "bw_mem ");

	if (stride || command)
		*rc = end_table(b, err);
	if (stride) {
		stride += strlen("\"stride=");
		b->mode = LATENCY;
		(void)figure_number(&stride, &b->stride);
		return true;
	}
	if (command) {
		command_line(b, command);
		return true;
	}
	if (strstr(t, "load latency"))
		b->random = strstr(t, "Random") != NULL;
	for (size_t i = 0; i < sizeof(titles) / sizeof(titles[0]); i++) {
		if (!strstr(t, titles[i].title))
			continue;
		*rc = end_table(b, err);
		b->mode = titles[i].mode;
		b->processes = 1;
		return true;
	}
	return false;
}

/* "512.00000 92.137" */
static int number_line(struct lmbench *b, struct error *err)
{
	const char *p = b->line.text;
	double size, value;

	if (!figure_number(&p, &size))
		return *p == '\0' ? end_table(b, err) : 0;
	if (!figure_number(&p, &value) || *(p + strspn(p, " \t")) != '\0')
		return 0;
	if (b->mode == NONE)
		return error_at(err, ERR_INPUT, b->s->path, b->line.number, 0,
				"two numbers, and nothing says of what: write the command (bw_mem "
				"-P 16 1g rd) into the line before");
	b->size = size;
	b->value = value;
	b->at = b->line.number;
	return 0;
}

/* The best latency, if it is memory's. */
static int put_latency(struct lmbench *b, struct error *err)
{
	struct figure one = {.kind = FIGURE_LATENCY, .value = b->best.ns};
	int rc = figure_place(b->s, &one, err);
	double caches = rc ? 0 : (double)figure_cache_bytes(b->s, &one);

	if (rc)
		return rc;
	if (b->best.size * 1048576 <= caches) {
		figure_remark(b->s, b->best.line, "not used: %g MB fit into the caches",
			      b->best.size);
		return 0;
	}
	if (b->best.size * 1048576 < 4 * caches)
		figure_remark(b->s, b->best.line,
			      "%g MB are less than four times the caches: the latency is too low "
			      "(93 ns for 143 was seen at twice)",
			      b->best.size);
	if (!b->best.random && b->best.stride < 256)
		figure_remark(b->s, b->best.line,
			      "a stride of %g bytes shows the prefetcher as "
			      "much as memory; -t goes in random order",
			      b->best.stride);
	return figure_put(b->s, b->f, one, b->best.line, err);
}

static int read_lmbench(const struct figure_source *s, struct figures *f, struct error *err)
{
	struct lmbench b = {.s = s, .f = f, .line = {.at = s->text}};
	int rc = 0;

	while (!rc && figure_next_line(&b.line))
		if (!title_line(&b, b.line.text, err, &rc) && !rc)
			rc = number_line(&b, err);
	if (!rc)
		rc = end_table(&b, err);
	return rc || !b.best.line ? rc : put_latency(&b, err);
}

const struct figure_format figure_lmbench = {
	.name = "lmbench",
	.summary = "lmbench: lat_mem_rd, and bw_mem below its command, alone or as results",
	.source = "https://github.com/intel/lmbench, src/lat_mem_rd.c, src/bw_mem.c",
	.how = "numactl -N 0 -m 1 lat_mem_rd -t 2048 256 2> FILE; --node 0 --memory-node 1",
	.is = is_lmbench,
	.read = read_lmbench,
};
