#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "probe/io_threads.h"

#define KERNEL "2129984" /* PF_KTHREAD | PF_FORKNOEXEC | ... of a real kworker */
#define PROGRAM "4194304"

static char root[] = "/tmp/homenode-io-XXXXXX";

static void put(const char *name, const char *text, size_t size)
{
	char *path = xasprintf("%s/%s", root, name);
	char *command = xasprintf("mkdir -p $(dirname %s)", path);
	FILE *f;

	cr_assert_eq(system(command), 0);
	f = fopen(path, "w");
	cr_assert_not_null(f);
	cr_assert_eq(fwrite(text, 1, size, f), size);
	fclose(f);
	free(command);
	free(path);
}

/* A process of a made /proc, or a thread of one ("812/task/815"). */
static void put_thread(const char *folder, const char *comm, const char *flags, const char *cpus)
{
	char name[64], text[256];

	snprintf(name, sizeof(name), "%s/comm", folder);
	snprintf(text, sizeof(text), "%s\n", comm);
	put(name, text, strlen(text));
	snprintf(name, sizeof(name), "%s/stat", folder);
	snprintf(text, sizeof(text), "1 (%s) S 2 0 0 0 -1 %s 0 0 0 0", comm, flags);
	put(name, text, strlen(text));
	snprintf(name, sizeof(name), "%s/status", folder);
	snprintf(text, sizeof(text), "Name:\t%s\nCpus_allowed:\tff\nCpus_allowed_list:\t%s\n", comm,
		 cpus);
	put(name, text, strlen(text));
	snprintf(name, sizeof(name), "%s/cmdline", folder);
	put(name, "", 0);
}

static void begin(void)
{
	strcpy(root + strlen(root) - 6, "XXXXXX");
	cr_assert_not_null(mkdtemp(root));
	put_thread("2", "kthreadd", KERNEL, "0-3");
}

static void end(void)
{
	char *command = xasprintf("rm -rf %s", root);

	cr_assert_eq(system(command), 0);
	free(command);
}

static struct io_threads read_all(void)
{
	struct error err = {0};
	struct io_threads t;

	cr_assert_eq(io_threads_read(&t, root, &err), 0, "%s", err.text);
	return t;
}

static void expect_cpus(const struct cpuset *cpus, const char *list)
{
	char *text = cpuset_list(cpus);

	cr_expect_str_eq(text, list);
	free(text);
}

/* Names whole (Linux 5.17 on) and cut off after 15 characters. */
Test(io_threads, backends_of_domains, .init = begin, .fini = end)
{
	struct io_threads t;
	struct cpuset cpus;

	put_thread("300", "vif3.0-q0-guest-rx", KERNEL, "0");
	put_thread("301", "vif3.0-q0-deall", KERNEL, "0-1");
	put_thread("302", "3.xvda-0", KERNEL, "3");
	put_thread("303", "blkback.12.xvdb", KERNEL, "2");
	put_thread("304", "vif12.1-q3-guest-rx", KERNEL, "1");
	t = read_all();
	cr_assert_eq(t.nr, 5);
	cr_expect(t.thread[0].kind == IO_NETWORK && t.thread[0].domid == 3);
	cr_expect_str_eq(t.thread[0].name, "vif3.0-q0-guest-rx");
	cr_expect(t.thread[2].kind == IO_DISK && t.thread[2].domid == 3);
	cr_expect(t.thread[3].kind == IO_DISK && t.thread[3].domid == 12);
	expect_cpus(&t.next, "0-3");
	cr_expect(io_threads_of_domain(&t, 3, &cpus));
	expect_cpus(&cpus, "0-1,3");
	cr_expect(io_threads_of_domain(&t, 12, &cpus));
	expect_cpus(&cpus, "1-2");
	cr_expect_not(io_threads_of_domain(&t, 4, &cpus), "a domain without backends");
	expect_cpus(&cpus, "");
	cr_expect_not(io_threads_of_domain(&t, IO_NO_DOMAIN, &cpus));
	io_threads_release(&t);
}

/* Whoever gives a program such a name serves nobody. */
Test(io_threads, names_of_others, .init = begin, .fini = end)
{
	struct io_threads t;

	put_thread("300", "vif3.0-q0-guest-rx", PROGRAM, "0");
	put_thread("301", "vif3", KERNEL, "0");
	put_thread("302", "vifx.0-q0", KERNEL, "0");
	put_thread("303", "3.", KERNEL, "0");
	put_thread("304", "40000.xvda-0", KERNEL, "0");
	put_thread("305", "vhost-12x", KERNEL, "0");
	put_thread("306", "kworker/0:1", KERNEL, "0");
	put_thread("307", ") 3.xvda-0 R 1 1", PROGRAM, "0");
	put("308/comm", "vif3.0-q0-guest-rx\n", 19); /* ends meanwhile: no stat */
	t = read_all();
	cr_expect_eq(t.nr, 0);
	io_threads_release(&t);
}

Test(io_threads, device_models, .init = begin, .fini = end)
{
	static const char model[] = "/usr/libexec/xen-qemu-system-i386\0-xen-domid\0"
				    "7\0-name\0db";
	static const char i386[] = "/usr/lib/xen/bin/qemu-system-i386\0-xen-domid\0"
				   "7\0-name\0db";
	static const char odd[] = "qemu-system-i386\0-xen-domid\0"
				  "7x";
	static const char kvm[] = "/usr/bin/qemu-system-x86_64\0-name\0guest=a";
	struct io_threads t;
	struct cpuset cpus;

	put_thread("700", "xen-qemu-system", PROGRAM, "0-3");
	put("700/cmdline", model, sizeof(model));
	put_thread("700/task/700", "xen-qemu-system", PROGRAM, "1");
	put_thread("701", "qemu-system-i38", PROGRAM, "0-3");
	put("701/cmdline", i386, sizeof(i386));
	put_thread("701/task/701", "qemu-system-i38", PROGRAM, "2");
	put_thread("701/task/702", "iothread0", PROGRAM, "3");
	put_thread("710", "qemu-system-i38", PROGRAM, "0-3");
	put("710/cmdline", odd, sizeof(odd));
	put_thread("710/task/710", "qemu-system-i38", PROGRAM, "2");
	put_thread("812", "qemu-system-x86", PROGRAM, "0-7");
	put("812/cmdline", kvm, sizeof(kvm));
	put_thread("812/task/812", "qemu-system-x86", PROGRAM, "4-5");
	put_thread("812/task/815", "CPU 1/KVM", PROGRAM, "6-7");
	put_thread("900", "vhost-812", KERNEL, "9");
	t = read_all();
	cr_assert_eq(t.nr, 4);
	cr_expect(t.thread[0].kind == IO_DEVICE_MODEL && t.thread[0].domid == 7);
	cr_expect_eq(t.thread[0].guest_pid, 0);
	cr_expect(io_threads_of_domain(&t, 7, &cpus));
	expect_cpus(&cpus, "1-3");
	cr_expect(t.thread[2].domid == IO_NO_DOMAIN && t.thread[2].guest_pid == 812);
	cr_expect(t.thread[3].kind == IO_VHOST && t.thread[3].guest_pid == 812);
	cr_expect(io_threads_of_guest(&t, 812, &cpus));
	expect_cpus(&cpus, "4-5,9");
	cr_expect_not(io_threads_of_guest(&t, 0, &cpus), "domains are not guest 0");
	io_threads_release(&t);
}

/* dom0's CPUs are vCPUs, and those run where the hypervisor lets them. */
Test(io_threads, through_dom0)
{
	struct cpuset vcpu[3] = {0}, cpus = {0}, out;

	cpuset_add(&vcpu[0], 0);
	cpuset_add(&vcpu[1], 8);
	cpuset_add(&vcpu[1], 9);
	cpuset_add(&vcpu[2], 16);
	cpuset_add(&cpus, 0);
	cpuset_add(&cpus, 1);
	cpuset_add(&cpus, 5);
	io_threads_through(vcpu, 3, &cpus, &out);
	expect_cpus(&out, "0,8-9");
}

Test(io_threads, no_proc)
{
	struct error err = {0};
	struct io_threads t;

	cr_expect_eq(io_threads_read(&t, "/nonexistent", &err), ERR_MACHINE);
	cr_expect_str_eq(err.text, "/nonexistent cannot be read");
	io_threads_release(&t);
}
