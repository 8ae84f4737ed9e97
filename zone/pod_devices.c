#include <fnmatch.h>
#include <string.h>

#include "zone/pod.h"

/* Names of device plugins. docs/formats-zones.md shows this table; a test
 * compares. */
static const struct resource_row rows[] = {
	{"nvidia.com/mig-*", RESOURCE_PART, 0, "a slice of a GPU"},
	{"nvidia.com/*.shared", RESOURCE_PART, 0, "a share of a GPU"},
	{"amd.com/spx_nps*", RESOURCE_DEVICES, ZONE_GPU, NULL},
	{"amd.com/*_nps*", RESOURCE_PART, 0, "a partition of a GPU"},
	{"gpu.intel.com/i915", RESOURCE_DEVICES, ZONE_GPU, NULL},
	{"gpu.intel.com/xe", RESOURCE_DEVICES, ZONE_GPU, NULL},
	{"gpu.intel.com/*", RESOURCE_PART, 0, "a share of a GPU"},
	{"*/gpu", RESOURCE_DEVICES, ZONE_GPU, NULL},
	{"*sriov*", RESOURCE_PART, 0, "a virtual function of a NIC"},
	{"nvidia.com/hostdev*", RESOURCE_PART, 0, "a virtual function of a NIC"},
	{"rdma/*", RESOURCE_PART, 0, "a share of a NIC"},
	{"devices.kubevirt.io/*", RESOURCE_NONE, 0, NULL},
	{"ephemeral-storage", RESOURCE_NONE, 0, NULL},
};

static const char *const device_names[] = {"nic", "gpu", "storage", "none", NULL};

/* CPUs, memory and huge pages are no devices, and nothing is called "". */
static bool can_match(const char *pattern)
{
	return *pattern && strcmp(pattern, "cpu") != 0 && strcmp(pattern, "memory") != 0 &&
	       !pod_is_huge_pages(pattern);
}

static int read_row(struct pod_reader *r, const struct doc_value *at, struct error *err)
{
	static const char *const keys[] = {"name", "device", NULL};
	struct resource_row *row = &r->row[r->nr_rows];
	const char *name;
	int device, rc = doc_known(at, "a resource", keys, err);

	if (!rc)
		rc = doc_get_text(at, "name", true, &name, err);
	if (!rc)
		rc = doc_get_choice(at, "device", true, device_names, &device, err);
	if (!rc && !can_match(name))
		rc = doc_error(doc_member(at, "name"), err,
			       "\"%.80s\" is the name of no device: the row can never match", name);
	if (rc)
		return rc;
	row->pattern = arena_strdup(&r->arena, name);
	row->use = device == ZONE_DEVICE_CLASSES ? RESOURCE_NONE : RESOURCE_DEVICES;
	row->class = row->use == RESOURCE_NONE ? 0 : (enum zone_device_class)device;
	r->nr_rows++;
	return 0;
}

static int read_rows(struct pod_reader *r, const struct doc *doc, struct error *err)
{
	static const char *const keys[] = {"resources", NULL};
	const struct doc_value *root, *list = NULL;
	int rc = doc_only(doc, "list of resources", &root, err);

	if (!rc)
		rc = doc_known(root, "the file of resources", keys, err);
	if (!rc)
		rc = doc_get_list(root, "resources", true, &list, err);
	if (rc)
		return rc;
	r->row = arena_alloc(&r->arena, list->nr * sizeof(*r->row));
	for (uint32_t i = 0; i < list->nr && !rc; i++)
		rc = read_row(r, &list->item[i], err);
	return rc;
}

int pod_load_rows(struct pod_reader *r, struct error *err)
{
	struct doc doc = {0};
	int rc = 0;

	if (r->how->resources)
		rc = doc_load(&doc, r->how->resources, DOC_ANY, err);
	if (!rc && doc.path)
		rc = read_rows(r, &doc, err);
	doc_release(&doc);
	return rc;
}

int zone_reading_check(const struct zone_reading *how, struct error *err)
{
	struct pod_reader r = {.how = how};
	int rc = pod_load_rows(&r, err);

	arena_release(&r.arena);
	return rc;
}

const struct resource_row *pod_find_row(const struct pod_reader *r, const char *resource)
{
	for (size_t i = 0; i < r->nr_rows; i++)
		if (fnmatch(r->row[i].pattern, resource, 0) == 0)
			return &r->row[i];
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		if (fnmatch(rows[i].pattern, resource, 0) == 0)
			return &rows[i];
	return NULL;
}
