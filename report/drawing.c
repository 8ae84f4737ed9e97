#include "report/drawing.h"

#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/utf8.h"
#include "report/picture.h"
#include "report/text.h"

/* Hues: Okabe and Ito, 2008, as on the page; each is read beside its zone's name. */
static const char style[] =
	"<style>.topology{--t-ink:#171c22;--t-soft:#535e69;--t-box:#edf0f3;--t-line:#9aa5b0;"
	"--t-card:#fff;--t-fill:#0072b2;--t-cpu:#b3bdc7;--t-bad:#a4131f;--z0:#0072b2;--z1:#d55e00;"
	"--z2:#009e73;--z3:#a8508a;--z4:#8a6d00;--z5:#4b5bd0;--z6:#5c6670;--z7:#8c2d19;"
	"font:12px system-ui,sans-serif}"
	"@media(prefers-color-scheme:dark){.topology{--t-ink:#e8ecf0;--t-soft:#a9b4bf;"
	"--t-box:#232a32;--t-line:#5d6873;--t-card:#1a2026;--t-fill:#56b4e9;--t-cpu:#56626d;"
	"--t-bad:#ff8f96;--z0:#56b4e9;--z1:#ff8c42;--z2:#2fcc9f;--z3:#e59ac6;--z4:#f0c74a;"
	"--z5:#9aa6ff;--z6:#b6c0ca;--z7:#e98b75}}"
	"@media print{.topology{--t-ink:#000;--t-soft:#3c4650;--t-box:#edf0f3;--t-line:#9aa5b0;"
	"--t-card:#fff;--t-fill:#0072b2;--t-cpu:#b3bdc7;--t-bad:#a4131f;--z0:#0072b2;"
	"--z1:#d55e00;--z2:#009e73;--z3:#a8508a;--z4:#8a6d00;--z5:#4b5bd0;--z6:#5c6670;"
	"--z7:#8c2d19}}"
	".topology text{fill:var(--t-ink)}.topology .b{font-weight:600}"
	".topology .h{font-weight:600;font-size:16px}.topology .e{text-anchor:end}"
	".topology .e,.topology .s{fill:var(--t-soft)}.topology .r{fill:var(--t-bad)}"
	".topology .p{fill:var(--t-card);stroke:var(--t-line)}.topology .n{fill:var(--t-box)}"
	".topology .c{fill:var(--t-cpu)}.topology .m{fill:var(--t-fill)}.topology .u{fill:var(--t-"
	"line)}"
	".topology .o{fill:none;stroke:var(--t-line)}"
	".topology .d{fill:var(--t-card);stroke:var(--t-line)}";

static const char ground[] =
	".topology .g{fill:#f6f7f8}@media(prefers-color-scheme:dark){.topology .g{fill:"
	"#12161a}}@media print{.topology .g{fill:#fff}}</style>\n";

void drawing_print_style(bool alone, unsigned margin, FILE *out)
{
	fputs(style, out);
	for (unsigned i = 0; i < DRAWING_HUES; i++)
		fprintf(out, ".topology .z%u{fill:var(--z%u)}", i, i);
	fputs(alone ? ground : "</style>\n", out);
	if (alone)
		fprintf(out,
			"<rect x=\"-%u\" y=\"-%u\" width=\"100%%\" height=\"100%%\" "
			"class=\"g\"/>\n",
			margin, margin);
}

void draw_box(const struct drawing *d, unsigned box, unsigned x, unsigned y, unsigned width,
	      unsigned height)
{
	static const struct {
		const char *class, *plot;
		unsigned radius;
	} looks[BOX_ZONE] = {
		[BOX_PACKAGE] = {"p", "empty border lc rgb '#9aa5b0'", 8},
		[BOX_NODE] = {"n", "solid noborder fc rgb '#edf0f3'", 5},
		[BOX_CPU] = {"c", "solid noborder fc rgb '#b3bdc7'", 1},
		[BOX_MEMORY] = {"m", "solid noborder fc rgb '#0072b2'", 1},
		[BOX_BAR] = {"o", "empty border lc rgb '#9aa5b0'", 1},
		[BOX_DEVICE] = {"d", "empty border lc rgb '#9aa5b0'", 4},
		[BOX_USED] = {"u", "solid noborder fc rgb '#9aa5b0'", 1},
	};

	if (!width || !height)
		return;
	if (d->plot)
		fprintf(d->out, "set object rectangle from %u,%u to %u,%u fs %s\n", x, y, x + width,
			y + height, looks[box < BOX_ZONE ? box : BOX_MEMORY].plot);
	else if (box < BOX_ZONE)
		fprintf(d->out,
			"<rect x=\"%u\" y=\"%u\" width=\"%u\" height=\"%u\" rx=\"%u\" "
			"class=\"%s\"/>\n",
			x, y, width, height, looks[box].radius, looks[box].class);
	else
		fprintf(d->out,
			"<rect x=\"%u\" y=\"%u\" width=\"%u\" height=\"%u\" rx=\"1\" "
			"class=\"z%u\"/>\n",
			x, y, width, height, (box - BOX_ZONE) % DRAWING_HUES);
}

static void plot_words(const struct drawing *d, enum words words, unsigned x, unsigned y,
		       const char *text)
{
	static const char *const font[] = {
		[WORDS_PLAIN] = ",10",	   [WORDS_BOLD] = ":Bold,10", [WORDS_RIGHT] = ",10",
		[WORDS_HEAD] = ":Bold,13", [WORDS_SOFT] = ",10",      [WORDS_BAD] = ",10",
	};

	fputs("set label ", d->out);
	print_gnuplot_text(text, d->out);
	/* a label is centred on its line, SVG's text stands on it */
	fprintf(d->out, " at %u,%u %sfront font 'sans%s'\n", x, y - 4,
		words == WORDS_RIGHT ? "right " : "", font[words]);
}

void draw_words(const struct drawing *d, enum words words, unsigned x, unsigned y, const char *text,
		size_t most)
{
	static const char *const class[] = {
		[WORDS_PLAIN] = "", [WORDS_BOLD] = "b", [WORDS_RIGHT] = "e",
		[WORDS_HEAD] = "h", [WORDS_SOFT] = "s", [WORDS_BAD] = "r",
	};
	bool cut = text[utf8_fit(text, most)];
	char *part = xasprintf("%.*s%s", (int)utf8_fit(text, cut ? most - 1 : most), text,
			       cut ? "\u2026" : "");

	if (d->plot) {
		plot_words(d, words, x, y, part);
	} else {
		fprintf(d->out, "<text x=\"%u\" y=\"%u\" class=\"%s\">", x, y, class[words]);
		print_xml_text(part, d->out);
		fputs("</text>\n", d->out);
	}
	free(part);
}
