/*
 * What a survey of this machine's memory found (probe/survey.h), as rows, as facts for a
 * host file (host/figures.h), and as curves.
 */
#ifndef CLI_PROBE_OUT_H
#define CLI_PROBE_OUT_H

#include <stdio.h>

#include "base/error.h"
#include "cli/command.h"
#include "host/figures.h"
#include "probe/survey.h"

/* By cell: what the cost model says of it on the host, which has the survey's other figures
 * already; FIGURE_UNKNOWN where it is no prediction, or would rest on what was not measured.
 * The caller frees. */
int64_t *probe_predicted(const struct host *h, const struct survey *s) MUST_USE;

/* The host has the survey's figures. FORMAT_TEXT: a table for each figure, and sentences for what
 * could not be measured. */
void probe_print(const struct host *h, const struct survey *s, enum output_format format,
		 FILE *out);

/* Medians of latencies and best bandwidths as facts; what was not measured is none. `out` is
 * released by the caller. */
int probe_figures(const struct host *h, const struct survey *s, const char *date,
		  struct figures *out, struct error *err) MUST_USE;

/* Loads in flight of one core at so many chains; 0: not measured. */
double probe_lines(const struct survey *s, const struct survey_cell *c);

/* DIRECTORY/loaded.svg and others, by gnuplot, with a PNG beside each. */
int probe_curves(const struct host *h, const struct survey *s, const char *directory,
		 struct error *err) MUST_USE;

#endif
