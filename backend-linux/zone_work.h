/*
 * What the vCPU threads of a zone's process do with its memory: STREAM's loops and the chase
 * of a plain probe, one work by itself, and loads that go on until they are ended.
 */
#ifndef BACKEND_LINUX_ZONE_WORK_H
#define BACKEND_LINUX_ZONE_WORK_H

#include "backend-linux/zone_memory.h"
#include "probe/crew.h"

/* The last windows of a load, which lie in the time of the probe beside it. */
#define LOAD_WINDOWS 8

struct zone_work {
	const struct layout *layout;
	struct zone_memory *memory;
	struct crew *crew; /* a thread a vCPU */
	/* The load that goes on; WORK_NONE: none. */
	enum step_work load;
	int64_t limit_bytes_per_s;
	/* [windows % LOAD_WINDOWS] comes next */
	struct load_window {
		int64_t bytes_per_s, cpu_ppm;
	} window[LOAD_WINDOWS];
	uint64_t windows;
};

/* Triad and chase (WORK_NONE), or one work; what was not measured is 0. ERR_CANNOT: this
 * processor or this memory has none; ERR_NO_ROOM: something else had the vCPUs' CPUs. */
int zone_work_probe(struct zone_work *z, enum step_work work, int64_t *bytes_per_s,
		    int64_t *latency_ps, struct error *err) MUST_USE;

/* A load begins, and has gone on for a window when this returns; or, WORK_NONE, it ends, and
 * *bytes_per_s is what it got at last (0: there was none); ERR_NO_ROOM then: something else
 * had its CPUs, so that this was not the load that was asked for. */
int zone_work_load(struct zone_work *z, enum step_work work, int64_t limit_bytes_per_s,
		   int64_t *bytes_per_s, struct error *err) MUST_USE;
/* One more window of it. */
void zone_work_go_on(struct zone_work *z);

#endif
