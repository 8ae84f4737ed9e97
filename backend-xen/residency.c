#include <stdlib.h>
#include <string.h>

#include "backend-xen/machine.h"
#include "base/alloc.h"
#include "base/units.h"

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

char *residency_text(struct machine *m, uint32_t domid)
{
	char *text = xstrdup(""), *more;
	struct dump_domain d;
	struct error err;
	uint64_t known = 0;

	if (look(m, domid, &d, &err)) {
		free(text);
		return xasprintf("pages on unknown nodes (%s)", err.text);
	}
	for (unsigned n = 0; n < NODES_MAX; n++) {
		if (!d.node_pages[n])
			continue;
		more = xasprintf("%s%s%llu%s on node %u", text, known ? ", " : "",
				 (unsigned long long)d.node_pages[n], known ? "" : " pages", n);
		known += d.node_pages[n];
		free(text);
		text = more;
	}
	if (known == d.total_pages)
		return text;
	more = xasprintf("%s%s%llu%s on unknown nodes", text, known ? ", " : "",
			 (unsigned long long)(d.total_pages - known), known ? "" : " pages");
	free(text);
	return more;
}

static int64_t node_bytes(const struct machine *m, const struct dump_domain *d, unsigned node)
{
	unsigned number = m->host->node[node].os_index;

	return number < NODES_MAX ? (int64_t)d->node_pages[number] * PAGE_BYTES : 0;
}

int residency_begin(struct machine *m, struct machine_zone *z, const struct guest_build *b,
		    const struct plan *p, struct error *err)
{
	struct dump_domain d;
	int rc;

	memset(z->special_bytes, 0, sizeof(z->special_bytes));
	z->special_total = 0;
	z->nr_parts = 0;
	rc = look(m, z->domid, &d, err);
	if (rc)
		return rc;
	z->special_total = (int64_t)d.total_pages * PAGE_BYTES - b->build_bytes;
	z->exact = b->exact;
	if (!b->exact)
		return 0;
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
	}
	/* one that is ballooned down before it is measured has resized set */
	memcpy(z->part, p->memory, p->nr_memory * sizeof(*z->part));
	z->nr_parts = p->nr_memory;
	return 0;
}

/*
 * Without a balloon pages go (a booting guest gives back the one that its shared info
 * page covers) and none comes, so what a node has belongs to the vnode that was built
 * there. Where it was built for several vnodes, only if all of it is still there.
 */
static bool parts_as_built(struct machine *m, const struct machine_zone *z, const int64_t *has,
			   struct measure *out)
{
	int64_t built[NODES_MAX] = {0};
	unsigned nr_on[NODES_MAX] = {0};

	for (uint32_t i = 0; i < z->nr_parts; i++) {
		built[z->part[i].node] += z->part[i].bytes;
		nr_on[z->part[i].node]++;
	}
	for (unsigned n = 0; n < m->host->nr_nodes; n++)
		if (has[n] > built[n] || (nr_on[n] > 1 && has[n] != built[n]))
			return false;
	for (uint32_t i = 0; i < z->nr_parts; i++) {
		m->lent[i] = z->part[i];
		if (nr_on[z->part[i].node] == 1)
			m->lent[i].bytes = has[z->part[i].node];
	}
	out->nr_parts = z->nr_parts;
	return true;
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
		.resident_bytes =
			(int64_t)d.total_pages * PAGE_BYTES - (z->exact ? z->special_total : 0),
		.part = m->lent,
	};
	for (unsigned n = 0; n < m->host->nr_nodes; n++) {
		has[n] = node_bytes(m, &d, n) - z->special_bytes[n];
		known += has[n];
	}
	out->unknown_bytes = out->resident_bytes - known;
	if (!z->resized && z->nr_parts && parts_as_built(m, z, has, out)) {
		out->fields |= MEASURE_PARTS;
	} else {
		for (unsigned n = 0; n < m->host->nr_nodes; n++)
			if (has[n])
				m->lent[out->nr_parts++] =
					(struct plan_memory){.node = n, .bytes = has[n]};
		out->fields |= z->nr_vnodes == 1 ? MEASURE_PARTS : MEASURE_NODE_PARTS;
	}
	out->fields |= z->bandwidth_bytes_per_s ? MEASURE_BANDWIDTH : 0;
	out->fields |= z->latency_ps ? MEASURE_LATENCY : 0;
	out->bandwidth_bytes_per_s = z->bandwidth_bytes_per_s;
	out->latency_ps = z->latency_ps;
	return 0;
}
