#include "cli/show_guests.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "cli/rows.h"
#include "probe/guests.h"
#include "probe/io_threads.h"

/* "0:4-5 1:6-7", or "0-3:0-15" where neighbours may run on the same CPUs. */
static char *pinning_of(const struct guest *g)
{
	char *text = NULL;
	size_t size;
	FILE *f = xmemstream(&text, &size);

	for (uint32_t i = 0, end; i < g->nr_vcpus; i = end) {
		char *list = cpuset_list(&g->vcpu[i].cpus);

		end = i + 1;
		while (end < g->nr_vcpus && g->vcpu[end].number == g->vcpu[end - 1].number + 1 &&
		       cpuset_equal(&g->vcpu[end].cpus, &g->vcpu[i].cpus))
			end++;
		fprintf(f, "%s%u", i ? " " : "", g->vcpu[i].number);
		if (end > i + 1)
			fprintf(f, "-%u", g->vcpu[end - 1].number);
		fprintf(f, ":%s", list);
		free(list);
	}
	xmemstream_close(f);
	return text;
}

/* "0:256 2:1", pages of 4 KiB by node; their sum in bytes. */
static char *pages_of(const struct guest *g, int64_t *sum)
{
	char *text = NULL;
	size_t size;
	FILE *f = xmemstream(&text, &size);
	bool any = false;

	*sum = g->node_bytes ? 0 : FIGURE_UNKNOWN;
	for (unsigned n = 0; g->node_bytes && n < GUEST_NODES_MAX; n++) {
		if (!g->node_bytes[n])
			continue;
		fprintf(f, "%s%u:%" PRId64, any ? " " : "", n, g->node_bytes[n] / 4096);
		*sum += g->node_bytes[n];
		any = true;
	}
	xmemstream_close(f);
	return text;
}

static void add_guest(struct rows *r, const struct guest *g, const struct io_threads *io)
{
	struct cpuset cpus;
	bool served = io_threads_of_guest(io, g->pid, &cpus);
	char *served_on = served ? cpuset_list(&cpus) : xstrdup("");
	int64_t bytes;
	char *pinning = pinning_of(g), *pages = pages_of(g, &bytes), pid[32];

	snprintf(pid, sizeof(pid), "%ld", g->pid);
	rows_text(r, g->name);
	rows_text(r, pid);
	rows_number(r, g->nr_vcpus);
	rows_number(r, bytes);
	rows_text(r, pinning);
	rows_text(r, pages);
	rows_text(r, served_on);
	free(served_on);
	free(pinning);
	free(pages);
}

int show_guests(enum output_format format, struct error *err)
{
	struct rows r = {
		.name = "guests", .column = schema_guests.column, .nr_columns = schema_guests.nr};
	struct io_threads io = {0};
	struct guest *guest;
	uint32_t nr;
	int rc = guests_find(&guest, &nr, NULL, err);

	if (!rc)
		rc = io_threads_read(&io, NULL, err);
	if (rc) {
		guests_free(guest, nr);
		return rc;
	}
	for (uint32_t i = 0; i < nr; i++)
		add_guest(&r, &guest[i], &io);
	io_threads_release(&io);
	if (!nr && format == FORMAT_TEXT)
		puts("no guest of QEMU runs here");
	else
		rows_print(&r, format, NULL, stdout);
	rows_release(&r);
	guests_free(guest, nr);
	return 0;
}
