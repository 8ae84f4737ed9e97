#include "probe/io_threads.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "probe/proc.h"

#define KTHREADD 2 /* rest_init() of the kernel's init/main.c */
#define PF_KTHREAD 0x00200000u /* include/linux/sched.h */
#define DOMAIN_FIRST_RESERVED 0x7ff0 /* xen/include/public/xen.h */

/* A decimal number at `text`; what follows it, or NULL. */
static const char *number(const char *text, long *out)
{
	char *end;

	if (*text < '0' || *text > '9')
		return NULL;
	*out = strtol(text, &end, 10);
	return end;
}

static bool is_domain(long domid)
{
	return domid >= 0 && domid < DOMAIN_FIRST_RESERVED;
}

/* By its name, as the header has it. */
static bool serves(struct io_thread *t)
{
	const char *name = t->name, *rest;

	if (strncmp(name, "vhost-", 6) == 0) {
		t->kind = IO_VHOST;
		rest = number(name + 6, &t->guest_pid);
		return rest && !*rest;
	}
	if (strncmp(name, "vif", 3) == 0) {
		t->kind = IO_NETWORK;
		rest = number(name + 3, &t->domid);
	} else {
		t->kind = IO_DISK;
		rest = number(name + (strncmp(name, "blkback.", 8) == 0 ? 8 : 0), &t->domid);
	}
	return rest && rest[0] == '.' && rest[1] && is_domain(t->domid);
}

static void keep_name(struct io_thread *t, const char *text)
{
	size_t n = strcspn(text, "\n");

	snprintf(t->name, sizeof(t->name), "%.*s", (int)n, text);
	for (char *c = t->name; *c; c++)
		if (*c < ' ' || *c > '~')
			*c = '?';
}

/* The seventh value behind the name, which ends with the last ')': proc(5). */
static bool is_of_kernel(const char *stat)
{
	const char *behind = strrchr(stat, ')');
	unsigned long flags;

	return behind && sscanf(behind + 1, " %*c %*d %*d %*d %*d %*d %lu", &flags) == 1 &&
	       (flags & PF_KTHREAD);
}

static bool read_kernel_thread(struct io_thread *t, const char *proc)
{
	char text[1024], *path = xasprintf("%s/%ld/comm", proc, t->pid);
	bool found;

	(void)proc_read(text, sizeof(text), path);
	free(path);
	keep_name(t, text);
	path = xasprintf("%s/%ld/stat", proc, t->pid);
	found = serves(t) && proc_read(text, sizeof(text), path) && is_of_kernel(text);
	free(path);
	path = xasprintf("%s/%ld/status", proc, t->pid);
	found = found && proc_allowed(&t->cpus, path);
	free(path);
	return found;
}

/* All threads of a QEMU that are no vCPUs. */
static bool read_tasks(struct io_thread *t, const char *proc)
{
	char *folder = xasprintf("%s/%ld/task", proc, t->pid);
	long *tid, nr = proc_numbers(folder, &tid);
	bool any = false;

	for (long i = 0; i < nr; i++) {
		char *comm = xasprintf("%s/%ld/comm", folder, tid[i]);
		char *status = xasprintf("%s/%ld/status", folder, tid[i]);
		struct cpuset cpus;
		char text[64];
		unsigned vcpu;

		(void)proc_read(text, sizeof(text), comm);
		if (sscanf(text, "CPU %u/", &vcpu) != 1 && proc_allowed(&cpus, status)) {
			cpuset_or(&t->cpus, &cpus);
			any = true;
		}
		free(comm);
		free(status);
	}
	free(tid);
	free(folder);
	return any;
}

static bool read_qemu(struct io_thread *t, const char *proc)
{
	char line[PROC_LINE_BYTES], *path = xasprintf("%s/%ld/cmdline", proc, t->pid);
	size_t n = proc_read(line, sizeof(line), path);
	const char *slash, *domain, *rest;

	free(path);
	if (!n || !proc_is_qemu(line))
		return false;
	slash = strrchr(line, '/');
	keep_name(t, slash ? slash + 1 : line);
	t->kind = IO_DEVICE_MODEL;
	domain = proc_argument(line, n, "-xen-domid");
	rest = domain ? number(domain, &t->domid) : NULL;
	if (domain && (!rest || *rest || !is_domain(t->domid)))
		return false;
	if (!domain)
		t->guest_pid = t->pid;
	return read_tasks(t, proc);
}

int io_threads_read(struct io_threads *out, const char *proc, struct error *err)
{
	const char *root = proc ? proc : "/proc";
	long *pid, n = proc_numbers(root, &pid);
	char *kthreadd = xasprintf("%s/%d/status", root, KTHREADD);
	size_t cap = 0;

	*out = (struct io_threads){0};
	for (long i = 0; i < n; i++) {
		struct io_thread t = {.pid = pid[i], .domid = IO_NO_DOMAIN};

		if (!read_kernel_thread(&t, root)) {
			t = (struct io_thread){.pid = pid[i], .domid = IO_NO_DOMAIN};
			if (!read_qemu(&t, root))
				continue;
		}
		out->thread = grow(out->thread, &cap, out->nr, sizeof(*out->thread));
		out->thread[out->nr++] = t;
	}
	if (n >= 0 && !proc_allowed(&out->next, kthreadd))
		out->next = (struct cpuset){0};
	free(kthreadd);
	free(pid);
	return n < 0 ? error_set(err, ERR_MACHINE, "%s cannot be read", root) : 0;
}

void io_threads_release(struct io_threads *t)
{
	free(t->thread);
	*t = (struct io_threads){0};
}

/* The union of the CPUs of those that serve either. */
static bool cpus_of(const struct io_threads *t, long domid, long guest_pid, struct cpuset *out)
{
	bool any = false;

	*out = (struct cpuset){0};
	for (uint32_t i = 0; i < t->nr; i++) {
		const struct io_thread *one = &t->thread[i];

		if ((domid == IO_NO_DOMAIN || one->domid != domid) &&
		    (!guest_pid || one->guest_pid != guest_pid))
			continue;
		cpuset_or(out, &one->cpus);
		any = true;
	}
	return any;
}

bool io_threads_of_domain(const struct io_threads *t, long domid, struct cpuset *out)
{
	return cpus_of(t, domid, 0, out);
}

bool io_threads_of_guest(const struct io_threads *t, long guest_pid, struct cpuset *out)
{
	return cpus_of(t, IO_NO_DOMAIN, guest_pid, out);
}

void io_threads_through(const struct cpuset *vcpu, uint32_t nr_vcpus, const struct cpuset *cpus,
			struct cpuset *out)
{
	*out = (struct cpuset){0};
	for (uint32_t i = 0; i < nr_vcpus && i < CPUS_MAX; i++)
		if (cpuset_has(cpus, i))
			cpuset_or(out, &vcpu[i]);
}

const char *io_kind_name(enum io_kind kind)
{
	static const char *const name[] = {
		[IO_NETWORK] = "vif",
		[IO_DISK] = "vbd",
		[IO_VHOST] = "vhost",
		[IO_DEVICE_MODEL] = "QEMU",
	};

	return name[kind];
}
