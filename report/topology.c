/*
 * A host as a drawing: its packages one below the other, so that it can be read on a
 * narrow screen; nodes with CPUs, memory and devices inside; between packages what the
 * distance matrix says. The drawing brings its own colours, light and dark.
 */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/units.h"
#include "report/html.h"
#include "report/page.h"
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

struct drawing {
	const struct page_host *host;
	int64_t most_bytes; /* of a node: a full bar */
	FILE *out;
};

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
	fprintf(d->out, "<text x=\"%u\" y=\"%u\" class=\"%s\">", x, y, class);
	print_xml_text(part, d->out);
	fputs("</text>\n", d->out);
	free(part);
}

static void draw_devices(const struct drawing *d, const struct page_node *n, unsigned x, unsigned y,
			 unsigned width)
{
	const char *p = n->devices;

	while (*p) {
		const char *end = strstr(p, ", ");
		char *name = xasprintf("%.*s", (int)(end ? end - p : (long)strlen(p)), p);

		fprintf(d->out,
			"<rect x=\"%u\" y=\"%u\" width=\"%u\" height=\"%u\" rx=\"4\" "
			"class=\"d\"/>\n",
			x, y, width, LINE + 2);
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

	fprintf(d->out,
		"<rect x=\"%u\" y=\"%u\" width=\"%u\" height=\"%u\" rx=\"5\" class=\"n\"/>\n", x, y,
		width, height);
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
		fprintf(d->out, "<rect x=\"%u\" y=\"%u\" width=\"6\" height=\"6\" class=\"c\"/>\n",
			x + i % CPUS_A_LINE * 8, y + i / CPUS_A_LINE * 8);
	y += 8 * cpu_lines(n) + LINE - 4;
	text_at(d, x, y, "", bytes_text(n->memory_bytes, size, sizeof(size)), 16);
	y += 5;
	full = d->most_bytes ? (unsigned)(n->memory_bytes * (int64_t)inner / d->most_bytes) : 0;
	fprintf(d->out,
		"<rect x=\"%u\" y=\"%u\" width=\"%u\" height=\"6\" class=\"p\"/>"
		"<rect x=\"%u\" y=\"%u\" width=\"%u\" height=\"6\" class=\"m\"/>\n",
		x, y, inner, x, y, full);
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
		fprintf(d->out,
			"<rect x=\"1\" y=\"%u\" width=\"%u\" height=\"%u\" rx=\"7\" "
			"class=\"p\"/>\n",
			y, WIDTH - 2, at - y);
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

void topology_print(const struct page_host *h, const char *name, FILE *out)
{
	struct drawing d = {.host = h, .out = out};
	unsigned height, nr_cpus = 0;

	for (unsigned n = 0; n < h->nr_nodes; n++) {
		nr_cpus += h->node[n].nr_cpus;
		if (h->node[n].memory_bytes > d.most_bytes)
			d.most_bytes = h->node[n].memory_bytes;
	}
	height = draw_packages(&d, false);
	fprintf(out,
		"<svg xmlns=\"http://www.w3.org/2000/svg\" role=\"img\" class=\"topology\" "
		"aria-labelledby=\"%s-t %s-d\" viewBox=\"0 0 %d %u\" width=\"%d\" height=\"%u\">\n"
		"<title id=\"%s-t\">",
		name, name, WIDTH, height, WIDTH, height, name);
	print_xml_text(h->name, out);
	fprintf(out,
		": nodes, CPUs, memory and devices</title>\n<desc id=\"%s-d\">%u nodes with %u "
		"CPUs "
		"by package; the table below has the same</desc>\n%s",
		name, h->nr_nodes, nr_cpus, style);
	draw_packages(&d, true);
	fputs("</svg>\n", out);
}

void topology_print_table(const struct page_host *h, FILE *out)
{
	char size[32];

	fputs("<details>\n<summary>The same as a table</summary>\n", out);
	html_begin_table("Nodes, CPUs, memory and devices", out);
	html_heading("node", false, out);
	html_heading("package", false, out);
	html_heading("CPUs", false, out);
	html_heading("CPU list", true, out);
	html_heading("memory", false, out);
	html_heading("kind", true, out);
	html_heading("devices", true, out);
	html_begin_rows(NULL, out);
	for (unsigned i = 0; i < h->nr_nodes; i++) {
		const struct page_node *n = &h->node[i];

		fprintf(out, "<tr><th scope=\"row\" data-v=\"%u\">%u</th>", n->number, n->number);
		if (n->package == UINT32_MAX)
			html_shown_cell(-1, "none", out);
		else
			html_figure_cell(n->package, NULL, out);
		html_figure_cell(n->nr_cpus, NULL, out);
		html_text_cell(n->cpus, false, out);
		html_shown_cell(n->memory_bytes, bytes_text(n->memory_bytes, size, sizeof(size)),
				out);
		html_text_cell(n->kind, false, out);
		html_text_cell(n->devices, false, out);
		fputs("</tr>\n", out);
	}
	html_end_table(out);
	fputs("</details>\n", out);
}
