/* What figures are called and how they are shown, for the page: from schema/. */
#include "report/figures.h"
#include "report/model.h"

void model_schema(struct model_out *m)
{
	model_open(m, "units", '{');
	for (enum unit u = UNIT_COUNT; u < NR_UNITS; u++) {
		model_open(m, unit_name(u), '{');
		model_int(m, "one", unit_one(u));
		model_int(m, "decimals", unit_decimals(u));
		model_text(m, "sign", unit_sign(u));
		model_close(m, '}');
	}
	model_close(m, '}');
	model_open(m, "figures", '{');
	for (enum summary_figure f = 0; f < NR_SUMMARY_FIGURES; f++) {
		const struct column *c = summary_column(f);

		model_open(m, c->name, '{');
		model_text(m, "title", c->title);
		model_text(m, "unit", unit_name(c->unit));
		model_text(m, "better", better_name(c->better));
		model_text(m, "source", source_name(c->source));
		model_text(m, "meaning", c->meaning);
		model_close(m, '}');
	}
	model_close(m, '}');
	model_open(m, "compared", '[');
	for (size_t i = 0; i < nr_page_figures; i++)
		model_text(m, NULL, page_figure(i)->name);
	model_close(m, ']');
}
