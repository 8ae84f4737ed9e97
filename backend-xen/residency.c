#include <stdlib.h>
#include <string.h>

#include "backend-xen/machine.h"
#include "base/units.h"

/* Special pages are 16 to 20 and our tables a few more; what is beyond this was the
 * zone's own memory, on the wrong node. */
#define SPECIAL_BYTES_MAX (64 * PAGE_BYTES)

static int look(struct machine *m, uint32_t domid, struct dump_domain *out, struct error *err)
{
	const struct dump_domain *found;
	struct numa_dump dump;
	char *text;
	size_t size;
	int rc = xen_dump(&m->xen, 'u', &text, &size, err);

	if (rc)
		return rc;
	rc = numa_dump_parse(&dump, text, size, err);
	free(text);
	if (rc)
		return rc;
	found = numa_dump_find(&dump, domid);
	if (found)
		*out = *found;
	else
		rc = error_set(err, ERR_MACHINE, "domain %u is gone", domid);
	numa_dump_release(&dump);
	return rc;
}

static int64_t node_bytes(const struct machine *m, const struct dump_domain *d, unsigned node)
{
	unsigned number = m->host->node[node].os_index;

	return number < NODES_MAX ? (int64_t)d->node_pages[number] * PAGE_BYTES : 0;
}

/* The plan's parts, with what a vnode gets beyond its boot share on its own node. */
static void expect_parts(struct machine_zone *z, const struct guest_build *b, const struct plan *p)
{
	z->nr_parts = 0;
	for (uint32_t i = 0; i < p->nr_memory; i++) {
		struct plan_memory part = p->memory[i];

		if (part.node == p->vnode[part.vnode].node) {
			int64_t away = 0;

			for (uint32_t k = 0; k < p->nr_memory; k++)
				if (p->memory[k].vnode == part.vnode && k != i)
					away += p->memory[k].bytes;
			part.bytes = p->vnode[part.vnode].memory_bytes - away;
		}
		z->part[z->nr_parts++] = part;
	}
	(void)b;
}

int residency_begin(struct machine *m, struct machine_zone *z, const struct guest_build *b,
		    const struct plan *p, struct error *err)
{
	struct dump_domain d;
	int rc;

	memset(z->special_bytes, 0, sizeof(z->special_bytes));
	z->special_total = 0;
	z->nr_parts = 0;
	if (!b->exact)
		return 0;
	rc = look(m, z->domid, &d, err);
	if (rc)
		return rc;
	for (unsigned n = 0; n < m->host->nr_nodes; n++) {
		int64_t more = node_bytes(m, &d, n) - guest_build_on_node(b, n);

		if (more < 0 || more > SPECIAL_BYTES_MAX)
			return error_set(err, ERR_NO_ROOM,
					 "zone %s: node %u was to give %lld bytes and gave %lld: "
					 "something else took memory meanwhile",
					 p->zone->name, m->host->node[n].os_index,
					 (long long)guest_build_on_node(b, n),
					 (long long)node_bytes(m, &d, n));
		z->special_bytes[n] = more;
		z->special_total += more;
	}
	expect_parts(z, b, p);
	return 0;
}

/* Is every byte on the node where it was built? Then its vnode is known too. */
static bool as_built(const struct machine *m, const struct machine_zone *z, const int64_t *node_has)
{
	int64_t sum[NODES_MAX] = {0};

	if (z->resized || !z->nr_parts)
		return false;
	for (uint32_t i = 0; i < z->nr_parts; i++)
		sum[z->part[i].node] += z->part[i].bytes;
	return memcmp(sum, node_has, m->host->nr_nodes * sizeof(*sum)) == 0;
}

int residency_measure(struct machine *m, struct machine_zone *z, struct measure *out,
		      struct error *err)
{
	int64_t has[NODES_MAX] = {0}, known = 0;
	struct dump_domain d;
	int rc = look(m, z->domid, &d, err);

	if (rc)
		return rc;
	*out = (struct measure){
		.fields = MEASURE_RESIDENT | MEASURE_UNKNOWN,
		.resident_bytes = (int64_t)d.total_pages * PAGE_BYTES - z->special_total,
		.part = m->lent,
	};
	for (unsigned n = 0; n < m->host->nr_nodes; n++) {
		has[n] = node_bytes(m, &d, n) - z->special_bytes[n];
		known += has[n];
	}
	out->unknown_bytes = out->resident_bytes - known;
	if (as_built(m, z, has)) {
		memcpy(m->lent, z->part, z->nr_parts * sizeof(*z->part));
		out->nr_parts = z->nr_parts;
		out->fields |= MEASURE_PARTS;
	} else {
		for (unsigned n = 0; n < m->host->nr_nodes; n++)
			if (has[n])
				m->lent[out->nr_parts++] =
					(struct plan_memory){.node = n, .bytes = has[n]};
		out->fields |= z->nr_vnodes == 1 ? MEASURE_PARTS : MEASURE_NODE_PARTS;
	}
	if (z->probed) {
		out->fields |= MEASURE_BANDWIDTH | MEASURE_LATENCY;
		out->bandwidth_bytes_per_s = z->bandwidth_bytes_per_s;
		out->latency_ps = z->latency_ps;
	}
	return 0;
}
