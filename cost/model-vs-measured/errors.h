/*
 * Inside homenode-model-vs-measured: the error that each combination of measured, firmware's
 * and assumed inputs had on the published machines, as cost/params/error_table.c.
 */
#ifndef COST_MODEL_VS_MEASURED_ERRORS_H
#define COST_MODEL_VS_MEASURED_ERRORS_H

#include <stdio.h>

#include "cost/model-vs-measured/curves.h"
#include "cost/model-vs-measured/machines.h"

/*
 * Leave-one-out: what is assumed of a machine is what the others say (classes of the SLIT,
 * the curve under load, writes and links against reads); what is a constant of the model from
 * elsewhere (local latency, channels by cores) is taken as it is. A measured figure is held
 * against the same figure measured elsewhere on the machine: the path the other way, another
 * node's own memory. `directory` has hmat_spr.json, if anything says what firmware is worth.
 */
int errors_print(const struct machines *all, const struct curves *curves, const char *directory,
		 FILE *out, struct error *err) MUST_USE;

#endif
