/*
 * homenode-model-vs-measured DIRECTORY: predicts published measurements with the cost
 * model and prints a table for docs/cost-model.md. DIRECTORY holds
 * machines.json and loaded_latency.csv; nothing is fitted to what is predicted.
 * --errors writes cost/params/error_table.c, each machine predicted by what the others
 * say (cost/model-vs-measured/errors.c). What a machine lacks is named and left out.
 */
#include "cost/model-vs-measured/curves.h"
#include "cost/model-vs-measured/errors.h"
#include "cost/model-vs-measured/machine_host.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cost/params/loaded_latency.h"
#include "cost/params/slit.h"

static const struct machine_inputs known; /* as published */

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

/* Does it have what each node reads from its own memory? Otherwise it is named. */
static bool whole(const struct machine *m, bool say)
{
	bool any = false;
	int missing = -1;

	for (uint32_t n = 0; n < m->nr_nodes; n++) {
		bool expander = m->nr_nodes % m->nr_sockets && n == m->nr_nodes - 1;

		any |= m->read_mbps[n][n] > 0;
		if (!(m->read_mbps[n][n] > 0) && !expander)
			missing = (int)n;
	}
	if (say && any && missing >= 0)
		fprintf(stderr,
			"homenode-model-vs-measured: warning: %s: no bandwidth of node %d to its "
			"own "
			"memory: left out of the bandwidths\n",
			m->id, missing);
	return any && missing < 0;
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

static void composition(const struct machines *all)
{
	struct group g = {.name = "composition (goal: 2 %)"};
	struct machine rome = {
		.id = "Rome 7502, L3 die to system, triad", .nr_nodes = 8, .nr_sockets = 2};

	head("System bandwidth from single nodes", "GB/s");
	for (size_t i = 0; i < all->nr; i++) {
		const struct machine *m = &all->machine[i];

		if (m->peak_r > 0 && whole(m, true))
			row(&g, m->id, "reads of each node alone", m->peak_r / 1e3,
			    machine_system_bandwidth(m, 1, &known), 0.02);
	}
	for (int n = 0; n < 8; n++)
		rome.read_mbps[n][n] = 36600;
	row(&g, rome.id, "one die of eight cores, 36.6", 290.6,
	    machine_system_bandwidth(&rome, 1, &known), 0.02);
	foot(&g);
}

static void mixes(const struct machines *all)
{
	struct group g = {.name = "mixes (goal: 5 %, 10 % with L3 ports)"};

	head("Reads and writes mixed", "GB/s");
	for (size_t i = 0; i < all->nr; i++) {
		const struct machine *m = &all->machine[i];
		bool ports = machine_has_ports(m);
		const char *in = ports ? "reads of each node, two L3 ports a node"
				       : "reads of each node, system at R and 1:1";
		double goal = ports ? 0.1 : 0.05;
		char what[96];

		if (!(m->peak_3r1w > 0) || !whole(m, false))
			continue;
		snprintf(what, sizeof(what), "%s 3:1", m->id);
		row(&g, what, in, m->peak_3r1w / 1e3, machine_system_bandwidth(m, 0.75, &known),
		    goal);
		snprintf(what, sizeof(what), "%s 2:1", m->id);
		row(&g, what, in, m->peak_2r1w / 1e3, machine_system_bandwidth(m, 2.0 / 3, &known),
		    goal);
		if (!ports)
			continue;
		snprintf(what, sizeof(what), "%s 1:1", m->id);
		row(&g, what, in, m->peak_1r1w / 1e3, machine_system_bandwidth(m, 0.5, &known),
		    goal);
	}
	foot(&g);
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

			if (!machine_class_ratio(m, entry, &ratio, &says))
				continue;
			snprintf(what, sizeof(what), "%s, entry %u", m->id, entry);
			row(&g, what, "SLIT", ratio * 100, says * 100, 0.37);
			note(&plain, entry / 10.0, ratio);
		}
	}
	foot(&g);
	foot(&plain);
}

static void one_curve(const struct curve *c, struct group *universal, struct group *six)
{
	struct group mine = {.name = ""}, table = {.name = ""};

	for (size_t i = 0; i < c->nr; i++) {
		bool used;
		double predicted = curve_six_points(c, c->u[i], i, &used);

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

static void curve_table(const struct curves *all)
{
	static struct group universal = {.name = "loaded latency, universal curve (goal: 9 %)"};
	static struct group six = {.name = "loaded latency, idle and six loads (goal: 6 %)"};

	printf("\n### Latency under load, up to 97 %% of the highest bandwidth\n\n"
	       "| machine | points | universal: median | worst | six loads: median | worst |\n"
	       "|---|---|---|---|---|---|\n");
	for (size_t i = 0; i < all->nr; i++)
		one_curve(&all->curve[i], &universal, &six);
	foot(&universal);
	foot(&six);
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

static void tables(const struct machines *all, const struct curves *curves)
{
	composition(all);
	mixes(all);
	slit_latency(all);
	single_cases();
	curve_table(curves);
}

int main(int argc, char **argv)
{
	bool errors = argc == 3 && strcmp(argv[1], "--errors") == 0;
	struct machines all = {0};
	struct curves curves = {0};
	struct error err = {0};
	char *path;
	int rc;

	if (argc != 2 && !errors) {
		fprintf(stderr, "usage: homenode-model-vs-measured [--errors] DIRECTORY\n");
		return 2;
	}
	path = xasprintf("%s/machines.json", argv[argc - 1]);
	rc = machines_load(&all, path, &err);
	if (!rc)
		rc = curves_load(&curves, argv[argc - 1], &err);
	if (!rc && errors)
		rc = errors_print(&all, &curves, argv[argc - 1], stdout, &err);
	else if (!rc)
		tables(&all, &curves);
	if (rc)
		fprintf(stderr, "homenode-model-vs-measured: %s\n", err.text);
	curves_release(&curves);
	machines_release(&all);
	free(path);
	return error_exit_status(rc);
}
