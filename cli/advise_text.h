/* Advice for people. */
#ifndef CLI_ADVISE_TEXT_H
#define CLI_ADVISE_TEXT_H

#include <stdio.h>

#include "cli/command.h"
#include "cli/view.h"
#include "live/advise/advise.h"
#include "schema/schema.h"

/* The step, its cost and its risk, each a sentence's end; the caller frees. */
char *advise_step_text(const struct live_sample *s, const struct advice_step *step);
char *advise_cost_text(const struct advice_step *step);
const char *advise_risk_text(const struct live_sample *s, const struct advice_step *step);
/* "0", "0,4": os_indexes; "any" of all that have CPUs; the caller frees. */
char *advise_nodes_text(const struct host *h, nodeset nodes);

/* Of everything; `columns` are those of zones. */
void advise_print(const struct advise_ask *ask, const struct advice *a, enum output_format format,
		  const struct view *view, FILE *out);

#endif
