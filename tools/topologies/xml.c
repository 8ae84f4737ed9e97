/*
 * hwloc 2 has no call that adds a PCI device, so devices go into the text: the
 * exported topology gets Bridge, PCIDev and OSDev elements inside the object
 * that owns the device's node, and hwloc reads that back. What is shipped is
 * what hwloc then writes, never the edited text.
 */
#include "tools/topologies/build.h"

#include <inttypes.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"

#define DEPTH_MAX 32

int hwloc_settle(struct error *err)
{
	static const struct {
		const char *name, *value;
	} setting[] = {
		{"HWLOC_LIBXML", "0"},
		{"HWLOC_DONT_ADD_VERSION_INFO", "1"},
		{"HWLOC_XML_EXPORT_SUPPORT", "0"},
	};

	for (size_t i = 0; i < sizeof(setting) / sizeof(setting[0]); i++)
		if (setenv(setting[i].name, setting[i].value, 1))
			return error_set(err, ERR_MACHINE, "cannot set %s", setting[i].name);
	return 0;
}

static uint64_t gp_index_of(const char *line, size_t length)
{
	static const char key[] = " gp_index=\"";

	for (size_t i = 0; i + sizeof(key) <= length; i++)
		if (!memcmp(line + i, key, sizeof(key) - 1))
			return strtoull(line + i + sizeof(key) - 1, NULL, 10);
	return 0;
}

static void print_device(const struct machine_device *d, uint64_t *gp, FILE *out)
{
	fprintf(out,
		"<object type=\"Bridge\" gp_index=\"%" PRIu64 "\" bridge_type=\"0-1\" depth=\"0\" "
		"bridge_pci=\"%.4s:[%.2s-%.2s]\">\n",
		(*gp)++, d->pci, d->pci + 5, d->pci + 5);
	fprintf(out,
		"<object type=\"PCIDev\" gp_index=\"%" PRIu64 "\" pci_busid=\"%s\" "
		"pci_type=\"%04x [%04x:%04x] [0000:0000] 00\" pci_link_speed=\"0.000000\">\n",
		(*gp)++, d->pci, d->pci_class, d->vendor, d->device);
	for (unsigned i = 0; i < DEVICE_OS_NAMES && d->os[i].name; i++)
		fprintf(out,
			"<object type=\"OSDev\" gp_index=\"%" PRIu64 "\" name=\"%s\" "
			"osdev_type=\"%d\"/>\n",
			(*gp)++, d->os[i].name, d->os[i].type);
	fputs("</object>\n</object>\n", out);
}

/* The object that hwloc hangs a node's devices from. */
static uint64_t owner_of(hwloc_topology_t t, const struct machine_device *d)
{
	hwloc_obj_t node;

	if (d->node == DEVICE_NOWHERE)
		return hwloc_get_root_obj(t)->gp_index;
	node = hwloc_get_numanode_obj_by_os_index(t, (unsigned)d->node);
	return node ? node->parent->gp_index : 0;
}

static unsigned print_devices_of(const struct machine *m, hwloc_topology_t t, uint64_t owner,
				 uint64_t *gp, FILE *out)
{
	unsigned nr = 0;

	for (unsigned i = 0; i < m->nr_devices; i++) {
		if (owner_of(t, &m->device[i]) != owner)
			continue;
		print_device(&m->device[i], gp, out);
		nr++;
	}
	return nr;
}

/* How the text was made is no fact of the machine. */
static bool is_about_making(const char *line)
{
	return !strncmp(line, "<info name=\"Backend\"", 20) ||
	       !strncmp(line, "<info name=\"SyntheticDescription\"", 33);
}

static uint64_t first_free_gp_index(const char *xml)
{
	uint64_t last = 0;

	for (const char *line = xml; *line;) {
		size_t length = strcspn(line, "\n");
		uint64_t gp = gp_index_of(line, length);

		if (gp > last)
			last = gp;
		line += length + (line[length] == '\n');
	}
	return last + 1;
}

/* hwloc writes one tag a line. Returns how many devices found their place. */
static unsigned print_with_devices(const struct machine *m, hwloc_topology_t t, const char *xml,
				   FILE *out)
{
	uint64_t open[DEPTH_MAX], gp = first_free_gp_index(xml);
	unsigned depth = 0, placed = 0;

	for (const char *line = xml; *line;) {
		size_t length = strcspn(line, "\n");
		const char *tag = line + strspn(line, " ");

		if (!strncmp(tag, "</object>", 9)) {
			BUG_ON(depth == 0);
			placed += print_devices_of(m, t, open[--depth], &gp, out);
		} else if (!strncmp(tag, "<object ", 8) && line[length - 2] != '/') {
			BUG_ON(depth == DEPTH_MAX);
			open[depth++] = gp_index_of(line, length);
		}
		if (!is_about_making(tag))
			fprintf(out, "%.*s\n", (int)length, line);
		line += length + (line[length] == '\n');
	}
	return placed;
}

static int add_devices(const struct machine *m, hwloc_topology_t t, const char *xml, char **text,
		       struct error *err)
{
	size_t size;
	FILE *out = open_memstream(text, &size);
	unsigned placed;

	if (!out)
		return error_set(err, ERR_MACHINE, "out of memory");
	placed = print_with_devices(m, t, xml, out);
	if (fclose(out))
		return error_set(err, ERR_MACHINE, "out of memory");
	if (placed != m->nr_devices)
		return error_set(err, ERR_CHECK, "%s: %u of %u devices found a place", m->name,
				 placed, m->nr_devices);
	return 0;
}

static int read_back(const struct machine *m, const char *text, hwloc_topology_t *out,
		     struct error *err)
{
	hwloc_topology_t t;

	if (hwloc_topology_init(&t))
		return error_set(err, ERR_MACHINE, "out of memory");
	if (hwloc_topology_set_all_types_filter(t, HWLOC_TYPE_FILTER_KEEP_ALL) ||
	    hwloc_topology_set_xmlbuffer(t, text, (int)strlen(text) + 1) ||
	    hwloc_topology_load(t)) {
		hwloc_topology_destroy(t);
		return error_set(err, ERR_CHECK, "%s: hwloc does not read its own text back",
				 m->name);
	}
	*out = t;
	return 0;
}

static int export(const struct machine *m, hwloc_topology_t t, char **out, struct error *err)
{
	char *buffer;
	int length;

	if (hwloc_topology_export_xmlbuffer(t, &buffer, &length, 0))
		return error_set(err, ERR_MACHINE, "%s: hwloc cannot export", m->name);
	*out = xstrdup(buffer);
	hwloc_free_xmlbuffer(t, buffer);
	return 0;
}

int machine_xml(const struct machine *m, char **out, struct error *err)
{
	hwloc_topology_t built = NULL, whole = NULL;
	char *bare = NULL, *text = NULL;
	int rc;

	rc = machine_build(m, &built, err);
	if (!rc)
		rc = export(m, built, &bare, err);
	if (!rc)
		rc = add_devices(m, built, bare, &text, err);
	if (!rc)
		rc = read_back(m, text, &whole, err);
	if (!rc)
		rc = export(m, whole, out, err);
	free(bare);
	free(text);
	if (built)
		hwloc_topology_destroy(built);
	if (whole)
		hwloc_topology_destroy(whole);
	return rc;
}
