#include "live/recording.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/doc.h"
#include "base/input.h"

/* A sample of ZONES_MOST zones has 8 MiB, the host's XML no more than 4. */
#define LINE_MOST ((size_t)32 << 20)
#define BLOCK ((size_t)64 << 10)

struct recording {
	char *path;
	FILE *file;
	struct input *input;
	char *buf;
	size_t begin, end, cap; /* what is read and not handed out */
	uint32_t line; /* of the last that was handed out */
	off_t whole_bytes; /* of the lines handed out */
	bool ended, cut_off;
	struct host *host;
	int64_t last_ns;
};

static int read_more(struct recording *r, struct error *err)
{
	size_t got;
	int rc;

	if (r->begin) {
		memmove(r->buf, r->buf + r->begin, r->end - r->begin);
		r->end -= r->begin;
		r->begin = 0;
	}
	if (r->end + BLOCK > r->cap) {
		r->cap = r->cap ? 2 * r->cap : BLOCK;
		r->buf = xreallocarray(r->buf, r->cap, 1);
	}
	rc = input_read(r->input, r->buf + r->end, BLOCK, &got, err);
	if (rc)
		return error_prefix(err, "%s", r->path);
	r->end += got;
	r->ended = !got;
	return 0;
}

/* The next line, lent until the next call, without its end; *text NULL: there is none. */
static int next_line(struct recording *r, char **text, size_t *size, struct error *err)
{
	size_t seen = 0;
	char *end = NULL;
	int rc = 0;

	*text = NULL;
	while (!rc && !end) {
		size_t left = r->end - r->begin;

		end = left > seen ? memchr(r->buf + r->begin + seen, '\n', left - seen) : NULL;
		seen = left;
		if (end)
			break;
		if (r->ended) {
			r->cut_off = left;
			return 0;
		}
		if (left > LINE_MOST)
			return error_at(err, ERR_INPUT, r->path, r->line + 1, 0,
					"the line is longer than any of a recording");
		rc = read_more(r, err);
	}
	if (rc)
		return rc;
	*text = r->buf + r->begin;
	*size = (size_t)(end - *text);
	r->begin += *size + 1;
	r->whole_bytes += (off_t)*size + 1;
	r->line++;
	return 0;
}

/* The nodes of the first line and those of the host in it are the same. */
static int check_nodes(const struct doc_value *list, const struct host *host, struct error *err)
{
	if (list->nr != host->nr_nodes)
		return doc_error(list, err, "there are %u nodes, in the host's XML %u", list->nr,
				 host->nr_nodes);
	for (uint32_t i = 0; i < list->nr; i++) {
		int64_t number;

		if (!doc_int(&list->item[i], 0, UINT32_MAX, &number) ||
		    number != (int64_t)host->node[i].os_index)
			return doc_error(&list->item[i], err, "the host's XML has node %u here",
					 host->node[i].os_index);
	}
	return 0;
}

static int read_host(struct recording *r, const struct doc_value *map, struct error *err)
{
	const struct doc_value *nodes = NULL;
	const char *name = NULL, *xml = NULL;
	int rc = doc_get_text(map, "host", true, &name, err);

	if (!rc)
		rc = doc_get_list(map, "nodes", true, &nodes, err);
	if (!rc)
		rc = doc_get_text(map, "xml", true, &xml, err);
	if (rc)
		return rc;
	rc = host_load_text(&r->host, name, xml, err);
	if (rc)
		return error_prefix(err, "%s:1", r->path);
	return check_nodes(nodes, r->host, err);
}

static int no_recording(const struct recording *r, struct error *err)
{
	return error_at(err, ERR_INPUT, r->path, 1, 0,
			"this is no recording: its first line does not begin with "
			"{\"format\":\"homenode-recording\" (homenode watch --record writes one)");
}

static int read_header(struct recording *r, struct error *err)
{
	static const char *const keys[] = {"format", "version", "host", "nodes", "xml", NULL};
	struct doc doc;
	int64_t version = 0;
	char *text;
	size_t size;
	int rc = next_line(r, &text, &size, err);

	if (rc)
		return rc;
	if (!text || size < 2 || *text != '{' ||
	    doc_parse_line(&doc, r->path, 1, text, size, NULL) != 0)
		return no_recording(r, err);
	if (!doc_is_text(doc_member(doc.root, "format"), "homenode-recording"))
		rc = no_recording(r, err);
	if (!rc)
		rc = doc_get_int(doc.root, "version", true, 1, INT32_MAX, &version, err);
	if (!rc && version != 1)
		rc = doc_error(doc_place(doc.root, "version"), err,
			       "this homenode reads version 1 of recordings");
	if (!rc)
		rc = doc_known(doc.root, "recording", keys, err);
	if (!rc)
		rc = read_host(r, doc.root, err);
	doc_release(&doc);
	return rc;
}

/* No scenario and no table begins so. */
bool recording_recognise(const char *path)
{
	FILE *file = strcmp(path, "-") == 0 ? NULL : fopen(path, "re");
	struct input *in = file ? input_new(file) : NULL;
	char first = 0;
	size_t got = 0;

	if (in && input_read(in, &first, 1, &got, NULL) != 0)
		first = 0;
	input_free(in);
	if (file)
		fclose(file);
	return first == '{';
}

int recording_open(struct recording **out, const char *path, struct error *err)
{
	struct recording *r = xcalloc(1, sizeof(*r));
	int rc;

	*out = NULL;
	r->path = xstrdup(path);
	r->file = fopen(path, "re");
	if (r->file) {
		r->input = input_new(r->file);
		rc = read_header(r, err);
	} else {
		rc = error_set(err, errno == ENOENT ? ERR_INPUT : ERR_MACHINE, "%s: %s", path,
			       strerror(errno));
	}
	if (rc)
		recording_close(r);
	else
		*out = r;
	return rc;
}

struct host *recording_host(const struct recording *r)
{
	return r->host;
}

int recording_next(struct recording *r, struct live_sample *out, bool *more, struct error *err)
{
	char *text;
	size_t size;
	int rc = next_line(r, &text, &size, err);

	live_sample_init(out, r->host);
	*more = text;
	if (!rc && text)
		rc = recording_sample_parse(out, r->path, r->line, text, size, err);
	if (!rc && text && out->at_ns < r->last_ns)
		rc = error_at(err, ERR_INPUT, r->path, r->line, 0,
			      "the sample is older than the one above it");
	if (!rc && text)
		r->last_ns = out->at_ns;
	if (rc)
		live_sample_release(out);
	return rc;
}

bool recording_cut_off(const struct recording *r)
{
	return r->cut_off;
}

int recording_whole_bytes(const struct recording *r, off_t *out, struct error *err)
{
	*out = r->whole_bytes;
	return input_is_packed(r->input)
		       ? error_set(err, ERR_INPUT, "%s is packed: unpack it, or name another file",
				   r->path)
		       : 0;
}

void recording_close(struct recording *r)
{
	if (!r)
		return;
	input_free(r->input);
	if (r->file)
		fclose(r->file);
	host_free(r->host);
	free(r->buf);
	free(r->path);
	free(r);
}

/* --- as a source ------------------------------------------------------------------------ */

struct recording_source {
	struct live_source source; /* first */
	struct recording *recording;
};

static struct recording_source *of(struct live_source *s)
{
	return (struct recording_source *)(void *)s;
}

static int open_source(struct live_source **out, const struct live_where *where, struct error *err)
{
	struct recording *r;
	struct recording_source *s;
	int rc = recording_open(&r, where->path, err);

	*out = NULL;
	if (rc)
		return rc;
	s = xcalloc(1, sizeof(*s));
	s->recording = r;
	s->source.host = r->host;
	*out = &s->source;
	return 0;
}

static int sample_source(struct live_source *s, struct live_sample *out, bool *more,
			 struct error *err)
{
	struct recording *r = of(s)->recording;
	int rc;

	live_sample_release(out); /* recording_next() begins it */
	rc = recording_next(r, out, more, err);
	if (!rc && !*more && recording_cut_off(r))
		live_sample_note(out,
				 "%s does not end with a whole line: what its writer had not "
				 "finished is left out",
				 r->path);
	return rc;
}

static void close_source(struct live_source *s)
{
	recording_close(of(s)->recording);
	free(of(s));
}

const struct live_source_ops live_recording = {
	.name = "recording",
	.summary = "samples that homenode watch --record wrote",
	.recorded = true,
	.open = open_source,
	.sample = sample_source,
	.close = close_source,
};
