#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/output.h"
#include "base/sha256.h"
#include "zone/trace_cache.h"
#include "zone/trace_files.h"
#include "zone/workload.h"

static const char *base_name(const char *path)
{
	const char *slash = strrchr(path, '/');

	return slash ? slash + 1 : path;
}

/* A file by its content, and by its name, which may be a zone's. */
static int describe_file(FILE *out, const char *path, struct error *err)
{
	char sum[SHA256_HEX];
	int rc = file_sha256(path, sum, err);

	if (!rc)
		fprintf(out, "%s %s\n", sum, base_name(path));
	return rc;
}

static int describe_files(FILE *out, const char *path, struct error *err)
{
	struct trace_files files;
	int rc;

	if (!trace_is_folder(path))
		return describe_file(out, path, err);
	rc = trace_files_list(&files, path, err);
	if (rc)
		return rc;
	for (size_t i = 0; i < files.nr && !rc; i++)
		rc = describe_file(out, files.path[i], err);
	trace_files_release(&files);
	return rc;
}

/* Everything that decides what the rows become. */
static int write_key(const struct workload *w, bool skip_bad, char key[SHA256_HEX],
		     struct error *err)
{
	const char *const with[] = {w->types_path, w->lifetimes_path};
	char *text = NULL;
	size_t n;
	FILE *out = xmemstream(&text, &n);
	int rc;

	fprintf(out, "%s %" PRIu32 "\nvcpu_scale %" PRIu32 "\ngpus %d\nskip_bad %d\nsort %d\n",
		w->trace_format->name, w->trace_format->version, w->vcpu_scale_milli, w->trace_gpus,
		skip_bad, w->sort);
	fprintf(out, "machine %" PRIu32 " %" PRId64 " %s\n", w->machine_vcpus, w->machine_bytes,
		w->machine_type ? w->machine_type : "");
	for (uint32_t i = 0; i < w->fleet.nr_clusters; i++)
		fprintf(out, "cluster %s\n", w->fleet.cluster[i].name);
	rc = describe_files(out, w->trace_path, err);
	for (size_t i = 0; i < sizeof(with) / sizeof(with[0]) && !rc; i++) {
		fprintf(out, "with %zu\n", i);
		if (with[i])
			rc = describe_file(out, with[i], err);
	}
	for (const char *const *more = w->trace_with; more && *more && !rc; more++)
		rc = describe_file(out, *more, err);
	xmemstream_close(out);
	if (!rc)
		text_sha256(text, n, key);
	free(text);
	return rc;
}

static int write_cache(const struct workload *w, const char *path, const char *key, bool skip_bad,
		       struct error *err)
{
	struct zone_stream *s;
	int rc = workload_open(&s, w, 0, skip_bad, err);

	if (!rc)
		rc = trace_cache_write(path, key, s, err);
	zone_stream_close(s);
	return rc;
}

/* What is there, or else written first. */
static int load_or_write(struct workload *w, const struct trace_reading *how, const char *path,
			 const char *key, struct error *err)
{
	struct error why = {0};
	int rc = trace_cache_load(&w->cache, path, key, &why);

	if (rc == ERR_MACHINE) {
		if (err)
			*err = why;
		return rc;
	}
	if (rc && how->warn)
		fprintf(how->warn, "homenode: warning: %s; the trace is read again\n", why.text);
	if (w->cache)
		return 0;
	rc = write_cache(w, path, key, how->skip_bad, err);
	if (!rc)
		rc = trace_cache_load(&w->cache, path, key, err);
	if (!rc && !w->cache)
		rc = error_set(err, ERR_MACHINE, "%s: is gone again", path);
	return rc;
}

int workload_prepare(struct workload *w, const struct trace_reading *how, struct error *err)
{
	char key[SHA256_HEX], *path;
	int rc;

	if (!how->cache && !how->sort)
		return 0;
	for (uint32_t i = 0; w->source == SOURCE_TRACES && i < w->fleet.nr_clusters; i++) {
		rc = workload_prepare(w->fleet.cluster[i].own, how, err);
		if (rc)
			return rc;
	}
	if (w->source == SOURCE_TRACES)
		return 0;
	if (w->source != SOURCE_TRACE)
		return error_set(err, ERR_USAGE, "%s is for traces; the zones of %s are no trace",
				 how->cache ? "--cache" : "--sort", w->path);
	w->sort = how->sort;
	if (!how->cache)
		return 0;
	if (workload_is_piped(w))
		return error_set(err, ERR_USAGE,
				 "--cache: a trace from standard input is not kept; give a file");
	rc = make_directories(how->cache, err);
	if (!rc)
		rc = write_key(w, how->skip_bad, key, err);
	if (rc)
		return rc;
	path = xasprintf("%s/%s.cache", how->cache, key);
	rc = load_or_write(w, how, path, key, err);
	w->cache_skipped_bad = how->skip_bad;
	free(path);
	return rc;
}
