#include "base/sorter.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/scratch.h"

#define RUN_BUFFER (2 * SORTER_PIECE_MAX)

/* A piece in memory; where it is also tells the order in which it came. */
struct entry {
	struct sort_key key;
	uint32_t n;
	size_t at;
};

/* Before each piece in the file. */
struct piece_head {
	struct sort_key key;
	uint32_t n, zero;
};

/* Sorted pieces in the file, and those of them that are read. */
struct sort_run {
	off_t at, end; /* not read yet */
	char *buf;
	size_t next, stop; /* read and not used yet */
	struct piece_head head; /* of the piece that comes next */
};

struct sorter {
	size_t memory;
	struct entry *entry;
	size_t nr, cap, given; /* given: taken from the entries at the end */
	char *bytes;
	size_t used, room;
	bool in_order; /* the entries are */
	FILE *file;
	struct sort_run *run;
	size_t nr_runs, cap_runs;
	uint32_t *heap; /* runs with pieces, the least piece first */
	size_t nr_heap;
	bool taken; /* the first of the heap was handed out */
};

struct sorter *sorter_new(size_t memory)
{
	struct sorter *s = xcalloc(1, sizeof(*s));

	s->memory = memory;
	s->in_order = true;
	return s;
}

void sorter_free(struct sorter *s)
{
	if (!s)
		return;
	for (size_t i = 0; i < s->nr_runs; i++)
		free(s->run[i].buf);
	if (s->file)
		fclose(s->file);
	free(s->run);
	free(s->heap);
	free(s->entry);
	free(s->bytes);
	free(s);
}

static int compare_keys(const struct sort_key *a, const struct sort_key *b)
{
	if (a->whole != b->whole)
		return a->whole < b->whole ? -1 : 1;
	return (a->billionths > b->billionths) - (a->billionths < b->billionths);
}

static int compare_entries(const void *pa, const void *pb)
{
	const struct entry *a = pa, *b = pb;
	int c = compare_keys(&a->key, &b->key);

	return c ? c : (a->at > b->at) - (a->at < b->at);
}

static void sort_entries(struct sorter *s)
{
	if (!s->in_order)
		qsort(s->entry, s->nr, sizeof(*s->entry), compare_entries);
}

static int file_failed(const char *what, struct error *err)
{
	return error_set(err, ERR_MACHINE, "a file to sort in cannot be %s: %s", what,
			 strerror(errno));
}

/* What is in memory becomes a run of the file. */
static int spill(struct sorter *s, struct error *err)
{
	struct sort_run *r;
	int rc = s->file ? 0 : scratch_open(&s->file, NULL, err);

	if (rc)
		return rc;
	sort_entries(s);
	s->run = grow(s->run, &s->cap_runs, s->nr_runs, sizeof(*s->run));
	r = &s->run[s->nr_runs++];
	*r = (struct sort_run){.at = ftello(s->file)};
	for (size_t i = 0; i < s->nr; i++) {
		const struct entry *e = &s->entry[i];
		const struct piece_head head = {.key = e->key, .n = e->n};

		fwrite(&head, sizeof(head), 1, s->file);
		fwrite(s->bytes + e->at, 1, e->n, s->file);
	}
	r->end = ftello(s->file);
	s->nr = s->used = 0;
	s->in_order = true;
	return fflush(s->file) != 0 || ferror(s->file) ? file_failed("written", err) : 0;
}

static void make_room(struct sorter *s, size_t n)
{
	while (s->room - s->used < n) {
		s->room = s->room ? 2 * s->room : 65536;
		s->bytes = xreallocarray(s->bytes, s->room, 1);
	}
}

int sorter_add(struct sorter *s, struct sort_key key, const void *a, size_t na, const void *b,
	       size_t nb, struct error *err)
{
	struct entry *e;
	int rc;

	BUG_ON(na + nb > SORTER_PIECE_MAX);
	/* sorting takes as much room again as there are entries */
	if (s->nr && s->used + na + nb + (s->nr + 1) * 2 * sizeof(*e) > s->memory) {
		rc = spill(s, err);
		if (rc)
			return rc;
	}
	make_room(s, na + nb);
	s->entry = grow(s->entry, &s->cap, s->nr, sizeof(*s->entry));
	e = &s->entry[s->nr++];
	*e = (struct entry){.key = key, .n = (uint32_t)(na + nb), .at = s->used};
	if (na)
		memcpy(s->bytes + s->used, a, na);
	if (nb)
		memcpy(s->bytes + s->used + na, b, nb);
	s->used += na + nb;
	if (s->nr > 1 && compare_keys(&e[-1].key, &e->key) > 0)
		s->in_order = false;
	return 0;
}

/* --- merging ---------------------------------------------------------------------------- */

/* At least `n` bytes of the run in its buffer. */
static int run_need(const struct sorter *s, struct sort_run *r, size_t n, struct error *err)
{
	while (r->stop - r->next < n) {
		size_t left = r->stop - r->next, want = RUN_BUFFER - left;
		ssize_t got;

		memmove(r->buf, r->buf + r->next, left);
		if (r->end - r->at < (off_t)want)
			want = (size_t)(r->end - r->at);
		got = pread(fileno(s->file), r->buf + left, want, r->at);
		if (got <= 0)
			return file_failed("read", err);
		r->next = 0;
		r->stop = left + (size_t)got;
		r->at += got;
	}
	return 0;
}

static bool run_ended(const struct sort_run *r)
{
	return r->next == r->stop && r->at == r->end;
}

/* Its next piece whole in the buffer. */
static int run_look(const struct sorter *s, struct sort_run *r, struct error *err)
{
	int rc = run_need(s, r, sizeof(r->head), err);

	if (rc)
		return rc;
	memcpy(&r->head, r->buf + r->next, sizeof(r->head));
	return run_need(s, r, sizeof(r->head) + r->head.n, err);
}

/* Of equal keys the earlier run's came first. */
static bool before(const struct sorter *s, uint32_t a, uint32_t b)
{
	int c = compare_keys(&s->run[a].head.key, &s->run[b].head.key);

	return c < 0 || (c == 0 && a < b);
}

static void sift_down(struct sorter *s, size_t at)
{
	for (;;) {
		size_t least = at;
		uint32_t moved = s->heap[at];

		for (size_t child = 2 * at + 1; child <= 2 * at + 2 && child < s->nr_heap; child++)
			if (before(s, s->heap[child], s->heap[least]))
				least = child;
		if (least == at)
			return;
		s->heap[at] = s->heap[least];
		s->heap[least] = moved;
		at = least;
	}
}

int sorter_finish(struct sorter *s, struct error *err)
{
	int rc = 0;

	if (!s->nr_runs) {
		sort_entries(s);
		return 0;
	}
	if (s->nr)
		rc = spill(s, err);
	free(s->entry);
	free(s->bytes);
	s->entry = NULL;
	s->bytes = NULL;
	s->heap = xcalloc(s->nr_runs, sizeof(*s->heap));
	for (size_t i = 0; i < s->nr_runs && !rc; i++) {
		s->run[i].buf = xmalloc(RUN_BUFFER);
		rc = run_look(s, &s->run[i], err);
		s->heap[s->nr_heap++] = (uint32_t)i;
	}
	for (size_t i = s->nr_heap / 2; i-- > 0 && !rc;)
		sift_down(s, i);
	return rc;
}

/* Past the piece that was handed out. */
static int pass(struct sorter *s, struct error *err)
{
	struct sort_run *r = &s->run[s->heap[0]];
	int rc = 0;

	r->next += sizeof(r->head) + r->head.n;
	if (run_ended(r)) {
		free(r->buf);
		r->buf = NULL;
		s->heap[0] = s->heap[--s->nr_heap];
	} else {
		rc = run_look(s, r, err);
	}
	if (!rc && s->nr_heap)
		sift_down(s, 0);
	return rc;
}

static void next_in_memory(struct sorter *s, const char **bytes, size_t *n)
{
	const struct entry *e = &s->entry[s->given++];

	*bytes = s->bytes + e->at;
	*n = e->n;
}

int sorter_next(struct sorter *s, const char **bytes, size_t *n, struct error *err)
{
	const struct sort_run *r;
	int rc = s->taken ? pass(s, err) : 0;

	*bytes = NULL;
	s->taken = false;
	if (rc)
		return rc;
	if (s->given < s->nr) {
		next_in_memory(s, bytes, n);
	} else if (s->nr_heap) {
		r = &s->run[s->heap[0]];
		*bytes = r->buf + r->next + sizeof(r->head);
		*n = r->head.n;
		s->taken = true;
	}
	return 0;
}
