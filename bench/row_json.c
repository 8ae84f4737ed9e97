#include <jansson.h>

#include "bench/row.h"

void row_print_json(const struct row *row, size_t nr, FILE *out)
{
	json_t *rows = json_array(), *top = json_object();

	for (size_t i = 0; i < nr; i++) {
		json_t *o = json_pack("{s:s, s:s, s:s, s:s, s:s, s:I}", "topology", row[i].topology,
				      "workload", row[i].workload, "policy", row[i].policy,
				      "memory_policy", row[i].memory_policy, "allocator",
				      row[i].allocator, "seed", (json_int_t)row[i].seed);

		for (size_t c = 0; c < nr_row_columns; c++)
			json_object_set_new(o, row_columns[c].name,
					    json_integer(row_figure(&row[i], c)));
		json_array_append_new(rows, o);
	}
	json_object_set_new(top, "rows", rows);
	json_dumpf(top, out, JSON_INDENT(1));
	fputc('\n', out);
	json_decref(top);
}
