/*
 * Pictures from gnuplot: a script without terminal and output goes in, SVG comes
 * out, fit to stand inside a page; on request SVG and PNG files too.
 */
#ifndef REPORT_PICTURE_H
#define REPORT_PICTURE_H

#include <stdio.h>

#include "base/error.h"

struct picture {
	const char *name; /* letters and digits; file names and ids begin with it */
	const char *title, *description; /* for who cannot see it */
	const char *script;
	unsigned height, width; /* width 0: 900 */
	const char *directory; /* for the files, or NULL */
};

/* ERR_MACHINE when gnuplot fails or a file cannot be written. */
int picture_print(const struct picture *p, FILE *out, struct error *err) MUST_USE;
/* directory/name.png alone, at twice the size. Errors: as above. */
int picture_write_png(const struct picture *p, struct error *err) MUST_USE;
/* Of the i-th curve: colours that differ for the colour-blind too. */
const char *picture_colour(size_t i);
/* 'text' as gnuplot's script wants it. */
void print_gnuplot_text(const char *text, FILE *out);

#endif
