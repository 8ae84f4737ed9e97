/*
 * A host as a drawing: its packages one below the other, so that it can be read on a
 * narrow screen; nodes with CPUs, memory and devices inside; between packages what the
 * distance matrix says. The drawing brings its own colours, light and dark.
 */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/output.h"
#include "base/units.h"
#include "report/page.h"
#include "report/picture.h"
#include "report/text.h"

#define WIDTH 340
#define PAD 10 /* of a package around its nodes, and between them */
#define LINE 16 /* of text */
#define CPUS_DRAWN 128 /* of more CPUs a node has no squares */
#define CPUS_A_LINE 16

static const char style[] =
	"<style>.topology{--t-ink:#1b1f24;--t-box:#f3f5f7;--t-line:#7a8794;--t-fill:#0072b2;"
	"--t-chip:#fff;font:12px system-ui,sans-serif}"
	"@media(prefers-color-scheme:dark){.topology{--t-ink:#e6e9ed;--t-box:#20252b;"
	"--t-line:#8793a0;--t-fill:#56b4e9;--t-chip:#14171a}}"
	"@media print{.topology{--t-ink:#000;--t-box:#f3f5f7;--t-line:#7a8794;--t-fill:#0072b2;"
	"--t-chip:#fff}}"
	".topology text{fill:var(--t-ink)}.topology .b{font-weight:700}"
	".topology .p{fill:none;stroke:var(--t-line)}.topology .n{fill:var(--t-box)}"
	".topology .c{fill:var(--t-line)}.topology .m{fill:var(--t-fill)}"
	".topology .d{fill:var(--t-chip);stroke:var(--t-fill)}"
	".topology .l{stroke:var(--t-line);stroke-width:2}</style>\n";

/* As a file of its own it has a ground too: a viewer's may be of any colour. */
static const char ground[] =
	"<style>.topology .g{fill:#fff}@media(prefers-color-scheme:dark){.topology .g{fill:"
	"#14171a}}@media print{.topology .g{fill:#fff}}</style>\n"
	"<rect width=\"100%\" height=\"100%\" class=\"g\"/>\n";

struct drawing {
	const struct page_host *host;
	int64_t most_bytes; /* of a node: a full bar */
	bool plot; /* commands of gnuplot, in the light colours, instead of SVG */
	FILE *out;
};

enum box { BOX_PACKAGE, BOX_NODE, BOX_CPU, BOX_MEMORY, BOX_BAR, BOX_DEVICE };

static void draw_box(const struct drawing *d, enum box box, unsigned x, unsigned y, unsigned width,
		     unsigned height)
{
	static const struct {
		const char *class, *plot;
		unsigned radius;
	} looks[] = {
		[BOX_PACKAGE] = {"p", "empty border lc rgb '#7a8794'", 7},
		[BOX_NODE] = {"n", "solid noborder fc rgb '#f3f5f7'", 5},
		[BOX_CPU] = {"c", "solid noborder fc rgb '#7a8794'", 0},
		[BOX_MEMORY] = {"m", "solid noborder fc rgb '#0072b2'", 0},
		[BOX_BAR] = {"p", "empty border lc rgb '#7a8794'", 0}, /* full memory */
		[BOX_DEVICE] = {"d", "empty border lc rgb '#0072b2'", 4},
	};

	if (d->plot)
		fprintf(d->out, "set object rectangle from %u,%u to %u,%u fs %s\n", x, y, x + width,
			y + height, looks[box].plot);
	else
		fprintf(d->out,
			"<rect x=\"%u\" y=\"%u\" width=\"%u\" height=\"%u\" rx=\"%u\" "
			"class=\"%s\"/>\n",
			x, y, width, height, looks[box].radius, looks[box].class);
}

static unsigned devices_of(const struct page_node *n)
{
	unsigned nr = *n->devices != '\0';

	for (const char *p = n->devices; (p = strstr(p, ", ")); p += 2)
		nr++;
	return nr;
}

static unsigned cpu_lines(const struct page_node *n)
{
	return n->nr_cpus > CPUS_DRAWN ? 0 : (n->nr_cpus + CPUS_A_LINE - 1) / CPUS_A_LINE;
}

static unsigned node_height(const struct page_node *n)
{
	return 8 + 3 * LINE + 8 * cpu_lines(n) + 12 + (LINE + 6) * devices_of(n);
}

static void text_at(const struct drawing *d, unsigned x, unsigned y, const char *class,
		    const char *text, size_t most)
{
	size_t n = strlen(text), cut = n > most ? most - 1 : n;
	char *part;

	while (cut < n && ((unsigned char)text[cut] & 0xc0) == 0x80)
		cut--; /* not inside a character */
	part = xasprintf("%.*s%s", (int)cut, text, cut < n ? "\u2026" : "");
	if (d->plot) {
		fputs("set label ", d->out);
		print_gnuplot_text(part, d->out);
		/* a label is centred on its line, SVG's text stands on it */
		fprintf(d->out, " at %u,%u front font 'sans%s,10'\n", x, y - 4,
			*class ? ":Bold" : "");
	} else {
		fprintf(d->out, "<text x=\"%u\" y=\"%u\" class=\"%s\">", x, y, class);
		print_xml_text(part, d->out);
		fputs("</text>\n", d->out);
	}
	free(part);
}

static void draw_devices(const struct drawing *d, const struct page_node *n, unsigned x, unsigned y,
			 unsigned width)
{
	const char *p = n->devices;

	while (*p) {
		const char *end = strstr(p, ", ");
		char *name = xasprintf("%.*s", (int)(end ? end - p : (long)strlen(p)), p);

		draw_box(d, BOX_DEVICE, x, y, width, LINE + 2);
		text_at(d, x + 6, y + 13, "b", name, width / 8);
		free(name);
		y += LINE + 6;
		p = end ? end + 2 : "";
	}
}

static void draw_node(const struct drawing *d, const struct page_node *n, unsigned x, unsigned y,
		      unsigned width, unsigned height)
{
	unsigned inner = width - 16, full;
	char text[64], size[32];

	draw_box(d, BOX_NODE, x, y, width, height);
	x += 8;
	y += 4 + LINE - 3;
	snprintf(text, sizeof(text), "node %u", n->number);
	text_at(d, x, y, "b", text, 20);
	if (strcmp(n->kind, "DRAM") != 0)
		text_at(d, x + inner / 2, y, "", n->kind, 10);
	y += LINE;
	snprintf(text, sizeof(text), "%u CPUs%s%s", n->nr_cpus, *n->cpus ? ": " : "",
		 strlen(n->cpus) < 40 ? n->cpus : "");
	text_at(d, x, y, "", text, inner / 6);
	y += 5;
	for (unsigned i = 0; i < n->nr_cpus && n->nr_cpus <= CPUS_DRAWN; i++)
		draw_box(d, BOX_CPU, x + i % CPUS_A_LINE * 8, y + i / CPUS_A_LINE * 8, 6, 6);
	y += 8 * cpu_lines(n) + LINE - 4;
	text_at(d, x, y, "", bytes_text(n->memory_bytes, size, sizeof(size)), 16);
	y += 5;
	full = d->most_bytes ? (unsigned)(n->memory_bytes * (int64_t)inner / d->most_bytes) : 0;
	draw_box(d, BOX_MEMORY, x, y, full, 6);
	draw_box(d, BOX_BAR, x, y, inner, 6);
	draw_devices(d, n, x, y + 12, inner);
}

static bool same_package(const struct page_host *h, unsigned a, unsigned b)
{
	return a < h->nr_nodes && b < h->nr_nodes && h->node[a].package == h->node[b].package;
}

static unsigned package_end(const struct page_host *h, unsigned first)
{
	unsigned end = first;

	while (same_package(h, first, end))
		end++;
	return end;
}

/* Draws it, or only says how high it is. */
static unsigned draw_package(const struct drawing *d, unsigned first, unsigned end, unsigned y,
			     bool draw)
{
	const struct page_node *node = d->host->node;
	unsigned a_line = end - first > 1 ? 2 : 1, at = y + LINE + PAD;
	unsigned width = (WIDTH - 2 - (a_line + 1) * PAD) / a_line;

	for (unsigned n = first; n < end; n += a_line) {
		unsigned height = node_height(&node[n]);

		if (a_line == 2 && n + 1 < end && node_height(&node[n + 1]) > height)
			height = node_height(&node[n + 1]);
		for (unsigned i = 0; draw && i < a_line && n + i < end; i++)
			draw_node(d, &node[n + i], 1 + PAD + i * (width + PAD), at, width, height);
		at += height + PAD;
	}
	if (draw && node[first].package != UINT32_MAX) {
		char text[32];

		snprintf(text, sizeof(text), "package %u", node[first].package);
		text_at(d, 1 + PAD, y + LINE, "b", text, 30);
	}
	if (draw)
		draw_box(d, BOX_PACKAGE, 1, y, WIDTH - 2, at - y);
	return at - y;
}

/* The lowest and highest distance from one package to the other. */
static void draw_link(const struct drawing *d, unsigned a, unsigned b, unsigned end, unsigned y)
{
	const struct page_matrix *m = d->host->nr_matrices ? &d->host->matrix[0] : NULL;
	uint32_t low = UINT32_MAX, high = 0;
	char text[64];

	for (unsigned from = a; m && from < b; from++) {
		for (unsigned to = b; to < end; to++) {
			uint32_t v = m->value[from * d->host->nr_nodes + to];

			low = v < low ? v : low;
			high = v != UINT32_MAX && v > high ? v : high;
		}
	}
	if (d->plot)
		fprintf(d->out, "set arrow from 40,%u rto 0,%u nohead lw 2 lc rgb '#7a8794'\n", y,
			2 * LINE - 4);
	else
		fprintf(d->out, "<path d=\"M40 %uv%u\" class=\"l\"/>\n", y, 2 * LINE - 4);
	if (low > high)
		return;
	if (low == high)
		snprintf(text, sizeof(text), "%s %" PRIu32, m->name, low);
	else
		snprintf(text, sizeof(text), "%s %" PRIu32 " to %" PRIu32, m->name, low, high);
	text_at(d, 50, y + LINE + 2, "", text, 45);
}

static unsigned draw_packages(const struct drawing *d, bool draw)
{
	unsigned y = 1;

	for (unsigned first = 0, end; first < d->host->nr_nodes; first = end) {
		unsigned next;

		end = package_end(d->host, first);
		y += draw_package(d, first, end, y, draw);
		next = package_end(d->host, end);
		if (end == d->host->nr_nodes)
			break;
		if (draw)
			draw_link(d, first, end, next, y + 2);
		y += 2 * LINE;
	}
	return y + 1;
}

static int64_t most_bytes(const struct page_host *h)
{
	int64_t most = 0;

	for (unsigned n = 0; n < h->nr_nodes; n++)
		most = h->node[n].memory_bytes > most ? h->node[n].memory_bytes : most;
	return most;
}

void topology_print(const struct page_host *h, const char *name, bool alone, FILE *out)
{
	struct drawing d = {.host = h, .out = out, .most_bytes = most_bytes(h)};
	unsigned height = draw_packages(&d, false), nr_cpus = 0;

	for (unsigned n = 0; n < h->nr_nodes; n++)
		nr_cpus += h->node[n].nr_cpus;
	fprintf(out,
		"<svg xmlns=\"http://www.w3.org/2000/svg\" role=\"img\" class=\"topology\" "
		"aria-labelledby=\"%s-t %s-d\" viewBox=\"0 0 %d %u\" width=\"%d\" height=\"%u\">\n"
		"<title id=\"%s-t\">",
		name, name, WIDTH, height, WIDTH, height, name);
	print_xml_text(h->name, out);
	fprintf(out,
		": nodes, CPUs, memory and devices</title>\n<desc id=\"%s-d\">%u nodes with %u "
		"CPUs by package%s</desc>\n%s%s",
		name, h->nr_nodes, nr_cpus, alone ? "" : "; the table beside has the same", style,
		alone ? ground : "");
	draw_packages(&d, true);
	fputs("</svg>\n", out);
}

static int write_png(const struct page_host *h, const char *name, const char *directory,
		     struct error *err)
{
	struct picture p = {.name = name, .width = WIDTH, .directory = directory};
	struct drawing d = {.host = h, .plot = true, .most_bytes = most_bytes(h)};
	char *script = NULL;
	size_t n;
	int rc;

	d.out = open_memstream(&script, &n);
	BUG_ON(!d.out);
	p.height = draw_packages(&d, false);
	fprintf(d.out,
		"set encoding utf8\nunset border\nunset tics\nunset key\nset margins 0,0,0,0\n"
		"set xrange [0:%d]\nset yrange [%u:0]\n",
		WIDTH, p.height);
	draw_packages(&d, true);
	fputs("plot NaN\n", d.out);
	fclose(d.out);
	p.script = script;
	rc = picture_write_png(&p, err);
	free(script);
	return rc;
}

int topology_write(const struct page_host *h, const char *name, const char *directory,
		   struct error *err)
{
	char *path = xasprintf("%s/%s.svg", directory, name);
	struct output out;
	int rc = output_open(&out, path, err);

	if (!rc) {
		topology_print(h, name, true, out.file);
		rc = output_commit(&out, err);
	}
	if (!rc)
		rc = write_png(h, name, directory, err);
	free(path);
	return rc;
}
