#include "probe/record.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

void record_begin(struct record *r, FILE *out, bool json)
{
	*r = (struct record){.out = out, .json = json};
	if (json)
		fputc('{', out);
}

static void key_out(struct record *r, const char *key)
{
	const char *between = r->json ? "," : " ";

	fprintf(r->out, r->json ? "%s\"%s\":" : "%s%s=", r->begun ? between : "", key);
	r->begun = true;
}

void record_text(struct record *r, const char *key, const char *value)
{
	const char *quote = r->json ? "\"" : "";

	key_out(r, key);
	fputs(quote, r->out);
	/* both forms stay readable whatever a file said */
	for (const char *c = value; *c; c++)
		fputc(strchr(" \t\r\n\"\\=", *c) || (unsigned char)*c < 32 ? '_' : *c, r->out);
	if (!*value && !r->json)
		fputc('-', r->out);
	fputs(quote, r->out);
}

void record_int(struct record *r, const char *key, int64_t value)
{
	key_out(r, key);
	fprintf(r->out, "%" PRId64, value);
}

void record_end(struct record *r)
{
	fputs(r->json ? "}\n" : "\n", r->out);
	fflush(r->out);
}
