/*
 * A host as plain bytes, for the pipe between the child that runs hwloc and the
 * parent. Numbers are little-endian; a string is its length and its bytes. The
 * format never leaves the two processes, so it has no version.
 */
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "host/host_impl.h"

static void put(struct bytes *b, const void *from, size_t n)
{
	while (b->cap - b->nr < n) {
		b->cap = b->cap ? b->cap * 2 : 65536;
		b->data = xreallocarray(b->data, b->cap, 1);
	}
	memcpy(b->data + b->nr, from, n);
	b->nr += n;
}

static void put_u64(struct bytes *b, uint64_t v)
{
	unsigned char raw[8];

	for (unsigned i = 0; i < 8; i++)
		raw[i] = (unsigned char)(v >> 8 * i);
	put(b, raw, sizeof(raw));
}

static bool is_text(const char *s)
{
	while (*s) {
		unsigned n = utf8_length((const unsigned char *)s);

		if (n == 0 || (unsigned char)*s < 0x20)
			return false;
		s += n;
	}
	return true;
}

/* What a machine's firmware calls itself can be any bytes; what leaves here is
 * one line of UTF-8. */
static void put_text(struct bytes *b, const char *s)
{
	char *copy = xstrndup(s, HOST_STRING_MAX);
	size_t n = strlen(copy);

	if (!is_text(copy))
		for (size_t i = 0; i < n; i++)
			if ((unsigned char)copy[i] < 0x20 || (unsigned char)copy[i] >= 0x7f)
				copy[i] = '?';
	put_u64(b, n);
	put(b, copy, n);
	free(copy);
}

/* CPUs are mostly at the low end: only the words in use are written. */
static void put_cpus(struct bytes *b, const struct cpuset *s)
{
	unsigned words = CPUSET_WORDS;

	while (words > 0 && s->word[words - 1] == 0)
		words--;
	put_u64(b, words);
	for (unsigned i = 0; i < words; i++)
		put_u64(b, s->word[i]);
}

static void put_node(struct bytes *b, const struct host_node *n)
{
	put_u64(b, n->os_index);
	put_u64(b, n->package);
	put_cpus(b, &n->cpus);
	put_u64(b, n->nr_cores);
	put_u64(b, (uint64_t)n->memory_bytes);
	put_text(b, n->kind);
}

static void put_matrix(struct bytes *b, const struct host_matrix *m, unsigned nr_nodes)
{
	put_u64(b, m->grade);
	if (m->grade == GRADE_NONE)
		return;
	put_text(b, m->source);
	for (size_t i = 0; i < (size_t)nr_nodes * nr_nodes; i++)
		put_u64(b, m->value[i]);
}

static void put_device(struct bytes *b, const struct host_device *d)
{
	put_text(b, d->pci);
	put_u64(b, d->nr_names);
	for (unsigned i = 0; i < d->nr_names; i++)
		put_text(b, d->name[i]);
	put_u64(b, d->class);
	put_u64(b, d->pci_class);
	put_u64(b, d->vendor);
	put_u64(b, d->device);
	put_u64(b, d->nodes);
}

void host_pack(const struct host *h, struct bytes *out)
{
	memset(out, 0, sizeof(*out));
	put_u64(out, h->nr_nodes);
	put_u64(out, h->nr_packages);
	put_text(out, h->source);
	for (unsigned n = 0; n < h->nr_nodes; n++)
		put_node(out, &h->node[n]);
	for (unsigned k = 0; k < MATRIX_KINDS; k++)
		put_matrix(out, &h->matrix[k], h->nr_nodes);
	put_u64(out, h->nr_devices);
	for (unsigned d = 0; d < h->nr_devices; d++)
		put_device(out, &h->device[d]);
	put_u64(out, h->nr_l3s);
	for (unsigned i = 0; i < h->nr_l3s; i++) {
		put_cpus(out, &h->l3[i].cpus);
		put_u64(out, (uint64_t)h->l3[i].size_bytes);
		put_u64(out, h->l3[i].nodes);
	}
	put_u64(out, h->nr_cpus_offline);
	put_u64(out, h->nr_cpus_disallowed);
	put_u64(out, h->nr_cpus_homeless);
	put_u64(out, h->nr_warnings);
	for (unsigned w = 0; w < h->nr_warnings; w++)
		put_text(out, h->warning[w]);
}

/* --- and back: a reader that goes bad at the first doubt ----------------------- */

struct reader {
	const unsigned char *at, *end;
	bool bad;
};

/* A number of at most `max`; 0 once the reader is bad. */
static uint64_t take(struct reader *r, uint64_t max)
{
	uint64_t v = 0;

	if (r->bad || r->end - r->at < 8) {
		r->bad = true;
		return 0;
	}
	for (unsigned i = 0; i < 8; i++)
		v |= (uint64_t)r->at[i] << 8 * i;
	r->at += 8;
	if (v > max) {
		r->bad = true;
		return 0;
	}
	return v;
}

static unsigned take_unsigned(struct reader *r, unsigned max)
{
	return (unsigned)take(r, max);
}

/* Into buf[size], cut where it is longer. */
static void take_text(struct reader *r, char *buf, size_t size)
{
	size_t n = (size_t)take(r, HOST_STRING_MAX), keep;

	buf[0] = '\0';
	if (r->bad || (size_t)(r->end - r->at) < n) {
		r->bad = true;
		return;
	}
	keep = n < size - 1 ? n : size - 1;
	while (keep < n && keep > 0 && (r->at[keep] & 0xc0) == 0x80)
		keep--;
	memcpy(buf, r->at, keep);
	buf[keep] = '\0';
	r->at += n;
	r->bad = !is_text(buf);
}

static void take_cpus(struct reader *r, struct cpuset *out)
{
	unsigned words = take_unsigned(r, CPUSET_WORDS);

	memset(out, 0, sizeof(*out));
	for (unsigned i = 0; i < words; i++)
		out->word[i] = take(r, UINT64_MAX);
}

static void take_node(struct reader *r, struct host_node *n)
{
	n->os_index = take_unsigned(r, CPUS_MAX - 1);
	n->package = take_unsigned(r, HOST_NO_PACKAGE);
	take_cpus(r, &n->cpus);
	n->nr_cores = take_unsigned(r, CPUS_MAX);
	n->memory_bytes = (int64_t)take(r, INT64_MAX);
	take_text(r, n->kind, sizeof(n->kind));
}

static void take_matrix(struct reader *r, struct host *h, enum host_matrix_kind kind)
{
	enum host_grade grade = (enum host_grade)take(r, GRADE_MEASURED);
	char source[sizeof(h->matrix[kind].source)];
	uint32_t *value;

	if (grade == GRADE_NONE)
		return;
	take_text(r, source, sizeof(source));
	value = host_matrix_new(h, kind, grade, source);
	for (size_t i = 0; i < (size_t)h->nr_nodes * h->nr_nodes; i++)
		value[i] = (uint32_t)take(r, MATRIX_UNKNOWN);
}

static void take_device(struct reader *r, struct host_device *d)
{
	take_text(r, d->pci, sizeof(d->pci));
	d->nr_names = take_unsigned(r, DEVICE_NAMES_MAX);
	for (unsigned i = 0; i < d->nr_names; i++)
		take_text(r, d->name[i], sizeof(d->name[i]));
	d->class = (enum host_device_class)take(r, DEVICE_STORAGE);
	d->pci_class = take_unsigned(r, 0xffff);
	d->vendor = take_unsigned(r, 0xffff);
	d->device = take_unsigned(r, 0xffff);
	d->nodes = take(r, UINT64_MAX);
}

/* A count of things of which each takes at least `each` bytes: memory is only
 * asked for when the bytes are there. */
static unsigned take_count(struct reader *r, size_t each)
{
	unsigned n = take_unsigned(r, HOST_LIST_MAX);

	if (!r->bad && (size_t)(r->end - r->at) / each < n)
		r->bad = true;
	return r->bad ? 0 : n;
}

static void take_lists(struct reader *r, struct host *h)
{
	char text[ERROR_TEXT_MAX];
	unsigned nr_warnings;

	h->nr_devices = take_count(r, 7 * 8);
	h->device = xcalloc(h->nr_devices + 1, sizeof(*h->device));
	for (unsigned d = 0; d < h->nr_devices; d++)
		take_device(r, &h->device[d]);
	h->nr_l3s = take_count(r, 3 * 8);
	h->l3 = xcalloc(h->nr_l3s + 1, sizeof(*h->l3));
	for (unsigned i = 0; i < h->nr_l3s; i++) {
		take_cpus(r, &h->l3[i].cpus);
		h->l3[i].size_bytes = (int64_t)take(r, INT64_MAX);
		h->l3[i].nodes = take(r, UINT64_MAX);
	}
	h->nr_cpus_offline = take_unsigned(r, CPUS_MAX);
	h->nr_cpus_disallowed = take_unsigned(r, CPUS_MAX);
	h->nr_cpus_homeless = take_unsigned(r, CPUS_MAX);
	nr_warnings = take_count(r, 8);
	for (unsigned w = 0; w < nr_warnings && !r->bad; w++) {
		take_text(r, text, sizeof(text));
		host_warn(h, "%s", text);
	}
}

int host_unpack(struct host **out, const unsigned char *data, size_t size, struct error *err)
{
	struct reader r = {data, data + size, false};
	unsigned nr_nodes = take_unsigned(&r, NODES_MAX);
	struct host *h = host_new("", nr_nodes);
	char text[HOST_STRING_MAX + 1];

	*out = NULL;
	h->nr_packages = take_unsigned(&r, CPUS_MAX);
	take_text(&r, text, sizeof(text));
	free(h->source);
	h->source = xstrdup(text);
	for (unsigned n = 0; n < nr_nodes; n++)
		take_node(&r, &h->node[n]);
	for (unsigned k = 0; k < MATRIX_KINDS; k++)
		take_matrix(&r, h, (enum host_matrix_kind)k);
	take_lists(&r, h);
	if (r.bad || r.at != r.end) {
		host_free(h);
		return error_set(err, ERR_INPUT, "the loader's answer makes no sense");
	}
	*out = h;
	return 0;
}
