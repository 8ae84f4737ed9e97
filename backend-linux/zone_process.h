/*
 * A zone as a process of its own, and how this one talks to it: a request, an answer,
 * over a socket pair. The process ends when it is told, when the socket closes, and
 * with its parent, whatever ended that.
 */
#ifndef BACKEND_LINUX_ZONE_PROCESS_H
#define BACKEND_LINUX_ZONE_PROCESS_H

#include <sys/types.h>

#include "backend-linux/layout.h"

#define ZONE_PARTS_MAX 1024

enum zone_ask {
	ZONE_COUNT, /* where is the memory? Every answer says so */
	ZONE_RESIZE, /* .bytes */
	ZONE_PROBE, /* .work */
	ZONE_LOAD, /* .work, .bytes a second; answered once it is at work, or has ended */
};

struct zone_request {
	enum zone_ask ask;
	enum step_work work;
	int64_t bytes;
};

struct zone_answer {
	int rc; /* of base/error.h */
	char text[ERROR_TEXT_MAX];
	int64_t unknown_bytes;
	int64_t bandwidth_bytes_per_s, latency_ps; /* PROBE, end of LOAD; 0: not measured */
	uint32_t nr_parts;
	struct plan_memory part[ZONE_PARTS_MAX];
};

struct zone_process {
	pid_t pid; /* 0: none */
	int fd; /* our end; closed on exec, and closed by every other zone */
};

/*
 * Start one and wait until it has its memory. `others` are the fds of zones that run:
 * the new process must not hold them open. On failure nothing is left of it.
 */
int zone_process_start(struct zone_process *z, const struct layout *l, const int *others,
		       uint32_t nr_others, struct zone_answer *answer, struct error *err) MUST_USE;

/* ERR_MACHINE when it died; it is reaped then (pid is 0). */
int zone_process_ask(struct zone_process *z, const struct zone_request *request,
		     struct zone_answer *answer, struct error *err) MUST_USE;

/* Kill and reap; fine when it is gone. Its memory is free when this returns. */
void zone_process_stop(struct zone_process *z);

/* zone_main.c: what runs in the process. */
_Noreturn void zone_main(int fd, pid_t parent, const struct layout *l);

#endif
