#include "cli/drawn_host.h"

#include <stdlib.h>

#include "cost/params/grades.h"
#include "cost/params/params.h"

/* Devices of these nodes; of none: those whose node is unknown. */
static const char *devices_at(struct arena *a, const struct host *host, nodeset nodes)
{
	const char *text = "";

	for (unsigned d = 0; d < host->nr_devices; d++) {
		const struct host_device *dev = &host->device[d];

		if (nodes ? dev->nodes & nodes : !dev->nodes)
			text = arena_printf(a, "%s%s%s", text, *text ? ", " : "",
					    dev->nr_names ? dev->name[0] : dev->pci);
	}
	return text;
}

/* What the cost model knows of the host, and the error that means. */
static void add_grades(struct arena *a, struct page_host *p, const struct host *host)
{
	struct page_grade *grade = arena_alloc(a, COST_FIGURES * sizeof(*grade));
	struct cost_params params;
	struct cost_basis basis;

	cost_params_init(&params, host, NULL);
	basis = cost_params_basis(&params, true, true);
	for (int f = 0; f < COST_FIGURES; f++) {
		char *error;

		if (basis.grade[f] == GRADE_NONE)
			continue;
		error = cost_figure_error(&basis, (enum cost_figure)f);
		grade[p->nr_grades++] = (struct page_grade){
			.what = cost_figure_name((enum cost_figure)f),
			.grade = cost_grade_name((enum host_grade)basis.grade[f]),
			.error = arena_strdup(a, error),
		};
		free(error);
	}
	p->grade = grade;
	cost_params_release(&params);
}

static void add_nodes(struct arena *a, struct page_host *p, const struct host *host)
{
	p->nr_nodes = host->nr_nodes;
	p->node = arena_alloc(a, (host->nr_nodes + 1) * sizeof(*p->node));
	for (unsigned n = 0; n < host->nr_nodes; n++) {
		char *cpus = cpuset_list(&host->node[n].cpus);

		p->node[n] = (struct page_node){
			.number = host->node[n].os_index,
			.package = host->node[n].package,
			.nr_cpus = host->node[n].nr_cpus,
			.memory_bytes = host->node[n].memory_bytes,
			.cpus = arena_strdup(a, cpus),
			.kind = host->node[n].kind,
			.devices = devices_at(a, host, nodeset_of(n)),
		};
		free(cpus);
	}
}

void drawn_host_init(struct page_host *p, const struct host *host, struct arena *a)
{
	static const struct {
		const char *name, *unit;
	} kinds[MATRIX_KINDS] = {{"distance", "SLIT units"},
				 {"latency", "ns"},
				 {"bandwidth", "MiB/s"},
				 {"write bandwidth", "MiB/s"}};
	*p = (struct page_host){0};
	p->name = host->name;
	p->source = host->source;
	p->adrift = devices_at(a, host, 0);
	add_nodes(a, p, host);
	add_grades(a, p, host);
	for (int m = 0; m < MATRIX_KINDS; m++)
		if (host->matrix[m].grade != GRADE_NONE)
			p->matrix[p->nr_matrices++] = (struct page_matrix){
				.name = kinds[m].name,
				.unit = kinds[m].unit,
				.grade = host_grade_name(host->matrix[m].grade),
				.source = host->matrix[m].source,
				.value = host->matrix[m].value,
			};
}
