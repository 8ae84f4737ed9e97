/*
 * The zone's process: memory, a crew of vCPU threads, and a loop that answers.
 */
#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include "backend-linux/zone_process.h"
#include "backend-linux/zone_work.h"
#include "base/alloc.h"

struct zone_self {
	struct layout layout;
	struct zone_memory memory;
	struct zone_work work;
	struct zone_request request;
	struct zone_answer answer;
};

static int carry_out(struct zone_self *z, struct error *err)
{
	switch (z->request.ask) {
	case ZONE_RESIZE:
		return zone_memory_resize(&z->memory, z->request.bytes, err);
	case ZONE_PROBE:
		return zone_work_probe(&z->work, z->request.work, &z->answer.bandwidth_bytes_per_s,
				       &z->answer.latency_ps, err);
	case ZONE_LOAD:
		return zone_work_load(&z->work, z->request.work, z->request.bytes,
				      &z->answer.bandwidth_bytes_per_s, err);
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
	z->work = (struct zone_work){.layout = l, .memory = &z->memory};
	rc = crew_open(&z->work.crew, cpus, l->nr_vcpus, err);
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

/* While nobody asks, a load goes on. */
static ssize_t next_request(int fd, struct zone_self *z)
{
	struct pollfd asks = {.fd = fd, .events = POLLIN};

	while (z->work.load != WORK_NONE && poll(&asks, 1, 0) == 0)
		zone_work_go_on(&z->work);
	return recv(fd, &z->request, sizeof(z->request), 0);
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
		n = next_request(fd, z);
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
