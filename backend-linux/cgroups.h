/*
 * Control groups (version 2) that hold processes, as the kernel's files have them: where they may
 * run, on which nodes their pages are. Files: Documentation/admin-guide/cgroup-v2.rst of
 * Linux. Nothing is changed.
 */
#ifndef BACKEND_LINUX_CGROUPS_H
#define BACKEND_LINUX_CGROUPS_H

#include <stdint.h>

#include "base/cpuset.h"
#include "base/error.h"

#define CGROUP_NODES_MAX 1024

struct cgroup {
	char *path; /* "/system.slice/nginx.service" */
	uint64_t inode; /* another group of this path has another */
	bool knows_cpus;
	struct cpuset cpus; /* that it may run on */
	int64_t *node_bytes; /* by the kernel's number, CGROUP_NODES_MAX; NULL: nobody says */
	int64_t bytes; /* memory.current; -1 */
	int64_t max_bytes; /* -1: no limit */
	int64_t quota_milli; /* CPUs, thousandths; -1: no limit */
};

struct cgroups {
	struct cgroup *group; /* in ascending order of paths */
	uint32_t nr;
	size_t cap;
	bool v1; /* memory is accounted by version 1, where nothing can be seen */
};

/*
 * Those whose path matches a pattern (fnmatch(3); "*" takes "/" too) and whose memory is accounted
 * for by themselves. `mounts`: where mounts are listed, NULL: /proc/self/mounts. ERR_MACHINE when
 * it cannot be read.
 */
int cgroups_find(struct cgroups *out, const char *const *patterns, const char *mounts,
		 struct error *err) MUST_USE;
void cgroups_release(struct cgroups *c);

#endif
