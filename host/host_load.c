#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/output.h"
#include "host/host_impl.h"

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

static int finish(struct host *h, const char *name, const char *path, struct error *err)
{
	free(h->name);
	h->name = path ? name_of(path) : xstrdup(name);
	h->path = path ? xstrdup(path) : NULL;
	return host_finish(h, err);
}

/* A job for the file's text, checked and cleaned; *clean is the caller's to free. */
static int prepare(struct host_job *job, char **clean, struct error *err)
{
	char *text = NULL;
	size_t size = 0;
	int rc = file_read(job->path, FILE_BYTES_MAX, &text, &size, err);

	if (!rc)
		rc = host_xml_clean(job->path, text, size, clean, &job->xml_size, &job->facts, err);
	job->xml = *clean;
	free(text);
	return rc;
}

int host_load(struct host **out, const char *path, struct error *err)
{
	struct host_job job = {.path = path};
	struct host *h = NULL;
	char *clean = NULL;
	int rc = prepare(&job, &clean, err);

	*out = NULL;
	if (!rc) {
		rc = host_in_child(&h, &job, err);
		if (!rc)
			rc = finish(h, NULL, path, err);
		if (rc)
			rc = error_prefix(err, "%s", path);
	}
	free(clean);
	if (rc)
		host_free(h);
	else
		*out = h;
	return rc;
}

int host_calibrated_xml(char **out, const struct host *h, const char *note, struct error *err)
{
	struct host_job job = {.path = h->path ? h->path : "this", .measured = h, .note = note};
	char *clean = NULL;
	int rc = h->path ? prepare(&job, &clean, err) : 0;

	*out = NULL;
	if (!rc) {
		rc = host_text_in_child(out, &job, err);
		if (rc)
			rc = error_prefix(err, "%s", h->path ? h->path : "this machine");
	}
	free(clean);
	return rc;
}

int host_load_this(struct host **out, struct error *err)
{
	struct host_job job = {.path = "this"};
	struct host *h = NULL;
	int rc = host_in_child(&h, &job, err);

	*out = NULL;
	if (!rc)
		rc = finish(h, "this", NULL, err);
	if (rc) {
		error_prefix(err, "this machine");
		host_free(h);
		return rc;
	}
	*out = h;
	return 0;
}
