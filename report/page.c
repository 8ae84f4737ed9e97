#include "report/page.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/output.h"
#include "base/units.h"
#include "report/picture.h"
#include "report/series.h"
#include "report/text.h"

/* Points of a curve; more are thinned in groups that keep their extremes. */
#define POINTS 400

static int print_figure(const struct picture *p, const char *caption, FILE *out, struct error *err)
{
	int rc;

	fputs("<figure>\n", out);
	rc = picture_print(p, out, err);
	fputs("<figcaption>", out);
	print_xml_text(caption, out);
	fputs("</figcaption>\n</figure>\n", out);
	return rc;
}

/* A group's lowest and highest sample, in order of time. */
static void print_group(const struct curve *c, enum curve_value v, size_t from, size_t to,
			double scale, FILE *f)
{
	size_t low = from, high = from;

	for (size_t i = from; i < to; i++) {
		if (c->value[v][i] < c->value[v][low])
			low = i;
		if (c->value[v][i] > c->value[v][high])
			high = i;
	}
	for (int second = 0; second < (low == high ? 1 : 2); second++) {
		size_t i = (low < high) != second ? low : high;

		fprintf(f, "%.6g %.6g\n", (double)c->time_s[i] / 3600,
			(double)c->value[v][i] * scale);
	}
}

static void print_curve(const struct curve *c, enum curve_value v, double scale, const char *name,
			FILE *f)
{
	size_t group = (c->nr + POINTS / 2 - 1) / (POINTS / 2);

	fprintf(f, "$%s << END\n", name);
	for (size_t i = 0; i < c->nr; i += group)
		print_group(c, v, i, i + group < c->nr ? i + group : c->nr, scale, f);
	fputs("END\n", f);
}

/* The outer edge of the band: per group the lowest low and the highest high. */
static void print_band(const struct curve *c, const char *name, FILE *f)
{
	size_t group = (c->nr + POINTS - 1) / POINTS;

	fprintf(f, "$%s << END\n", name);
	for (size_t i = 0; i < c->nr; i += group) {
		int64_t low = c->value[CURVE_LOW][i], high = c->value[CURVE_HIGH][i];

		for (size_t k = i; k < i + group && k < c->nr; k++) {
			low = c->value[CURVE_LOW][k] < low ? c->value[CURVE_LOW][k] : low;
			high = c->value[CURVE_HIGH][k] > high ? c->value[CURVE_HIGH][k] : high;
		}
		fprintf(f, "%.6g %.6g %.6g\n", (double)c->time_s[i] / 3600, (double)low / 1e4,
			(double)high / 1e4);
	}
	fputs("END\n", f);
}

/* Colours that differ for the colour-blind too (Okabe and Ito, 2008), and dashes. */
static const char *const colour[] = {"#0072B2", "#D55E00", "#009E73", "#CC79A7",
				     "#56B4E9", "#E69F00", "#000000"};
#define NR_COLOURS (sizeof(colour) / sizeof(colour[0]))

static char *curves_script(const struct series *s, enum curve_value v, double scale,
			   const char *label)
{
	bool band = s->spread && v == CURVE_MID;
	const char *comma = "";
	char *text = NULL, name[32];
	size_t n;
	FILE *f = open_memstream(&text, &n);

	BUG_ON(!f);
	for (size_t i = 0; i < s->nr; i++) {
		snprintf(name, sizeof(name), "c%zu", i);
		print_curve(&s->curve[i], v, scale, name, f);
		snprintf(name, sizeof(name), "b%zu", i);
		if (band)
			print_band(&s->curve[i], name, f);
	}
	fprintf(f,
		"set xlabel 'hours since the start'\nset ylabel '%s'\nset grid lc rgb '#d0d0d0'\n"
		"set key outside above\nset autoscale xfixmax\nset yrange [0:*]\nplot ",
		label);
	for (size_t i = 0; band && i < s->nr; i++, comma = ", ")
		fprintf(f,
			"%s$b%zu using 1:2:3 with filledcurves fs transparent solid 0.15 "
			"noborder lc rgb '%s' notitle",
			comma, i, colour[i % NR_COLOURS]);
	for (size_t i = 0; i < s->nr; i++, comma = ", ") {
		fprintf(f, "%s$c%zu using 1:2 with lines lw 2 dt %zu lc rgb '%s' title ", comma, i,
			i % 5 + 1, colour[i % NR_COLOURS]);
		print_gnuplot_text(s->curve[i].name, f);
	}
	fputc('\n', f);
	fclose(f);
	return text;
}

static int print_timeline(const struct run_dir *run, const struct page_options *o, FILE *out,
			  struct error *err)
{
	struct series s;
	struct picture p = {.height = 380, .directory = o->pictures};
	char *script;
	int rc = series_load(&s, run->timeline, err);

	if (rc)
		return rc;
	if (!s.nr)
		goto out;
	p.name = "locality";
	p.title = "Local memory over time";
	p.description = "A curve for each policy: the share of resident memory on the node that "
			"the guest was told, in percent, against hours";
	p.script = script = curves_script(&s, CURVE_MID, 1e-4, "local memory, %");
	fputs("<section>\n<h2>Locality over time</h2>\n", out);
	rc = print_figure(&p,
			  s.spread ? "Median of zones; the band is the 5th to the 95th "
				     "percentile."
				   : "Share of all resident memory that is local.",
			  out, err);
	free(script);
	if (s.more)
		fprintf(out, "<p>Only the first %d rows of the run are drawn.</p>\n", CURVES_MAX);
	if (!rc) {
		p.name = "live";
		p.title = "Live zones over time";
		p.description = "A curve for each policy: zones alive, against hours";
		p.script = script = curves_script(&s, CURVE_LIVE, 1, "zones alive");
		rc = print_figure(&p, "Zones alive at once.", out, err);
		free(script);
	}
	fputs("</section>\n", out);
out:
	series_release(&s);
	return rc;
}

static char *heat_script(const struct heat *h)
{
	char *text = NULL;
	size_t n;
	FILE *f = open_memstream(&text, &n);

	BUG_ON(!f);
	fputs("$heat << END\n", f);
	for (size_t r = 0; r < h->nr_rows; r++) {
		for (size_t c = 0; c < HEAT_COLUMNS; c++)
			fprintf(f, "%.4g ", h->bytes[r * HEAT_COLUMNS + c] / (double)GIB);
		fputc('\n', f);
	}
	fprintf(f,
		"END\nset xlabel 'hours since the start'\nset ylabel 'host'\n"
		"set cblabel 'GiB on a node'\nset palette defined (0 '#f7fbff', 1 '#6baed6', "
		"2 '#08306b')\nset cbrange [0:*]\nset xrange [0:%.6g]\nset yrange [%.6g:0]\n"
		"unset key\nplot $heat matrix using (($1+0.5)*%.6g):(($2+0.5)*%.6g):3 with image\n",
		(double)h->end_ns / (double)NS_PER_HOUR, (double)h->nr_hosts,
		(double)h->end_ns / (double)NS_PER_HOUR / HEAT_COLUMNS,
		(double)h->per_row / h->nr_nodes);
	fclose(f);
	return text;
}

static int print_heat(const struct run_dir *run, const struct page_options *o, FILE *out,
		      struct error *err)
{
	struct heat h;
	int rc = heat_load(&h, run->zones, err);

	if (!rc && h.nr_rows) {
		char *script = heat_script(&h);
		char *caption =
			xasprintf("%s. A host has %u lines, one a node; a line shows %zu "
				  "node%s, the fullest of them. The memory of a zone in equal "
				  "parts on its nodes, without what spilled to other nodes.",
				  h.row, h.nr_nodes, h.per_row, h.per_row > 1 ? "s" : "");
		struct picture p = {
			.name = "occupancy",
			.title = "Memory of nodes over time",
			.description = "A heat map: hosts and their nodes from top to bottom, time "
				       "from left to right, darker where more memory is in use",
			.script = script,
			.height = 520,
			.directory = o->pictures,
		};

		fputs("<section>\n<h2>Node occupancy over time</h2>\n", out);
		rc = print_figure(&p, caption, out, err);
		fputs("</section>\n", out);
		free(script);
		free(caption);
	}
	heat_release(&h);
	return rc;
}

static void print_about(const struct run_dir *run, FILE *out)
{
	char time[32];

	fputs("<section>\n<h2>What was run</h2>\n<dl>\n", out);
	if (run->about) {
		fputs("<dt>command</dt><dd><code>homenode run", out);
		for (size_t i = 0; run->argument[i]; i++) {
			fputc(' ', out);
			print_xml_text(run->argument[i], out);
		}
		fputs("</code></dd>\n<dt>version</dt><dd>", out);
		print_xml_text(run->version, out);
		fputs("</dd>\n<dt>backend</dt><dd>", out);
		print_xml_text(run->backend, out);
		fprintf(out, "</dd>\n<dt>events</dt><dd>%" PRId64 " in %s</dd>\n", run->events,
			duration_text(run->wall_ms * NS_PER_MS, time, sizeof(time)));
	}
	fprintf(out, "<dt>rows</dt><dd>%zu</dd>\n", run->summary.nr);
	for (size_t i = 0; i < run->nr_inputs; i++) {
		fputs("<dt>input</dt><dd>", out);
		print_xml_text(run->input[i].name, out);
		fprintf(out, "<br><small>sha256 %.16s...</small></dd>\n", run->input[i].sha256);
	}
	fputs("</dl>\n", out);
	if (!run->complete)
		fputs("<p><strong>The run was interrupted; these are the figures it "
		      "reached.</strong></p>\n",
		      out);
	fputs("</section>\n", out);
}

static void print_trust(const struct run_dir *run, const struct page_options *o, FILE *out)
{
	bool simulated = !run->about || strcmp(run->backend, "sim") == 0;

	fputs("<section>\n<h2>How sure the figures are</h2>\n<ul>\n", out);
	fputs(simulated ? "<li>Simulated: equal inputs give equal figures on every machine. They "
			  "say what placement does to memory, not what a guest measures.</li>\n"
			: "<li>Not simulated: figures differ between repeats; compare "
			  "several.</li>\n",
	      out);
	for (size_t i = 0; i < o->nr_hosts; i++) {
		for (unsigned m = 0; m < o->host[i].nr_matrices; m++) {
			fputs("<li>", out);
			print_xml_text(o->host[i].name, out);
			fprintf(out, ": the %s matrix is %s.</li>\n", o->host[i].matrix[m].name,
				o->host[i].matrix[m].grade);
		}
	}
	fputs("</ul>\n</section>\n", out);
}

static int print_pictures(const struct run_dir *run, const struct page_options *o, FILE *out,
			  struct error *err)
{
	int rc = 0;

	if (!have_gnuplot()) {
		if (o->pictures)
			return error_set(err, ERR_MACHINE,
					 "pictures need gnuplot, which is not installed "
					 "(gnuplot-nox on Debian)");
		fputs("<p>Without pictures: gnuplot was not installed where this page was "
		      "made.</p>\n",
		      out);
		return 0;
	}
	if (o->pictures)
		rc = make_directories(o->pictures, err);
	if (!rc && run->timeline)
		rc = print_timeline(run, o, out, err);
	if (!rc && run->zones)
		rc = print_heat(run, o, out, err);
	return rc;
}

int page_write(struct run_dir *run, const struct page_options *o, FILE *out, struct error *err)
{
	char *title = xasprintf("homenode: %s", last_part(run->path));
	int rc;

	page_print_head(title, out);
	free(title);
	print_about(run, out);
	fputs("<section>\n<h2>Policies</h2>\n<p>Among rows of one topology, workload and seed, the "
	      "best (&#9650;) and the worst (&#9660;) are marked. Headings sort.</p>\n",
	      out);
	page_print_policies(run, out);
	fputs("</section>\n<section>\n<h2>All figures</h2>\n", out);
	page_print_summary(run, out);
	fputs("</section>\n", out);
	page_print_compact_scatter(&run->summary, out);
	fputs("<section>\n<h2>Refused zones</h2>\n", out);
	page_print_refusals(run, out);
	fputs("</section>\n", out);
	rc = print_pictures(run, o, out, err);
	if (o->nr_hosts)
		fputs("<section>\n<h2>Hosts</h2>\n", out);
	for (size_t i = 0; i < o->nr_hosts; i++)
		page_print_host(&o->host[i], out);
	if (o->nr_hosts)
		fputs("</section>\n", out);
	print_trust(run, o, out);
	page_print_tail(out);
	return rc;
}
