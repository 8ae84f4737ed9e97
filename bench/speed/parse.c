/*
 * How fast a trace becomes events: tables in several formats, read, sorted and from their caches,
 * beside what bounds any reader of lines: finding their ends.
 */
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/clock.h"
#include "base/rng.h"
#include "base/sha256.h"
#include "base/table.h"
#include "bench/speed/median.h"
#include "bench/speed/speed.h"
#include "zone/trace_cache.h"

#define RUNS 5
#define BLOCK ((size_t)1 << 20)

static void fail(const struct error *err)
{
	fprintf(stderr, "homenode-speed: %s\n", err->text);
	exit(error_exit_status(err->code));
}

static long max_rss_kib(void)
{
	struct rusage r;

	getrusage(RUSAGE_SELF, &r);
	return r.ru_maxrss;
}

/* --- tables to read ------------------------------------------------------------------ */

/* Zones that come every 150 ms and live an hour, both in the mean. */
struct drawn {
	struct rng rng;
	int64_t at_ms, lifetime_ms;
	uint32_t vcpus, gib;
};

static void draw(struct drawn *d)
{
	d->at_ms += (int64_t)rng_below(&d->rng, 300);
	d->lifetime_ms = 1 + (int64_t)rng_below(&d->rng, 7200000);
	d->vcpus = 1u << rng_below(&d->rng, 4);
	d->gib = d->vcpus << rng_below(&d->rng, 3);
}

static void homenode_row(FILE *f, size_t i, const struct drawn *d)
{
	(void)i;
	fprintf(f, "%" PRId64 ".%03d,%" PRId64 ".%03d,%" PRIu32 ",%" PRIu32 "\n", d->at_ms / 1000,
		(int)(d->at_ms % 1000), d->lifetime_ms / 1000, (int)(d->lifetime_ms % 1000),
		d->vcpus, d->gib * 1024);
}

static void huawei_row(FILE *f, size_t i, const struct drawn *d)
{
	fprintf(f, "%zu,%" PRIu32 ",%" PRIu32 ",%" PRId64 ".0,%" PRId64 ".0\n", i, d->vcpus, d->gib,
		d->at_ms / 1000, d->lifetime_ms / 1000);
}

/* What is created is deleted some rows later. */
static void huawei_event_row(FILE *f, size_t i, const struct drawn *d)
{
	size_t id = i / 2 - (i % 2 && i >= 20 ? 9 : 0);

	fprintf(f, "%zu,%" PRIu32 ",%" PRIu32 ",%" PRId64 ".0,%d\n", id, d->vcpus, d->gib,
		d->at_ms / 1000, (int)(i % 2));
}

struct table_form {
	const char *name, *format, *header;
	void (*row)(FILE *f, size_t i, const struct drawn *d);
};

static const struct table_form forms[] = {
	{"homenode-csv", "homenode-csv", "at_s,lifetime_s,vcpus,memory_mib", homenode_row},
	{"huawei-east-1, lifetimes", "huawei-east-1", "vmid,cpu,mem,at,lt", huawei_row},
	{"huawei-east-1, events", "huawei-east-1", "vmid,cpu,memory,time,type", huawei_event_row},
};
#define NR_FORMS (sizeof(forms) / sizeof(forms[0]))

static void write_table(const struct table_form *form, const char *path, size_t rows)
{
	FILE *f = fopen(path, "w");
	struct drawn d = {.at_ms = 0};

	if (!f) {
		fprintf(stderr, "homenode-speed: %s cannot be written\n", path);
		exit(3);
	}
	rng_seed(&d.rng, 1, "parse");
	fprintf(f, "%s\n", form->header);
	for (size_t i = 0; i < rows; i++) {
		draw(&d);
		form->row(f, i, &d);
	}
	fclose(f);
}

/* --- what is measured -------------------------------------------------------------------- */

/* M rows a second since. */
static double rate(uint64_t rows, int64_t start_ns)
{
	return (double)rows / (double)(process_cpu_ns() - start_ns) * 1e3;
}

/* The bound: blocks of the file, and the ends of lines in them. */
static double split_lines(const char *path)
{
	int64_t start = process_cpu_ns();
	char *block = xmalloc(BLOCK);
	int fd = open(path, O_RDONLY);
	uint64_t lines = 0;
	ssize_t n;

	while ((n = read(fd, block, BLOCK)) > 0) {
		const char *p = block, *end = block + n;

		for (; (p = memchr(p, '\n', (size_t)(end - p))); p++)
			lines++;
	}
	close(fd);
	free(block);
	return rate(lines, start);
}

static double drain(struct zone_stream *s, int64_t start)
{
	const struct zone_event *e;
	struct error err;

	do {
		if (zone_stream_next(s, &e, &err))
			fail(&err);
	} while (e);
	return rate(zone_stream_stats(s)->events, start);
}

static double read_through(const struct workload *w)
{
	int64_t start = process_cpu_ns();
	struct zone_stream *s;
	struct error err;
	double r;

	if (workload_open(&s, w, 1, false, &err))
		fail(&err);
	r = drain(s, start);
	zone_stream_close(s);
	return r;
}

enum reader { LINES, TABLE, SORTED, SHA, LOAD, CACHE, READERS };

static const char *const reader_names[READERS] = {
	[LINES] = "ends of lines alone (memchr)",
	[TABLE] = "table, read",
	[SORTED] = "table, sorted (--sort)",
	[SHA] = "table, SHA-256 of it",
	[LOAD] = "its cache, checked",
	[CACHE] = "its cache, read",
};

/* The table's cache, made or found: only the second costs what it costs every time. */
static void prepare(struct workload *w, const char *path, const struct table_form *form,
		    const char *cache)
{
	const struct trace_reading how = {.cache = cache};
	struct error err;

	if (workload_load(w, path, form->format, &err) || workload_prepare(w, &how, &err))
		fail(&err);
}

static void measure(double r[READERS][RUNS], const char *path, const struct table_form *form,
		    const char *cache, size_t rows)
{
	struct workload plain, cached;
	char sum[SHA256_HEX];
	struct error err;

	prepare(&plain, path, form, NULL);
	prepare(&cached, path, form, cache);
	workload_release(&cached);
	for (int i = 0; i < RUNS; i++) {
		int64_t start;

		r[LINES][i] = split_lines(path);
		r[TABLE][i] = read_through(&plain);
		plain.sort = true;
		r[SORTED][i] = read_through(&plain);
		plain.sort = false;
		start = process_cpu_ns();
		if (file_sha256(path, sum, &err))
			fail(&err);
		r[SHA][i] = rate(rows, start);
		start = process_cpu_ns();
		prepare(&cached, path, form, cache);
		r[LOAD][i] = rate(rows, start);
		r[CACHE][i] = read_through(&cached);
		workload_release(&cached);
	}
	workload_release(&plain);
}

static void print_form(const struct table_form *form, double r[READERS][RUNS])
{
	struct table *t = table_new();
	double bound = median(r[LINES], RUNS);

	table_cell(t, "%s", form->name);
	table_cell(t, "M rows/s");
	table_cell(t, "min-max");
	table_cell(t, "x of lines");
	table_end_row(t);
	for (int i = 0; i < READERS; i++) {
		double m = median(r[i], RUNS);

		table_cell(t, "%s", reader_names[i]);
		table_cell(t, "%.2f", m);
		table_cell(t, "%.2f-%.2f", r[i][0], r[i][RUNS - 1]);
		table_cell(t, "%.3f", m / bound);
		table_end_row(t);
	}
	table_print(t, stdout, 2);
	table_free(t);
}

static void one_form(const struct table_form *form, const char *directory, size_t rows)
{
	char *path = xasprintf("%s/table.csv", directory),
	     *part = xasprintf("%s/part.csv", directory);
	double r[READERS][RUNS];
	struct workload w;
	long small_kib, large_kib;

	write_table(form, part, rows / 8);
	prepare(&w, part, form, NULL);
	(void)read_through(&w);
	workload_release(&w);
	small_kib = max_rss_kib();
	write_table(form, path, rows);
	prepare(&w, path, form, NULL);
	(void)read_through(&w);
	workload_release(&w);
	large_kib = max_rss_kib();
	measure(r, path, form, directory, rows);
	print_form(form, r);
	printf("  memory: %ld KiB after %zu rows, %ld KiB after %zu; %ld KiB with sorting and the "
	       "cache\n\n",
	       small_kib, rows / 8, large_kib, rows, max_rss_kib());
	unlink(path);
	unlink(part);
	free(path);
	free(part);
}

void speed_parse(size_t rows)
{
	const char *tmp = getenv("TMPDIR");
	char *directory = xasprintf("%s/homenode-speed-XXXXXX", tmp ? tmp : "/tmp"), *command;

	if (!mkdtemp(directory)) {
		fprintf(stderr, "homenode-speed: %s cannot be made\n", directory);
		exit(3);
	}
	printf("traces of %zu rows (CPU time, median of %d):\n", rows, RUNS);
	for (size_t i = 0; i < NR_FORMS; i++)
		one_form(&forms[i], directory, rows);
	command = xasprintf("rm -rf '%s'", directory);
	if (system(command))
		fprintf(stderr, "homenode-speed: %s is left\n", directory);
	free(command);
	free(directory);
}
