/*
 * Tables, told apart by their header:
 *	host,node,vcpus,memory_mib	our own: what is taken of one node
 *	CPU1,RAM1,CPU2,RAM2		what is free on the two nodes of one host a row, cores
 *					and GB, of the Huawei two-node lists (mdl1104/
 *					Dataset-for-topology-aware-VM-placement, PM_res)
 *	host_id,rack_id			racks: "host-12" or 12, and a number (the same,
 *					topology_provider)
 * The GB are those of flavours (8 vCPUs, 16 GB) and read as GiB.
 */
#include "zone/initial.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/csv.h"
#include "base/map.h"
#include "base/units.h"
#include "zone/zone_check.h"

#define INITIAL_HOSTS_MAX 1000000
#define INITIAL_NODES_MAX 8000000
#define INITIAL_VCPUS_MAX 1000000

/* Nodes as they are read, in no order. */
struct nodes {
	struct initial_node *node;
	size_t nr, cap;
};

static void add_node(struct nodes *n, const struct initial_node *node)
{
	n->node = grow(n->node, &n->cap, n->nr, sizeof(*n->node));
	n->node[n->nr++] = *node;
}

static int by_place(const void *pa, const void *pb)
{
	const struct initial_node *a = pa, *b = pb;

	if (a->host != b->host)
		return a->host < b->host ? -1 : 1;
	return (a->node > b->node) - (a->node < b->node);
}

/* Into the arena, in order. A node that is there twice is an error of the whole file. */
static int keep_nodes(struct fleet_initial *out, struct nodes *n, struct arena *arena,
		      struct error *err)
{
	int rc = 0;

	if (n->nr)
		qsort(n->node, n->nr, sizeof(*n->node), by_place);
	for (size_t i = 1; i < n->nr && !rc; i++)
		if (by_place(&n->node[i - 1], &n->node[i]) == 0)
			rc = error_set(err, ERR_INPUT, "%s: node %u of host %u is there twice",
				       out->path, n->node[i].node, n->node[i].host);
	if (!rc) {
		out->node = arena_alloc(arena, (n->nr + 1) * sizeof(*out->node));
		if (n->nr)
			memcpy(out->node, n->node, n->nr * sizeof(*out->node));
		out->nr = n->nr;
	}
	free(n->node);
	return rc;
}

const struct initial_node *initial_of_host(const struct fleet_initial *i, uint32_t host, size_t *nr)
{
	size_t low = 0, high = i->nr, end;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (i->node[middle].host < host)
			low = middle + 1;
		else
			high = middle;
	}
	for (end = low; end < i->nr && i->node[end].host == host;)
		end++;
	*nr = end - low;
	return *nr ? &i->node[low] : NULL;
}

/* --- tables ------------------------------------------------------------------------- */

static const char *const taken_columns[] = {"host", "node", "vcpus", "memory_mib", NULL};
static const char *const free_columns[] = {"CPU1", "RAM1", "CPU2", "RAM2", NULL};

/* False: the header lacks one. */
static bool find_columns(const struct csv *c, const char *const *name, unsigned *out)
{
	for (unsigned i = 0; name[i]; i++) {
		int column = csv_column(c, name[i]);

		if (column < 0)
			return false;
		out[i] = (unsigned)column;
	}
	return true;
}

static int read_amounts(const struct csv *c, unsigned vcpus, unsigned memory, int64_t unit,
			struct initial_node *out, struct error *err)
{
	int64_t count = 0;
	int rc = csv_int(c, vcpus, 0, INITIAL_VCPUS_MAX, &count, err);

	out->vcpus = (uint32_t)count;
	return rc ? rc : csv_decimal(c, memory, unit, ZONE_MEMORY_MAX_BYTES, &out->bytes, err);
}

static int read_taken(const struct csv *c, const unsigned *column, struct nodes *n,
		      struct error *err)
{
	struct initial_node node = {0};
	int64_t host = 0, at = 0;
	int rc = csv_int(c, column[0], 0, INITIAL_HOSTS_MAX - 1, &host, err);

	if (!rc)
		rc = csv_int(c, column[1], 0, ZONE_NODES_MAX - 1, &at, err);
	if (!rc)
		rc = read_amounts(c, column[2], column[3], MIB, &node, err);
	node.host = (uint32_t)host;
	node.node = (uint32_t)at;
	if (!rc)
		add_node(n, &node);
	return rc;
}

/* Row i is host i. */
static int read_free(const struct csv *c, const unsigned *column, uint32_t host, struct nodes *n,
		     struct error *err)
{
	int rc = 0;

	for (uint32_t i = 0; i < 2 && !rc; i++) {
		struct initial_node node = {.host = host, .node = i};

		rc = read_amounts(c, column[2 * i], column[2 * i + 1], GIB, &node, err);
		if (!rc)
			add_node(n, &node);
	}
	return rc;
}

int initial_load(struct fleet_initial *out, const char *path, struct arena *arena,
		 struct error *err)
{
	struct nodes nodes = {0};
	unsigned column[4];
	uint32_t row = 0;
	struct csv c;
	bool more;
	int rc = csv_open(&c, path, err);

	if (rc)
		return rc;
	*out = (struct fleet_initial){.path = arena_strdup(arena, path)};
	out->free = find_columns(&c, free_columns, column);
	if (!out->free && !find_columns(&c, taken_columns, column))
		rc = error_at(err, ERR_INPUT, path, 1, 0,
			      "the header must name host,node,vcpus,memory_mib (what is taken) or "
			      "CPU1,RAM1,CPU2,RAM2 (what is free)");
	while (!rc && !(rc = csv_next(&c, &more, err)) && more) {
		if (row == INITIAL_HOSTS_MAX)
			rc = error_at(err, ERR_INPUT, path, c.line, 0, "more than %d rows",
				      INITIAL_HOSTS_MAX);
		else
			rc = out->free ? read_free(&c, column, row, &nodes, err)
				       : read_taken(&c, column, &nodes, err);
		row++;
	}
	csv_close(&c);
	if (!rc)
		return keep_nodes(out, &nodes, arena, err);
	free(nodes.node);
	return rc;
}

/* --- a list in a workload -------------------------------------------------------------- */

static int node_from_doc(const struct doc_value *at, struct initial_node *out, struct error *err)
{
	static const char *const keys[] = {"vcpus", "memory", NULL};
	int64_t vcpus = 0;
	int rc = doc_known(at, "a node", keys, err);

	if (!rc)
		rc = doc_get_int(at, "vcpus", false, 0, INITIAL_VCPUS_MAX, &vcpus, err);
	out->vcpus = (uint32_t)vcpus;
	return rc ? rc : doc_get_bytes(at, "memory", false, true, &out->bytes, err);
}

/* {"host": 3, "count": 2, "nodes": [{"vcpus": 8, "memory": "16GiB"}, {}]} */
static int hosts_from_doc(const struct doc_value *at, struct nodes *n, struct error *err)
{
	static const char *const keys[] = {"host", "count", "nodes", NULL};
	const struct doc_value *list = NULL;
	int64_t host = 0, count = 1;
	int rc = doc_known(at, "a host", keys, err);

	if (!rc)
		rc = doc_get_int(at, "host", true, 0, INITIAL_HOSTS_MAX - 1, &host, err);
	if (!rc)
		rc = doc_get_int(at, "count", false, 1, INITIAL_HOSTS_MAX - host, &count, err);
	if (!rc)
		rc = doc_get_list(at, "nodes", true, &list, err);
	if (!rc && list->nr > ZONE_NODES_MAX)
		rc = doc_error(list, err, "a host has at most %d nodes", ZONE_NODES_MAX);
	if (!rc && count * list->nr > INITIAL_NODES_MAX - (int64_t)n->nr)
		rc = doc_error(at, err, "more than %d nodes in all", INITIAL_NODES_MAX);
	for (uint32_t i = 0; !rc && i < list->nr; i++) {
		struct initial_node node = {.node = i};

		rc = node_from_doc(&list->item[i], &node, err);
		for (int64_t h = host; !rc && h < host + count; h++) {
			node.host = (uint32_t)h;
			add_node(n, &node);
		}
	}
	return rc;
}

int initial_from_doc(struct fleet_initial *out, const struct doc_value *list, struct arena *arena,
		     struct error *err)
{
	struct nodes nodes = {0};
	int rc = 0;

	*out = (struct fleet_initial){.path = arena_strdup(arena, list->doc->path)};
	for (uint32_t i = 0; !rc && i < list->nr; i++)
		rc = hosts_from_doc(&list->item[i], &nodes, err);
	if (!rc)
		return keep_nodes(out, &nodes, arena, err);
	free(nodes.node);
	return rc;
}

/* --- racks ------------------------------------------------------------------------------ */

struct racks {
	uint32_t *rack;
	size_t nr, cap;
	struct map known; /* a rack's number in the file -> counted from 0 */
	uint32_t nr_racks;
};

/* "host-12", "12": the number at the end. */
static int read_host(const struct csv *c, unsigned column, uint32_t expected, struct error *err)
{
	const struct csv_field *f = &c->field[column];
	size_t from = f->n;
	char digits[16];
	int64_t host;

	while (from && f->text[from - 1] >= '0' && f->text[from - 1] <= '9')
		from--;
	snprintf(digits, sizeof(digits), "%.*s", (int)(f->n - from), f->text + from);
	if (!zone_parse_number(digits, 0, INITIAL_HOSTS_MAX - 1, &host) || host != expected)
		return csv_error(c, column, err,
				 "the row must name host %u; hosts come in order, from 0 on",
				 expected);
	return 0;
}

static int read_rack(const struct csv *c, const unsigned *column, struct racks *r,
		     struct error *err)
{
	int64_t number = 0;
	uint32_t rack;
	int rc = read_host(c, column[0], (uint32_t)r->nr, err);

	if (!rc)
		rc = csv_int(c, column[1], 0, INT64_MAX, &number, err);
	if (rc)
		return rc;
	rack = map_find(&r->known, (uint64_t)number);
	if (rack == MAP_NONE) {
		rack = r->nr_racks++;
		map_add(&r->known, (uint64_t)number, rack);
	}
	r->rack = grow(r->rack, &r->cap, r->nr, sizeof(*r->rack));
	r->rack[r->nr++] = rack;
	return 0;
}

int racks_load(struct fleet_racks *out, const char *path, struct arena *arena, struct error *err)
{
	static const char *const name[] = {"host_id", "rack_id", NULL};
	struct racks racks = {0};
	unsigned column[2];
	struct csv c;
	bool more;
	int rc = csv_open(&c, path, err);

	if (rc)
		return rc;
	if (!find_columns(&c, name, column))
		rc = error_at(err, ERR_INPUT, path, 1, 0, "the header must name host_id,rack_id");
	while (!rc && !(rc = csv_next(&c, &more, err)) && more)
		rc = read_rack(&c, column, &racks, err);
	if (!rc) {
		out->path = arena_strdup(arena, path);
		out->rack = arena_alloc(arena, (racks.nr + 1) * sizeof(*out->rack));
		if (racks.nr)
			memcpy(out->rack, racks.rack, racks.nr * sizeof(*out->rack));
		out->nr_hosts = (uint32_t)racks.nr;
		out->nr_racks = racks.nr_racks;
	}
	csv_close(&c);
	map_release(&racks.known);
	free(racks.rack);
	return rc;
}
