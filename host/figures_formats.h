/*
 * Formats that figures are read from: a table with one file each. What a program prints
 * is read line by line; a line that is none of the format's is passed over, a table that
 * breaks off is refused with its place.
 */
#ifndef HOST_FIGURES_FORMATS_H
#define HOST_FIGURES_FORMATS_H

#include <stdbool.h>
#include <stdio.h>

#include "host/figures.h"

#define FIGURE_UNSAID (UINT32_MAX - 1)

/* How a program stores what it counts once. */
enum figure_stores { STORES_ORDINARY, STORES_STREAMING };

/* What is read, and what its reader cannot know from the text. */
struct figure_source {
	const char *path;
	const char *text; /* NULL for a folder */
	const struct host *host;
	const char *tool; /* the format's name, set when it is read */
	uint32_t from, to; /* os_index of the nodes it is about, or FIGURE_UNSAID */
	enum figure_stores stores;
	FILE *warn; /* one line for what was not used or is doubtful; NULL: nobody */
};

struct figure_format {
	const char *name, *summary;
	const char *source; /* where the format is defined */
	const char *how; /* the command that writes it */
	bool (*is)(const char *text); /* NULL: a folder's */
	int (*read)(const struct figure_source *s, struct figures *f, struct error *err);
};

extern const struct figure_format *const figure_formats[]; /* NULL-terminated */
const struct figure_format *figure_format_find(const char *name); /* NULL: there is none */
/*
 * Adds what a file or folder says to `f`. `name` NULL: the format is told by the
 * content. What it is about is s->from and s->to where the format does not say.
 * ERR_INPUT with file:line; s->text and s->tool are set here.
 */
int figures_import(struct figures *f, struct figure_source *s, const char *name,
		   struct error *err) MUST_USE;

/* --- for the readers ------------------------------------------------------------------ */

struct figure_line {
	const char *at; /* of the rest of the text */
	unsigned long number; /* of the line that was read last, from 1 */
	char text[1024]; /* a longer line is cut: none of the formats has any */
};

/* The next line without its end; false at the end of the text. Begin with {.at = text}. */
bool figure_next_line(struct figure_line *l);
/* A decimal number at *p, which moves behind it; blanks in front are passed over. */
bool figure_number(const char **p, double *out);
/* "FILE:LINE: warning: ..." */
void figure_remark(const struct figure_source *s, unsigned long line, const char *fmt, ...)
	PRINTF_LIKE(3, 4);
/* figures_add() with the place. */
int figure_put(const struct figure_source *s, struct figures *f, struct figure figure,
	       unsigned long line, struct error *err) MUST_USE;
/* The nodes it is about: s->from and s->to, or the only node there is; ERR_USAGE. */
int figure_place(const struct figure_source *s, struct figure *figure, struct error *err) MUST_USE;
/* The same where "all nodes at once" is what is meant unless said. */
void figure_place_or_all(const struct figure_source *s, struct figure *figure);
/* The L3 caches of the nodes whose CPUs a figure is about, together. */
int64_t figure_cache_bytes(const struct figure_source *s, const struct figure *figure);
/* Does that many threads say what all CPUs get? Otherwise a remark says why not. */
bool figure_enough_threads(const struct figure_source *s, const struct figure *figure,
			   unsigned threads, unsigned long line);
/* Bandwidth of `loads` and `stores` bytes as a program counts them, as it is at memory:
 * ordinary stores fetch the line. Becomes READ, WRITE or MIX. */
void figure_traffic(struct figure *figure, double rate, double loads, double stores,
		    enum figure_stores how);

extern const struct figure_format figure_mlc, figure_likwid, figure_stream, figure_lmbench,
	figure_multichase, figure_hmat, figure_numactl, figure_json;

#endif
