/*
 * Streams into memory. Not open_memstream(): where glibc's cannot grow it drops what was written,
 * a character or all, and neither ferror() nor fclose() says so.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/types.h>

#include "base/alloc.h"

struct memstream {
	char **text;
	size_t *size; /* what is before the place where the next is written */
	size_t cap;
};

static ssize_t write_more(void *cookie, const char *bytes, size_t n)
{
	struct memstream *m = cookie;
	size_t needed = *m->size + n + 1;

	if (needed > m->cap) {
		m->cap = needed > 2 * m->cap ? needed : 2 * m->cap;
		*m->text = xrealloc(*m->text, m->cap);
	}
	memcpy(*m->text + *m->size, bytes, n);
	*m->size += n;
	(*m->text)[*m->size] = '\0';
	return (ssize_t)n;
}

/* Back to the beginning alone. */
static int seek(void *cookie, off64_t *offset, int whence)
{
	struct memstream *m = cookie;

	if (*offset || whence == SEEK_END)
		return -1;
	if (whence == SEEK_SET)
		*m->size = 0;
	*offset = (off64_t)*m->size;
	return 0;
}

static int end(void *cookie)
{
	free(cookie);
	return 0;
}

FILE *xmemstream(char **text, size_t *size)
{
	struct memstream *m = xcalloc(1, sizeof(*m));
	FILE *f = fopencookie(
		m, "w", (cookie_io_functions_t){.write = write_more, .seek = seek, .close = end});

	m->text = text;
	m->size = size;
	m->cap = BUFSIZ;
	*text = xmalloc(m->cap);
	**text = '\0';
	*size = 0;
	if (!f)
		xmemory_out(BUFSIZ);
	return f;
}

void xmemstream_flush(FILE *f)
{
	if (fflush(f) != 0 || ferror(f))
		xmemory_out(BUFSIZ);
}

void xmemstream_close(FILE *f)
{
	xmemstream_flush(f);
	if (fclose(f) != 0)
		xmemory_out(BUFSIZ);
}
