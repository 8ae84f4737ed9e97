#include "report/page.h"

#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "report/model.h"
#include "report/page_template.h"
#include "report/topology.h"

static void write_inputs(struct model_out *m, const struct run_dir *run)
{
	model_open(m, "inputs", '[');
	for (size_t i = 0; i < run->nr_inputs; i++) {
		model_open(m, NULL, '{');
		model_text(m, "name", run->input[i].name);
		model_text(m, "sha256", run->input[i].sha256);
		model_close(m, '}');
	}
	model_close(m, ']');
}

static void write_about(struct model_out *m, const struct run_dir *run)
{
	model_text(m, "name", last_part(run->path));
	model_bool(m, "complete", run->complete);
	model_bool(m, "real_clock", run->real_clock);
	if (!run->about)
		return;
	model_text(m, "version", run->version);
	model_text(m, "backend", run->backend);
	model_int(m, "events", run->events);
	model_int(m, "wall_ms", run->wall_ms);
	model_open(m, "arguments", '[');
	for (size_t i = 0; run->argument[i]; i++)
		model_text(m, NULL, run->argument[i]);
	model_close(m, ']');
	model_open(m, "policies", '[');
	for (const char *const *p = run->policy; p && *p; p++)
		model_text(m, NULL, *p);
	model_close(m, ']');
	write_inputs(m, run);
}

/* What the model rests on, and how far off that may be. */
static void write_cost(struct model_out *m, const struct page_run *run)
{
	const struct run_cost *c = &run->dir->cost;

	if (!c->latency)
		return;
	model_open(m, "cost", '{');
	model_text(m, "latency", c->latency);
	model_text(m, "latency_error", c->latency_error);
	model_figure(m, "latency_ppm", run->error.latency_ppm);
	model_text(m, "bandwidth", c->bandwidth);
	model_text(m, "bandwidth_error", c->bandwidth_error);
	model_figure(m, "bandwidth_ppm", run->error.bandwidth_ppm);
	model_close(m, '}');
}

static void write_sheet(struct model_out *m, const struct sheet *s)
{
	model_open(m, "keys", '[');
	for (unsigned c = 0; c < s->nr_keys; c++)
		model_text(m, NULL, s->column[c]);
	model_close(m, ']');
	model_open(m, "figures", '[');
	for (unsigned c = s->nr_keys; c < s->nr_columns; c++)
		model_text(m, NULL, s->column[c]);
	model_close(m, ']');
	model_open(m, "rows", '[');
	for (size_t r = 0; r < s->nr; r++) {
		model_open(m, NULL, '[');
		for (unsigned c = 0; c < s->nr_columns; c++) {
			int64_t v;

			if (c < s->nr_keys)
				model_text(m, NULL, sheet_text(s, r, (int)c));
			else if (sheet_figure_at(s, r, (int)c, &v))
				model_int(m, NULL, v);
			else
				model_null(m, NULL);
		}
		model_close(m, ']');
	}
	model_close(m, ']');
}

static int write_run(struct model_out *m, const char *key, const struct page_run *run,
		     const char *policies, bool zones, struct error *err)
{
	int rc = 0;

	model_open(m, key, '{');
	write_about(m, run->dir);
	write_cost(m, run);
	write_sheet(m, &run->dir->summary);
	if (run->dir->timeline)
		rc = model_timeline(m, run->dir, err);
	if (!rc && zones && run->dir->zones)
		rc = model_zones(m, run, policies, err);
	if (!rc && run->dir->measured)
		rc = model_measured(m, run->dir->measured, err);
	model_close(m, '}');
	return rc;
}

static void write_nodes(struct model_out *m, const struct page_host *h)
{
	model_open(m, "nodes", '[');
	for (unsigned i = 0; i < h->nr_nodes; i++) {
		const struct page_node *n = &h->node[i];

		model_open(m, NULL, '{');
		model_int(m, "number", n->number);
		model_figure(m, "package", n->package == UINT32_MAX ? FIGURE_UNKNOWN : n->package);
		model_int(m, "nr_cpus", n->nr_cpus);
		model_text(m, "cpus", n->cpus);
		model_int(m, "memory_bytes", n->memory_bytes);
		model_text(m, "kind", n->kind);
		model_text(m, "devices", n->devices);
		model_close(m, '}');
	}
	model_close(m, ']');
}

static void write_matrix(struct model_out *m, const struct page_host *h,
			 const struct page_matrix *matrix)
{
	model_open(m, NULL, '{');
	model_text(m, "name", matrix->name);
	model_text(m, "unit", matrix->unit);
	model_text(m, "grade", matrix->grade);
	model_text(m, "source", matrix->source);
	model_open(m, "value", '[');
	for (unsigned i = 0; i < h->nr_nodes * h->nr_nodes; i++)
		model_figure(m, NULL,
			     matrix->value[i] == UINT32_MAX ? FIGURE_UNKNOWN : matrix->value[i]);
	model_close(m, ']');
	model_close(m, '}');
}

static void write_drawing(struct model_out *m, const struct page_host *h, size_t number)
{
	char *name = xasprintf("topology%zu", number + 1), *svg = NULL;
	size_t n;
	FILE *f = xmemstream(&svg, &n);

	topology_print(h, NULL, name, false, f);
	xmemstream_close(f);
	model_text(m, "svg", svg);
	free(svg);
	free(name);
}

static void write_host(struct model_out *m, const struct page_host *h, size_t number)
{
	model_open(m, NULL, '{');
	model_text(m, "name", h->name);
	model_text(m, "source", h->source);
	model_text(m, "adrift", h->adrift);
	write_drawing(m, h, number);
	write_nodes(m, h);
	model_open(m, "matrices", '[');
	for (unsigned i = 0; i < h->nr_matrices; i++)
		write_matrix(m, h, &h->matrix[i]);
	model_close(m, ']');
	model_open(m, "grades", '[');
	for (unsigned i = 0; i < h->nr_grades; i++) {
		model_open(m, NULL, '[');
		model_text(m, NULL, h->grade[i].what);
		model_text(m, NULL, h->grade[i].grade);
		model_text(m, NULL, h->grade[i].error);
		model_close(m, ']');
	}
	model_close(m, ']');
	model_close(m, '}');
}

int page_write_model(const struct page_input *p, FILE *out, struct error *err)
{
	struct model_out m = {.file = out};
	int rc = 0;

	model_open(&m, NULL, '{');
	model_schema(&m);
	model_open(&m, "hosts", '[');
	for (size_t i = 0; i < p->nr_hosts; i++)
		write_host(&m, &p->host[i], i);
	model_close(&m, ']');
	model_open(&m, "runs", '[');
	for (size_t i = 0; !rc && i < p->nr_runs; i++)
		rc = write_run(&m, NULL, &p->run[i], p->policies, i == 0, err);
	model_close(&m, ']');
	if (p->recording)
		model_recording(&m, p->recording);
	if (!rc && p->measured) {
		struct run_dir machine = *p->measured;
		struct page_run run = {.dir = &machine};

		machine.timeline = NULL; /* its curves are its own page's */
		rc = write_run(&m, "machine", &run, NULL, false, err);
	}
	model_close(&m, '}');
	return rc;
}

bool page_has_library(void)
{
	return page_library;
}

int page_write(const struct page_input *p, FILE *out, struct error *err)
{
	static const char mark[] = "@MODEL@";
	const char *text = (const char *)page_template, *at = strstr(text, mark);
	int rc;

	BUG_ON(!at);
	fwrite(text, 1, (size_t)(at - text), out);
	rc = page_write_model(p, out, err);
	fputs(at + strlen(mark), out);
	return rc;
}
