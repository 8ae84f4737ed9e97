#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/output.h"
#include "host/hwloc_calibrate.h"
#include "host/hwloc_child.h"
#include "host/hwloc_tree.h"
#include "host/xml.h"

#define FILE_BYTES_MAX ((size_t)4 << 20) /* the largest real file seen has 340 kB */

/* "topologies/epyc-nps4-8n.xml" -> "epyc-nps4-8n" */
static char *name_of(const char *path)
{
	const char *slash = strrchr(path, '/'), *base = slash ? slash + 1 : path;
	size_t n = strlen(base);

	if (n > 4 && strcmp(base + n - 4, ".xml") == 0)
		n -= 4;
	return xstrndup(base, n);
}

/* An hwloc XML text, parsed and checked; the caller releases `doc`. */
static int read_tree(struct hwloc_tree *t, struct xml_doc *doc, const char *path, const char *text,
		     size_t size, struct error *err)
{
	const char *first = text + strspn(text, " \t\r\n");
	int rc;

	if (first == text + size)
		return error_at(err, ERR_INPUT, path, 0, 0,
				"the file is empty; write one with: lstopo FILE.xml");
	if (*first != '<' && strncmp(first, "\xef\xbb\xbf", 3) != 0)
		return error_at(err, ERR_INPUT, path, 1, 1,
				"not an hwloc XML file: it does not start with <");
	rc = xml_parse(doc, path, text, size, err);
	if (rc)
		return rc;
	rc = hwloc_check(t, doc, err);
	if (rc)
		xml_release(doc);
	return rc;
}

static int read_host(struct host **out, const char *path, const char *text, size_t size,
		     struct error *err)
{
	struct hwloc_tree t;
	struct xml_doc doc;
	int rc = read_tree(&t, &doc, path, text, size, err);

	if (rc)
		return rc;
	rc = hwloc_host(out, &t, err);
	xml_release(&doc);
	return rc;
}

/* The file's text, or what hwloc says of this machine; the caller frees. */
static int read_text(const char *path, char **out, size_t *size, struct error *err)
{
	int rc;

	if (path)
		return file_read(path, FILE_BYTES_MAX, out, size, err);
	rc = hwloc_in_child(out, NULL, err);
	if (rc)
		return error_prefix(err, "this machine");
	*size = strlen(*out);
	return 0;
}

static int load(struct host **out, const char *name, const char *path, struct error *err)
{
	struct host *h = NULL;
	char *text = NULL;
	size_t size = 0;
	int rc = read_text(path, &text, &size, err);

	*out = NULL;
	if (!rc)
		rc = read_host(&h, path ? path : "this machine", text, size, err);
	free(text);
	if (rc)
		return rc;
	free(h->name);
	h->name = name ? xstrdup(name) : name_of(path);
	h->path = path ? xstrdup(path) : NULL;
	rc = host_finish(h, err);
	if (rc) {
		error_prefix(err, "%s", path ? path : "this machine");
		host_free(h);
		return rc;
	}
	*out = h;
	return 0;
}

int host_load(struct host **out, const char *path, struct error *err)
{
	return load(out, NULL, path, err);
}

int host_load_this(struct host **out, struct error *err)
{
	return load(out, "this", NULL, err);
}

/* Version 1 has no place for memory attributes: hwloc writes it again. */
static int as_version_2(struct hwloc_tree *t, struct xml_doc *doc, const char *path,
			const char *text, struct error *err)
{
	char *converted;
	int rc = hwloc_in_child(&converted, text, err);

	xml_release(doc);
	if (rc)
		return error_prefix(err, "%s", path);
	rc = read_tree(t, doc, path, converted, strlen(converted), err);
	free(converted);
	return rc;
}

int host_calibrated_xml(char **out, const struct host *h, const char *note, struct error *err)
{
	const char *path = h->path ? h->path : "this machine";
	struct hwloc_tree t;
	struct xml_doc doc;
	char *text = NULL;
	size_t size = 0;
	int rc = read_text(h->path, &text, &size, err);

	*out = NULL;
	if (!rc)
		rc = read_tree(&t, &doc, path, text, size, err);
	if (!rc && t.version == 1)
		rc = as_version_2(&t, &doc, path, text, err);
	free(text);
	if (rc)
		return rc;
	rc = hwloc_calibrate(out, &t, h, note, err);
	xml_release(&doc);
	return rc;
}
