#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "backend-linux/cgroups.h"
#include "base/alloc.h"
#include "base/output.h"
#include "tests/temporary.h"

static char root[256];

static void put(const char *group, const char *name, const char *text)
{
	char *folder = xasprintf("%s%s", root, group), *path = xasprintf("%s/%s", folder, name);
	struct error err;

	cr_assert_eq(make_directories(folder, &err), 0, "%s", err.text);
	cr_assert_eq(output_text(path, text, &err), 0, "%s", err.text);
	free(path);
	free(folder);
}

static char *mounts(const char *type, const char *more)
{
	char *text = xasprintf("proc /proc proc rw 0 0\n%s %s %s rw,nosuid 0 0\n%s", type, root,
			       type, more);
	char *path = xasprintf("%s.mounts", root);
	struct error err;

	cr_assert_eq(output_text(path, text, &err), 0, "%s", err.text);
	free(text);
	return path;
}

static void begin(void)
{
	temporary_name(root, sizeof(root), "cgroups");
	cr_assert_not_null(mkdtemp(root));
	put("", "cpuset.cpus.effective", "0-7\n");
	put("", "cgroup.procs", "1\n2\n");
	put("/system.slice", "cpuset.cpus.effective", "0-5\n");
	put("/system.slice/web.service", "cgroup.procs", "812\n");
	put("/system.slice/web.service", "memory.current", "81920\n");
	put("/system.slice/web.service", "memory.max", "max\n");
	put("/system.slice/web.service", "cpu.max", "150000 100000\n");
	put("/system.slice/web.service", "memory.numa_stat",
	    "anon N0=4096 N1=8192\nfile N0=12288 N1=0\nkernel_stack N0=16384 N1=0\n"
	    "shmem N0=4096 N1=0\nfile_mapped N0=4096 N1=4096\ninactive_anon N0=4096 N1=8192\n"
	    "slab_reclaimable N0=20480 N1=x\nslab_unreclaimable N0=1 N1=-5 N9999=4096\n");
	put("/system.slice/idle.service", "cgroup.procs", "");
	put("/system.slice/idle.service", "memory.current", "4096\n");
	put("/kubepods.slice/pod1.slice/cri-1.scope", "cgroup.procs", "900\n901\n");
	put("/kubepods.slice/pod1.slice/cri-1.scope", "memory.current", "4096\n");
	put("/kubepods.slice/pod1.slice/cri-1.scope", "memory.max", "1048576\n");
	put("/kubepods.slice/pod1.slice/cri-1.scope", "cpu.max", "max 100000\n");
	put("/kubepods.slice/pod1.slice/cri-1.scope", "cpuset.cpus.effective", "6,7\n");
	put("/user.slice/shell.scope", "cgroup.procs", "77\n");
	put("/user.slice/shell.scope", "memory.current", "4096\n");
}

static const char *const usual[] = {"/system.slice/*", "/kubepods*", NULL};

/* Kinds of memory that are parts of others are not counted twice; what a group does not say itself
 * the one above it does. */
Test(cgroups, what_files_say)
{
	struct cgroups c;
	struct error err;
	char *path;

	begin();
	path = mounts("cgroup2", "");
	cr_assert_eq(cgroups_find(&c, usual, path, &err), 0, "%s", err.text);
	cr_assert_eq(c.nr, 2, "a group without processes, or of another pattern, is none");
	cr_expect_str_eq(c.group[0].path, "/kubepods.slice/pod1.slice/cri-1.scope");
	cr_expect(c.group[0].max_bytes == 1048576 && c.group[0].quota_milli == -1);
	cr_expect(c.group[0].knows_cpus && cpuset_count(&c.group[0].cpus) == 2);
	cr_expect_null(c.group[0].node_bytes, "what no file says is not 0");
	cr_expect_str_eq(c.group[1].path, "/system.slice/web.service");
	cr_expect(c.group[1].bytes == 81920 && c.group[1].max_bytes == -1);
	cr_expect_eq(c.group[1].quota_milli, 1500);
	cr_expect(c.group[1].knows_cpus && cpuset_count(&c.group[1].cpus) == 6);
	cr_assert_not_null(c.group[1].node_bytes);
	cr_expect_eq(c.group[1].node_bytes[0], 4096 + 12288 + 16384 + 20480 + 1);
	cr_expect_eq(c.group[1].node_bytes[1], 8192);
	cr_expect_neq(c.group[0].inode, c.group[1].inode);
	cgroups_release(&c);
	cr_assert_eq(cgroups_find(&c, (const char *const[]){"*", NULL}, path, &err), 0);
	cr_expect_eq(c.nr, 3);
	cgroups_release(&c);
	free(path);
}

/* Memory accounted by version 1: nothing is shown, and that is said. */
Test(cgroups, version_1)
{
	struct cgroups c;
	struct error err;
	char *path;

	begin();
	path = mounts("cgroup2", "cgroup /sys/fs/cgroup/memory cgroup rw,memory 0 0\n");
	cr_assert_eq(cgroups_find(&c, usual, path, &err), 0);
	cr_expect(c.nr == 0 && c.v1);
	cgroups_release(&c);
	cr_expect_eq(cgroups_find(&c, usual, "/nonexistent/mounts", &err), ERR_MACHINE);
	free(path);
}
