/* PCI devices with the names that the operating system gives them, and devices
 * that are on no PCI bus. */
#include <stdlib.h>
#include <string.h>

#include "host/hwloc_tree.h"

/* osdev_type in the file. */
enum os_type { OS_BLOCK, OS_GPU, OS_NETWORK, OS_VERBS, OS_DMA, OS_COPROCESSOR, NR_OS_TYPES };

/* Which names of a device to keep when it has many: people's first. */
static const enum os_type name_order[] = {OS_NETWORK,	  OS_VERBS, OS_BLOCK,
					  OS_COPROCESSOR, OS_GPU,   OS_DMA};

#define NR_NAME_ORDER (sizeof(name_order) / sizeof(name_order[0]))

struct device_list {
	size_t cap;
	unsigned nr_all_nodes; /* on all nodes: unknown */
};

static bool is_os_device(const struct xml_element *e)
{
	const char *type = xml_attr(e, "type");

	return type && strcmp(type, "OSDev") == 0;
}

static unsigned os_type(const struct xml_element *e)
{
	const char *text = xml_attr(e, "osdev_type");
	uint64_t type;

	return text && plain_number(text, NR_OS_TYPES - 1, &type) ? (unsigned)type : NR_OS_TYPES;
}

static void add_name(struct host_device *d, const char *name)
{
	if (!name || !*name || d->nr_names == DEVICE_NAMES_MAX ||
	    strlen(name) >= sizeof(d->name[0]))
		return;
	copy_text(d->name[d->nr_names++], sizeof(d->name[0]), name);
}

/* OS devices below `e`, not those of another PCI device. `types` collects a mask. */
static void add_names(struct host_device *d, const struct xml_element *e, enum os_type type,
		      unsigned *types)
{
	struct xml_element *c = NULL;

	while ((c = xml_child(e, "object", c)) != NULL) {
		if (!is_os_device(c))
			continue;
		if (os_type(c) == type) {
			add_name(d, xml_attr(c, "name"));
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
	if (types & (1u << OS_NETWORK | 1u << OS_VERBS))
		return DEVICE_NIC;
	if (types & 1u << OS_COPROCESSOR)
		return DEVICE_GPU;
	if (types & 1u << OS_BLOCK)
		return DEVICE_STORAGE;
	return DEVICE_OTHER;
}

/* "All nodes" is what hwloc says when the firmware said nothing. */
static nodeset nodes_of(const struct host *h, const struct object *o, struct device_list *list)
{
	nodeset nodes = 0;

	if (h->nr_nodes == 1)
		return 1;
	while (o->up && !o->nodes)
		o = o->up;
	for (unsigned n = 0; o->nodes && n < h->nr_nodes; n++)
		if (cpuset_has(o->nodes, h->node[n].os_index))
			nodes |= nodeset_of(n);
	if (nodes && nodes != nodeset_first_n(h->nr_nodes))
		return nodes;
	list->nr_all_nodes++;
	return 0;
}

static void read_pci(struct host_device *d, const struct xml_element *e)
{
	unsigned domain, bus, device, function;

	/* the forms of both are checked */
	if (sscanf(xml_attr(e, "pci_busid"), "%x:%2x:%2x.%1x", &domain, &bus, &device, &function) ==
	    4)
		snprintf(d->pci, sizeof(d->pci), "%04x:%02x:%02x.%x", domain, bus & 0xff,
			 device & 0xff, function & 7);
	if (sscanf(xml_attr(e, "pci_type"), "%4x [%4x:%4x]", &d->pci_class, &d->vendor,
		   &d->device) != 3)
		d->vendor = d->device = 0;
}

static void add_device(struct host *h, const struct object *o, struct device_list *list)
{
	unsigned types = 0;
	struct host_device *d;

	h->device = grow(h->device, &list->cap, h->nr_devices, sizeof(*h->device));
	d = &h->device[h->nr_devices++];
	memset(d, 0, sizeof(*d));
	d->nodes = nodes_of(h, o, list);
	if (o->type == OBJECT_PCI) {
		read_pci(d, o->xml);
	} else {
		types = 1u << os_type(o->xml);
		add_name(d, xml_attr(o->xml, "name"));
	}
	for (size_t i = 0; i < NR_NAME_ORDER; i++)
		add_names(d, o->xml, name_order[i], &types);
	d->class = class_of(d->pci_class, types);
}

void hwloc_devices(struct host *h, const struct hwloc_tree *t)
{
	struct device_list list = {0, 0};

	for (size_t i = 0; i < t->nr_objects; i++)
		if (t->object[i].type == OBJECT_PCI)
			add_device(h, &t->object[i], &list);
	for (size_t i = 0; i < t->nr_objects; i++) {
		const struct object *o = &t->object[i];

		if (o->type == OBJECT_OS && o->up->type != OBJECT_PCI && o->up->type != OBJECT_OS)
			add_device(h, o, &list);
	}
	if (list.nr_all_nodes)
		host_warn(h, "%u of %u devices have no known node: the firmware names none or all",
			  list.nr_all_nodes, h->nr_devices);
}
