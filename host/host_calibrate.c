/*
 * A topology with what was measured on it, as hwloc's XML: hwloc's own tree with
 * every object that it has, and latencies and bandwidths as memory attributes,
 * which can leave pairs out (a node without CPUs starts no access). The note at the
 * root is what makes a reader take them for measured (host_hwloc_matrix.c).
 */
#include "host/host_hwloc.h"

#include <errno.h>
#include <hwloc/distances.h>
#include <hwloc/memattrs.h>
#include <string.h>

#include "base/alloc.h"

static hwloc_obj_t node_object(hwloc_topology_t t, unsigned os_index)
{
	return hwloc_get_numanode_obj_by_os_index(t, os_index);
}

static hwloc_bitmap_t bitmap_of(const struct cpuset *cpus)
{
	hwloc_bitmap_t b = hwloc_bitmap_alloc();

	for (unsigned c = cpuset_next(cpus, 0); b && c != CPUSET_NONE; c = cpuset_next(cpus, c + 1))
		hwloc_bitmap_set(b, c);
	return b;
}

/* Every known cell of a matrix; an attribute's other values stay as they are. */
static int set_matrix(hwloc_topology_t t, const struct host *h, enum host_matrix_kind kind,
		      hwloc_memattr_id_t id, struct error *err)
{
	const struct host_matrix *m = &h->matrix[kind];
	int rc = 0;

	for (unsigned from = 0; !rc && m->value && from < h->nr_nodes; from++) {
		hwloc_bitmap_t cpus = bitmap_of(&h->node[from].cpus);
		struct hwloc_location who = {.type = HWLOC_LOCATION_TYPE_CPUSET,
					     .location.cpuset = cpus};

		for (unsigned to = 0; !rc && to < h->nr_nodes; to++) {
			hwloc_obj_t target = node_object(t, h->node[to].os_index);
			uint32_t value = m->value[from * h->nr_nodes + to];

			if (value == MATRIX_UNKNOWN)
				continue;
			if (!cpus || !target ||
			    hwloc_memattr_set_value(t, id, target, &who, 0, value) != 0)
				rc = error_set(err, ERR_INPUT,
					       "hwloc does not take a measured value from node %u "
					       "to node %u: %s",
					       h->node[from].os_index, h->node[to].os_index,
					       strerror(errno));
		}
		hwloc_bitmap_free(cpus);
	}
	return rc;
}

/* Matrices that a user put in would be taken before the attributes. */
static void remove_older(hwloc_topology_t t)
{
	struct hwloc_distances_s *d;
	unsigned nr = 1;

	while (hwloc_distances_get_by_type(t, HWLOC_OBJ_NUMANODE, &nr, &d,
					   HWLOC_DISTANCES_KIND_FROM_USER, 0) == 0 &&
	       nr > 0) {
		if (hwloc_distances_release_remove(t, d) != 0)
			return;
		nr = 1;
	}
}

int host_calibrate(char **out, size_t *size, const struct host_job *job, struct error *err)
{
	hwloc_topology_t t;
	char *text = NULL;
	int length = 0, rc = tree_load(&t, job, err);

	if (rc)
		return rc;
	remove_older(t);
	rc = set_matrix(t, job->measured, MATRIX_LATENCY, HWLOC_MEMATTR_ID_READ_LATENCY, err);
	if (!rc)
		rc = set_matrix(t, job->measured, MATRIX_BANDWIDTH, HWLOC_MEMATTR_ID_READ_BANDWIDTH,
				err);
	if (!rc && hwloc_obj_add_info(hwloc_get_root_obj(t), HOST_MEASURED_NOTE, job->note) != 0)
		rc = error_set(err, ERR_INPUT, "hwloc does not take a note: %s", strerror(errno));
	if (!rc && hwloc_topology_export_xmlbuffer(t, &text, &length, 0) != 0)
		rc = error_set(err, ERR_INPUT, "hwloc does not write its XML: %s", strerror(errno));
	if (!rc) {
		*size = strlen(text);
		*out = xstrndup(text, *size);
		hwloc_free_xmlbuffer(t, text);
	}
	hwloc_topology_destroy(t);
	return rc;
}
