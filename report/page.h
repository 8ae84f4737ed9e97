/*
 * The page for people: one HTML file that needs no network. The page itself (markup, style,
 * script, the library of charts) is made when homenode is built, from the files in
 * report/page/; what is written here is one JSON model of the runs, every number of which
 * stands in a result file. What a run does not contain is left out.
 */
#ifndef REPORT_PAGE_H
#define REPORT_PAGE_H

#include <stdint.h>
#include <stdio.h>

#include "report/recording.h"
#include "report/run_dir.h"

/* A host of the run, as far as it could be read again. */
struct page_node {
	unsigned number, package, nr_cpus;
	int64_t memory_bytes;
	const char *cpus; /* "0-7,64-71" */
	const char *kind; /* "DRAM" */
	const char *devices; /* "nic0, gpu1", or "" */
};

struct page_matrix {
	const char *name, *unit, *grade, *source;
	const uint32_t *value; /* nr_nodes x nr_nodes, UINT32_MAX: unknown */
};

/* How good a kind of figure is that the cost model rests on. */
struct page_grade {
	const char *what, *grade, *error; /* "local latency", "assumed", "within 6 %" */
};

struct page_host {
	const char *name, *source;
	const char *adrift; /* devices on no known node, or "" */
	const struct page_grade *grade;
	unsigned nr_grades;
	unsigned nr_nodes, nr_matrices;
	struct page_node *node;
	struct page_matrix matrix[4];
};

/* How far off the cost model may be, as far as that is a number: relative, ppm. */
struct page_error {
	int64_t latency_ppm, bandwidth_ppm; /* FIGURE_UNKNOWN: nobody says */
};

struct page_run {
	struct run_dir *dir;
	struct page_error error;
	/* rows of the summary whose zones are replayed first where there is not room for all */
	const size_t *first;
	size_t nr_first;
};

struct page_input {
	const struct page_run *run;
	size_t nr_runs;
	const struct run_dir *measured; /* the same on a machine, or NULL */
	const struct page_host *host; /* of all runs */
	size_t nr_hosts;
	const struct page_recording *recording; /* instead of runs, or NULL */
	const char *policies; /* whose zones are replayed, with commas; NULL: as many as fit */
};

/* Was the library of charts there when homenode was built? */
bool page_has_library(void);
/* Errors as those of the readers of result files. */
int page_write(const struct page_input *p, FILE *out, struct error *err) MUST_USE;
/* The model alone, in one line. Errors: as above. */
int page_write_model(const struct page_input *p, FILE *out, struct error *err) MUST_USE;

/* pictures.c: the pictures of one run as SVG and PNG files, drawn by gnuplot. ERR_MACHINE: there
 * is none, it failed, a file cannot be written. */
int pictures_write(const struct page_input *p, const char *directory, struct error *err) MUST_USE;

#endif
