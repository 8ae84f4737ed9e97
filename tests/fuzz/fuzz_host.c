/*
 * The two parsers of host/ that are ours: the checked copy of an hwloc file's
 * text, and the bytes that the loader's child sends. The first byte chooses.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "host/host_impl.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void fuzz_pipe(const uint8_t *data, size_t size)
{
	struct host *h;

	if (host_unpack(&h, data, size, NULL) != 0)
		return;
	(void)!host_finish(h, NULL);
	host_free(h);
}

/* What came out must go in again unchanged. */
static void fuzz_text(const uint8_t *data, size_t size)
{
	char *text = xstrndup((const char *)data, size), *once, *twice;
	size_t n = strlen(text);
	struct xml_facts facts;
	struct error err;

	if (host_xml_clean("fuzz", text, n, &once, &n, &facts, &err) == 0) {
		size_t m;

		BUG_ON(host_xml_clean("fuzz", once, n, &twice, &m, &facts, &err) != 0);
		BUG_ON(n != m || memcmp(once, twice, n) != 0);
		free(twice);
		free(once);
	}
	free(text);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	if (size > 0 && data[0] == 'H')
		fuzz_pipe(data + 1, size - 1);
	else
		fuzz_text(data, size);
	return 0;
}
