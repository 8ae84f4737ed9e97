/*
 * The page for people: one HTML file with its pictures inside, made from a run's
 * files. What a run does not contain is left out.
 */
#ifndef REPORT_HTML_PAGE_H
#define REPORT_HTML_PAGE_H

#include <stdint.h>
#include <stdio.h>

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

struct page_options {
	const struct page_host *host;
	size_t nr_hosts;
	const struct run_dir *measured; /* the same on a machine, or NULL */
	const char *pictures; /* directory for the pictures as files, or NULL */
};

/* Is there a gnuplot? */
bool have_gnuplot(void);
/* Without gnuplot the page has no pictures and says so. ERR_MACHINE: gnuplot
 * failed, a file cannot be written. */
int page_write(struct run_dir *run, const struct page_options *o, FILE *out,
	       struct error *err) MUST_USE;

/* html_short.c: what was run, what is best, how sure that is. */
void page_print_short(const struct run_dir *run, const struct page_options *o, FILE *out);
/* html_policies.c: what policies are compared by. */
void page_print_policies(const struct run_dir *run, FILE *out);
/* html_table.c */
/* Every figure of summary.csv as it stands there. */
void page_print_summary(const struct run_dir *run, FILE *out);
bool page_print_refusals(const struct run_dir *run, FILE *out); /* false: there were none */
void page_print_compact_scatter(struct sheet *s, FILE *out);
/* `number` from 0; `pictures`: see page_options. ERR_MACHINE: cannot be written. */
int page_print_host(const struct page_host *h, size_t number, const char *pictures, FILE *out,
		    struct error *err) MUST_USE;
/* html_series.c */
int page_print_timeline(const struct run_dir *run, const struct page_options *o, FILE *out,
			struct error *err) MUST_USE;
/* html_measured.c: prediction against measurement, where there is any. */
int page_print_measured(const struct run_dir *run, const struct page_options *o, FILE *out,
			struct error *err) MUST_USE;
struct picture;
int page_print_figure(const struct picture *p, const char *caption, FILE *out,
		      struct error *err) MUST_USE;
/* topology.c: the drawing, a whole SVG image whose ids begin with `name`, with a ground of
 * its own where it stands `alone`; as directory/name.png, drawn by gnuplot (ERR_MACHINE);
 * its table. */
void topology_print(const struct page_host *h, const char *name, bool alone, FILE *out);
int topology_write_png(const struct page_host *h, const char *name, const char *directory,
		       struct error *err) MUST_USE;
void topology_print_table(const struct page_host *h, FILE *out);
/* html_style.c: everything before and after the sections. */
void page_print_head(const char *title, FILE *out);
void page_print_tail(FILE *out);

#endif
