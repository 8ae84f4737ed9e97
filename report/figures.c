#include "report/figures.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/units.h"

/* In the order in which an operator asks for them. */
const struct figure figures[] = {
	{"zones_placed", "zones placed", "zones that were started", UNIT_COUNT, true, false},
	{"zones_refused", "zones refused", "zones turned away for good", UNIT_COUNT, false, false},
	{"local_page_ppm", "local memory, %",
	 "share of the zones' memory, over time, on the node that the guest was told it is on",
	 UNIT_PERCENT, true, false},
	{"slowdown_ppm", "slowdown, times",
	 "time that the zones' work took against the same zones alone with every page at home; 1 "
	 "is none",
	 UNIT_FACTOR, false, true},
	{"regret_ppm", "regret, %",
	 "slowdown beyond that of the oracle, which knows what comes; below 0 can be who turns "
	 "zones or hosts away",
	 UNIT_PERCENT, false, true},
	{"swing_ppm", "swing, %",
	 "how far launches of the same zone lie apart in speed: (p95 - p5) / p50", UNIT_PERCENT,
	 false, false},
	{"mean_distance_centi", "distance, SLIT",
	 "mean distance between a zone's vCPUs and its pages; 10 is the own node", UNIT_CENTI,
	 false, false},
	{"zones_spilled", "zones spilled", "zones with memory off their own nodes at launch",
	 UNIT_COUNT, false, false},
	{"spilled_bytes", "spilled, GiB", "that memory, all zones together", UNIT_GIB, false,
	 false},
	{"remote_traffic_ppm", "remote traffic, %",
	 "share of memory traffic that goes to other nodes", UNIT_PERCENT, false, false},
	{"bandwidth_bytes_per_s", "traffic, GB/s",
	 "memory traffic that all zones together get, mean over the run", UNIT_GB_A_SECOND, true,
	 true},
	{"memory_latency_ps", "latency, ns", "mean latency of the zones' memory accesses", UNIT_NS,
	 false, true},
	{"triad_bytes_per_s", "triad, GB/s",
	 "probe: bandwidth that a zone gets from its memory, mean over the zones", UNIT_GB_A_SECOND,
	 true, true},
	{"chase_ps", "pointer chase, ns",
	 "probe: latency that a zone sees of its memory, mean over the zones", UNIT_NS, false,
	 true},
	{"own_page_ppm", "on own nodes, %",
	 "share of the zones' memory, over time, on any of the zone's nodes", UNIT_PERCENT, true,
	 false},
	{"wrong_vnode_page_ppm", "wrong vnode, %",
	 "share on another of the zone's nodes than the one that the guest was told", UNIT_PERCENT,
	 false, false},
	{"off_node_page_ppm", "off own nodes, %", "share on none of the zone's nodes", UNIT_PERCENT,
	 false, false},
	{"stranded_vcpu_ppm", "stranded vCPUs, %",
	 "vCPUs free at the fullest moment that no memory is left for", UNIT_PERCENT, false, false},
	{"stranded_memory_ppm", "stranded memory, %",
	 "memory free at the fullest moment that no vCPU is left for", UNIT_PERCENT, false, false},
	{"fr16_ppm", "fragments, %",
	 "free vCPUs at the fullest moment that no zone of 16 vCPUs on one node can use",
	 UNIT_PERCENT, false, false},
	{"peak_live_zones", "most at once", "most zones alive at one time", UNIT_COUNT, true,
	 false},
	{"queue_wait_s", "waited, s", "time that zones waited for room, all together", UNIT_SECONDS,
	 false, false},
	{"balloon_failures", "balloon failures", "growths of memory that got less than asked for",
	 UNIT_COUNT, false, false},
	{"zones_below_90", "zones below 90 %",
	 "zones whose local share fell below 90 % by ballooning", UNIT_COUNT, false, false},
};
const size_t nr_figures = sizeof(figures) / sizeof(figures[0]);

const struct figure *figure_of(const char *column)
{
	for (size_t i = 0; i < nr_figures; i++)
		if (strcmp(figures[i].column, column) == 0)
			return &figures[i];
	return NULL;
}

/* "28,944" */
static const char *grouped(int64_t value, char *buf, size_t size)
{
	char digits[24];
	size_t n = (size_t)snprintf(digits, sizeof(digits), "%" PRId64, value), at = 0;

	for (size_t i = 0; i < n && at + 2 < size; i++) {
		buf[at++] = digits[i];
		if ((n - i) % 3 == 1 && i + 1 < n && digits[i] != '-')
			buf[at++] = ',';
	}
	buf[at] = '\0';
	return buf;
}

const char *figure_text(const struct figure *f, int64_t value, char *buf, size_t size)
{
	static const struct {
		double scale;
		int decimals;
	} how[] = {
		[UNIT_GIB] = {1.0 / (double)GIB, 1},
		[UNIT_PERCENT] = {1e-4, 2},
		[UNIT_CENTI] = {1e-2, 2},
		[UNIT_FACTOR] = {1e-6, 3},
		[UNIT_GB_A_SECOND] = {1e-9, 1},
		[UNIT_NS] = {1e-3, 1},
	};

	if (f->unit == UNIT_COUNT || f->unit == UNIT_SECONDS)
		return grouped(value, buf, size);
	if ((double)value * how[f->unit].scale >= 1000)
		return grouped((int64_t)((double)value * how[f->unit].scale + 0.5), buf, size);
	snprintf(buf, size, "%.*f", how[f->unit].decimals, (double)value * how[f->unit].scale);
	return buf;
}

bool figure_alike(const struct figure *f, int64_t a, int64_t b)
{
	char x[40], y[40];

	return strcmp(figure_text(f, a, x, sizeof(x)), figure_text(f, b, y, sizeof(y))) == 0;
}

bool figure_known(const struct sheet *s, size_t row, const struct figure *f, int64_t *out)
{
	return sheet_figure(s, row, f->column, out) && !(f->zero_unknown && *out == 0);
}

bool figure_same(const struct sheet *s, const struct figure *f, int64_t *out)
{
	bool found = false;
	int64_t v;

	for (size_t r = 0; r < s->nr; r++) {
		if (!figure_known(s, r, f, &v))
			continue;
		if (found && !figure_alike(f, v, *out))
			return false;
		*out = v;
		found = true;
	}
	return found;
}

bool figure_absent(const struct sheet *s, const struct figure *f)
{
	int64_t v;

	for (size_t r = 0; r < s->nr; r++)
		if (figure_known(s, r, f, &v))
			return false;
	return true;
}

bool sheet_varies(const struct sheet *s, const char *column)
{
	for (size_t r = 1; r < s->nr; r++)
		if (!sheet_same(s, 0, r, column))
			return true;
	return false;
}

const char *sheet_short_name(const struct sheet *s, size_t row, struct arena *a)
{
	static const char *const order[] = {"memory_policy", "allocator", "topology", "workload",
					    "seed"};
	const char *name = sheet_text(s, row, sheet_column(s, "policy"));

	for (size_t i = 0; i < sizeof(order) / sizeof(order[0]); i++)
		if (sheet_varies(s, order[i]))
			name = arena_printf(a, "%s %s%s", name,
					    strcmp(order[i], "seed") == 0 ? "seed " : "",
					    sheet_text(s, row, sheet_column(s, order[i])));
	return name;
}

const char *sheet_name_of(const struct sheet *s, const char *key, char between,
			  const char *otherwise, struct arena *a)
{
	for (size_t r = 0; r < s->nr; r++) {
		const char *p = key;
		unsigned c = 0;

		for (; c < s->nr_keys; c++) {
			const char *text = sheet_text(s, r, (int)c);
			size_t n = strlen(text);

			if (strncmp(p, text, n) != 0 || (p[n] != between && p[n]))
				break;
			p += n + (p[n] != '\0');
		}
		if (c == s->nr_keys && !*p)
			return sheet_short_name(s, r, a);
	}
	return otherwise;
}
