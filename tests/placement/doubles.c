/* Just enough of host/ to build hosts by code, for trees without that room. */
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "host/host.h"

struct host *host_new(const char *name, unsigned nr_nodes)
{
	struct host *h = xcalloc(1, sizeof(*h));

	h->name = xstrdup(name);
	h->source = xstrdup("");
	h->nr_nodes = nr_nodes;
	h->node = xcalloc(nr_nodes, sizeof(*h->node));
	for (unsigned n = 0; n < nr_nodes; n++)
		h->node[n].os_index = n;
	h->nr_packages = 1;
	return h;
}

uint32_t *host_matrix_new(struct host *h, enum host_matrix_kind kind, enum host_grade grade,
			  const char *source)
{
	(void)source;
	free(h->matrix[kind].value);
	h->matrix[kind].grade = grade;
	h->matrix[kind].value = xcalloc((size_t)h->nr_nodes * h->nr_nodes, sizeof(uint32_t));
	return h->matrix[kind].value;
}

int host_finish(struct host *h, struct error *err)
{
	for (unsigned n = 0; n < h->nr_nodes; n++) {
		h->nr_cpus += h->node[n].nr_cpus;
		h->memory_bytes += h->node[n].memory_bytes;
		if (h->node[n].nr_cpus)
			h->cpu_nodes |= nodeset_of(n);
		if (h->node[n].memory_bytes)
			h->memory_nodes |= nodeset_of(n);
		cpuset_or(&h->cpus, &h->node[n].cpus);
	}
	h->usable_nodes = h->cpu_nodes & h->memory_nodes;
	return h->usable_nodes ? 0 : error_set(err, ERR_INPUT, "no usable node");
}

int host_find_device(const struct host *h, const char *name)
{
	for (unsigned d = 0; d < h->nr_devices; d++) {
		if (strcmp(h->device[d].name[0], name) == 0 || strcmp(h->device[d].pci, name) == 0)
			return (int)d;
	}
	return -1;
}

int host_find_node(const struct host *h, unsigned os_index)
{
	for (unsigned n = 0; n < h->nr_nodes; n++) {
		if (h->node[n].os_index == os_index)
			return (int)n;
	}
	return -1;
}

void host_free(struct host *h)
{
	if (!h)
		return;
	for (unsigned k = 0; k < MATRIX_KINDS; k++)
		free(h->matrix[k].value);
	free(h->name);
	free(h->source);
	free(h->node);
	free(h->device);
	free(h);
}
