/*
 * Boxes and words on a sheet, as SVG or as commands of gnuplot, which draws the PNG files. Where
 * things lie is told in pixels from the upper left corner.
 */
#ifndef REPORT_DRAWING_H
#define REPORT_DRAWING_H

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

#define DRAWING_LINE 16 /* of text */
#define DRAWING_LETTER 6.6 /* how wide one is, about: 12 pixels of a sans-serif */
#define DRAWING_BOLD 7.4
#define DRAWING_HUES 8 /* zones have one each; beyond, they begin again */

enum box {
	BOX_PACKAGE,
	BOX_NODE,
	BOX_CPU,
	BOX_MEMORY,
	BOX_BAR,
	BOX_DEVICE,
	BOX_USED, /* taken before */
	BOX_ZONE, /* BOX_ZONE + i: in the hue of zone i */
};

enum words { WORDS_PLAIN, WORDS_BOLD, WORDS_RIGHT, WORDS_HEAD, WORDS_SOFT, WORDS_BAD };

struct drawing {
	bool plot; /* commands of gnuplot, in the light colours, instead of SVG */
	FILE *out;
};

/* Of an SVG: colours, light, dark and on paper; `alone`: with a ground, which a viewer may have in
 * any colour, also under the margin. */
void drawing_print_style(bool alone, unsigned margin, FILE *out);
void draw_box(const struct drawing *d, unsigned box, unsigned x, unsigned y, unsigned width,
	      unsigned height);
/* At most so many letters (at least one), the last an ellipsis; right: `x` is where they end. */
void draw_words(const struct drawing *d, enum words words, unsigned x, unsigned y, const char *text,
		size_t most);

#endif
