#include "bench/clusters/tape.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/scratch.h"

#define TAPE_BYTES ((size_t)32 * 1024)

int tape_open(struct tape *t, const char *directory, struct error *err)
{
	*t = (struct tape){.directory = directory};
	return scratch_open(&t->file, directory, err);
}

void tape_close(struct tape *t)
{
	if (t->file)
		fclose(t->file);
	free(t->buf);
	*t = (struct tape){0};
}

static void write_out(struct tape *t)
{
	if (t->at)
		fwrite(t->buf, 1, t->at, t->file);
	t->at = 0;
}

void tape_make_room(struct tape *t, size_t n)
{
	if (!t->buf)
		t->buf = xmalloc(TAPE_BYTES);
	if (t->at + n > TAPE_BYTES)
		write_out(t);
}

void tape_write_bytes(struct tape *t, const void *bytes, size_t n)
{
	tape_make_room(t, n < TAPE_BYTES ? n : TAPE_BYTES);
	if (n > TAPE_BYTES) {
		fwrite(bytes, 1, n, t->file);
		return;
	}
	memcpy(t->buf + t->at, bytes, n);
	t->at += n;
}

int tape_rewind(struct tape *t, struct error *err)
{
	bool bad;

	if (!t->end) /* until it is read */
		write_out(t);
	bad = fflush(t->file) != 0 || ferror(t->file);
	if (bad)
		return error_set(err, ERR_MACHINE,
				 "%s: what a part of a row did cannot be kept there: %s",
				 scratch_directory(t->directory), strerror(errno));
	rewind(t->file);
	t->at = t->end = 0;
	t->short_of = false;
	return 0;
}

int tape_lost(const struct tape *t, struct error *err)
{
	return error_set(err, ERR_MACHINE, "%s: what a part of a row did cannot be read again",
			 scratch_directory(t->directory));
}

void tape_fetch(struct tape *t, size_t n)
{
	size_t left = t->end - t->at;

	if (!t->buf)
		t->buf = xmalloc(TAPE_BYTES);
	memmove(t->buf, t->buf + t->at, left);
	t->at = 0;
	t->end = left;
	while (t->end < n) {
		size_t got = fread(t->buf + t->end, 1, TAPE_BYTES - t->end, t->file);

		if (!got)
			break;
		t->end += got;
	}
}

bool tape_read_bytes(struct tape *t, void *out, size_t n)
{
	uint8_t *to = out;

	while (n) {
		size_t some;

		if (tape_ended(t))
			return false;
		some = t->end - t->at < n ? t->end - t->at : n;
		memcpy(to, t->buf + t->at, some);
		t->at += some;
		to += some;
		n -= some;
	}
	return true;
}

bool tape_copy(struct tape *t, size_t n, FILE *out)
{
	while (n) {
		size_t some;

		if (tape_ended(t))
			return false;
		some = t->end - t->at < n ? t->end - t->at : n;
		fwrite(t->buf + t->at, 1, some, out);
		t->at += some;
		n -= some;
	}
	return true;
}
