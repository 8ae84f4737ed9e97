/*
 * Any bytes as what programs print of a machine's memory: the first byte says which format, or
 * that the content does. What is taken goes into a host and comes back as FIGURES.json; what is
 * refused must say why.
 *	build/clang/tests/fuzz/fuzz_figures -max_len=8192 -max_total_time=60 CORPUS
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/units.h"
#include "host/figures_formats.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* A file with these bytes; its name stays the same. */
static const char *file_of(const uint8_t *data, size_t size)
{
	static char path[64];
	static int fd;

	if (!fd) {
		char name[] = "/tmp/fuzz-figures-XXXXXX";

		fd = mkstemp(name);
		BUG_ON(fd < 0);
		unlink(name);
		snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
	}
	BUG_ON(ftruncate(fd, 0) != 0 || pwrite(fd, data, size, 0) != (ssize_t)size);
	return path;
}

static struct host *two_nodes(void)
{
	struct host *h = host_new("two", 2);
	struct error err;

	h->nr_packages = 2;
	for (unsigned n = 0; n < 2; n++) {
		h->node[n].package = n;
		h->node[n].memory_bytes = 64 * GIB;
		for (unsigned c = 0; c < 4; c++)
			cpuset_add(&h->node[n].cpus, 4 * n + c);
	}
	BUG_ON(host_finish(h, &err) != 0);
	return h;
}

static void come_back(const struct figures *f)
{
	char *line = figures_line(f);
	struct figures back;
	struct error err;

	BUG_ON(figures_parse(&back, "line", line, strlen(line), &err) != 0);
	figures_release(&back);
	free(line);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct figure_source s = {.from = 0, .to = FIGURE_UNSAID};
	struct host *h = two_nodes();
	const char *format = NULL;
	struct error err = {0};
	struct figures f;
	size_t nr = 0;
	int rc;

	if (size)
		while (nr < data[0] % 9u && figure_formats[nr])
			format = figure_formats[nr++]->name;
	s.path = file_of(data + (size > 0), size - (size > 0));
	s.host = h;
	figures_begin(&f, NULL, NULL);
	rc = figures_import(&f, &s, format, &err);
	if (!rc)
		come_back(&f);
	if (!rc)
		rc = host_take_figures(h, &f, &err);
	BUG_ON(rc && !err.text[0]);
	figures_release(&f);
	host_free(h);
	return 0;
}
