/* Which reader takes a text, and what hwloc has to help with. */
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/output.h"
#include "base/text.h"
#include "host/figures.h"
#include "host/hwloc_calibrate.h"
#include "host/hwloc_child.h"
#include "host/hwloc_tree.h"
#include "host/readers.h"
#include "host/xml.h"

#define FILE_BYTES_MAX ((size_t)4 << 20) /* the largest real file seen has 340 kB */

/* --- hwloc's XML -------------------------------------------------------------------- */

static bool is_topology(const struct xml_doc *doc, const char *version)
{
	const char *own = xml_attr(doc->root, "version");

	return strcmp(doc->root->name, "topology") == 0 && own &&
	       strncmp(own, version, strlen(version)) == 0;
}

/* The declaration names the encoding that the file was in; hwloc gets UTF-8. */
static const char *behind_declaration(const char *text)
{
	const char *end;

	text += strspn(text, " \t\r\n");
	end = strncmp(text, "<?xml ", 6) == 0 ? strstr(text, "?>") : NULL;
	return end ? end + 2 + strspn(end + 2, " \t\r\n") : text;
}

/* Version 3: only a libhwloc of version 3 can read it, and writes it again. */
static int from_newer_hwloc(struct xml_doc *doc, const char *text, struct error *err)
{
	unsigned here = hwloc_library_major();
	const char *path = doc->path, *by = hwloc_info(doc->root, "hwlocVersion");
	char *converted;
	int rc;

	if (!by)
		by = hwloc_info(xml_child(doc->root, "object", NULL), "hwlocVersion");
	if (here < 3)
		rc = xml_error(doc, doc->root, err,
			       "hwloc XML version %.20s, written by hwloc %.20s, cannot be read by "
			       "the hwloc %u here; write version 2 with: lstopo "
			       "--export-xml-flags v2 FILE.xml",
			       xml_attr(doc->root, "version"), by ? by : "3", here);
	else
		rc = hwloc_in_child(&converted, HWLOC_XML, behind_declaration(text), err);
	xml_release(doc);
	if (rc)
		return here < 3 ? rc : error_prefix(err, "%s", path);
	rc = xml_parse(doc, path, converted, strlen(converted), err);
	free(converted);
	return rc;
}

static int read_xml(struct xml_doc *doc, const char *path, const char *text, struct error *err)
{
	int rc = xml_parse(doc, path, text, strlen(text), err);

	return !rc && is_topology(doc, "3.") ? from_newer_hwloc(doc, text, err) : rc;
}

static bool is_xml(const char *text)
{
	return text[strspn(text, " \t\r\n")] == '<';
}

static int xml_host(struct host **out, const char *path, const char *text, struct error *err)
{
	struct hwloc_tree t;
	struct xml_doc doc;
	int rc = read_xml(&doc, path, text, err);

	if (rc)
		return rc;
	if (strcmp(doc.root->name, "capabilities") == 0) {
		rc = libvirt_host(out, &doc, err);
	} else {
		rc = hwloc_check(&t, &doc, err);
		if (!rc)
			rc = hwloc_host(out, &t, err);
	}
	xml_release(&doc);
	return rc;
}

#define LETTERS "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"

/* --- a synthetic description ---------------------------------------------------------- */

/* "core:2", "L3:4(size=...)", "2": a level with or without its type. */
static bool is_level(const char *word, size_t n)
{
	size_t type = strspn(word, LETTERS "0123456789"), digits;

	type = word[type] == ':' && strspn(word, LETTERS) ? type + 1 : 0;
	digits = strspn(word + type, "0123456789");
	return digits && (type + digits == n || word[type + digits] == '(');
}

/* Nothing but levels, and more than one: "socket:2 core:4", "2 4 2". hwloc has the last
 * word on them. */
static bool all_levels(const char *text, size_t n)
{
	unsigned nr = 0;

	for (size_t i = 0; i < n; nr++) {
		size_t word = strcspn(text + i, " \r\n");

		if (!is_level(text + i, word))
			return false;
		i += word;
		i += strspn(text + i, " ");
	}
	return nr > 1;
}

/* Levels from the machine down to CPUs, on one line. */
bool host_is_synthetic(const char *text)
{
	size_t n = strcspn(text, "\r\n");
	bool has_cpus = false;

	if (text[n + strspn(text + n, " \t\r\n")] != '\0' || n > 4000)
		return false;
	for (size_t i = 0; i < n; i++) {
		bool word = i == 0 || strchr(" )]", text[i - 1]);

		has_cpus |= word && strncasecmp(text + i, "pu:", 3) == 0 && text[i + 3] >= '0' &&
			    text[i + 3] <= '9';
		if ((unsigned char)text[i] < 0x20 || strchr("<>{}\"'/\\", text[i]))
			return false;
	}
	return has_cpus || all_levels(text, n);
}

/* Does the level of nodes have a size? hwloc takes none, and 0, for 1 GiB; of nodes that
 * are attached, "[numa]", for none. Sizes of other levels are nobody's. */
static bool says_memory(const char *line)
{
	for (const char *p = line; *p; p += strcspn(p, " ["), p += strspn(p, " ")) {
		size_t type = strspn(p, LETTERS "["), digits;
		const char *end, *size;

		if (strncasecmp(p, "[n", 2) == 0)
			return true;
		if (strncasecmp(p, "n", 1) != 0 || p[type] != ':')
			continue;
		digits = type + 1 + strspn(p + type + 1, "0123456789");
		end = p[digits] == '(' ? strchr(p, ')') : NULL;
		size = strstr(p, "memory=");
		return end && size && size < end && strtoull(size + strlen("memory="), NULL, 0);
	}
	return false;
}

static int synthetic_host(struct host **out, const char *path, const char *text, struct error *err)
{
	char *line = xstrndup(text, strcspn(text, "\r\n")), *xml;
	int rc = hwloc_in_child(&xml, HWLOC_SYNTHETIC, line, err);

	if (rc)
		error_prefix(err, "%s", path);
	else
		rc = xml_host(out, path, xml, err);
	if (!rc && !says_memory(line)) {
		(*out)->memory_grade = GRADE_ASSUMED;
		host_warn(*out,
			  "the description says nothing of memory%s: 1 GiB a node is assumed; "
			  "write node:2(memory=16GB)",
			  strstr(line, "memory=") ? " of nodes, or 0" : "");
	}
	free(xml);
	free(line);
	return rc;
}

/* --- any -------------------------------------------------------------------------------- */

static const struct {
	bool (*is)(const char *text);
	int (*read)(struct host **out, const char *path, const char *text, struct error *err);
} readers[] = {
	{is_xml, xml_host},
	{lscpu_is, lscpu_host},
	{xl_info_is, xl_info_host},
	{numactl_is, numactl_host},
	{host_is_synthetic, synthetic_host},
};

static int read_host(struct host **out, const char *path, const char *text, struct error *err)
{
	if (text[strspn(text, " \t\r\n")] == '\0')
		return error_at(err, ERR_INPUT, path, 0, 0,
				"the file is empty; write one with: lstopo FILE.xml");
	for (size_t i = 0; i < sizeof(readers) / sizeof(readers[0]); i++)
		if (readers[i].is(text))
			return readers[i].read(out, path, text, err);
	return error_at(err, ERR_INPUT, path, 1, 1,
			"not an hwloc XML file, nor what numactl -H, lscpu -J, virsh capabilities "
			"or xl info -n print, nor an hwloc synthetic description");
}

/* "topologies/epyc-nps4-8n.xml.gz" -> "epyc-nps4-8n" */
static char *name_of(const char *path)
{
	static const char *const ends[] = {".gz", ".xz", ".zst", ".xml"};
	const char *slash = strrchr(path, '/'), *base = slash ? slash + 1 : path;
	size_t n = strlen(base);

	for (size_t i = 0; i < sizeof(ends) / sizeof(ends[0]); i++) {
		size_t m = strlen(ends[i]);

		if (n > m && strncmp(base + n - m, ends[i], m) == 0)
			n -= m;
	}
	return xstrndup(base, n);
}

/* "my.xml.gz" or "my.txt" -> "my.figures.json", in the same folder */
static char *side_path(const char *path, const char *name)
{
	const char *slash = strrchr(path, '/'), *dot = strrchr(name, '.');
	int folder = slash ? (int)(slash + 1 - path) : 0, n = (int)strlen(name);

	if (strncmp(path + folder + n, ".xml", 4) != 0 && dot && dot != name)
		n = (int)(dot - name);
	return xasprintf("%.*s%.*s.figures.json", folder, path, n, name);
}

static int take_side_figures(struct host *h, struct error *err)
{
	char *path = side_path(h->path, h->name);
	struct figures f;
	int rc = 0;

	if (is_no_file(path)) {
		host_warn(h, "%s is no file: nothing is taken from it", path);
	} else if (access(path, F_OK) == 0) {
		rc = figures_load(&f, path, err);
		if (!rc)
			rc = host_take_figures(h, &f, err);
		if (!rc)
			host_warn(h, "what was measured is taken from %s, beside it", path);
	}
	free(path);
	return rc;
}

/* Takes the name over. */
static int load(struct host **out, char *name, const char *path, const char *text,
		struct error *err)
{
	struct host *h = NULL;
	int rc = read_host(&h, path ? path : name, text, err);

	*out = NULL;
	if (!rc) {
		free(h->name);
		h->name = xstrdup(name);
		text_tame(h->name);
		h->path = path ? xstrdup(path) : NULL;
		rc = host_finish(h, err);
		if (rc)
			error_prefix(err, "%s", path ? path : name);
		else if (path)
			rc = take_side_figures(h, err);
	}
	free(name);
	if (rc)
		host_free(h);
	else
		*out = h;
	return rc;
}

static int refuse_nul(const char *path, const char *text, struct error *err)
{
	unsigned long line = 1, column = 1;

	for (; *text; text++) {
		column = *text == '\n' ? 1 : column + 1;
		line += *text == '\n';
	}
	return error_at(err, ERR_INPUT, path, line, column,
			"control character 0x00, which no text has");
}

int host_load(struct host **out, const char *path, struct error *err)
{
	char *text = NULL;
	size_t size;
	int rc = text_read(path, FILE_BYTES_MAX, &text, &size, err);

	*out = NULL;
	if (!rc && strlen(text) < size)
		rc = refuse_nul(path, text, err);
	if (!rc)
		rc = load(out, name_of(path), path, text, err);
	free(text);
	return rc;
}

int host_load_text(struct host **out, const char *name, const char *text, struct error *err)
{
	return load(out, xstrdup(name), NULL, text, err);
}

int host_load_this(struct host **out, struct error *err)
{
	char *xml = NULL;
	int rc = hwloc_in_child(&xml, HWLOC_MACHINE, NULL, err);

	*out = NULL;
	if (rc)
		return error_prefix(err, "this machine");
	rc = load(out, xstrdup("this"), NULL, xml, err);
	free(xml);
	return rc;
}

/* --- calibration ------------------------------------------------------------------------- */

/* The file's text, or what hwloc says of this machine; the caller frees. */
static int read_text(const char *path, char **out, struct error *err)
{
	size_t size;
	int rc;

	if (path)
		return text_read(path, FILE_BYTES_MAX, out, &size, err);
	rc = hwloc_in_child(out, HWLOC_MACHINE, NULL, err);
	return rc ? error_prefix(err, "this machine") : 0;
}

static int read_tree(struct hwloc_tree *t, struct xml_doc *doc, const char *path, const char *text,
		     struct error *err)
{
	int rc = read_xml(doc, path, text, err);

	if (rc)
		return rc;
	rc = hwloc_check(t, doc, err);
	if (rc)
		xml_release(doc);
	return rc;
}

/* Version 1 has no place for memory attributes: hwloc writes it again. */
static int as_version_2(struct hwloc_tree *t, struct xml_doc *doc, const char *path,
			const char *text, struct error *err)
{
	char *converted;
	int rc = hwloc_in_child(&converted, HWLOC_XML, behind_declaration(text), err);

	xml_release(doc);
	if (rc)
		return error_prefix(err, "%s", path);
	rc = read_tree(t, doc, path, converted, err);
	free(converted);
	return rc;
}

static bool is_hwloc(const char *text)
{
	return is_xml(text) && !strstr(text, "<capabilities>");
}

/* Which CPUs share a core is not kept, only how many cores there are: the node's CPUs are
 * dealt out to them in order. */
static uint32_t *deal_cores(const struct host *h)
{
	uint32_t *core = xcalloc(CPUS_MAX, sizeof(*core)), first = 0;
	unsigned cpu;

	for (unsigned n = 0; n < h->nr_nodes; n++) {
		const struct host_node *node = &h->node[n];
		unsigned i = 0;

		for (cpu = 0; cpu < CPUS_MAX; cpu++)
			if (cpuset_has(&node->cpus, cpu))
				core[cpu] = first + i++ * node->nr_cores / node->nr_cpus;
		first += node->nr_cores;
	}
	return core;
}

/* Of what is no hwloc XML, what we know. */
static char *written(const struct host *h)
{
	uint32_t *core = deal_cores(h);
	char *text = NULL;
	size_t size = 0;
	FILE *f = xmemstream(&text, &size);

	host_write_xml(h, core, f);
	xmemstream_close(f);
	free(core);
	return text;
}

int host_calibrated_xml(char **out, const struct host *h, const char *note, struct error *err)
{
	const char *path = h->path ? h->path : "this machine";
	struct hwloc_tree t;
	struct xml_doc doc;
	bool file = h->path || strcmp(h->name, "this") == 0;
	char *text = NULL;
	int rc = file ? read_text(h->path, &text, err) : 0;

	*out = NULL;
	if (!rc && (!file || !is_hwloc(text))) {
		free(text);
		text = written(h);
	}
	if (!rc)
		rc = read_tree(&t, &doc, path, text, err);
	if (!rc && t.version == 1)
		rc = as_version_2(&t, &doc, path, text, err);
	free(text);
	if (rc)
		return rc;
	rc = hwloc_calibrate(out, &t, h, note, err);
	xml_release(&doc);
	return rc;
}
