/* What the parts of the program homenode-probe share. */
#ifndef PROBE_PROGRAM_H
#define PROBE_PROGRAM_H

#include <stdbool.h>
#include <stdint.h>

#include "base/cpuset.h"
#include "base/error.h"
#include "probe/crew.h"
#include "probe/kernels.h"
#include "probe/memory.h"
#include "probe/record.h"
#include "probe/traffic.h"

#define UNSET UINT64_MAX

struct options {
	const char *sysfs, *pages;
	bool json;
	const char *cpus_text, *load_text, *op, *set;
	uint64_t node, memory_node, load_node, bytes, factor, repeats, hops, seed, pause, block,
		window_ms, limit;
};

/* A list as given, the CPUs of the node, or those that this program may use. */
int choose_cpus(const struct options *o, struct cpuset *out, struct error *err) MUST_USE;
/* One pinned thread a CPU; *out is the caller's. */
uint32_t one_each(const struct cpuset *cpus, struct cpuset **out);
uint32_t memory_node(const struct options *o);
enum memory_pages pages_of(const struct options *o);
/* What every record says. */
void print_place(struct record *r, const struct options *o, const struct cpuset *cpus,
		 const struct memory *m);

/* program_kernel.c: all CPUs that were chosen, a thread and a share of memory each, for one
 * kernel; on failure nothing is left. */
struct workers {
	const struct kernel_set *set;
	enum kernel_op op;
	struct cpuset cpus;
	struct memory memory;
	uint32_t nr;
	struct traffic *traffic; /* by thread */
	struct crew *crew;
};
int workers_open(struct workers *w, const struct options *o, struct error *err) MUST_USE;
void workers_close(struct workers *w);

/* Its best, median and worst rate in a record; sorts them. */
void record_rates(struct record *r, int64_t *rate, size_t nr);

/* One kernel, and its record. */
int do_kernel(const struct options *o, struct error *err) MUST_USE;
/* program_load.c: one kernel until a signal ends it. */
int do_load(const struct options *o, struct error *err) MUST_USE;

#endif
