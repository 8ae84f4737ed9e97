#include "bench/files/spool.h"

#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/scratch.h"
#include "bench/row.h"

#define BLOCK_BYTES (64 * 1024)

int spool_open(struct spool *s, const char *directory, struct error *err)
{
	s->directory = directory;
	return scratch_open(&s->file, directory, err);
}

void spool_close(struct spool *s)
{
	if (s->file)
		fclose(s->file);
	s->file = NULL;
}

/* "topology,workload,...,seed,"; the caller frees. */
static char *key_text(const struct row *key)
{
	char *text = NULL;
	size_t n;
	FILE *f = xmemstream(&text, &n);

	row_print_key(key, f);
	fputc(',', f);
	xmemstream_close(f);
	return text;
}

/* Where copying stands in a row: at its start, and between quotes, where a line may end
 * without ending the row. */
struct place {
	bool at_start, quoted;
};

static bool odd_quotes(const char *text, const char *end)
{
	bool odd = false;

	for (; (text = memchr(text, '"', (size_t)(end - text))); text++)
		odd = !odd;
	return odd;
}

static void copy_block(const char *at, size_t n, const char *key, struct place *p, FILE *out)
{
	const char *end = at + n;

	while (at < end) {
		const char *newline = memchr(at, '\n', (size_t)(end - at));
		const char *next = newline ? newline + 1 : end;

		if (p->at_start)
			fputs(key, out);
		p->quoted ^= odd_quotes(at, next);
		p->at_start = newline && !p->quoted;
		fwrite(at, 1, (size_t)(next - at), out);
		at = next;
	}
}

int spool_append(struct spool *s, const struct row *key, FILE *out, struct error *err)
{
	char *block = xmalloc(BLOCK_BYTES), *text = key_text(key);
	struct place place = {.at_start = true};
	bool bad = fflush(s->file) != 0 || ferror(s->file);
	size_t n;

	if (!bad)
		rewind(s->file);
	while (!bad && (n = fread(block, 1, BLOCK_BYTES, s->file)))
		copy_block(block, n, text, &place, out);
	bad |= ferror(s->file) || ferror(out);
	free(block);
	free(text);
	return bad ? error_set(err, ERR_MACHINE, "%s: rows cannot be gathered there: %s",
			       s->directory, strerror(errno))
		   : 0;
}
