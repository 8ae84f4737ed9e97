/* Rows of a fleet in clusters: the same bytes with any number of threads, those of the plain row
 * where that is the same thing, and for each cluster those it has alone. */
#include <criterion/criterion.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/output.h"
#include "base/rng.h"
#include "bench/clusters/clusters.h"
#include "bench/files/results.h"
#include "bench/loop/run.h"
#include "choice/choice.h"
#include "placement/policies.h"
#include "sim/sim.h"
#include "tests/bench/text.h"
#include "tests/temporary.h"

#define HOSTS_MAX 64
#define FILES 3 /* summary, timeline, zones */

/* --- a workload in text ------------------------------------------------------------------ */

struct cluster_text {
	uint32_t xeons, epycs; /* its hosts, in this order */
};

struct random_workload {
	struct rng rng;
	struct cluster_text cluster[6];
	uint32_t nr;
	bool queue, uses, bound_by_nodes, all_leave;
};

static uint64_t draw(struct random_workload *w, uint64_t below)
{
	return rng_below(&w->rng, below);
}

static void print_hosts(const struct cluster_text *c, FILE *f)
{
	fprintf(f, "\"hosts\":[");
	if (c->xeons)
		fprintf(f, "{\"topology\":\"xeon-8360y-2n\",\"count\":%u}%s", c->xeons,
			c->epycs ? "," : "");
	if (c->epycs)
		fprintf(f, "{\"topology\":\"epyc-nps4-8n\",\"count\":%u}", c->epycs);
	fprintf(f, "]");
}

/* `only`: the cluster whose hosts the fleet has, without naming it; UINT32_MAX: all, and
 * `clustered` whether it names them. */
static void print_fleet(const struct random_workload *w, uint32_t only, bool clustered, FILE *f)
{
	struct cluster_text sum = {0, 0};

	fprintf(f, "\"fleet\":{");
	if (!clustered) {
		for (uint32_t i = 0; i < w->nr; i++) {
			if (only != UINT32_MAX && only != i)
				continue;
			sum.xeons += w->cluster[i].xeons;
			sum.epycs += w->cluster[i].epycs;
		}
		print_hosts(&sum, f);
	}
	for (uint32_t i = 0; clustered && i < w->nr; i++) {
		fprintf(f, "%s{\"name\":\"c%u\",", i ? "," : "\"clusters\":[", i);
		print_hosts(&w->cluster[i], f);
		fprintf(f, "}");
	}
	fprintf(f, clustered ? "]}," : "},");
}

static void print_zone(struct random_workload *w, uint32_t nr, uint32_t cluster, bool named,
		       FILE *f)
{
	uint64_t vcpus = w->bound_by_nodes && cluster ? 8 + draw(w, 9) : 1 + draw(w, 16);
	uint64_t gib = 1 + draw(w, 4 * vcpus);

	fprintf(f,
		"\"start\":{\"name\":\"z%u\",\"vcpus\":%" PRIu64 ",\"memory\":\"%" PRIu64 "GiB\"",
		nr, vcpus, gib > 8 ? gib : 8);
	if (w->bound_by_nodes)
		fprintf(f, ",\"memory_policy\":\"static\"");
	if (w->bound_by_nodes && cluster)
		fprintf(f, ",\"numa_nodes\":8");
	fprintf(f, "}");
	if (w->all_leave || draw(w, 8))
		fprintf(f, ",\"lifetime\":%" PRIu64 ".%06" PRIu64, 1 + draw(w, 3000),
			draw(w, 1000000));
	if (w->uses && draw(w, 2))
		fprintf(f, ",\"memory_use\":{\"pattern\":\"walk\",\"step\":\"30s\"}");
	if (!w->bound_by_nodes && draw(w, 6) == 0)
		fprintf(f, ",\"group\":{\"name\":\"g%" PRIu64 "\",\"rule\":\"anti-affinity\"}",
			draw(w, 3));
	if (named)
		fprintf(f, ",\"cluster\":\"c%u\"", cluster);
}

/* The same draws whatever is printed. */
static char *workload_text(const struct random_workload *original, uint32_t zones, uint32_t only,
			   bool clustered)
{
	struct random_workload copy = *original, *w = &copy;
	char *text, *skipped;
	size_t size, skip;
	FILE *f = open_memstream(&text, &size), *nowhere = open_memstream(&skipped, &skip);
	const char *gap = "";
	uint64_t at = 0;

	fprintf(f, "{\"duration\":\"2h\",\"timeline_step\":\"97s\",%s",
		w->queue ? "\"refused\":\"queue\"," : "");
	print_fleet(w, only, clustered, f);
	fprintf(f, "\"events\":[");
	for (uint32_t i = 0; i < zones; i++) {
		uint32_t cluster = (uint32_t)draw(w, w->nr);
		bool here = only == UINT32_MAX || only == cluster;
		FILE *to = here ? f : nowhere;

		at += draw(w, 3) ? draw(w, 40) : 0;
		fprintf(to, "%s{\"at\":%" PRIu64 ",", gap, at);
		print_zone(w, i, cluster, clustered, to);
		fprintf(to, "}");
		if (here)
			gap = ",";
	}
	fprintf(f, "]}");
	fclose(f);
	fclose(nowhere);
	free(skipped);
	return text;
}

static struct random_workload random_workload(uint64_t seed, uint32_t clusters)
{
	struct random_workload w = {.nr = clusters};

	rng_seed(&w.rng, seed, "clusters");
	for (uint32_t i = 0; i < clusters; i++)
		w.cluster[i] =
			(struct cluster_text){(uint32_t)draw(&w, 3), 1 + (uint32_t)draw(&w, 2)};
	return w;
}

/* --- rows into files ----------------------------------------------------------------------- */

struct files {
	char *text[FILES];
};

static void free_files(struct files *f)
{
	for (size_t i = 0; i < FILES; i++)
		free(f->text[i]);
}

static void read_files(const char *directory, struct files *out)
{
	static const char *const names[] = {"summary.csv", "timeline.csv", "zones.csv", "run.json"};

	for (size_t i = 0; i <= FILES; i++) {
		char *path = xasprintf("%s/%s", directory, names[i]);
		struct error err;
		size_t size;

		if (i < FILES)
			cr_assert_eq(file_read(path, 1 << 26, &out->text[i], &size, &err), 0, "%s",
				     err.text);
		unlink(path);
		free(path);
	}
	cr_assert_eq(rmdir(directory), 0);
}

/* The hosts that the workload names, which the caller frees the first two of. */
static uint32_t hosts_of(const struct workload *w, struct host *kind[2], const struct host **host)
{
	struct error err;
	uint32_t nr = 0;

	cr_assert_eq(host_load(&kind[0], "topologies/xeon-8360y-2n.xml", &err), 0, "%s", err.text);
	cr_assert_eq(host_load(&kind[1], "topologies/epyc-nps4-8n.xml", &err), 0, "%s", err.text);
	for (uint32_t g = 0; g < w->fleet.nr_groups; g++)
		for (uint32_t i = 0; i < w->fleet.group[g].count; i++)
			host[nr++] = kind[strncmp(w->fleet.group[g].topology, "epyc", 4) == 0];
	cr_assert_leq(nr, HOSTS_MAX);
	return nr;
}

/* As the command line calls such a fleet. The caller frees it. */
static char *fleet_label(const struct host *const *host, uint32_t nr)
{
	char *label = xstrdup(host[0]->name);

	for (uint32_t i = 1; i < nr; i++) {
		char *shorter = label;

		if (host[i] == host[i - 1])
			continue;
		label = xasprintf("%s+%s", shorter, host[i]->name);
		free(shorter);
	}
	return label;
}

/* The second policy is one that draws, or none that does. */
static int try_files(const char *text, bool draws, unsigned jobs, const char *directory,
		     struct error *err)
{
	static const char *const none[] = {NULL};
	const struct policy *two[] = {&policy_edera_compact,
				      draws ? &policy_random : &policy_edera_scatter};
	static enum run_memory memory[] = {RUN_MEMORY_AS_ASKED};
	static const char *allocator[] = {"xen"};
	static uint64_t seed[] = {7};
	const struct host *host[HOSTS_MAX];
	const struct workload *workloads[1];
	struct results_about about = {
		.version = "x", .backend = "sim", .input = none, .complete = true, .cost = true};
	struct results results = {0};
	struct matrix_fleet fleet = {.host = host};
	char *label;
	struct workload w;
	struct host *kind[2];
	struct experiment x = {
		.matrix = {&fleet, 1, workloads, 1, two, 2, memory, 1, allocator, 1, seed, 1,
			   false},
		.backend = &sim_backend,
		.cost = true,
		.check = true,
		.jobs = jobs,
		.gatherer = &results_gatherer,
		.gatherer_self = &results,
	};
	int rc;

	load_text(&w, text);
	workloads[0] = &w;
	fleet.nr_hosts = hosts_of(&w, kind, host);
	fleet.name = label = fleet_label(host, fleet.nr_hosts);
	rc = results_open(&results, directory, 2, true, false, NULL, err);
	if (!rc)
		rc = experiment_run(&x, err);
	if (!rc)
		rc = results_commit(&results, &about, err);
	results_release(&results);
	workload_release(&w);
	free(label);
	host_free(kind[0]);
	host_free(kind[1]);
	return rc;
}

static struct files run_into_files(char *text, bool draws, unsigned jobs)
{
	char name[256], *directory = xstrdup(temporary_name(name, sizeof(name), "clusters"));
	struct files out;
	struct error err;

	cr_assert(mkdtemp(directory));
	cr_assert_eq(try_files(text, draws, jobs, directory, &err), 0, "%s", err.text);
	read_files(directory, &out);
	free(directory);
	free(text);
	return out;
}

static void same_files(struct files *a, struct files *b, uint64_t seed)
{
	static const char *const names[] = {"summary", "timeline", "zones"};

	for (size_t i = 0; i < FILES; i++)
		cr_assert_str_eq(a->text[i], b->text[i], "%s.csv, seed %" PRIu64, names[i], seed);
	free_files(a);
	free_files(b);
}

/* --- the tests ------------------------------------------------------------------------------- */

Test(clusters, threads_are_not_seen, .timeout = 300)
{
	for (uint64_t seed = 1; seed <= 6; seed++) {
		struct random_workload w = random_workload(seed, 2 + seed % 4);
		struct files one, many;

		w.queue = seed % 2;
		w.uses = seed % 3 == 0;
		one = run_into_files(workload_text(&w, 150, UINT32_MAX, true), true, 1);
		many = run_into_files(workload_text(&w, 150, UINT32_MAX, true), true,
				      (unsigned)seed + 2);
		same_files(&one, &many, seed);
	}
}

Test(clusters, one_is_the_row_without, .timeout = 300)
{
	for (uint64_t seed = 1; seed <= 6; seed++) {
		struct random_workload w = random_workload(seed, 1);
		struct files plain, one;

		w.queue = seed % 2;
		w.uses = seed % 3 == 0;
		plain = run_into_files(workload_text(&w, 150, UINT32_MAX, false), true, 1);
		one = run_into_files(workload_text(&w, 150, UINT32_MAX, true), true, 2);
		cr_assert(strstr(plain.text[2], ",refused,"), "seed %" PRIu64, seed);
		same_files(&plain, &one, seed);
	}
}

/*
 * Zones that their node count binds to the hosts of their cluster, and that all find room: one
 * loop over all hosts then does what the clusters do, and everything that is joined is what it
 * counts. The Xeons of the first cluster come first and have two nodes, the others' hosts have
 * eight, which their zones ask for.
 */
Test(clusters, joined_is_what_one_loop_counts, .timeout = 300)
{
	for (uint64_t seed = 1; seed <= 8; seed++) {
		struct random_workload w = random_workload(seed, 2);
		struct files plain, joined;

		w.bound_by_nodes = w.all_leave = true;
		w.cluster[0] = (struct cluster_text){40, 0};
		w.cluster[1] = (struct cluster_text){0, 20};
		plain = run_into_files(workload_text(&w, 250, UINT32_MAX, false), false, 1);
		joined = run_into_files(workload_text(&w, 250, UINT32_MAX, true), false, 2);
		cr_assert_null(strstr(plain.text[2], ",refused,"), "seed %" PRIu64, seed);
		same_files(&plain, &joined, seed);
	}
}

/* Lines of zones.csv without the fleet and the numbers of zone and host; of `only` c<only> by their
 * names. */
static char *without_numbers(const char *zones, const char *other)
{
	char *text;
	size_t size;
	FILE *f = open_memstream(&text, &size);

	for (const char *line = zones; *line; line = strchr(line, '\n') + 1) {
		const char *field = line, *end = strchr(line, '\n');
		char name[64], wanted[80];

		for (int i = 0; i < 7; i++)
			field = strchr(field, ',') + 1;
		snprintf(name, sizeof(name), "%.*s", (int)strcspn(field, ","), field);
		snprintf(wanted, sizeof(wanted), ",%s,", name);
		if (!strstr(other, wanted))
			continue;
		field = line;
		for (int i = 0; field < end; i++) {
			size_t n = strcspn(field, ",\n");

			/* fleet, zone and host, and of a refused one the first host asked */
			if (i != 0 && i != 6 && i != 10 && i != 37)
				fprintf(f, "%.*s,", (int)n, field);
			field += n + 1;
		}
		fputc('\n', f);
	}
	fclose(f);
	return text;
}

Test(clusters, each_alone_is_its_part, .timeout = 300)
{
	for (uint64_t seed = 1; seed <= 4; seed++) {
		struct random_workload w = random_workload(seed, 3);
		struct files all;

		w.queue = seed % 2;
		all = run_into_files(workload_text(&w, 200, UINT32_MAX, true), true, 3);
		for (uint32_t i = 0; i < 3; i++) {
			struct files alone =
				run_into_files(workload_text(&w, 200, i, false), true, 1);
			char *part = without_numbers(all.text[2], alone.text[2]);
			char *whole = without_numbers(alone.text[2], alone.text[2]);

			cr_assert_str_eq(part, whole, "cluster %u, seed %" PRIu64, i, seed);
			free(part);
			free(whole);
			free_files(&alone);
		}
		free_files(&all);
	}
}

/* --- by hand --------------------------------------------------------------------------------- */

#define TWO                                                                                        \
	"\"fleet\":{\"clusters\":["                                                                \
	"{\"name\":\"a\",\"hosts\":[{\"topology\":\"xeon-8360y-2n\"}]},"                           \
	"{\"name\":\"b\",\"hosts\":[{\"topology\":\"xeon-8360y-2n\"}]}]},"
#define ZONE(at, name, life, cluster)                                                              \
	"{\"at\":" at ",\"start\":{\"name\":\"" name "\",\"vcpus\":4,\"memory\":\"8GiB\"},"        \
	"\"lifetime\":" life ",\"cluster\":\"" cluster "\"}"

static struct run_result run_two(const char *events, unsigned threads)
{
	char *text = xasprintf("{" TWO "\"events\":[%s]}", events);
	const struct host *host[HOSTS_MAX];
	struct host *kind[2];
	struct run_result out;
	struct workload w;
	struct run_input in = {
		.workload = &w,
		.policy = &policy_edera_compact,
		.seed = 1,
		.backend = &sim_backend,
		.host = host,
		.topology = "two",
	};
	struct error err;

	load_text(&w, text);
	in.nr_hosts = hosts_of(&w, kind, host);
	cr_assert_eq(clusters_run_row(&in, threads, &out, &err), 0, "%s", err.text);
	workload_release(&w);
	host_free(kind[0]);
	host_free(kind[1]);
	free(text);
	out.row.workload = "";
	return out;
}

/* Each has two at once, at other times: three at most, together. */
Test(clusters, the_peak_is_of_the_sum)
{
	struct run_result r = run_two(ZONE("0", "A", "10", "a") "," ZONE("0", "B", "10", "a") "," //
				      ZONE("9", "C", "20", "b") "," ZONE("15", "D", "5", "b"),
				      2);

	cr_assert_eq(r.row.peak_live_zones, 3);
	cr_assert_eq(r.row.zones_placed, 4);
	cr_assert_eq(r.row.hosts, 2);
	cr_assert_eq(r.row.vcpu_time_s, 4 * (10 + 10 + 20 + 5));
}

/* Who leaves at an instant has left before who comes, in other clusters too. */
Test(clusters, at_one_instant_they_leave_first)
{
	struct run_result r = run_two(ZONE("0", "A", "10", "b") "," ZONE("10", "B", "10", "a"), 2);

	cr_assert_eq(r.row.peak_live_zones, 1);
}

/* A zone that stays, in a cluster where nothing else comes, is there until the other's last
 * event. */
Test(clusters, all_go_on_to_the_end_of_the_last)
{
	struct run_result r = run_two("{\"at\":0,\"start\":{\"name\":\"A\",\"vcpus\":4,"
				      "\"memory\":\"8GiB\"},\"cluster\":\"a\"}," //
				      ZONE("100", "B", "50", "b"),
				      1);

	cr_assert_eq(r.row.vcpu_time_s, 4 * (150 + 50));
}

/* However far apart: who looks at no timeline has no rows of it that could be too many. */
Test(clusters, ends_may_be_a_century_apart)
{
	struct run_result r =
		run_two(ZONE("0", "A", "10", "a") "," ZONE("3786912000", "B", "10", "b"), 1);

	cr_assert_eq(r.row.zones_placed, 2);
	cr_assert_eq(r.row.vcpu_time_s, 4 * (10 + 10));
}

/* Zones are numbered in all clusters together: the third is the first that is refused. */
Test(clusters, zones_are_numbered_together)
{
	struct run_result r =
		run_two(ZONE("0", "A", "10", "a") "," ZONE(
				"1", "B", "10", "b") "," //
						     "{\"at\":2,\"start\":{\"name\":\"C\","
						     "\"vcpus\":4,\"memory\":\"9000GiB\"},"
						     "\"cluster\":\"b\"}," //
						     "{\"at\":2,\"start\":{\"name\":\"D\","
						     "\"vcpus\":4,\"memory\":\"9000GiB\"},"
						     "\"cluster\":\"a\"}",
			1);

	cr_assert_eq(r.row.zones_refused, 2);
	cr_assert_eq(r.row.first_refusal_zone, 3);
}

/* --- what cannot be ------------------------------------------------------------------------- */

static void look_on(void *self, const struct run_view *view, int64_t at_ns)
{
	(void)self;
	(void)view;
	(void)at_ns;
}

Test(clusters, who_cannot_see_parts_is_named)
{
	static const struct observer_ops ops = {.name = "the onlooker", .on_sample = look_on};
	const struct observer observer = {&ops, NULL};
	const struct host *host[HOSTS_MAX];
	struct host *kind[2];
	struct run_result out;
	struct workload w;
	struct run_input in = {
		.workload = &w,
		.policy = &policy_edera_compact,
		.backend = &sim_backend,
		.host = host,
		.topology = "two",
		.observer = &observer,
		.nr_observers = 1,
	};
	struct error err;

	load_text(&w, "{" TWO "\"events\":[" ZONE("0", "A", "10", "a") "]}");
	in.nr_hosts = hosts_of(&w, kind, host);
	cr_assert_eq(clusters_run_row(&in, 1, &out, &err), ERR_USAGE);
	cr_assert(strstr(err.text, "the onlooker"), "%s", err.text);
	in.nr_observers = 0;
	w.refused = REFUSED_STOP;
	cr_assert_eq(clusters_run_row(&in, 1, &out, &err), ERR_USAGE);
	cr_assert(strstr(err.text, "stop"), "%s", err.text);
	workload_release(&w);
	host_free(kind[0]);
	host_free(kind[1]);
}
