#include "cli/recorded_residency.h"

#include "base/units.h"
#include "bench/recorded.h"

static void add_row(struct residency_file *out, const struct recorded *r,
		    const struct recorded_row *row)
{
	const struct scenario_step *step = row->step ? &r->scenario.step[row->step - 1] : NULL;
	int64_t pages = row->bytes / PAGE_BYTES;

	residency_add(out,
		      &(struct residency_row){
			      .scenario = arena_strdup(&out->arena, r->scenario.name),
			      .action = arena_strdup(&out->arena, step ? step->text : ""),
			      .zone = arena_strdup(&out->arena, row->zone ? row->zone : "(free)"),
			      .step = (int64_t)row->step,
			      .node = r->host->node[row->node].os_index,
			      .pages = pages,
			      .least = pages,
			      .most = pages,
		      });
}

int recorded_residency(struct residency_file *out, const char *path,
		       const struct residency_file *predicted, struct error *err)
{
	struct recorded r = {0};
	int64_t last = 0;
	int rc = recorded_load(&r, path, INT64_MAX, err);

	if (rc)
		return rc;
	for (size_t i = 0; i < predicted->nr; i++)
		if (predicted->row[i].step > last)
			last = predicted->row[i].step;
	out->path = path;
	for (size_t i = 0; i < r.nr_rows; i++)
		if ((int64_t)r.row[i].step <= last)
			add_row(out, &r, &r.row[i]);
	recorded_release(&r);
	return residency_finish(out, err);
}
