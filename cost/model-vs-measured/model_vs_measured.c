/*
 * homenode-model-vs-measured DIRECTORY: predicts published measurements with the cost
 * model and prints a table for docs/cost-model.md. DIRECTORY holds
 * machines.json and loaded_latency.csv; nothing is fitted to what is predicted.
 */
#include "cost/model-vs-measured/machines.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/csv.h"
#include "base/units.h"
#include "cost/at-a-moment/snapshot.h"
#include "cost/params/loaded_latency.h"
#include "cost/params/slit.h"

#define CORES 64 /* a node; enough lines in flight to saturate any of these */
#define POINTS_MAX 64

struct group {
	const char *name;
	double error[1024]; /* relative, absolute value */
	size_t nr;
};

static int by_value(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return (x > y) - (x < y);
}

static double quantile(struct group *g, double q)
{
	qsort(g->error, g->nr, sizeof(*g->error), by_value);
	return g->error[(size_t)(q * (double)(g->nr - 1) + 0.5)];
}

static void note(struct group *g, double predicted, double measured)
{
	if (g->nr < sizeof(g->error) / sizeof(g->error[0]))
		g->error[g->nr++] = fabs(predicted / measured - 1);
}

static void row(struct group *g, const char *what, const char *input, double measured,
		double predicted, double goal)
{
	double e = predicted / measured - 1;

	printf("| %s | %s | %.1f | %.1f | %+.1f %% | %s |\n", what, input, measured, predicted,
	       e * 100, fabs(e) <= goal ? "" : "miss");
	note(g, predicted, measured);
}

static void head(const char *title, const char *unit)
{
	printf("\n### %s\n\n| case | inputs | measured, %s | predicted | error | |\n"
	       "|---|---|---|---|---|---|\n",
	       title, unit);
}

static void foot(struct group *g)
{
	if (g->nr)
		printf("\n%s: %zu cases, median error %.1f %%, 95 %% below %.1f %%, worst %.1f "
		       "%%\n",
		       g->name, g->nr, quantile(g, 0.5) * 100, quantile(g, 0.95) * 100,
		       quantile(g, 1) * 100);
}

static uint32_t mib_per_s(double mbps)
{
	return (uint32_t)(mbps * 1e6 / (double)MIB + 0.5);
}

/* L3s of the node: two chiplets of six cores on this one, known from its data sheet. */
static void add_l3s(struct host *h, const struct machine *m)
{
	if (strncmp(m->id, "GENOA_9224", 10) != 0)
		return;
	h->l3 = xcalloc(2 * m->nr_nodes, sizeof(*h->l3));
	for (uint32_t n = 0; n < m->nr_nodes; n++) {
		for (int i = 0; i < 2 && h->node[n].nr_cpus; i++)
			h->l3[h->nr_l3s++].nodes = nodeset_of(n);
	}
}

/* The write matrix from the system's figures at all reads and 1:1. */
static void add_writes(struct host *h, const struct machine *m)
{
	uint32_t *w;
	double ratio; /* writes only / reads only */

	if (!(m->peak_1r1w > 0) || h->nr_l3s)
		return;
	ratio = 1 / (2 * m->peak_r / m->peak_1r1w - 1);
	w = host_matrix_new(h, MATRIX_WRITE_BANDWIDTH, GRADE_MEASURED, "1:1");
	for (uint32_t n = 0; n < m->nr_nodes; n++)
		w[n * m->nr_nodes + n] = mib_per_s(m->read_mbps[n][n] * ratio);
}

/* Nodes, packages and the SLIT. */
static struct host *bare_host(const struct machine *m)
{
	struct host *h = host_new(m->id, m->nr_nodes);
	uint32_t *d = host_matrix_new(h, MATRIX_DISTANCE, GRADE_FIRMWARE, "SLIT");

	h->nr_packages = m->nr_sockets;
	for (uint32_t n = 0; n < m->nr_nodes; n++) {
		bool expander = m->nr_nodes % m->nr_sockets && n == m->nr_nodes - 1;

		h->node[n].package = n / (m->nr_nodes / m->nr_sockets);
		if (h->node[n].package >= m->nr_sockets)
			h->node[n].package = 0;
		h->node[n].memory_bytes = 64 * GIB;
		for (unsigned c = 0; c < CORES && !expander; c++)
			cpuset_add(&h->node[n].cpus, n * CORES + c);
		h->node[n].nr_cpus = h->node[n].nr_cores = expander ? 0 : CORES;
		for (uint32_t k = 0; k < m->nr_nodes; k++)
			d[n * m->nr_nodes + k] = m->slit[n][k] > 0 ? (uint32_t)m->slit[n][k]
						 : n == k	   ? 10
								   : 21;
	}
	return h;
}

static void finish(struct host *h)
{
	struct error err;

	if (host_finish(h, &err)) {
		fprintf(stderr, "homenode-model-vs-measured: %s: %s\n", h->name, err.text);
		exit(3);
	}
}

static struct host *make_host(const struct machine *m)
{
	struct host *h = bare_host(m);
	uint32_t *l = host_matrix_new(h, MATRIX_LATENCY, GRADE_MEASURED, "published");
	uint32_t *b = host_matrix_new(h, MATRIX_BANDWIDTH, GRADE_MEASURED, "published");

	for (uint32_t n = 0; n < m->nr_nodes; n++) {
		for (uint32_t k = 0; k < m->nr_nodes; k++) {
			uint32_t at = n * m->nr_nodes + k;

			if (m->latency_ns[n][k] > 0)
				l[at] = (uint32_t)(m->latency_ns[n][k] + 0.5);
			if (m->read_mbps[n][k] > 0)
				b[at] = mib_per_s(m->read_mbps[n][k]);
		}
	}
	add_l3s(h, m);
	add_writes(h, m);
	finish(h);
	return h;
}

/* Everybody reads and writes his own node as fast as he can; GB/s. */
static double system_bandwidth(const struct machine *m, double reads)
{
	struct host *h = make_host(m);
	struct zone_profile profile = *zone_profile_find("stream");
	struct plan *plan = xcalloc(m->nr_nodes, sizeof(*plan));
	struct cost_zone cost[MACHINE_NODES] = {{0}};
	struct cost_result found[MACHINE_NODES];
	struct cost_work work = {0};
	struct cost_params params;
	struct zone z;
	double sum = 0;
	uint32_t nr = 0;

	zone_init(&z);
	profile.read_share_ppm = (uint32_t)(reads * 1e6 + 0.5);
	profile.parallelism = 64; /* the generator prefetches as far as it likes */
	z.profile = &profile;
	z.vcpus = z.vcpus_max = CORES;
	for (uint32_t n = 0; n < m->nr_nodes; n++) {
		struct plan *p = &plan[nr];

		if (!h->node[n].nr_cpus)
			continue;
		*p = (struct plan){.zone = &z, .host = h, .pinned = true, .nodes = nodeset_of(n)};
		p->nr_vnodes = p->nr_memory = 1;
		p->vnode[0] = (struct plan_vnode){
			.node = n, .vcpus = CORES, .memory_bytes = zone_boot_bytes(&z)};
		p->memory[0] = (struct plan_memory){0, n, zone_boot_bytes(&z)};
		cost[nr++].plan = p;
	}
	cost_params_init(&params, h, NULL);
	params.lines_per_core = 64;
	cost_evaluate(&params, cost, nr, &work, found);
	for (uint32_t i = 0; i < nr; i++)
		sum += (double)found[i].bandwidth_bytes_per_s / 1e9;
	cost_work_release(&work);
	cost_params_release(&params);
	free(plan);
	host_free(h);
	return sum;
}

static void composition(const struct machines *all)
{
	struct group g = {.name = "composition (goal: 2 %)"};
	struct machine rome = {
		.id = "Rome 7502, L3 die to system, triad", .nr_nodes = 8, .nr_sockets = 2};

	head("System bandwidth from single nodes", "GB/s");
	for (size_t i = 0; i < all->nr; i++) {
		const struct machine *m = &all->machine[i];

		if (m->peak_r > 0 && m->read_mbps[0][0] > 0)
			row(&g, m->id, "reads of each node alone", m->peak_r / 1e3,
			    system_bandwidth(m, 1), 0.02);
	}
	for (int n = 0; n < 8; n++)
		rome.read_mbps[n][n] = 36600;
	row(&g, rome.id, "one die of eight cores, 36.6", 290.6, system_bandwidth(&rome, 1), 0.02);
	foot(&g);
}

static void mixes(const struct machines *all)
{
	struct group g = {.name = "mixes (goal: 5 %, 10 % with L3 ports)"};

	head("Reads and writes mixed", "GB/s");
	for (size_t i = 0; i < all->nr; i++) {
		const struct machine *m = &all->machine[i];
		bool ports = strncmp(m->id, "GENOA_9224", 10) == 0;
		const char *in = ports ? "reads of each node, two L3 ports a node"
				       : "reads of each node, system at R and 1:1";
		double goal = ports ? 0.1 : 0.05;
		char what[96];

		if (!(m->read_mbps[0][0] > 0) || !(m->peak_3r1w > 0))
			continue;
		snprintf(what, sizeof(what), "%s 3:1", m->id);
		row(&g, what, in, m->peak_3r1w / 1e3, system_bandwidth(m, 0.75), goal);
		snprintf(what, sizeof(what), "%s 2:1", m->id);
		row(&g, what, in, m->peak_2r1w / 1e3, system_bandwidth(m, 2.0 / 3), goal);
		if (!ports)
			continue;
		snprintf(what, sizeof(what), "%s 1:1", m->id);
		row(&g, what, in, m->peak_1r1w / 1e3, system_bandwidth(m, 0.5), goal);
	}
	foot(&g);
}

/* Mean ratio of the machine's pairs with this SLIT entry, measured and as the SLIT
 * alone says; false when there are none. Zen 1 is told by its name: its caches,
 * which would tell, are not published. */
static bool class_ratio(const struct machine *m, double entry, double *measured, double *says)
{
	struct host *h = bare_host(m);
	struct slit_scale scale;
	int nr = 0;

	finish(h);
	*measured = *says = 0;
	slit_scale_init(&scale, h);
	scale.zen1 |= strncmp(m->id, "HYGON", 5) == 0;

	for (uint32_t i = 0; i < m->nr_nodes; i++) {
		for (uint32_t j = 0; j < m->nr_nodes; j++) {
			if (i == j || m->slit[i][j] < entry || m->slit[i][j] > entry ||
			    !(m->latency_ns[i][j] > 0) || !(m->latency_ns[i][i] > 0))
				continue;
			*measured += m->latency_ns[i][j] / m->latency_ns[i][i];
			*says += slit_scale_ratio(&scale, h, i, j);
			nr++;
		}
	}
	host_free(h);
	*measured /= nr ? nr : 1;
	*says /= nr ? nr : 1;
	return nr > 0;
}

static void slit_latency(const struct machines *all)
{
	struct group g = {.name = "latency from the SLIT alone (goal: median 7 %)"};
	struct group plain = {.name = "the SLIT read as proportional, for comparison"};

	head("Remote over local latency from the SLIT alone", "x 100");
	for (size_t i = 0; i < all->nr; i++) {
		const struct machine *m = &all->machine[i];

		for (uint32_t entry = 11; entry < 255; entry++) {
			double ratio, says;
			char what[96];

			if (!class_ratio(m, entry, &ratio, &says))
				continue;
			snprintf(what, sizeof(what), "%s, entry %u", m->id, entry);
			row(&g, what, "SLIT", ratio * 100, says * 100, 0.37);
			note(&plain, entry / 10.0, ratio);
		}
	}
	foot(&g);
	foot(&plain);
}

struct curve {
	char id[64];
	double u[POINTS_MAX], latency[POINTS_MAX], most, idle;
	size_t nr;
};

static double nearest_point(const struct curve *c, double u, size_t *at)
{
	*at = 0;
	for (size_t i = 1; i < c->nr; i++) {
		if (fabs(c->u[i] - u) < fabs(c->u[*at] - u))
			*at = i;
	}
	return c->latency[*at];
}

/* Linear through the idle point and those nearest to six loads. */
static double six_points(const struct curve *c, double u, size_t skip, bool *used)
{
	static const double load[] = {0, 0.1, 0.3, 0.5, 0.7, 0.85, 0.95};
	double u0 = 0, l0 = c->idle;

	*used = false;
	for (size_t i = 0; i < sizeof(load) / sizeof(load[0]); i++) {
		size_t at;
		double l1 = nearest_point(c, load[i], &at), u1 = c->u[at];

		*used |= at == skip;
		if (u1 >= u && u1 > u0)
			return l0 + (l1 - l0) * (u - u0) / (u1 - u0);
		u0 = u1;
		l0 = l1;
	}
	return l0;
}

static void one_curve(struct curve *c, struct group *universal, struct group *six)
{
	struct group mine = {.name = ""}, table = {.name = ""};

	c->idle = INFINITY;
	for (size_t i = 0; i < c->nr; i++)
		c->idle = fmin(c->idle, c->latency[i]);
	for (size_t i = 0; i < c->nr; i++)
		c->u[i] /= c->most;
	for (size_t i = 0; i < c->nr; i++) {
		bool used;
		double predicted = six_points(c, c->u[i], i, &used);

		if (c->u[i] > 0.97)
			continue;
		note(&mine, c->idle * loaded_latency(c->u[i]), c->latency[i]);
		note(universal, c->idle * loaded_latency(c->u[i]), c->latency[i]);
		if (used)
			continue;
		note(&table, predicted, c->latency[i]);
		note(six, predicted, c->latency[i]);
	}
	if (mine.nr && table.nr)
		printf("| %s | %zu | %.1f %% | %.1f %% | %.1f %% | %.1f %% |\n", c->id, mine.nr,
		       quantile(&mine, 0.5) * 100, quantile(&mine, 1) * 100,
		       quantile(&table, 0.5) * 100, quantile(&table, 1) * 100);
}

static int curves(const char *directory, struct error *err)
{
	static struct group universal = {.name = "loaded latency, universal curve (goal: 9 %)"};
	static struct group six = {.name = "loaded latency, idle and six loads (goal: 6 %)"};
	char *path = xasprintf("%s/loaded_latency.csv", directory);
	struct curve c = {.nr = 0};
	struct csv csv = {0};
	bool more = true;
	int rc = csv_open(&csv, path, err);

	if (!rc)
		printf("\n### Latency under load, up to 97 %% of the highest bandwidth\n\n"
		       "| machine | points | universal: median | worst | six loads: median | worst "
		       "|\n"
		       "|---|---|---|---|---|---|\n");
	while (!rc && more) {
		char id[64] = "", number[64];

		rc = csv_next(&csv, &more, err);
		if (!rc && more)
			snprintf(id, sizeof(id), "%.*s", (int)csv.field[0].n, csv.field[0].text);
		if (c.nr && (rc || !more || strcmp(id, c.id) != 0)) {
			one_curve(&c, &universal, &six);
			c = (struct curve){.nr = 0};
		}
		if (rc || !more || c.nr == POINTS_MAX)
			continue;
		memcpy(c.id, id, sizeof(id));
		snprintf(number, sizeof(number), "%.*s", (int)csv.field[2].n, csv.field[2].text);
		c.latency[c.nr] = strtod(number, NULL);
		snprintf(number, sizeof(number), "%.*s", (int)csv.field[3].n, csv.field[3].text);
		c.u[c.nr] = strtod(number, NULL);
		c.most = fmax(c.most, c.u[c.nr++]);
	}
	if (!rc) {
		foot(&universal);
		foot(&six);
	}
	csv_close(&csv);
	free(path);
	return rc;
}

/* Single figures: the sentence behind each is in docs/cost-model.md. */
static void single_cases(void)
{
	struct group g = {.name = "single cases"};
	double overhead = 0.3, link = 34.3;
	double steps = (0 + 5.6 + 14.3 + 18.7) / 4;

	head("Single cases", "as said");
	row(&g, "Rome 7742 NPS1 latency, ns, 128 MB", "NPS4 latency 113, steps of a 7502", 122,
	    113 + steps, 0.05);
	row(&g, "Rome 7742 NPS1 latency, ns, 512 MB", "NPS4 latency 125, steps of a 7502", 134,
	    125 + steps, 0.05);
	row(&g, "Skylake, remote reads 98 %, GB/s", "link of another 2-UPI Skylake, 34.3", 35.1,
	    link / (0.98 + overhead * 0.02), 0.05);
	row(&g, "HBv3, four nodes, triad, GB/s", "82 to 86 a node", 340, 4 * 84, 0.05);
	row(&g, "SPR remote / local x 100", "HMAT read latencies", 100 * 195.7 / 108.2,
	    100 * 166.4 / 90.7, 0.02);
	row(&g, "SPR remote / local x 100", "SLIT entry 21", 100 * 195.7 / 108.2,
	    100 * slit_ratio(21, false), 0.07);
	foot(&g);
}

int main(int argc, char **argv)
{
	struct machines all = {0};
	struct error err = {0};
	char *path;
	int rc;

	if (argc != 2) {
		fprintf(stderr, "usage: homenode-model-vs-measured DIRECTORY\n");
		return 2;
	}
	path = xasprintf("%s/machines.json", argv[1]);
	rc = machines_load(&all, path, &err);
	if (!rc) {
		composition(&all);
		mixes(&all);
		slit_latency(&all);
		single_cases();
		rc = curves(argv[1], &err);
	}
	if (rc)
		fprintf(stderr, "homenode-model-vs-measured: %s\n", err.text);
	machines_release(&all);
	free(path);
	return error_exit_status(rc);
}
