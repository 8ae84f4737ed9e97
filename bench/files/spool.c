#include "bench/files/spool.h"

#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/alloc.h"
#include "bench/row.h"

#define BLOCK_BYTES (64 * 1024)

int spool_open(struct spool *s, const char *directory, struct error *err)
{
	char *path = xasprintf("%s/.rows-XXXXXX", directory);
	int fd = mkstemp(path);

	s->file = fd >= 0 ? fdopen(fd, "w+") : NULL;
	if (fd >= 0)
		unlink(path);
	if (fd >= 0 && !s->file)
		close(fd);
	free(path);
	return s->file ? 0
		       : error_set(err, ERR_MACHINE, "%s: no file can be made in it: %s", directory,
				   strerror(errno));
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
	FILE *f = open_memstream(&text, &n);

	BUG_ON(!f);
	row_print_key(key, f);
	fputc(',', f);
	fclose(f);
	return text;
}

/* Where copying stands in a row: at its start, and between quotes, where a line may end
 * without ending the row. */
struct place {
	bool at_start, quoted;
};

static void copy_block(const char *block, size_t n, const char *key, struct place *p, FILE *out)
{
	size_t from = 0;

	for (size_t i = 0; i < n; i++) {
		if (p->at_start)
			fputs(key, out);
		p->at_start = false;
		p->quoted ^= block[i] == '"';
		if (block[i] != '\n' || p->quoted)
			continue;
		fwrite(block + from, 1, i + 1 - from, out);
		from = i + 1;
		p->at_start = true;
	}
	fwrite(block + from, 1, n - from, out);
}

int spool_append(struct spool *s, const struct row *key, FILE *out, struct error *err)
{
	char *block = xmalloc(BLOCK_BYTES), *text = key_text(key);
	struct place place = {.at_start = true};
	bool bad = fflush(s->file) != 0 || ferror(s->file);
	size_t n;

	rewind(s->file);
	while (!bad && (n = fread(block, 1, BLOCK_BYTES, s->file)))
		copy_block(block, n, text, &place, out);
	bad |= ferror(s->file) || ferror(out);
	free(block);
	free(text);
	return bad ? error_set(err, ERR_MACHINE, "rows cannot be gathered: %s", strerror(errno))
		   : 0;
}
