#include <jansson.h>

#include "bench/row.h"

static json_t *row_json(const struct row *r)
{
	json_t *o = json_pack("{s:s, s:s, s:s, s:s, s:s, s:I}", "topology", r->topology, "workload",
			      r->workload, "policy", r->policy, "memory_policy", r->memory_policy,
			      "allocator", r->allocator, "seed", (json_int_t)r->seed);

	for (int f = 0; f < NR_SUMMARY_FIGURES; f++) {
		int64_t figure = row_figure(r, (enum summary_figure)f);

		json_object_set_new(o, summary_column((enum summary_figure)f)->name,
				    is_known(figure) ? json_integer(figure) : json_null());
	}
	return o;
}

void row_print_jsonl(const struct row *r, FILE *out)
{
	json_t *line = json_pack("{s:i}", "format", SUMMARY_FORMAT), *row = row_json(r);

	json_object_update(line, row);
	json_decref(row);
	json_dumpf(line, out, JSON_COMPACT);
	fputc('\n', out);
	json_decref(line);
}

void row_print_json(const struct row *row, size_t nr, FILE *out)
{
	json_t *rows = json_array(), *top;

	for (size_t i = 0; i < nr; i++)
		json_array_append_new(rows, row_json(&row[i]));
	top = json_pack("{s:i, s:o}", "format", SUMMARY_FORMAT, "rows", rows);
	json_dumpf(top, out, JSON_INDENT(1));
	fputc('\n', out);
	json_decref(top);
}
