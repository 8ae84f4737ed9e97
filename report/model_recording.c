#include "report/model.h"

static void write_curve(struct model_out *m, const char *key, const int64_t *figure, size_t nr)
{
	model_open(m, key, '[');
	for (size_t i = 0; i < nr; i++)
		model_figure(m, NULL, figure[i]);
	model_close(m, ']');
}

static void write_zone(struct model_out *m, const struct page_watched_zone *z, size_t nr_drawn)
{
	model_open(m, NULL, '{');
	model_text(m, "name", z->name);
	model_text(m, "id", z->id);
	model_text(m, "kind", z->kind);
	model_text(m, "home", z->home);
	model_figure(m, "bytes", z->bytes);
	model_figure(m, "slowdown_ppm", z->slowdown_ppm);
	model_bool(m, "io_away", z->io_away);
	model_bool(m, "there", z->there);
	model_figure(m, "first_ppm", z->first_ppm);
	model_figure(m, "last_ppm", z->last_ppm);
	model_figure(m, "least_ppm", z->least_ppm);
	model_figure(m, "drift_pages", z->drift_pages);
	write_curve(m, "local_ppm", z->local_ppm, nr_drawn);
	model_close(m, '}');
}

void model_recording(struct model_out *m, const struct page_recording *r)
{
	model_open(m, "recording", '{');
	model_text(m, "name", r->name);
	model_text(m, "host", r->host);
	model_text(m, "start", r->start);
	model_int(m, "samples", (int64_t)r->nr_samples);
	model_int(m, "every", r->every);
	model_figure(m, "took_ns", r->mean_took_ns);
	model_figure(m, "cost_ns", r->mean_cost_ns);
	write_curve(m, "time_ms", r->time_ms, r->nr_drawn);
	model_open(m, "zones", '[');
	for (size_t i = 0; i < r->nr_zones; i++)
		write_zone(m, &r->zone[i], r->nr_drawn);
	model_close(m, ']');
	model_open(m, "nodes", '[');
	for (size_t i = 0; i < r->nr_nodes; i++) {
		model_open(m, NULL, '{');
		model_int(m, "number", r->node[i].number);
		model_figure(m, "size_bytes", r->node[i].size_bytes);
		model_figure(m, "least_free_bytes", r->node[i].least_free_bytes);
		write_curve(m, "used_ppm", r->node[i].used_ppm, r->nr_drawn);
		model_close(m, '}');
	}
	model_close(m, ']');
	model_open(m, "notes", '[');
	for (size_t i = 0; i < r->nr_notes; i++)
		model_text(m, NULL, r->note[i]);
	model_close(m, ']');
	model_close(m, '}');
}
