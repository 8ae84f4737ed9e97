#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "probe/guests.h"

/* A file of a made /proc; `size` 0: text. */
static void put(const char *root, const char *name, const char *text, size_t size)
{
	char *path = xasprintf("%s/%s", root, name);
	char *command = xasprintf("mkdir -p %s && rmdir %s", path, path);
	FILE *f;

	cr_assert_eq(system(command), 0);
	f = fopen(path, "w");
	cr_assert_not_null(f);
	size = size ? size : strlen(text);
	cr_assert_eq(fwrite(text, 1, size, f), size);
	fclose(f);
	free(command);
	free(path);
}

static void put_thread(const char *root, unsigned pid, unsigned tid, const char *comm,
		       const char *cpus)
{
	char name[64], text[256];

	snprintf(name, sizeof(name), "%u/task/%u/comm", pid, tid);
	put(root, name, comm, 0);
	snprintf(name, sizeof(name), "%u/task/%u/status", pid, tid);
	snprintf(text, sizeof(text), "Name:\t%s\nCpus_allowed:\tff\nCpus_allowed_list:\t%s\n", comm,
		 cpus);
	put(root, name, text, 0);
}

/* libvirt's command line; pages of 4 KiB and 2 MiB count as what they are. */
Test(guests, vcpus_and_pages)
{
	static const char line[] =
		"/usr/bin/qemu-system-x86_64\0-name\0guest=db,debug-threads=on\0-m\0"
		"8192";
	char root[] = "/tmp/homenode-guests-XXXXXX", command[128];
	struct error err = {0};
	struct guest *g;
	uint32_t nr;

	cr_assert_not_null(mkdtemp(root));
	put(root, "812/cmdline", line, sizeof(line));
	put_thread(root, 812, 812, "qemu-system-x86", "0-7");
	put_thread(root, 812, 815, "CPU 1/KVM\n", "6-7");
	put_thread(root, 812, 814, "CPU 0/KVM\n", "4,5");
	put_thread(root, 812, 816, "IO mon_iothread\n", "0-7");
	put(root, "812/numa_maps",
	    "7f00 bind:1 anon=4 dirty=4 active=0 N1=3 N3=1 kernelpagesize_kB=2048\n"
	    "7f80 default file=/usr/lib/libc.so mapped=5 N0=5 kernelpagesize_kB=4\n"
	    "7f90 default stack anon=1 N1=1 kernelpagesize_kB=4\n",
	    0);
	put(root, "99/cmdline", "/bin/sh\0-name\0qemu", sizeof("/bin/sh\0-name\0qemu"));
	put(root, "900/cmdline", "qemu-system-aarch64\0-name\0small",
	    sizeof("qemu-system-aarch64\0-name\0small"));
	put(root, "self/cmdline", "x", 0);
	cr_assert_eq(guests_find(&g, &nr, root, &err), 0, "%s", err.text);
	cr_assert_eq(nr, 2, "a shell is no guest");
	cr_expect_str_eq(g[0].name, "db");
	cr_expect_eq(g[0].pid, 812);
	cr_assert_eq(g[0].nr_vcpus, 2);
	cr_expect(g[0].vcpu[0].number == 0 && cpuset_has(&g[0].vcpu[0].cpus, 4) &&
		  cpuset_has(&g[0].vcpu[0].cpus, 5) && cpuset_count(&g[0].vcpu[0].cpus) == 2);
	cr_expect(g[0].vcpu[1].number == 1 && cpuset_has(&g[0].vcpu[1].cpus, 6));
	cr_assert_not_null(g[0].node_bytes);
	cr_expect_eq(g[0].node_bytes[0], 5 * 4096);
	cr_expect_eq(g[0].node_bytes[1], 3 * 2097152 + 4096);
	cr_expect_eq(g[0].node_bytes[3], 2097152);
	cr_expect_str_eq(g[1].name, "small");
	cr_expect_null(g[1].node_bytes, "what may not be read is not 0");
	cr_expect_eq(g[1].nr_vcpus, 0);
	guests_free(g, nr);
	snprintf(command, sizeof(command), "rm -r %s", root);
	cr_expect_eq(system(command), 0);
	cr_expect_eq(guests_find(&g, &nr, root, &err), ERR_MACHINE);
}
