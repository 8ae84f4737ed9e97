#include "host/host_hwloc.h"

#include <string.h>

#include "base/alloc.h"

/* Which names of a device to keep when it has many: people's first. */
static const hwloc_obj_osdev_type_t name_order[] = {
	HWLOC_OBJ_OSDEV_NETWORK, HWLOC_OBJ_OSDEV_OPENFABRICS, HWLOC_OBJ_OSDEV_BLOCK,
	HWLOC_OBJ_OSDEV_COPROC,	 HWLOC_OBJ_OSDEV_GPU,	      HWLOC_OBJ_OSDEV_DMA,
};

#define NR_NAME_ORDER (sizeof(name_order) / sizeof(name_order[0]))

struct device_list {
	size_t cap;
	unsigned nr_all_nodes; /* on all nodes: unknown */
};

static void add_name(struct host_device *d, const char *name)
{
	if (!name || !*name || d->nr_names == DEVICE_NAMES_MAX ||
	    strlen(name) >= sizeof(d->name[0]))
		return;
	snprintf(d->name[d->nr_names++], sizeof(d->name[0]), "%s", name);
}

/* OS devices below `o`, not those of another PCI device. `types` collects a mask. */
static void add_names(struct host_device *d, hwloc_obj_t o, hwloc_obj_osdev_type_t type,
		      unsigned *types)
{
	for (hwloc_obj_t c = o->io_first_child; c; c = c->next_sibling) {
		if (c->type != HWLOC_OBJ_OS_DEVICE)
			continue;
		if (c->attr->osdev.type == type) {
			add_name(d, c->name);
			*types |= 1u << type;
		}
		add_names(d, c, type, types);
	}
}

/*
 * By PCI class (PCI Code and ID Assignment 1.14): 02 network, 01 storage, 0302 3D
 * controller, 0380 other display, 12 accelerator. 0300 is VGA: in a server that
 * is the board controller's console, unless a compute driver sits on it.
 */
static enum host_device_class class_of(unsigned pci_class, unsigned types)
{
	unsigned base = pci_class >> 8;

	if (base == 0x02)
		return DEVICE_NIC;
	if (pci_class == 0x0302 || pci_class == 0x0380 || base == 0x12)
		return DEVICE_GPU;
	if (base == 0x01)
		return DEVICE_STORAGE;
	if (types & (1u << HWLOC_OBJ_OSDEV_NETWORK | 1u << HWLOC_OBJ_OSDEV_OPENFABRICS))
		return DEVICE_NIC;
	if (types & 1u << HWLOC_OBJ_OSDEV_COPROC)
		return DEVICE_GPU;
	if (types & 1u << HWLOC_OBJ_OSDEV_BLOCK)
		return DEVICE_STORAGE;
	return DEVICE_OTHER;
}

/* "All nodes" is what hwloc says when the firmware said nothing. */
static nodeset nodes_of(const struct tree *tree, hwloc_obj_t o, struct device_list *list)
{
	hwloc_obj_t up = hwloc_get_non_io_ancestor_obj(tree->t, o);
	nodeset all = nodeset_first_n(tree->host->nr_nodes);
	nodeset nodes = up ? tree_nodes(tree, up->nodeset) : 0;

	if (tree->host->nr_nodes > 1 && (nodes == all || nodes == 0)) {
		list->nr_all_nodes++;
		return 0;
	}
	return nodes;
}

static struct host_device *new_device(struct tree *tree, hwloc_obj_t o, struct device_list *list)
{
	struct host *h = tree->host;
	struct host_device *d;

	h->device = grow(h->device, &list->cap, h->nr_devices, sizeof(*h->device));
	d = &h->device[h->nr_devices++];
	memset(d, 0, sizeof(*d));
	d->nodes = nodes_of(tree, o, list);
	return d;
}

static void add_pci(struct tree *tree, hwloc_obj_t o, struct device_list *list)
{
	const struct hwloc_pcidev_attr_s *pci = &o->attr->pcidev;
	struct host_device *d = new_device(tree, o, list);
	unsigned types = 0;

	snprintf(d->pci, sizeof(d->pci), "%04x:%02x:%02x.%x", (unsigned)pci->domain,
		 (unsigned)pci->bus, (unsigned)pci->dev, (unsigned)pci->func & 7);
	d->pci_class = pci->class_id;
	d->vendor = pci->vendor_id;
	d->device = pci->device_id;
	for (size_t i = 0; i < NR_NAME_ORDER; i++)
		add_names(d, o, name_order[i], &types);
	d->class = class_of(d->pci_class, types);
}

static void add_other(struct tree *tree, hwloc_obj_t o, struct device_list *list)
{
	unsigned types = 1u << o->attr->osdev.type;
	struct host_device *d = new_device(tree, o, list);

	add_name(d, o->name);
	for (size_t i = 0; i < NR_NAME_ORDER; i++)
		add_names(d, o, name_order[i], &types);
	d->class = class_of(0, types);
}

void tree_devices(struct tree *tree, unsigned nr_pci_expected)
{
	struct device_list list = {0, 0};
	struct host *h = tree->host;
	hwloc_obj_t o = NULL;
	unsigned nr_pci;

	while ((o = hwloc_get_next_pcidev(tree->t, o)) != NULL && h->nr_devices < HOST_LIST_MAX)
		add_pci(tree, o, &list);
	nr_pci = h->nr_devices;
	while ((o = hwloc_get_next_osdev(tree->t, o)) != NULL && h->nr_devices < HOST_LIST_MAX)
		if (o->parent->type != HWLOC_OBJ_PCI_DEVICE &&
		    o->parent->type != HWLOC_OBJ_OS_DEVICE)
			add_other(tree, o, &list);
	if (list.nr_all_nodes)
		host_warn(h, "%u of %u devices have no known node: the firmware names none or all",
			  list.nr_all_nodes, h->nr_devices);
	if (nr_pci < nr_pci_expected)
		host_warn(h, "hwloc keeps %u of the file's %u PCI devices", nr_pci,
			  nr_pci_expected);
}

void tree_l3s(struct tree *tree)
{
	struct host *h = tree->host;
	hwloc_obj_t o = NULL;
	size_t cap = 0;

	while ((o = hwloc_get_next_obj_by_type(tree->t, HWLOC_OBJ_L3CACHE, o)) != NULL) {
		struct host_l3 l3 = {.size_bytes = (int64_t)(o->attr->cache.size & INT64_MAX)};
		struct cpuset listed;

		tree_cpus(o->cpuset, &listed);
		for (unsigned n = 0; n < h->nr_nodes; n++) {
			struct cpuset both = listed;

			cpuset_and(&both, &h->node[n].cpus);
			if (cpuset_empty(&both))
				continue;
			cpuset_or(&l3.cpus, &both);
			l3.nodes |= nodeset_of(n);
		}
		if (!l3.nodes || h->nr_l3s == HOST_LIST_MAX)
			continue;
		h->l3 = grow(h->l3, &cap, h->nr_l3s, sizeof(*h->l3));
		h->l3[h->nr_l3s++] = l3;
	}
}
