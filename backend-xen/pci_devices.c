#include "backend-xen/pci_devices.h"

#include <dirent.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/output.h"

/* A number in a file of sysfs ("0x020000"); 0 when there is none. */
static unsigned long sysfs_number(const char *pci, const char *name)
{
	char *path = xasprintf("/sys/bus/pci/devices/%s/%s", pci, name), *text = NULL;
	unsigned long value = 0;
	size_t size;

	if (!file_read(path, 256, &text, &size, NULL))
		value = strtoul(text, NULL, 16);
	free(text);
	free(path);
	return value;
}

static void add_names(struct host_device *d, const char *folder)
{
	char *path = xasprintf("/sys/bus/pci/devices/%s/%s", d->pci, folder);
	DIR *dir = opendir(path);
	const struct dirent *e;

	while (dir && (e = readdir(dir))) {
		if (e->d_name[0] == '.' || d->nr_names == DEVICE_NAMES_MAX ||
		    strlen(e->d_name) >= sizeof(d->name[0]))
			continue;
		strcpy(d->name[d->nr_names++], e->d_name);
	}
	if (dir)
		closedir(dir);
	free(path);
}

static enum host_device_class class_of(unsigned pci_class)
{
	switch (pci_class >> 8) {
	case 0x01:
		return DEVICE_STORAGE;
	case 0x02:
		return DEVICE_NIC;
	case 0x03:
		return DEVICE_GPU;
	default:
		return DEVICE_OTHER;
	}
}

static bool carries_data(unsigned pci_class)
{
	unsigned base = pci_class >> 8;

	return (base >= 0x01 && base <= 0x03) || base == 0x0b || base == 0x12;
}

void pci_devices_fill(struct xen *x, struct host *h)
{
	int nr = 0;
	libxl_pcitopology *found;
	size_t cap = 0, used = 0, homeless = 0;

	xen_log_begin(x);
	found = libxl_get_pci_topology(x->ctx, &nr);
	for (int i = 0; found && i < nr; i++) {
		struct host_device d = {0};
		int node = found[i].node == LIBXL_PCITOPOLOGY_INVALID_ENTRY
				   ? -1
				   : host_find_node(h, found[i].node);

		snprintf(d.pci, sizeof(d.pci), "%04x:%02x:%02x.%x", found[i].seg, found[i].bus,
			 found[i].devfn >> 3u, found[i].devfn & 7u);
		d.pci_class = (unsigned)(sysfs_number(d.pci, "class") >> 8);
		if (!carries_data(d.pci_class))
			continue;
		d.class = class_of(d.pci_class);
		d.vendor = (unsigned)sysfs_number(d.pci, "vendor");
		d.device = (unsigned)sysfs_number(d.pci, "device");
		d.nodes = node < 0 ? 0 : nodeset_of((unsigned)node);
		add_names(&d, "net");
		add_names(&d, "infiniband");
		h->device = grow(h->device, &cap, used, sizeof(*h->device));
		h->device[used++] = d;
		homeless += !d.nodes;
	}
	h->nr_devices = (unsigned)used;
	/* in the words of the reader of hwloc's files */
	if (homeless && h->nr_nodes > 1)
		host_warn(h,
			  "%zu of %zu devices have no known node: the firmware names none or all",
			  homeless, used);
	if (found)
		libxl_pcitopology_list_free(found, nr);
}
