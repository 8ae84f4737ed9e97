#include <criterion/criterion.h>
#include <dirent.h>
#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "backend-linux/layout.h"
#include "backend-linux/limits.h"
#include "backend-linux/linux.h"
#include "base/units.h"
#include "placement/policy.h"
#include "tests/temporary.h"

#define UNIT (16 * MIB)

static struct host *this_host(void)
{
	struct host *host;
	struct error err;

	cr_assert_eq(host_load_this(&host, &err), 0, "%s", err.text);
	return host;
}

static struct backend *open_on(const struct host *host)
{
	struct backend_config config = {.host = &host, .nr_hosts = 1};
	struct backend *b;
	struct error err;

	cr_assert_eq(backend_open(&b, &linux_backend, &config, &err), 0, "%s", err.text);
	return b;
}

static struct zone zone_of(uint32_t vcpus, int64_t bytes)
{
	struct zone z;

	zone_init(&z);
	z.name = "z";
	z.vcpus = z.vcpus_max = vcpus;
	z.memory_bytes = z.memory_initial_bytes = bytes;
	z.memory_min_bytes = PAGE_BYTES;
	z.memory_policy = ZONE_STATIC;
	return z;
}

static void place(struct backend *b, const struct zone *z, struct plan *out)
{
	const struct host_state *s = backend_observe(b, 0);
	struct policy_input in = {.host = s->host, .state = s, .zone = z};
	struct error err;

	cr_assert_eq(policy_place(policy_find("edera-compact"), &in, out, &err), 0, "%s", err.text);
}

static void start(struct backend *b, uint32_t slot, const struct zone *z, struct plan *p)
{
	struct step s = {.kind = STEP_START, .slot = slot, .plan = p};
	struct error err;

	place(b, z, p);
	cr_assert_eq(backend_apply(b, &s, &err), 0, "%s", err.text);
}

/* The one child of this process, or 0; by the kernel's own list. */
static pid_t child_of(pid_t parent)
{
	DIR *proc = opendir("/proc");
	struct dirent *d;
	pid_t found = 0;

	while (proc && (d = readdir(proc))) {
		char path[300], line[512];
		int pid, ppid;
		FILE *f;

		snprintf(path, sizeof(path), "/proc/%s/stat", d->d_name);
		f = d->d_name[0] >= '1' && d->d_name[0] <= '9' ? fopen(path, "r") : NULL;
		if (!f)
			continue;
		if (fgets(line, sizeof(line), f) &&
		    sscanf(line, "%d (%*[^)]) %*c %d", &pid, &ppid) == 2 && ppid == parent)
			found = pid;
		fclose(f);
	}
	if (proc)
		closedir(proc);
	return found;
}

static void sleep_ms(long ms)
{
	struct timespec t = {.tv_sec = ms / 1000, .tv_nsec = ms % 1000 * 1000000};

	nanosleep(&t, NULL);
}

/* Gone, or a zombie that nobody in this test can reap. */
static bool gone(pid_t pid)
{
	char path[64], line[512] = "", state = 'X';
	FILE *f;

	if (kill(pid, 0) != 0)
		return errno == ESRCH;
	snprintf(path, sizeof(path), "/proc/%d/stat", (int)pid);
	f = fopen(path, "r");
	if (f && fgets(line, sizeof(line), f))
		(void)sscanf(line, "%*d (%*[^)]) %c", &state);
	if (f)
		fclose(f);
	return state == 'Z' || state == 'X';
}

/* However this program ends, its zones end with it. */
Test(backend_linux, killed_program_leaves_nothing)
{
	struct host *host = this_host();
	int fd[2];
	pid_t program, zone = 0;

	cr_assert_eq(pipe(fd), 0);
	program = fork();
	if (program == 0) {
		static struct plan p;
		struct backend *b = open_on(host);
		struct zone z = zone_of(1, UNIT);

		start(b, 0, &z, &p);
		zone = child_of(getpid());
		_exit(write(fd[1], &zone, sizeof(zone)) != sizeof(zone) || pause() == 0);
	}
	cr_assert_eq(read(fd[0], &zone, sizeof(zone)), (ssize_t)sizeof(zone));
	cr_assert_gt(zone, 0);
	cr_assert(!gone(zone));
	kill(program, SIGKILL);
	waitpid(program, NULL, 0);
	for (int i = 0; i < 1000 && !gone(zone); i++)
		sleep_ms(10);
	cr_assert(gone(zone), "zone %d outlives the program that started it", (int)zone);
	host_free(host);
}

/* A zone that dies by itself is an event, and what it had is free again. */
Test(backend_linux, zone_that_dies)
{
	struct host *host = this_host();
	struct backend *b = open_on(host);
	const struct host_state *s = backend_observe(b, 0);
	struct zone z = zone_of(1, UNIT);
	static struct plan p;
	struct step stop = {.kind = STEP_STOP, .slot = 2}, again;
	struct measure m;
	struct event ev;
	struct error err;

	for (int how = 0; how < 2; how++) {
		start(b, 2, &z, &p);
		cr_assert_eq(s->nr_zones, 1);
		kill(child_of(getpid()), SIGKILL);
		if (how == 0) { /* noticed while waiting */
			cr_assert_eq(backend_wait(b, backend_now_ns(b) + 60 * NS_PER_S, &ev, &err),
				     0);
			cr_assert_eq(ev.kind, EVENT_ZONE_EXITED);
			cr_assert_eq(ev.slot, 2);
		} else { /* or when it is asked */
			cr_assert_eq(backend_measure(b, 0, 2, &m, &err), ERR_MACHINE);
			cr_assert(strstr(err.text, "killed"), "%s", err.text);
		}
		cr_assert_eq(s->nr_zones, 0);
		cr_assert_eq(s->total_vcpus, 0);
		cr_assert_neq(backend_check(b, &stop, NULL), 0);
	}
	again = (struct step){.kind = STEP_START, .slot = 2, .plan = &p};
	cr_assert_eq(backend_check(b, &again, &err), 0, "%s", err.text);
	backend_close(b);
	cr_assert_eq(child_of(getpid()), 0);
	host_free(host);
}

/* No bit, no number: figures are there after PROBE and not before. */
Test(backend_linux, probe)
{
	struct host *host = this_host();
	struct backend *b = open_on(host);
	struct zone z = zone_of(host->nr_cpus < 2 ? 1 : 2, 2 * UNIT);
	static struct plan p;
	struct step s = {.kind = STEP_PROBE, .slot = 0};
	struct measure m;
	struct error err;

	start(b, 0, &z, &p);
	cr_assert_eq(backend_measure(b, 0, 0, &m, &err), 0, "%s", err.text);
	cr_assert_eq(m.fields & (MEASURE_BANDWIDTH | MEASURE_LATENCY), 0);
	cr_assert_eq(backend_check(b, &s, &err), 0, "%s", err.text);
	cr_assert_eq(backend_apply(b, &s, &err), 0, "%s", err.text);
	cr_assert_eq(backend_measure(b, 0, 0, &m, &err), 0, "%s", err.text);
	cr_assert_eq(m.fields & (MEASURE_BANDWIDTH | MEASURE_LATENCY),
		     MEASURE_BANDWIDTH | MEASURE_LATENCY);
	cr_assert_gt(m.bandwidth_bytes_per_s, 0);
	cr_assert_gt(m.latency_ps, 0);
	cr_assert_eq(m.resident_bytes, 2 * UNIT, "probing takes no memory");
	backend_close(b);
	host_free(host);
}

static int64_t on_node(const struct measure *m, uint32_t vnode, uint32_t node)
{
	int64_t bytes = 0;

	for (uint32_t i = 0; i < m->nr_parts; i++)
		if (m->part[i].vnode == vnode && m->part[i].node == node)
			bytes += m->part[i].bytes;
	return bytes;
}

/* Two vnodes, memory partly off its node: every page is counted where the plan has it.
 * Needs two nodes with CPUs and memory. */
Test(backend_linux, nodes)
{
	struct host *host = this_host();
	struct backend *b = open_on(host);
	const struct host_state *state = backend_observe(b, 0);
	struct zone z = zone_of(2, 2 * UNIT);
	static struct plan p;
	struct step s = {.kind = STEP_START, .slot = 0, .plan = &p};
	struct measure m;
	struct error err;
	unsigned x, y;

	if (nodeset_count(host->usable_nodes) < 2)
		cr_skip_test("this machine has one node with CPUs and memory");
	x = nodeset_lowest(host->usable_nodes);
	y = nodeset_lowest(host->usable_nodes & ~nodeset_of(x));
	p = (struct plan){.zone = &z, .host = host, .pinned = true, .nr_vnodes = 2, .nr_memory = 3};
	p.nodes = nodeset_of(x) | nodeset_of(y);
	p.vnode[0] = (struct plan_vnode){.node = x, .vcpus = 1, .memory_bytes = UNIT};
	p.vnode[1] = (struct plan_vnode){.node = y, .vcpus = 1, .memory_bytes = UNIT};
	p.memory[0] = (struct plan_memory){.vnode = 0, .node = x, .bytes = UNIT - 3 * PAGE_BYTES};
	p.memory[1] = (struct plan_memory){.vnode = 0, .node = y, .bytes = 3 * PAGE_BYTES};
	p.memory[2] = (struct plan_memory){.vnode = 1, .node = y, .bytes = UNIT};
	cr_assert_eq(backend_apply(b, &s, &err), 0, "%s", err.text);
	cr_assert_eq(backend_measure(b, 0, 0, &m, &err), 0, "%s", err.text);
	cr_assert_eq(on_node(&m, 0, x), UNIT - 3 * PAGE_BYTES);
	cr_assert_eq(on_node(&m, 0, y), 3 * PAGE_BYTES);
	cr_assert_eq(on_node(&m, 1, y), UNIT);

	cr_assert_eq(state->vcpus[x], 1);
	cr_assert_eq(state->vcpus[y], 1);

	/* given back and taken again: each vnode its half, on its own node first */
	s = (struct step){.kind = STEP_RESIZE, .bytes = 2 * PAGE_BYTES};
	cr_assert_eq(backend_apply(b, &s, &err), 0, "%s", err.text);
	s.bytes = 2 * UNIT;
	cr_assert_eq(backend_apply(b, &s, &err), 0, "%s", err.text);
	cr_assert_eq(backend_measure(b, 0, 0, &m, &err), 0, "%s", err.text);
	cr_assert_eq(on_node(&m, 0, x), UNIT);
	cr_assert_eq(on_node(&m, 1, y), UNIT);
	backend_close(b);
	host_free(host);
}

Test(backend_linux, refusals)
{
	struct host *host = this_host(), *other;
	struct backend_config config = {.nr_hosts = 2};
	struct backend *b;
	struct zone z = zone_of(1, UNIT);
	static struct plan p;
	struct step s = {.kind = STEP_START, .plan = &p};
	const struct host *hosts[2] = {host, host};
	struct error err;

	config.host = hosts;
	cr_assert_eq(backend_open(&b, &linux_backend, &config, &err), ERR_USAGE);
	cr_assert_null(b);
	config.nr_hosts = 1;
	config.options = "speed=1";
	cr_assert_eq(backend_open(&b, &linux_backend, &config, &err), ERR_USAGE);
	config.options = NULL;
	other = host_new("elsewhere", host->nr_nodes + 1);
	for (unsigned n = 0; n < other->nr_nodes; n++) {
		cpuset_add(&other->node[n].cpus, 4000 + n);
		other->node[n].memory_bytes = GIB;
	}
	cr_assert_eq(host_finish(other, &err), 0, "%s", err.text);
	hosts[0] = other;
	cr_assert_eq(backend_open(&b, &linux_backend, &config, &err), ERR_USAGE);
	cr_assert(strstr(err.text, "\"this\""), "%s", err.text);

	b = open_on(host);
	place(b, &z, &p);
	p.vnode[0].vcpus = host->nr_cpus + 1;
	cr_assert_eq(backend_check(b, &s, &err), ERR_NO_ROOM);
	cr_assert(strstr(err.text, "vCPUs"), "%s", err.text);
	p.vnode[0].vcpus = 1;
	cr_assert_eq(backend_apply(b, &s, &err), 0, "%s", err.text);
	s = (struct step){.kind = STEP_RESIZE, .bytes = UNIT + PAGE_BYTES};
	cr_assert_eq(backend_check(b, &s, &err), ERR_CANNOT);
	cr_assert(strstr(err.text, "maximum"), "%s", err.text);
	backend_close(b);
	host_free(other);
	host_free(host);
}

/* Shares add up to the whole, none exceeds its maximum by more than a page, and at boot
 * each is what the plan said. */
Test(backend_linux, shares)
{
	static const int64_t pages[][3] = {{1, 0, 0}, {5, 5, 5}, {1, 2, 1000000007}, {7, 0, 3}};

	for (size_t i = 0; i < sizeof(pages) / sizeof(pages[0]); i++) {
		static struct layout l;
		int64_t boot = 0;

		l.nr_vnodes = 3;
		for (uint32_t v = 0; v < 3; v++) {
			l.vnode[v].boot_bytes = pages[i][v] * PAGE_BYTES;
			boot += pages[i][v];
		}
		for (uint32_t v = 0; v < 3; v++)
			cr_assert_eq(layout_share(&l, v, boot * PAGE_BYTES), l.vnode[v].boot_bytes);
		for (int64_t total = 1; total < 5000; total += 7) {
			int64_t sum = 0;

			for (uint32_t v = 0; v < 3; v++) {
				int64_t mine = layout_share(&l, v, total * PAGE_BYTES);

				cr_assert_eq(mine % PAGE_BYTES, 0);
				cr_assert(mine == 0 || pages[i][v]);
				cr_assert_leq(mine,
					      layout_share(&l, v, 5000 * PAGE_BYTES) + PAGE_BYTES);
				sum += mine;
			}
			cr_assert_eq(sum, total * PAGE_BYTES, "%d", (int)i);
		}
	}
}

static void put(const char *root, const char *file, const char *text)
{
	char path[512];
	FILE *f;

	snprintf(path, sizeof(path), "%s/%s", root, file);
	for (char *c = strchr(path + strlen(root) + 1, '/'); c; c = strchr(c + 1, '/')) {
		*c = '\0';
		mkdir(path, 0755);
		*c = '/';
	}
	f = fopen(path, "w");
	cr_assert_not_null(f, "%s", path);
	fputs(text, f);
	fclose(f);
}

/* The tightest limit on the way to the root counts, in either version of cgroups. */
Test(backend_linux, cgroup_limits)
{
	char root[256], membership[272], command[300];
	struct limits l;

	cr_assert_not_null(mkdtemp(temporary_name(root, sizeof(root), "homenode-cgroups")));
	snprintf(membership, sizeof(membership), "%s/self", root);
	limits_read(&l, root, membership);
	cr_assert_eq(l.cpu_milli, LIMIT_NONE);
	cr_assert_eq(l.memory_left_bytes, LIMIT_NONE);

	put(root, "self", "0::/a/b\n");
	put(root, "a/b/memory.max", "max\n");
	put(root, "a/b/memory.current", "100\n");
	put(root, "a/b/cpu.max", "max 100000\n");
	limits_read(&l, root, membership);
	cr_assert_eq(l.cpu_milli, LIMIT_NONE);
	cr_assert_eq(l.memory_left_bytes, LIMIT_NONE);
	put(root, "a/memory.max", "8192\n");
	put(root, "a/memory.current", "5000\n");
	put(root, "a/memory.stat", "anon 4000\nactive_file 300\ninactive_file 400\nslab 9\n");
	put(root, "a/cpu.max", "150000 100000\n");
	put(root, "cpu.max", "800000 100000\n");
	limits_read(&l, root, membership);
	cr_assert_eq(l.cpu_milli, 1500);
	cr_assert_eq(l.memory_left_bytes, 8192 - 5000 + 700);

	put(root, "self", "4:memory:/c\n3:cpu,cpuacct:/c\n1:name=systemd:/\n");
	put(root, "memory/c/memory.limit_in_bytes", "4096\n");
	put(root, "memory/c/memory.usage_in_bytes", "5000\n");
	put(root, "cpu,cpuacct/c/cpu.cfs_quota_us", "50000\n");
	put(root, "cpu,cpuacct/c/cpu.cfs_period_us", "100000\n");
	limits_read(&l, root, membership);
	cr_assert_eq(l.cpu_milli, 500);
	cr_assert_eq(l.memory_left_bytes, 0);
	snprintf(command, sizeof(command), "rm -r %s", root);
	cr_assert_eq(system(command), 0);
}
