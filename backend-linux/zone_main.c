/*
 * The zone's process: memory, a crew of vCPU threads, and a loop that answers.
 */
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include "backend-linux/zone_memory.h"
#include "backend-linux/zone_process.h"
#include "base/alloc.h"
#include "base/units.h"
#include "probe/chase.h"
#include "probe/crew.h"
#include "probe/machine.h"
#include "probe/stream.h"

/* A round of the loops moves about 3.3 times the memory; large zones get fewer. */
#define STREAM_ROUNDS_MAX 10
#define STREAM_ROUNDS_MIN 3
#define STREAM_TOTAL_BYTES (64 * GIB)
#define CHASE_ROUNDS 3
#define CHASE_HOPS ((uint64_t)1 << 20)
#define CHASE_LINES_MIN ((int64_t)1 << 22)

struct zone_self {
	struct layout layout;
	struct zone_memory memory;
	struct crew *crew;
	struct zone_request request;
	struct zone_answer answer;
};

/* The vnode whose memory a thread uses, its place among those who do and how many. */
struct seat {
	uint32_t vnode, i, of;
};

static uint32_t thread_vnode(const struct layout *l, uint32_t thread)
{
	uint32_t v = 0;

	if (l->flat)
		return thread % l->nr_vnodes;
	for (uint32_t end = l->vnode[0].vcpus; thread >= end; end += l->vnode[v].vcpus)
		v++;
	return v;
}

static struct seat seat_of(const struct layout *l, uint32_t thread)
{
	struct seat s = {.vnode = thread_vnode(l, thread)};

	for (uint32_t t = 0; t < l->nr_vcpus; t++) {
		if (thread_vnode(l, t) != s.vnode)
			continue;
		s.i += t < thread;
		s.of++;
	}
	return s;
}

static int probe_bandwidth(struct zone_self *z, int64_t *out, struct error *err)
{
	const struct layout *l = &z->layout;
	struct stream_part *part = xcalloc(l->nr_vcpus, sizeof(*part));
	struct stream_result result;
	int64_t bytes = 0, rounds;
	int rc = 0;

	for (uint32_t t = 0; t < l->nr_vcpus; t++) {
		struct seat s = seat_of(l, t);
		const struct region *r = &z->memory.region[s.vnode];
		size_t share = (size_t)(r->have_bytes / s.of) / CHASE_LINE_BYTES * CHASE_LINE_BYTES;

		bytes += stream_divide(r->base + share * s.i, share, &part[t], 1) * 3;
	}
	*out = 0;
	rounds = bytes ? STREAM_TOTAL_BYTES / bytes : 0;
	rounds = rounds > STREAM_ROUNDS_MAX ? STREAM_ROUNDS_MAX : rounds;
	rounds = rounds < STREAM_ROUNDS_MIN ? STREAM_ROUNDS_MIN : rounds;
	if (bytes)
		rc = stream_run(z->crew, part, (uint32_t)rounds, &result, err);
	if (bytes && !rc)
		*out = result.rate[STREAM_TRIAD].median_bytes_per_s;
	free(part);
	return rc;
}

/* One vCPU follows pointers through the memory of one vnode; 0: it has none. */
static int64_t chase_ps(struct zone_self *z, uint32_t thread, uint32_t vnode, int64_t lines_max)
{
	const struct region *r = &z->memory.region[vnode];
	int64_t lines = r->have_bytes / CHASE_LINE_BYTES, every = (lines - 1) / lines_max + 1;
	struct chase_request request = {
		.memory = r->base,
		.bytes = (size_t)r->have_bytes,
		/* all of the memory is visited, if not every line of it */
		.stride_bytes = (size_t)every * CHASE_LINE_BYTES,
		.chaser = thread,
		.hops = CHASE_HOPS,
		.repeats = CHASE_ROUNDS,
	};
	struct chase_result result;

	if (lines < 2)
		return 0;
	chase_run(z->crew, &request, &result);
	return result.median_ps;
}

/* The mean over vCPUs; where the guest is told nothing, of their mean over memory. */
static int64_t probe_latency(struct zone_self *z)
{
	const struct layout *l = &z->layout;
	uint32_t first = 0;
	int128 sum = 0, weight = 0;
	struct cpuset all = {0};
	const char *from;
	int64_t lines;

	for (uint32_t v = 0; v < l->nr_vnodes; v++)
		cpuset_or(&all, &l->vnode[v].cpus);
	/* beyond what the caches hold */
	lines = STREAM_CACHE_FACTOR * machine_last_cache_bytes(NULL, &all, &from) /
		CHASE_LINE_BYTES;
	lines = lines < CHASE_LINES_MIN ? CHASE_LINES_MIN : lines;
	for (uint32_t v = 0; v < l->nr_vnodes; first += l->vnode[v++].vcpus) {
		if (!l->vnode[v].vcpus)
			continue;
		for (uint32_t m = 0; m < l->nr_vnodes; m++) {
			int64_t have = z->memory.region[m].have_bytes, ps;
			int128 w = (int128)l->vnode[v].vcpus * (l->flat ? have / PAGE_BYTES : 1);

			if (!l->flat && m != v)
				continue;
			ps = chase_ps(z, first, m, lines);
			sum += ps ? w * ps : 0;
			weight += ps ? w : 0;
		}
	}
	return weight ? (int64_t)(sum / weight) : 0;
}

static int probe(struct zone_self *z, struct error *err)
{
	int rc = probe_bandwidth(z, &z->answer.bandwidth_bytes_per_s, err);

	if (!rc)
		z->answer.latency_ps = probe_latency(z);
	return rc;
}

static int carry_out(struct zone_self *z, struct error *err)
{
	switch (z->request.ask) {
	case ZONE_RESIZE:
		return zone_memory_resize(&z->memory, z->request.bytes, err);
	case ZONE_PROBE:
		return probe(z, err);
	case ZONE_COUNT:
		break;
	}
	return 0;
}

static int open_all(struct zone_self *z, struct error *err)
{
	const struct layout *l = &z->layout;
	struct cpuset *cpus = xcalloc(l->nr_vcpus, sizeof(*cpus));
	uint32_t t = 0;
	int rc;

	for (uint32_t v = 0; v < l->nr_vnodes; v++)
		for (uint32_t i = 0; i < l->vnode[v].vcpus; i++)
			cpus[t++] = l->vnode[v].cpus;
	rc = crew_open(&z->crew, cpus, l->nr_vcpus, err);
	free(cpus);
	if (!rc)
		rc = zone_memory_open(&z->memory, l, err);
	return rc ? rc : zone_memory_boot(&z->memory, err);
}

/* Where memory runs short after all, the zone goes, not what else runs here. */
static void be_the_first_to_go(void)
{
	FILE *f = fopen("/proc/self/oom_score_adj", "we");

	if (!f)
		return;
	fputs("1000", f);
	fclose(f);
}

static void answer(int fd, struct zone_self *z, int rc, const struct error *err)
{
	z->answer.rc = rc;
	if (rc)
		memcpy(z->answer.text, err->text, sizeof(z->answer.text));
	else
		z->answer.nr_parts = zone_memory_count(&z->memory, z->answer.part, ZONE_PARTS_MAX,
						       &z->answer.unknown_bytes);
	if (send(fd, &z->answer, sizeof(z->answer), MSG_NOSIGNAL) != (ssize_t)sizeof(z->answer))
		_exit(1);
}

void zone_main(int fd, pid_t parent, const struct layout *l)
{
	struct zone_self *z = xcalloc(1, sizeof(*z));
	struct error err = {0};
	ssize_t n;
	int rc;

	prctl(PR_SET_PDEATHSIG, SIGKILL);
	/* it may have gone before that */
	if (getppid() != parent)
		_exit(0);
	/* a terminal's interrupt is the parent's to handle */
	signal(SIGINT, SIG_IGN);
	signal(SIGTERM, SIG_DFL);
	be_the_first_to_go();
	z->layout = *l;
	rc = open_all(z, &err);
	answer(fd, z, rc, &err);
	while (!rc) {
		n = recv(fd, &z->request, sizeof(z->request), 0);
		if (n < 0 && errno == EINTR)
			continue;
		if (n != (ssize_t)sizeof(z->request))
			break;
		z->answer.bandwidth_bytes_per_s = z->answer.latency_ps = 0;
		err.text[0] = '\0';
		answer(fd, z, carry_out(z, &err), &err);
	}
	_exit(rc != 0);
}
