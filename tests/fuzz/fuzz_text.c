/*
 * Any bytes as a file of text: unpacked (gzip, xz, zstd), decoded (UTF-16), then as a document
 * in JSON and in YAML; and straight as a table. What is refused must say why.
 *	build/clang/tests/fuzz/fuzz_text -max_len=4096 -max_total_time=60 CORPUS
 */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/alloc.h"
#include "base/csv.h"
#include "base/doc.h"
#include "base/input.h"
#include "base/text_encoding.h"

#define UNPACKED_MAX ((size_t)1 << 20)

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static FILE *stream_of(const uint8_t *data, size_t size)
{
	FILE *f = fmemopen((void *)(uintptr_t)data, size, "r");

	BUG_ON(!f);
	return f;
}

/* In blocks of odd sizes, so that the reader stops everywhere. False: it is damaged. */
static bool unpack(const uint8_t *data, size_t size, char **out, size_t *nr)
{
	FILE *f = stream_of(data, size);
	struct input *in = input_new(f);
	size_t got = 1;
	int rc = 0;

	*out = xmalloc(UNPACKED_MAX + 1);
	*nr = 0;
	while (!rc && got && *nr < UNPACKED_MAX) {
		size_t room = UNPACKED_MAX - *nr, block = 1 + (*nr + size) % 4093;

		rc = input_read(in, *out + *nr, block < room ? block : room, &got, NULL);
		BUG_ON(rc && !input_problem(in));
		*nr += rc ? 0 : got;
	}
	(*out)[*nr] = '\0';
	input_free(in);
	fclose(f);
	return !rc;
}

static void as_document(const char *text, size_t size, enum doc_format format)
{
	struct error err = {0};
	struct doc doc;

	if (doc_parse(&doc, "fuzz", text, size, format, &err))
		BUG_ON(err.code != ERR_INPUT || !err.text[0]);
	doc_release(&doc);
}

static void as_table(const uint8_t *data, size_t size)
{
	struct error err = {0};
	struct csv csv;
	bool more = true;
	int64_t v;

	if (csv_attach(&csv, stream_of(data, size), "fuzz", &err)) {
		BUG_ON(!err.text[0]);
		return;
	}
	for (int row = 0; more && row < 10000; row++) {
		if (csv_next(&csv, &more, &err)) {
			BUG_ON(!err.text[0]);
			if (err.code != ERR_INPUT)
				break;
			continue;
		}
		BUG_ON(more && csv.nr_fields != csv.nr_columns);
		for (unsigned i = 0; more && i < csv.nr_fields; i++) {
			(void)!csv_int(&csv, i, INT64_MIN, INT64_MAX, &v, NULL);
			(void)!csv_seconds(&csv, i, &v, NULL);
			(void)!csv_decimal(&csv, i, 1000000, INT64_MAX, &v, NULL);
		}
	}
	csv_close(&csv);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct error err = {0};
	char *text;
	size_t nr;

	if (!size)
		return 0;
	as_table(data, size);
	if (unpack(data, size, &text, &nr)) {
		if (text_to_utf8("fuzz", &text, &nr, &err)) {
			BUG_ON(err.code != ERR_INPUT || !err.text[0]);
		} else {
			as_document(text, nr, DOC_JSON);
			as_document(text, nr, DOC_YAML);
		}
	}
	free(text);
	return 0;
}
