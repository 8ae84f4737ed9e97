/*
 * What a host's recording has (bench/recorded.h), as pages that a prediction of it is held
 * against (report/residency.h).
 */
#ifndef CLI_RECORDED_RESIDENCY_H
#define CLI_RECORDED_RESIDENCY_H

#include "report/residency.h"

/* Rows of the steps that `predicted` has. ERR_INPUT, ERR_CANNOT. */
int recorded_residency(struct residency_file *out, const char *path,
		       const struct residency_file *predicted, struct error *err) MUST_USE;

#endif
