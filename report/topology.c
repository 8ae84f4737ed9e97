#include "report/topology.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/nodeset.h"
#include "base/output.h"
#include "base/units.h"
#include "report/picture.h"
#include "report/text.h"
#include "report/topology_parts.h"

#define PAD 10 /* of a package around its nodes, and between them */
#define GAP 14 /* between packages */
#define ACROSS_PAGE 2 /* nodes of a package beside each other, in the page */
#define ACROSS_ALONE 4
#define WIDE_PAGE 420
#define WIDE_ALONE 1680
#define WIDE_LEGEND 700 /* sentences want that much */

/* Nodes of one package, in the order of their numbers. */
struct package {
	unsigned node[NODES_MAX], nr, number;
	unsigned across, width, height;
	unsigned x, y;
};

struct sheet_plan {
	struct package *package;
	unsigned nr, width, height;
};

/* Package by package: a host's nodes of another kind may come after all others. */
static void gather(struct sheet_plan *s, const struct page_host *h)
{
	s->package = xcalloc(h->nr_nodes + 1, sizeof(*s->package));
	for (unsigned n = 0; n < h->nr_nodes; n++) {
		unsigned p = 0;

		while (p < s->nr && s->package[p].number != h->node[n].package)
			p++;
		s->nr += p == s->nr;
		s->package[p].number = h->node[n].package;
		s->package[p].node[s->package[p].nr++] = n;
	}
}

static unsigned line_height(const struct topology *t, const struct package *p, unsigned first)
{
	unsigned most = 0;

	for (unsigned i = first; i < p->nr && i < first + p->across; i++) {
		unsigned height = topology_node_height(t, p->node[i]);

		most = height > most ? height : most;
	}
	return most;
}

static void size_package(const struct topology *t, struct package *p, unsigned across)
{
	unsigned lines = (p->nr + across - 1) / across;

	p->across = (p->nr + lines - 1) / lines;
	p->width = p->across * (TOPOLOGY_NODE_WIDTH + PAD) + PAD;
	p->height = DRAWING_LINE + PAD + 4;
	for (unsigned i = 0; i < p->nr; i += p->across)
		p->height += line_height(t, p, i) + PAD;
}

/* As many beside each other as fit, lines alike long. */
static void flow(struct sheet_plan *s, unsigned wide, unsigned top)
{
	unsigned widest = 0, a_line, lines, y = top;

	for (unsigned p = 0; p < s->nr; p++)
		widest = s->package[p].width > widest ? s->package[p].width : widest;
	a_line = (wide + GAP) / (widest + GAP);
	a_line = a_line ? a_line : 1;
	lines = (s->nr + a_line - 1) / a_line;
	a_line = lines ? (s->nr + lines - 1) / lines : 1;
	for (unsigned p = 0; p < s->nr; p += a_line) {
		unsigned highest = 0;

		for (unsigned i = p; i < s->nr && i < p + a_line; i++) {
			s->package[i].x = 1 + (i - p) * (widest + GAP);
			s->package[i].y = y;
			highest = s->package[i].height > highest ? s->package[i].height : highest;
		}
		for (unsigned i = p; i < s->nr && i < p + a_line; i++)
			s->package[i].height = highest;
		y += highest + GAP;
	}
	s->width = 2 + a_line * (widest + GAP) - GAP;
	s->height = y - GAP + 1;
}

static void draw_package(const struct topology *t, const struct package *p)
{
	unsigned y = p->y + DRAWING_LINE + PAD + 4;
	char text[32];

	draw_box(&t->draw, BOX_PACKAGE, p->x, p->y, p->width, p->height);
	if (p->number == UINT32_MAX)
		snprintf(text, sizeof(text), "on no package");
	else
		snprintf(text, sizeof(text), "package %u", p->number);
	draw_words(&t->draw, WORDS_BOLD, p->x + PAD, p->y + DRAWING_LINE + 4, text, 30);
	for (unsigned i = 0; i < p->nr; i += p->across) {
		unsigned height = line_height(t, p, i);

		for (unsigned k = i; k < p->nr && k < i + p->across; k++)
			topology_draw_node(t, p->node[k],
					   p->x + PAD + (k - i) * (TOPOLOGY_NODE_WIDTH + PAD), y,
					   height);
		y += height + PAD;
	}
}

/* From the lowest to the highest. */
struct range {
	uint32_t low, high;
};

static void widen(struct range *r, uint32_t v)
{
	if (v == UINT32_MAX)
		return;
	r->low = v < r->low ? v : r->low;
	r->high = v > r->high ? v : r->high;
}

static const char *range_text(const struct range *r, char *buf, size_t size)
{
	if (r->low == r->high)
		snprintf(buf, size, "%" PRIu32, r->low);
	else
		snprintf(buf, size, "%" PRIu32 " to %" PRIu32, r->low, r->high);
	return buf;
}

/* "distance in SLIT units: 12 within a package, 32 between packages"; "" where nobody says. */
static void distances_text(const struct page_host *h, char *buf, size_t size)
{
	const struct page_matrix *m = h->nr_matrices ? &h->matrix[0] : NULL;
	struct range in = {UINT32_MAX, 0}, between = {UINT32_MAX, 0};
	char a[32], b[32];

	buf[0] = '\0';
	for (unsigned i = 0; m && i < h->nr_nodes; i++)
		for (unsigned k = 0; k < h->nr_nodes; k++)
			if (i != k)
				widen(h->node[i].package == h->node[k].package ? &in : &between,
				      m->value[i * h->nr_nodes + k]);
	if (!m || (in.low > in.high && between.low > between.high))
		return;
	snprintf(buf, size, "%s in %s: %s%s%s%s%s", m->name, m->unit,
		 in.low > in.high ? "" : range_text(&in, a, sizeof(a)),
		 in.low > in.high ? "" : " within a package",
		 in.low > in.high || between.low > between.high ? "" : ", ",
		 between.low > between.high ? "" : range_text(&between, b, sizeof(b)),
		 between.low > between.high ? "" : " between packages");
}

/* Where everything lies; the caller frees s->package. */
static void lay_out(struct topology *t, struct sheet_plan *s, bool alone)
{
	unsigned top = t->plan ? 2 * DRAWING_LINE : 1;
	char text[160];

	*s = (struct sheet_plan){0};
	gather(s, t->host);
	for (unsigned p = 0; p < s->nr; p++)
		size_package(t, &s->package[p], alone ? ACROSS_ALONE : ACROSS_PAGE);
	flow(s, alone ? WIDE_ALONE : WIDE_PAGE, top);
	distances_text(t->host, text, sizeof(text));
	t->foot = s->height;
	s->height += *text ? DRAWING_LINE + 8 : 0;
	if (!t->plan)
		return;
	s->width = s->width > WIDE_LEGEND ? s->width : WIDE_LEGEND;
	t->legend = s->height + 8;
	s->height = t->legend + topology_legend(t, s->width, false);
}

static void draw_all(const struct topology *t, const struct sheet_plan *s)
{
	char text[160];

	if (t->plan) {
		char *head = xasprintf("%s, %s", t->host->name, t->plan->policy);

		draw_words(&t->draw, WORDS_HEAD, 1, DRAWING_LINE + 2, head, s->width / 10);
		free(head);
	}
	for (unsigned p = 0; p < s->nr; p++)
		draw_package(t, &s->package[p]);
	distances_text(t->host, text, sizeof(text));
	if (*text)
		draw_words(&t->draw, WORDS_SOFT, 1 + PAD, t->foot + DRAWING_LINE + 2, text,
			   s->width / 7);
	if (t->plan)
		topology_legend(t, s->width, true);
}

static struct topology topology_of(const struct page_host *h, const struct drawn_plan *plan,
				   FILE *out)
{
	struct topology t = {.host = h, .plan = plan, .draw = {.out = out}};

	for (unsigned n = 0; n < h->nr_nodes; n++) {
		t.most_bytes = h->node[n].memory_bytes > t.most_bytes ? h->node[n].memory_bytes
								      : t.most_bytes;
		t.nr_cpus += h->node[n].nr_cpus;
	}
	return t;
}

void topology_print(const struct page_host *h, const struct drawn_plan *plan, const char *name,
		    bool alone, FILE *out)
{
	struct topology t = topology_of(h, plan, out);
	unsigned margin = alone ? 12 : 0;
	struct sheet_plan s;

	lay_out(&t, &s, alone);
	fprintf(out,
		"<svg xmlns=\"http://www.w3.org/2000/svg\" role=\"img\" class=\"topology\" "
		"aria-labelledby=\"%s-t %s-d\" viewBox=\"-%u -%u %u %u\" width=\"%u\" "
		"height=\"%u\">\n"
		"<title id=\"%s-t\">",
		name, name, margin, margin, s.width + 2 * margin, s.height + 2 * margin,
		s.width + 2 * margin, s.height + 2 * margin, name);
	print_xml_text(h->name, out);
	fprintf(out, "%s</title>\n<desc id=\"%s-d\">%u nodes with %u CPUs by package%s%s</desc>\n",
		plan ? ": a plan on it" : ": nodes, CPUs, memory and devices", name, h->nr_nodes,
		t.nr_cpus, plan ? "; in each the zones' vCPUs, pages and devices" : "",
		alone ? "" : "; the table beside has the same");
	drawing_print_style(alone, margin, out);
	draw_all(&t, &s);
	fputs("</svg>\n", out);
	free(s.package);
}

static int write_png(const struct page_host *h, const char *name, const char *directory,
		     struct error *err)
{
	struct picture p = {.name = name, .directory = directory};
	char *script = NULL;
	size_t n;
	FILE *out = xmemstream(&script, &n);
	struct topology t;
	struct sheet_plan s;
	int rc;

	t = topology_of(h, NULL, out);
	t.draw.plot = true;
	lay_out(&t, &s, true);
	p.width = s.width;
	p.height = s.height;
	fprintf(out,
		"set encoding utf8\nunset border\nunset tics\nunset key\nset margins 0,0,0,0\n"
		"set xrange [0:%u]\nset yrange [%u:0]\n",
		p.width, p.height);
	draw_all(&t, &s);
	fputs("plot NaN\n", out);
	xmemstream_close(out);
	free(s.package);
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
		topology_print(h, NULL, name, true, out.file);
		rc = output_commit(&out, err);
	}
	if (!rc)
		rc = write_png(h, name, directory, err);
	free(path);
	return rc;
}
