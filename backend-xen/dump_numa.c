#include <stdlib.h>

#include "backend-xen/dump.h"
#include "backend-xen/dump_text.h"
#include "base/alloc.h"

static bool starts_dump(struct dump_line l)
{
	return dump_word(&l, "'u' pressed -> dumping numa info");
}

/* "NODE3 start->786432 size->262144 free->229000" */
static bool take_node(struct numa_dump *d, struct dump_line l)
{
	uint64_t node, ignored, free_pages;

	if (!dump_word(&l, "NODE") || !dump_number(&l, NODES_MAX - 1, &node) ||
	    !dump_word(&l, " start->") || !dump_number(&l, UINT64_MAX, &ignored) ||
	    !dump_word(&l, " size->") || !dump_number(&l, UINT64_MAX, &ignored) ||
	    !dump_word(&l, " free->") || !dump_number(&l, UINT64_MAX, &free_pages))
		return false;
	d->nodes |= nodeset_of((unsigned)node);
	d->node_free_pages[node] = free_pages;
	return true;
}

/* "Domain 2 (total: 131089):", from 4.18 on "d2 (total: 131089):" */
static bool take_domain(struct numa_dump *d, struct dump_line l)
{
	uint64_t domid, total;

	if ((!dump_word(&l, "Domain ") && !dump_word(&l, "d")) ||
	    !dump_number(&l, UINT32_MAX, &domid) || !dump_word(&l, " (total: ") ||
	    !dump_number(&l, UINT64_MAX, &total) || !dump_word(&l, "):"))
		return false;
	d->domain = grow(d->domain, &d->cap_domains, d->nr_domains, sizeof(*d->domain));
	d->domain[d->nr_domains++] =
		(struct dump_domain){.domid = (uint32_t)domid, .total_pages = total};
	return true;
}

/* "Node 2: 65545"; `*seen` collects the nodes of one domain. */
static bool take_pages(struct numa_dump *d, struct dump_line l, nodeset *seen)
{
	uint64_t node, pages;

	if (!d->nr_domains || !dump_word(&l, "Node ") || !dump_number(&l, NODES_MAX - 1, &node) ||
	    !dump_word(&l, ": ") || !dump_number(&l, UINT64_MAX, &pages) || l.at != l.end)
		return false;
	d->domain[d->nr_domains - 1].node_pages[node] = pages;
	*seen |= nodeset_of((unsigned)node);
	return true;
}

/* "0: pnode   1, vcpus 0-1", one line a vnode, in order */
static bool take_vnode(struct numa_dump *d, struct dump_line l)
{
	struct dump_domain *last = d->nr_domains ? &d->domain[d->nr_domains - 1] : NULL;
	uint64_t vnode, node = DUMP_NO_NODE;

	if (!last || !dump_number(&l, NODES_MAX - 1, &vnode) || vnode != last->nr_vnodes ||
	    !dump_word(&l, ": pnode "))
		return false;
	dump_blanks(&l);
	if (!dump_word(&l, "???") && !dump_number(&l, NODES_MAX - 1, &node))
		return false;
	last->vnode_node[last->nr_vnodes++] = (uint32_t)node;
	return true;
}

/* What stands behind the last header; false when there is none. */
static bool last_dump(const char **text, size_t *size)
{
	const char *at = *text, *found = NULL;
	size_t left = *size, found_size = 0;
	struct dump_line l;

	while (dump_next_line(&l, &at, &left)) {
		if (!starts_dump(l))
			continue;
		found = at;
		found_size = left;
	}
	*text = found;
	*size = found_size;
	return found;
}

static int cut_off(struct numa_dump *d, struct error *err)
{
	numa_dump_release(d);
	return error_set(err, ERR_MACHINE,
			 "the hypervisor's NUMA dump is cut off: its console ring is too small; "
			 "boot with a larger one (conring_size=)");
}

int numa_dump_parse(struct numa_dump *out, const char *text, size_t size, struct error *err)
{
	nodeset seen = 0;
	struct dump_line l;

	*out = (struct numa_dump){0};
	if (!last_dump(&text, &size))
		return error_set(err, ERR_MACHINE,
				 "the hypervisor's console ring holds no NUMA dump (debug key u)");
	while (dump_next_line(&l, &text, &size)) {
		bool complete = !out->nr_domains || seen == out->nodes;

		dump_blanks(&l);
		if (!out->nr_domains && take_node(out, l))
			continue;
		if (take_domain(out, l)) {
			if (!complete)
				return cut_off(out, err);
			seen = 0;
			continue;
		}
		if (!complete)
			(void)take_pages(out, l, &seen);
		else
			(void)take_vnode(out, l);
	}
	if (!out->nodes || !out->nr_domains || seen != out->nodes)
		return cut_off(out, err);
	return 0;
}

void numa_dump_release(struct numa_dump *d)
{
	free(d->domain);
	*d = (struct numa_dump){0};
}

const struct dump_domain *numa_dump_find(const struct numa_dump *d, uint32_t domid)
{
	for (size_t i = 0; i < d->nr_domains; i++)
		if (d->domain[i].domid == domid)
			return &d->domain[i];
	return NULL;
}
