#include <jansson.h>
#include <stdlib.h>

#include "base/text_json.h"
#include "report/check/noise.h"

static json_t *rule_json(enum summary_figure f, int64_t tolerance)
{
	return json_pack("{s:s, s:I}", "better", "schema",
			 noise_is_absolute(f) ? "tolerance" : "tolerance_ppm",
			 (json_int_t)tolerance);
}

void noise_print(const struct noise *n, FILE *out)
{
	json_t *columns = json_object(), *top;
	char *note;

	json_object_set_new(columns, "*", json_pack("{s:s}", "better", "schema"));
	for (int i = 0; i < NR_SUMMARY_FIGURES; i++) {
		enum summary_figure f = (enum summary_figure)i;

		if (is_known(n->tolerance[i]))
			json_object_set_new(columns, summary_column(f)->name,
					    rule_json(f, n->tolerance[i]));
	}
	note = xasprintf("tolerances are what %zu seeds made of the difference between %s and %s, "
			 "19 times of 20; what is not named here has none",
			 n->nr_seeds, n->policy[0], n->policy[1]);
	top = json_pack("{s:o, s:s, s:o}", "note", text_json(note), "new_rows", "pass", "columns",
			columns);
	BUG_ON(!top);
	free(note);
	json_dumpf(top, out, JSON_INDENT(1));
	fputc('\n', out);
	json_decref(top);
}
