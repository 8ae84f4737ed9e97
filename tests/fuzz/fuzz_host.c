/* The readers of hosts: hwloc XML from text to elements to objects to a host, and what
 * other programs print. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "host/hwloc_tree.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static char *written(const struct xml_doc *doc)
{
	char *text = NULL;
	size_t size = 0;
	FILE *f = open_memstream(&text, &size);

	BUG_ON(!f);
	xml_write(doc->root, f);
	BUG_ON(fclose(f) != 0);
	return text;
}

/* What was written must come in again unchanged. */
static void fuzz_writing(const struct xml_doc *doc)
{
	char *once = written(doc), *twice;
	struct xml_doc again;
	struct error err;

	BUG_ON(xml_parse(&again, "fuzz", once, strlen(once), &err) != 0);
	twice = written(&again);
	BUG_ON(strcmp(once, twice) != 0);
	xml_release(&again);
	free(twice);
	free(once);
}

/* What other programs print; libhwloc, which would be a process a run, is left out. */
static void fuzz_others(const char *text)
{
	struct host *h;

	if (strchr(text, '<') || host_is_synthetic(text))
		return;
	if (host_load_text(&h, "fuzz", text, NULL) == 0)
		host_free(h);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *text = xstrndup((const char *)data, size);
	struct host *h = NULL;
	struct hwloc_tree t;
	struct xml_doc doc;
	struct error err;

	if (xml_parse(&doc, "fuzz", text, strlen(text), &err) == 0) {
		if (hwloc_check(&t, &doc, &err) == 0) {
			fuzz_writing(&doc);
			if (hwloc_host(&h, &t, &err) == 0)
				(void)!host_finish(h, &err);
		}
		host_free(h);
		xml_release(&doc);
	}
	fuzz_others(text);
	free(text);
	return 0;
}
