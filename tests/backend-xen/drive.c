/*
 * The xen backend on a Xen host, step by step: run in dom0 by tests/xen/backend.sh.
 * Prints what it finds, "FAIL: ..." for what is wrong, and ends with 1 then.
 *
 *	drive KERNEL RAMDISK OPTIONS FIGURES	OPTIONS are more of the backend's, FIGURES
 *						a file of what was measured of the host
 */
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "backend-xen/xen.h"
#include "backend/backend.h"
#include "base/alloc.h"
#include "base/units.h"
#include "firmware/guest_map.h"
#include "host/same.h"
#include "placement/policy.h"

static int failures;
static struct host *host;
static struct backend *machine;
static struct plan plan;
static struct zone zone;

PRINTF_LIKE(2, 3)
static bool expect(bool ok, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	printf("%s: ", ok ? "ok" : "FAIL");
	vprintf(fmt, ap);
	putchar('\n');
	fflush(stdout);
	va_end(ap);
	failures += !ok;
	return ok;
}

static struct backend *open_with(const char *options, struct error *err)
{
	const struct host *hosts[1] = {host};
	struct backend_config config = {.host = hosts, .nr_hosts = 1, .options = options};
	struct backend *b;

	return backend_open(&b, &xen_backend, &config, err) ? NULL : b;
}

/* A plan for `zone` by the usual rule, on the host as it is now. */
static bool place(void)
{
	const struct host_state *s = backend_observe(machine, 0);
	struct policy_input in = {.host = host, .state = s, .zone = &zone};
	struct error err = {0};

	return expect(policy_place(policy_find("edera-compact"), &in, &plan, &err) == 0,
		      "zone %s has a place %s", zone.name, err.text);
}

static void describe(const char *name, uint32_t vcpus, int64_t bytes)
{
	zone_init(&zone);
	zone.name = name;
	zone.vcpus = zone.vcpus_max = vcpus;
	zone.memory_bytes = zone.memory_initial_bytes = bytes;
	zone.memory_min_bytes = 96 * MIB;
	zone.memory_policy = ZONE_STATIC;
}

static int step(enum step_kind kind, uint32_t slot, int64_t bytes, struct error *err)
{
	struct step s = {.kind = kind, .slot = slot, .plan = &plan, .bytes = bytes};
	int rc;

	memset(err, 0, sizeof(*err));
	rc = backend_check(machine, &s, err);
	return rc ? rc : backend_apply(machine, &s, err);
}

static void snapshot(int64_t out[NODES_MAX])
{
	struct event ev;
	const struct host_state *s;

	/* what a zone leaves comes back, and is counted anew */
	if (backend_wait(machine, backend_now_ns(machine) + NS_PER_S, &ev, NULL))
		expect(false, "waiting fails");
	s = backend_observe(machine, 0);
	memcpy(out, s->free_bytes, host->nr_nodes * sizeof(*out));
}

static void expect_free(const int64_t before[NODES_MAX], const char *when)
{
	int64_t after[NODES_MAX], off = 0;

	snapshot(after);
	for (unsigned n = 0; n < host->nr_nodes; n++)
		off += after[n] > before[n] ? after[n] - before[n] : before[n] - after[n];
	/* the hypervisor's own and dom0's come and go by a page or two */
	expect(off <= 16 * PAGE_BYTES, "%s: all memory is free again, %lld pages differ", when,
	       (long long)(off / PAGE_BYTES));
}

static void print_measure(const struct measure *m)
{
	printf("  resident %lld KiB, unknown %lld KiB, fields %x:",
	       (long long)m->resident_bytes / 1024, (long long)m->unknown_bytes / 1024, m->fields);
	for (uint32_t i = 0; i < m->nr_parts; i++)
		printf(" v%u@n%u=%lldp", m->part[i].vnode, m->part[i].node,
		       (long long)(m->part[i].bytes / PAGE_BYTES));
	putchar('\n');
}

static bool measured(uint32_t slot, struct measure *m)
{
	struct error err = {0};

	if (!expect(backend_measure(machine, 0, slot, m, &err) == 0, "measured %s", err.text))
		return false;
	print_measure(m);
	return true;
}

/* As planned, but for the pages that a booting guest gives back. */
static void expect_as_planned(uint32_t slot)
{
	struct measure m;
	int64_t off = 0;

	if (!measured(slot, &m))
		return;
	expect(m.fields & MEASURE_PARTS, "vnode and node of every page are known");
	expect(m.nr_parts == plan.nr_memory, "%u pieces, planned %u", m.nr_parts, plan.nr_memory);
	for (uint32_t i = 0; i < m.nr_parts && i < plan.nr_memory; i++) {
		expect(m.part[i].node == plan.memory[i].node &&
			       m.part[i].vnode == plan.memory[i].vnode,
		       "piece %u is on node %u", i, m.part[i].node);
		off += plan.memory[i].bytes - m.part[i].bytes;
	}
	expect(off >= 0 && off <= 4 * PAGE_BYTES, "%lld pages fewer than planned",
	       (long long)(off / PAGE_BYTES));
}

/* One of the parts of a text in xenstore; the caller frees, NULL at the end. */
static char *report_part(const char *zone_name, unsigned part)
{
	char *command = xasprintf("xenstore-read -R /local/domain/$(xl domid %s)/data/homenode/"
				  "report/%u 2>/dev/null",
				  zone_name, part);
	FILE *f = popen(command, "r");
	char *text = xcalloc(1, 4096);
	size_t n = f ? fread(text, 1, 4095, f) : 0;

	if (f)
		pclose(f);
	free(command);
	if (n)
		return text;
	free(text);
	return NULL;
}

static char *report_of(const char *zone_name)
{
	char *all = xstrdup(""), *part, *more;

	for (unsigned i = 0; (part = report_part(zone_name, i)); i++) {
		more = xasprintf("%s%s", all, part);
		free(all);
		free(part);
		all = more;
	}
	return all;
}

static bool has_line(const char *text, const char *line)
{
	size_t n = strlen(line);

	for (const char *at = text; (at = strstr(at, line)); at += n)
		if ((at == text || at[-1] == '\n') && (at[n] == '\n' || at[n] == ' '))
			return true;
	return false;
}

/* "cache CPU 3 Unified SIZE shared CPU" */
static bool has_cache(const char *report, uint32_t cpu, const char *shared)
{
	char *begin = xasprintf("cache %u 3 ", cpu);
	const char *at = strstr(report, begin), *end = at ? strchr(at, '\n') : NULL;
	bool ok = end && (size_t)(end - at) > strlen(shared) &&
		  strncmp(end - strlen(shared), shared, strlen(shared)) == 0;

	free(begin);
	return ok;
}

/* ns or MB/s from a vnode's CPUs to its own memory, as the HMAT of the plan has it. Linux rounds
 * latencies up (hmat_normalize() of drivers/acpi/numa/hmat.c). */
static unsigned long long told(const struct guest_map *m, enum guest_matrix_kind kind, uint32_t v)
{
	for (uint32_t i = 0; i < m->nr_matrices; i++) {
		const struct guest_matrix *gm = &m->matrix[i];
		uint64_t value = gm->entry[v * gm->nr_targets + v] * gm->unit;

		if (gm->kind == kind)
			return kind == GUEST_READ_LATENCY ? (value + 999) / 1000 : value;
	}
	return 0;
}

/* What the kernel made of the HMAT is the plan's. */
static bool expect_access(const char *report)
{
	struct guest_map m;
	bool all;

	guest_map_make(&m, &plan, GUEST_PVH);
	all = expect(m.nr_matrices == 3, "%u matrices are told", m.nr_matrices);
	for (uint32_t v = 0; all && v < plan.nr_vnodes; v++) {
		char *line = xasprintf(
			"access %u read_latency %llu write_latency 0 read_bandwidth %llu "
			"write_bandwidth %llu",
			v, told(&m, GUEST_READ_LATENCY, v), told(&m, GUEST_READ_BANDWIDTH, v),
			told(&m, GUEST_WRITE_BANDWIDTH, v));

		all &= expect(has_line(report, line), "%s", line);
		free(line);
	}
	guest_map_release(&m);
	return all;
}

/* Nodes with their CPUs, distances, packages, last-level caches and HMAT as planned. Each
 * vnode of these plans has one vCPU. */
static void expect_believed(const char *zone_name)
{
	char *report = report_of(zone_name);
	bool all = true;

	for (uint32_t v = 0; v < plan.nr_vnodes; v++) {
		uint32_t own = host_distance(host, plan.vnode[v].node, plan.vnode[v].node);
		char *distances = xstrdup(""), *line, *node = xasprintf("node %u cpus %u", v, v);

		for (uint32_t to = 0; to < plan.nr_vnodes; to++) {
			char *more = xasprintf("%s %u", distances,
					       to == v ? 10
						       : host_distance(host, plan.vnode[v].node,
								       plan.vnode[to].node) *
								 10 / own);

			free(distances);
			distances = more;
		}
		all &= expect(has_line(report, node), "%s", node);
		line = xasprintf("distances%s\n", distances);
		all &= expect(strstr(report, line) != NULL, "node %u has %s", v, line);
		free(line);
		line = xasprintf("cpu %u node %u package %u", v, v, v);
		all &= expect(has_line(report, line), "%s", line);
		free(line);
		line = xasprintf("shared %u", v);
		all &= expect(has_cache(report, v, line), "cache of CPU %u is its own", v);
		free(line);
		free(node);
		free(distances);
	}
	all &= expect_access(report);
	all &= expect(!strstr(report, "Ignoring dependency"), "no warning of the scheduler's");
	if (!expect(all, "the guest believes its plan"))
		printf("%s\n", report);
	free(report);
}

static void two_vnodes(void)
{
	int64_t before[NODES_MAX];
	struct measure m;
	struct error err;

	snapshot(before);
	describe("two", 2, 256 * MIB);
	if (!place() || !expect(step(STEP_START, 0, 0, &err) == 0, "started %s", err.text))
		return;
	expect_as_planned(0);
	expect(step(STEP_START, 0, 0, &err) == ERR_CANNOT, "one zone a slot: %s", err.text);
	if (expect(step(STEP_PROBE, 0, 0, &err) == 0, "probed %s", err.text) && measured(0, &m))
		expect((m.fields & MEASURE_BANDWIDTH) && m.bandwidth_bytes_per_s > 0 &&
			       m.latency_ps > 0,
		       "%lld bytes/s, %lld ps", (long long)m.bandwidth_bytes_per_s,
		       (long long)m.latency_ps);
	expect_as_planned(0);
	expect_believed("two");
	expect(step(STEP_RESIZE, 0, 512 * MIB, &err) == ERR_CANNOT, "too much: %s", err.text);
	expect(step(STEP_RESIZE, 0, 64 * MIB, &err) == ERR_CANNOT, "too little: %s", err.text);
	expect(step(STEP_RESIZE, 0, 100, &err) == ERR_CANNOT, "no pages: %s", err.text);
	for (int i = 0; i < 2; i++) {
		int64_t target = (i ? 240 : 200) * MIB;

		if (!expect(step(STEP_RESIZE, 0, target, &err) == 0, "balloon %lld MiB %s",
			    (long long)(target / MIB), err.text) ||
		    !measured(0, &m))
			continue;
		expect(m.resident_bytes - target <= 64 * PAGE_BYTES &&
			       target - m.resident_bytes <= 64 * PAGE_BYTES,
		       "%lld KiB off the target", (long long)(m.resident_bytes - target) / 1024);
		expect(!(m.fields & MEASURE_PARTS), "whose pages they are is not known now");
	}
	expect(step(STEP_STOP, 0, 0, &err) == 0, "stopped %s", err.text);
	expect_free(before, "after a stop");
}

/* Unequal shares and a node that is far away, by hand: what a policy would not do. */
static void four_vnodes(void)
{
	static const uint32_t node[] = {2, 1, 5, 6};
	static const int64_t mib[] = {160, 96, 128, 64};
	struct error err;

	describe("four", 4, 448 * MIB);
	if (!place() || !expect(plan.nr_vnodes == 4, "four vnodes"))
		return;
	plan.nodes = 0;
	for (uint32_t v = 0; v < 4; v++) {
		plan.vnode[v].node = node[v];
		plan.vnode[v].memory_bytes = mib[v] * MIB;
		plan.memory[v] = (struct plan_memory){v, node[v], mib[v] * MIB};
		plan.nodes |= nodeset_of(node[v]);
	}
	plan.nr_memory = 4;
	if (!expect(step(STEP_START, 4, 0, &err) == 0, "started %s", err.text))
		return;
	expect_as_planned(4);
	if (expect(step(STEP_PROBE, 4, 0, &err) == 0, "probed %s", err.text))
		expect_believed("four");
	expect_as_planned(4);
	expect(step(STEP_STOP, 4, 0, &err) == 0, "stopped %s", err.text);
}

static void memory_on_demand(void)
{
	int64_t before[NODES_MAX];
	struct measure m;
	struct error err;

	snapshot(before);
	describe("lazy", 1, 512 * MIB);
	zone.memory_policy = ZONE_DYNAMIC;
	zone.memory_initial_bytes = 192 * MIB;
	if (!place() || !expect(step(STEP_START, 1, 0, &err) == 0, "started %s", err.text))
		return;
	if (measured(1, &m))
		expect(m.unknown_bytes > 0, "pages that the dump does not attribute are unknown");
	expect(step(STEP_STOP, 1, 0, &err) == 0, "stopped %s", err.text);
	expect_free(before, "after populate on demand");
}

/* A balloon that never moves: of a kernel that has none, and of one that does not even
 * listen. The other boots while the first is waited for. */
static void no_balloon(const char *image)
{
	static const char *const without[] = {"balloon_init", "xenbus_init"};
	static const char *const says[] = {"no balloon driver", "did not begin to listen"};
	struct backend *one[2];
	struct error err = {0};
	struct measure m;

	for (int i = 0; i < 2; i++) {
		char *options = xasprintf("%s,wait=%d,cmdline=console=hvc0 loglevel=4 nowatchdog "
					  "mitigations=off initcall_blacklist=%s",
					  image, 20, without[i]);

		machine = one[i] = open_with(options, &err);
		free(options);
		describe(without[i], 1, 128 * MIB);
		if (!expect(machine != NULL, "opened %s", err.text) || !place())
			return;
		expect(step(STEP_START, 0, 0, &err) == 0, "started %s", err.text);
	}
	for (int i = 1; i >= 0; i--) {
		machine = one[i];
		expect(step(STEP_RESIZE, 0, 112 * MIB, &err) == ERR_MACHINE &&
			       strstr(err.text, says[i]),
		       "%s", err.text);
		if (measured(0, &m))
			expect(m.resident_bytes > 127 * MIB, "its memory is as it was");
		backend_close(machine);
	}
}

static void refusals(void)
{
	static const char *const device[] = {"nic0"};
	int64_t before[NODES_MAX];
	struct backend *proper = machine;
	struct error err;
	char *options;

	snapshot(before);
	describe("large", 1, 512 * MIB);
	if (!place())
		return;
	zone.memory_bytes = zone.memory_initial_bytes = plan.vnode[0].memory_bytes = 1020 * MIB;
	plan.memory[0].bytes = 1020 * MIB;
	expect(step(STEP_START, 2, 0, &err) == ERR_NO_ROOM, "no room on the node: %s", err.text);
	expect(step(STEP_STOP, 2, 0, &err) == ERR_CANNOT, "%s", err.text);

	describe("odd", 1, 128 * MIB);
	if (!place())
		return;
	zone.memory_bytes += PAGE_BYTES;
	expect(step(STEP_START, 2, 0, &err) == ERR_CANNOT, "%s", err.text);
	zone.memory_bytes -= PAGE_BYTES;
	zone.virt = ZONE_PV;
	expect(step(STEP_START, 2, 0, &err) == ERR_CANNOT, "%s", err.text);
	zone.virt = ZONE_PVH;
	zone.device = device;
	zone.nr_devices = 1;
	expect(step(STEP_START, 2, 0, &err) == ERR_CANNOT, "%s", err.text);
	zone.nr_devices = 0;

	/* found out by the toolstack only: a launch that fails half-way leaves nothing */
	options = xasprintf("kernel=/t/lib.sh,wait=30");
	machine = open_with(options, &err);
	if (expect(machine != NULL, "opened")) {
		expect(step(STEP_START, 2, 0, &err) == ERR_MACHINE, "no kernel: %s", err.text);
		expect_free(before, "after a failed launch");
		backend_close(machine);
	}
	free(options);
	options = xasprintf("kernel=/t/nothing");
	machine = open_with(options, &err);
	if (expect(machine != NULL, "opened")) {
		expect(step(STEP_START, 2, 0, &err) == ERR_USAGE, "%s", err.text);
		backend_close(machine);
	}
	free(options);
	expect(!open_with("kernel", &err), "%s", err.text);
	expect(!open_with("what=ever", &err), "%s", err.text);
	expect(!open_with("recover=never", &err), "%s", err.text);
	machine = proper;
}

int main(int argc, char **argv)
{
	struct error err = {0};
	char *image, *options;

	if (argc != 5)
		return 2;
	if (!expect(xen_host_load(&host, &err) == 0, "the host %s", err.text) ||
	    !expect(host_take_file(host, argv[4], &err) == 0, "its figures %s", err.text))
		return 1;
	image = xasprintf("kernel=%s,ramdisk=%s,tsc=native", argv[1], argv[2]);
	options = xasprintf("%s,%s", image, argv[3]);
	machine = open_with(options, &err);
	if (!expect(machine != NULL, "opened %s", err.text))
		return 1;
	refusals();
	memory_on_demand();
	two_vnodes();
	four_vnodes();
	backend_close(machine);
	no_balloon(image);
	host_free(host);
	free(options);
	free(image);
	return failures != 0;
}
