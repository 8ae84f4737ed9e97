#include "host/same.h"

#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/text.h"
#include "base/units.h"
#include "host/figures.h"
#include "host/figures_formats.h"

#define NAMED_MAX 3
#define MEMORY_PARTS 8 /* an eighth may differ */
#define HOLE_BYTES (4 * GIB) /* addresses below 4 GiB that are no memory */
#define FILE_BYTES_MAX ((size_t)16 << 20)

/* --- what differs ---------------------------------------------------------------------- */

struct differences {
	unsigned nr;
	char *text; /* of the first NAMED_MAX */
};

PRINTF_LIKE(2, 3)
static void differ(struct differences *d, const char *fmt, ...)
{
	char one[256], *longer;
	va_list ap;

	if (d->nr++ >= NAMED_MAX)
		return;
	va_start(ap, fmt);
	vsnprintf(one, sizeof(one), fmt, ap);
	va_end(ap);
	longer = xasprintf("%s%s%s", d->text ? d->text : "", d->text ? "; " : "", one);
	free(d->text);
	d->text = longer;
}

static bool same_memory(int64_t a, int64_t b)
{
	int64_t larger = a > b ? a : b, slack = larger / MEMORY_PARTS;

	if (larger >= 2 * HOLE_BYTES && slack < HOLE_BYTES)
		slack = HOLE_BYTES;
	return larger - (a > b ? b : a) <= slack;
}

static int64_t all_memory(const struct host_node *n)
{
	return n->memory_bytes + n->device_bytes;
}

static void compare_node(struct differences *d, const struct host *file, unsigned a,
			 const struct host *live, unsigned b)
{
	const struct host_node *there = &file->node[a], *here = &live->node[b];
	char text[2][32];

	if (!cpuset_equal(&there->cpus, &here->cpus)) {
		char *cpus = cpuset_list(&there->cpus), *own = cpuset_list(&here->cpus);

		differ(d, "node %u has %s%s there and %s%s here", here->os_index,
		       *cpus ? "CPUs " : "no CPUs", cpus, *own ? "CPUs " : "no CPUs", own);
		free(own);
		free(cpus);
	}
	if (file->memory_grade != GRADE_ASSUMED &&
	    !same_memory(all_memory(there), all_memory(here)))
		differ(d, "node %u has %s there and %s here", here->os_index,
		       bytes_text(all_memory(there), text[0], sizeof(text[0])),
		       bytes_text(all_memory(here), text[1], sizeof(text[1])));
}

/* Both have the same nodes. */
static void compare_distances(struct differences *d, const struct host *file,
			      const struct host *live)
{
	if (file->matrix[MATRIX_DISTANCE].grade <= GRADE_ASSUMED ||
	    live->matrix[MATRIX_DISTANCE].grade <= GRADE_ASSUMED)
		return;
	for (unsigned i = 0; i < live->nr_nodes; i++)
		for (unsigned j = 0; j < live->nr_nodes; j++)
			if (host_distance(file, i, j) != host_distance(live, i, j))
				differ(d, "from node %u to node %u it is %u there and %u here",
				       live->node[i].os_index, live->node[j].os_index,
				       host_distance(file, i, j), host_distance(live, i, j));
}

static void compare(struct differences *d, const struct host *file, const struct host *live)
{
	unsigned known = 0;

	for (unsigned n = 0; n < live->nr_nodes; n++) {
		int other = host_find_node(file, live->node[n].os_index);

		known += other >= 0;
		if (other < 0)
			differ(d, "node %u is not there", live->node[n].os_index);
		else
			compare_node(d, file, (unsigned)other, live, n);
	}
	for (unsigned n = 0; n < file->nr_nodes; n++)
		if (host_find_node(live, file->node[n].os_index) < 0)
			differ(d, "node %u is not here", file->node[n].os_index);
	if (known == live->nr_nodes && known == file->nr_nodes)
		compare_distances(d, file, live);
}

int host_same(const struct host *file, const struct host *live, struct error *err)
{
	struct differences d = {0};
	char more[32] = "";

	compare(&d, file, live);
	if (!d.nr)
		return 0;
	if (d.nr > NAMED_MAX)
		snprintf(more, sizeof(more), "; and %u more", d.nr - NAMED_MAX);
	error_set(err, ERR_INPUT, "%s is of another machine than \"%s\": %s%s",
		  file->path ? file->path : file->name, live->name, d.text, more);
	free(d.text);
	return ERR_INPUT;
}

/* --- taking it over -------------------------------------------------------------------- */

/* Cells of which the machine itself says less: what firmware said, where the file has it. */
static unsigned take_cells(struct host *live, const struct host *file, enum host_matrix_kind kind)
{
	const struct host_matrix *m = &file->matrix[kind];
	unsigned taken = 0;

	for (unsigned i = 0; m->value && i < live->nr_nodes * live->nr_nodes; i++) {
		unsigned from = i / live->nr_nodes, to = i % live->nr_nodes;
		enum host_grade grade = host_cell_grade(file, kind, from, to);

		if (grade < GRADE_FIRMWARE || grade < host_cell_grade(live, kind, from, to))
			continue;
		host_set_cell(live, kind, from, to, m->value[i], grade, m->source);
		taken++;
	}
	return taken;
}

static int take_host(struct host *live, const struct host *file, struct error *err)
{
	struct figures all = {0};
	unsigned taken = 0;
	int rc = host_same(file, live, err);

	if (rc)
		return rc;
	if (file->figures)
		figures_copy(&all, file->figures);
	else
		figures_begin(&all, NULL, NULL);
	figures_of_matrices(&all, file);
	taken += all.nr > 0;
	rc = host_take_figures(live, &all, err);
	figures_release(&all);
	for (int k = MATRIX_LATENCY; !rc && k < MATRIX_KINDS; k++)
		taken += take_cells(live, file, (enum host_matrix_kind)k);
	if (!rc && !taken)
		rc = error_set(err, ERR_INPUT,
			       "%s has no latency and no bandwidth in it that could be taken: "
			       "\"homenode calibrate\" puts them there",
			       file->path ? file->path : file->name);
	return rc;
}

static int take_figures(struct host *live, const char *path, const char *text, size_t size,
			struct error *err)
{
	struct figures f;
	int rc = figures_parse(&f, path, text, size, err);

	if (rc)
		return rc;
	rc = host_take_figures(live, &f, err);
	figures_release(&f);
	return rc;
}

int host_take_file(struct host *live, const char *path, struct error *err)
{
	struct host *file = NULL;
	char *text = NULL;
	size_t size;
	int rc = text_read(path, FILE_BYTES_MAX, &text, &size, err);

	if (!rc && figure_json.is(text)) {
		rc = take_figures(live, path, text, size, err);
	} else if (!rc) {
		rc = host_load(&file, path, err);
		if (!rc)
			rc = take_host(live, file, err);
		host_free(file);
	}
	free(text);
	return rc;
}
