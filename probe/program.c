/*
 * homenode-probe: the probes as a program of its own, static, for guests that
 * have nothing but an initramfs. Results go to standard output, one line each;
 * a failure is one sentence on standard error and the exit status of
 * base/error.h.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/units.h"
#include "probe/chase.h"
#include "probe/machine.h"
#include "probe/memory.h"
#include "probe/program.h"
#include "probe/record.h"
#include "probe/stream.h"
#include "probe/usage.h"
#include "probe/where.h"

#define CHASE_BYTES_MIN (256 * MIB)
#define CHASE_HOPS ((uint64_t)1 << 20)
#define REPEATS 10 /* STREAM's least */
#define WINDOW_MS 200

struct option {
	const char *name;
	const char **text; /* or */
	uint64_t *number; /* or */
	uint64_t *size;
};

static int number_option(const char *name, const char *value, uint64_t *out, struct error *err)
{
	char *end;

	errno = 0;
	*out = strtoull(value, &end, 10);
	if (end == value || *end || errno || *value == '-' || *out == UNSET)
		return error_set(err, ERR_USAGE, "%s takes a whole number, not \"%s\"", name,
				 value);
	return 0;
}

static int take_option(const struct option *o, const char *value, struct error *err)
{
	int64_t bytes;

	if (!value)
		return error_set(err, ERR_USAGE, "%s needs a value", o->name);
	if (o->text) {
		*o->text = value;
		return 0;
	}
	if (o->number)
		return number_option(o->name, value, o->number, err);
	if (!bytes_parse_option(value, &bytes) || bytes < 1)
		return error_set(err, ERR_USAGE, "%s takes a size like 64MiB, not \"%s\"", o->name,
				 value);
	*o->size = (uint64_t)bytes;
	return 0;
}

static int parse(struct options *o, char **argv, struct error *err)
{
	const struct option table[] = {
		{.name = "--node", .number = &o->node},
		{.name = "--cpus", .text = &o->cpus_text},
		{.name = "--memory-node", .number = &o->memory_node},
		{.name = "--bytes", .size = &o->bytes},
		{.name = "--factor", .number = &o->factor},
		{.name = "--repeats", .number = &o->repeats},
		{.name = "--hops", .number = &o->hops},
		{.name = "--seed", .number = &o->seed},
		{.name = "--load", .text = &o->load_text},
		{.name = "--load-node", .number = &o->load_node},
		{.name = "--pause", .number = &o->pause},
		{.name = "--pages", .text = &o->pages},
		{.name = "--block", .size = &o->block},
		{.name = "--op", .text = &o->op},
		{.name = "--set", .text = &o->set},
		{.name = "--window", .number = &o->window_ms},
		{.name = "--limit", .number = &o->limit},
		{.name = "--sysfs", .text = &o->sysfs},
	};
	const size_t nr = sizeof(table) / sizeof(table[0]);
	int rc = 0;

	for (; !rc && *argv; argv++) {
		size_t i = 0;

		if (strcmp(*argv, "--json") == 0) {
			o->json = true;
			continue;
		}
		while (i < nr && strcmp(table[i].name, *argv) != 0)
			i++;
		if (i == nr)
			return error_set(err, ERR_USAGE, "\"%s\" is no option; --help lists them",
					 *argv);
		rc = take_option(&table[i], argv[1], err);
		argv += !rc;
	}
	return rc;
}

static int check_options(const struct options *o, struct error *err)
{
	if (o->repeats < 1 || o->repeats > STREAM_REPEATS_MAX)
		return error_set(err, ERR_USAGE, "--repeats is between 1 and %d",
				 STREAM_REPEATS_MAX);
	if (o->factor < 1 || o->factor > 1000)
		return error_set(err, ERR_USAGE, "--factor is between 1 and 1000");
	if (o->window_ms < 1 || o->window_ms > 3600000)
		return error_set(err, ERR_USAGE, "--window is between 1 and 3600000 milliseconds");
	if (o->pause > UINT32_MAX)
		return error_set(err, ERR_USAGE, "--pause is at most %u", UINT32_MAX);
	if (o->limit != UNSET && (o->limit < 1 || o->limit > INT64_MAX))
		return error_set(err, ERR_USAGE, "--limit is at least one byte a second");
	if (strcmp(o->pages, "huge") != 0 && strcmp(o->pages, "base") != 0)
		return error_set(err, ERR_USAGE, "--pages is huge or base, not \"%s\"", o->pages);
	return 0;
}

/* A list as given, the CPUs of the node, or those that this program may use. */
int choose_cpus(const struct options *o, struct cpuset *out, struct error *err)
{
	if (o->cpus_text) {
		if (!cpuset_parse(out, o->cpus_text) || cpuset_empty(out))
			return error_set(err, ERR_USAGE, "\"%s\" is not a list of CPUs like 0-3,8",
					 o->cpus_text);
		return 0;
	}
	if (o->node == UNSET)
		return machine_cpus_allowed(out, err);
	if (o->node >= CPUS_MAX || !machine_node_cpus(o->sysfs, (unsigned)o->node, out))
		return error_set(err, ERR_CANNOT, "this machine has no node %llu",
				 (unsigned long long)o->node);
	if (cpuset_empty(out))
		return error_set(err, ERR_CANNOT, "node %llu has no CPUs",
				 (unsigned long long)o->node);
	return 0;
}

uint32_t memory_node(const struct options *o)
{
	uint64_t node = o->memory_node != UNSET ? o->memory_node : o->node;

	/* a number too large for any node is refused where memory is taken */
	return node < MEMORY_ANY_NODE ? (uint32_t)node : MEMORY_ANY_NODE;
}

enum memory_pages pages_of(const struct options *o)
{
	return strcmp(o->pages, "base") == 0 ? MEMORY_PAGES_BASE : MEMORY_PAGES_HUGE;
}

void print_place(struct record *r, const struct options *o, const struct cpuset *cpus,
		 const struct memory *m)
{
	char *list = cpuset_list(cpus);

	record_text(r, "cpus", list);
	record_int(r, "memory_node", m->node == MEMORY_ANY_NODE ? -1 : (int64_t)m->node);
	record_text(r, "pages", m->pages);
	record_int(r, "huge_ppm", m->huge_ppm);
	record_int(r, "on_node_ppm", m->on_node_ppm);
	record_int(r, "repeats", (int64_t)o->repeats);
	record_int(r, "preempted", machine_preempted());
	free(list);
}

static void print_stream(const struct options *o, const struct cpuset *cpus, const struct memory *m,
			 const struct stream_result *result, int64_t cache_bytes, const char *from)
{
	struct record r;
	char key[64];

	record_begin(&r, stdout, o->json);
	record_text(&r, "probe", "stream");
	print_place(&r, o, cpus, m);
	record_int(&r, "threads", result->threads);
	record_int(&r, "array_bytes", result->array_bytes);
	record_int(&r, "cache_bytes", cache_bytes);
	record_text(&r, "cache_from", from);
	/* 1: arrays are large enough for STREAM's rules */
	record_int(&r, "rules_met",
		   result->array_bytes >= STREAM_CACHE_FACTOR * cache_bytes && o->repeats >= 9);
	for (unsigned k = 0; k < STREAM_KERNELS; k++) {
		const char *name = stream_kernel_name((enum stream_kernel)k);

		snprintf(key, sizeof(key), "%s_best_bytes_per_s", name);
		record_int(&r, key, result->rate[k].best_bytes_per_s);
		snprintf(key, sizeof(key), "%s_median_bytes_per_s", name);
		record_int(&r, key, result->rate[k].median_bytes_per_s);
		snprintf(key, sizeof(key), "%s_worst_bytes_per_s", name);
		record_int(&r, key, result->rate[k].worst_bytes_per_s);
	}
	record_end(&r);
}

/* One pinned thread a CPU. */
uint32_t one_each(const struct cpuset *cpus, struct cpuset **out)
{
	uint32_t nr = 0;

	*out = xcalloc(cpuset_count(cpus), sizeof(**out));
	for (unsigned c = cpuset_next(cpus, 0); c != CPUSET_NONE; c = cpuset_next(cpus, c + 1))
		cpuset_add(&(*out)[nr++], c);
	return nr;
}

static int do_stream(const struct options *o, struct error *err)
{
	struct cpuset cpus, *each = NULL;
	struct stream_part *part = NULL;
	struct stream_result result;
	struct crew *crew = NULL;
	struct memory m = {0};
	const char *from;
	int64_t cache_bytes;
	uint64_t bytes;
	uint32_t nr;
	int rc = choose_cpus(o, &cpus, err);

	if (rc)
		return rc;
	cache_bytes = machine_last_cache_bytes(o->sysfs, &cpus, &from);
	bytes = o->bytes != UNSET ? o->bytes : o->factor * (uint64_t)cache_bytes;
	nr = one_each(&cpus, &each);
	part = xcalloc(nr, sizeof(*part));
	if (bytes > SIZE_MAX / 4)
		rc = error_set(err, ERR_USAGE, "arrays of %llu bytes are too large",
			       (unsigned long long)bytes);
	if (!rc)
		rc = memory_reserve(&m, o->sysfs, (size_t)bytes * 3, memory_node(o), pages_of(o),
				    err);
	if (!rc && !stream_divide(m.base, (size_t)bytes * 3, part, nr))
		rc = error_set(err, ERR_USAGE, "arrays of %llu bytes are too small for %u threads",
			       (unsigned long long)bytes, nr);
	if (!rc)
		rc = crew_open(&crew, each, nr, err);
	if (!rc)
		rc = stream_run(crew, part, (uint32_t)o->repeats, &result, err);
	/* touched as STREAM does, by the threads that use it, the three arrays in turn */
	if (!rc)
		rc = memory_look_back(&m, err);
	if (!rc)
		print_stream(o, &cpus, &m, &result, cache_bytes, from);
	crew_close(crew);
	memory_put(&m);
	free(part);
	free(each);
	return rc;
}

/* A chase and who reads meanwhile: thread 0 follows the pointers. */
struct chase_setup {
	struct chase_request request;
	struct memory memory, load_memory;
	struct cpuset *each; /* by thread */
	struct chase_load *load; /* by thread */
	uint32_t nr;
	struct crew *crew;
};

static int prepare_load(const struct options *o, struct chase_setup *s, size_t bytes,
			struct error *err)
{
	struct cpuset cpus, *each;
	struct options place = *o;
	size_t share;
	uint32_t nr;
	int rc;

	place.cpus_text = o->load_text;
	if (o->load_node != UNSET)
		place.memory_node = o->load_node;
	rc = choose_cpus(&place, &cpus, err);
	if (rc)
		return rc;
	if (cpuset_intersects(&cpus, &s->each[0]))
		return error_set(err, ERR_USAGE,
				 "--load %s contains the CPU that follows the pointers",
				 o->load_text);
	rc = memory_get(&s->load_memory, o->sysfs, bytes, memory_node(&place), pages_of(o), err);
	if (rc)
		return rc;
	nr = one_each(&cpus, &each);
	s->each = xreallocarray(s->each, nr + (size_t)1, sizeof(*s->each));
	memcpy(s->each + 1, each, nr * sizeof(*each));
	free(each);
	s->load = xcalloc(nr + (size_t)1, sizeof(*s->load));
	share = bytes / nr / CHASE_LINE_BYTES * (CHASE_LINE_BYTES / sizeof(double));
	for (uint32_t i = 0; i < nr; i++)
		s->load[i + 1] = (struct chase_load){
			.data = (double *)s->load_memory.base + share * i, .nr = share};
	s->request.load = s->load;
	s->nr = nr + 1;
	return share ? 0
		     : error_set(err, ERR_USAGE, "%zu bytes are too few for %u load threads", bytes,
				 nr);
}

static void print_chase(const struct options *o, const struct chase_setup *s,
			const struct chase_result *result)
{
	struct record r;

	record_begin(&r, stdout, o->json);
	record_text(&r, "probe", "chase");
	print_place(&r, o, &s->each[0], &s->memory);
	record_int(&r, "bytes", (int64_t)s->request.bytes);
	record_int(&r, "lines", (int64_t)result->lines);
	record_int(&r, "hops", (int64_t)result->hops);
	record_int(&r, "latency_best_ps", result->best_ps);
	record_int(&r, "latency_median_ps", result->median_ps);
	record_int(&r, "latency_worst_ps", result->worst_ps);
	record_int(&r, "load_threads", s->nr - 1);
	record_int(&r, "load_bytes_per_s", result->load_bytes_per_s);
	record_end(&r);
}

static int prepare_chase(const struct options *o, struct chase_setup *s, struct error *err)
{
	struct cpuset cpus;
	const char *from;
	int64_t bytes;
	int rc = choose_cpus(o, &cpus, err);

	if (rc)
		return rc;
	s->nr = 1;
	s->each = xcalloc(1, sizeof(*s->each));
	cpuset_add(&s->each[0], cpuset_next(&cpus, 0));
	bytes = STREAM_CACHE_FACTOR * machine_last_cache_bytes(o->sysfs, &s->each[0], &from);
	bytes = bytes < CHASE_BYTES_MIN ? CHASE_BYTES_MIN : bytes;
	if (o->bytes != UNSET)
		bytes = (int64_t)o->bytes / CHASE_LINE_BYTES * CHASE_LINE_BYTES;
	if (o->block != UNSET && (o->block < 2 * CHASE_LINE_BYTES || o->block % CHASE_LINE_BYTES ||
				  o->block > (uint64_t)bytes))
		return error_set(err, ERR_USAGE,
				 "--block is whole cache lines, two at least, --bytes at most");
	if (bytes < 2 * CHASE_LINE_BYTES || bytes > PTRDIFF_MAX / 4)
		return error_set(err, ERR_USAGE, "--bytes is at least two cache lines (%d)",
				 2 * CHASE_LINE_BYTES);
	if (o->block != UNSET)
		bytes -= bytes % (int64_t)o->block;
	s->request = (struct chase_request){.bytes = (size_t)bytes,
					    .block_bytes = o->block != UNSET ? o->block : 0,
					    .hops = o->hops,
					    .repeats = (uint32_t)o->repeats,
					    .seed = o->seed,
					    .pause = (uint32_t)o->pause};
	rc = memory_get(&s->memory, o->sysfs, (size_t)bytes, memory_node(o), pages_of(o), err);
	if (!rc && o->load_text)
		rc = prepare_load(o, s, (size_t)bytes, err);
	s->request.memory = s->memory.base;
	return rc ? rc : crew_open(&s->crew, s->each, s->nr, err);
}

static int do_chase(const struct options *o, struct error *err)
{
	struct chase_setup s = {.nr = 0};
	struct chase_result result;
	int rc = prepare_chase(o, &s, err);

	if (!rc) {
		chase_run(s.crew, &s.request, &result);
		print_chase(o, &s, &result);
	}
	crew_close(s.crew);
	memory_put(&s.load_memory);
	memory_put(&s.memory);
	free(s.load);
	free(s.each);
	return rc;
}

int main(int argc, char **argv)
{
	struct options o = {.pages = "huge",
			    .node = UNSET,
			    .memory_node = UNSET,
			    .load_node = UNSET,
			    .bytes = UNSET,
			    .block = UNSET,
			    .limit = UNSET,
			    .op = "read",
			    .window_ms = WINDOW_MS,
			    .factor = STREAM_CACHE_FACTOR,
			    .repeats = REPEATS,
			    .hops = CHASE_HOPS};
	struct error err = {0};
	int rc = 0;

	if (argc > 1 && strcmp(argv[1], "--help") == 0)
		return fputs(probe_usage, stdout) < 0;
	if (argc < 2)
		rc = error_set(&err, ERR_USAGE,
			       "say where, stream, chase, kernel or load; --help tells more");
	if (!rc)
		rc = parse(&o, argv + 2, &err);
	if (!rc)
		rc = check_options(&o, &err);
	if (!rc && strcmp(argv[1], "where") == 0)
		where_print(o.sysfs, o.json, stdout);
	else if (!rc && strcmp(argv[1], "stream") == 0)
		rc = do_stream(&o, &err);
	else if (!rc && strcmp(argv[1], "chase") == 0)
		rc = do_chase(&o, &err);
	else if (!rc && strcmp(argv[1], "kernel") == 0)
		rc = do_kernel(&o, &err);
	else if (!rc && strcmp(argv[1], "load") == 0)
		rc = do_load(&o, &err);
	else if (!rc)
		rc = error_set(&err, ERR_USAGE,
			       "\"%s\" is none of where, stream, chase, kernel, load", argv[1]);
	if (!rc && (fflush(stdout) != 0 || ferror(stdout)))
		rc = error_set(&err, ERR_MACHINE, "the results cannot be written: %s",
			       strerror(errno));
	if (rc)
		fprintf(stderr, "homenode-probe: %s%s\n", err.text,
			rc == ERR_NO_ROOM ? "; --bytes makes it smaller" : "");
	return error_exit_status(rc);
}
