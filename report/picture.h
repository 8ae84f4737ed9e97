/*
 * Pictures from gnuplot: a script without terminal and output goes in, an SVG file, which
 * shows where the mouse is, and a PNG file come out.
 */
#ifndef REPORT_PICTURE_H
#define REPORT_PICTURE_H

#include <stdbool.h>
#include <stdio.h>

#include "base/error.h"

struct picture {
	const char *name; /* letters and digits; file names and ids begin with it */
	const char *script;
	unsigned height, width; /* width 0: 900 */
	const char *directory; /* for the files */
};

/* Is there a gnuplot? */
bool have_gnuplot(void);
/* ERR_MACHINE when gnuplot fails or a file cannot be written. */
int picture_write(const struct picture *p, struct error *err) MUST_USE;
/* directory/name.png alone, at twice the size. Errors: as above. */
int picture_write_png(const struct picture *p, struct error *err) MUST_USE;
/* Of the i-th curve: colours that differ for the colour-blind too. */
const char *picture_colour(size_t i);
/* 'text' as gnuplot's script wants it. */
void print_gnuplot_text(const char *text, FILE *out);

#endif
