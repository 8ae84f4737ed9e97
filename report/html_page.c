#include "report/html_page.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/output.h"
#include "base/units.h"
#include "report/figures.h"
#include "report/html.h"
#include "report/picture.h"
#include "report/refusals.h"
#include "report/series.h"
#include "report/text.h"

int page_print_figure(const struct picture *p, const char *caption, FILE *out, struct error *err)
{
	int rc;

	fputs("<figure>\n<div class=\"wide\" tabindex=\"0\" role=\"region\" aria-label=\"", out);
	print_xml_text(p->title, out);
	fputs("\">\n", out);
	rc = picture_print(p, out, err);
	fputs("</div>\n<figcaption>", out);
	print_xml_text(caption, out);
	fputs("</figcaption>\n</figure>\n", out);
	return rc;
}

static char *heat_script(const struct heat *h, const struct heat_map *m)
{
	double hours = (double)h->end_ns / (double)NS_PER_HOUR;
	bool one = h->nr_hosts == 1;
	char *text = NULL;
	size_t n;
	FILE *f = open_memstream(&text, &n);

	BUG_ON(!f);
	fputs("$heat << END\n", f);
	for (size_t r = 0; r < h->nr_rows; r++) {
		for (size_t c = 0; c < HEAT_COLUMNS; c++)
			fprintf(f, "%.4g ", (double)m->bytes[r * HEAT_COLUMNS + c] / (double)GIB);
		fputc('\n', f);
	}
	fprintf(f,
		"END\nset xlabel 'hours since the start'\nset ylabel '%s'\n"
		"set cblabel 'GiB on a node'\nset palette defined (0 '#f7fbff', 1 '#6baed6', "
		"2 '#08306b')\nset cbrange [0:*]\nset xrange [0:%.6g]\nset yrange [%.6g:%.6g]\n"
		"set ytics %s\nunset key\n"
		"plot $heat matrix using (($1+0.5)*%.6g):(($2+0.5)*%.6g%s):3 with image\n",
		one ? "node" : "host", hours, one ? h->nr_nodes - 0.5 : (double)h->nr_hosts,
		one ? -0.5 : 0.0, h->nr_hosts <= 16 ? "1" : "autofreq", hours / HEAT_COLUMNS,
		(double)h->per_row / (one ? 1 : h->nr_nodes), one ? "-0.5" : "");
	fclose(f);
	return text;
}

static int print_map(const struct sheet *s, struct heat *h, size_t m, const struct page_options *o,
		     FILE *out, struct error *err)
{
	char *script = heat_script(h, &h->map[m]), *name = xasprintf("occupancy%zu", m + 1);
	char *caption = xasprintf("Memory in use on each node: %s.",
				  sheet_name_of(s, h->map[m].row, ' ', h->map[m].row, &h->arena));
	struct picture p = {
		.name = m ? name : "occupancy",
		.title = "Memory of nodes over time",
		.description = "A heat map: hosts and their nodes from top to bottom, time from "
			       "left to right; the scale beside it says how much memory is in use",
		.script = script,
		.height = h->nr_hosts == 1 ? 120 + 26 * h->nr_nodes : 520,
		.directory = o->pictures,
	};
	int rc = page_print_figure(&p, caption, out, err);

	free(caption);
	free(name);
	free(script);
	return rc;
}

static void print_heat_words(const struct heat *h, FILE *out)
{
	if (h->timeline)
		fputs("<p>What zones and dom0 hold on each node, sample by sample", out);
	else
		fprintf(out,
			"<p>A host has %u lines, one a node; %s Each zone's pages are where they "
			"were when it ended: all its life for static memory, its last state for "
			"dynamic memory",
			h->nr_nodes,
			h->per_row > 1 ? "nodes that share a line show the fullest of them." : "");
	fprintf(out, ".%s</p>\n", h->more ? " Only the first rows of the run are drawn." : "");
}

static bool one_host(const struct sheet *s)
{
	int64_t hosts;

	for (size_t r = 0; r < s->nr; r++)
		if (!sheet_known(s, r, SUMMARY_hosts, &hosts) || hosts != 1)
			return false;
	return s->nr > 0;
}

static int print_heat(const struct run_dir *run, const struct page_options *o, FILE *out,
		      struct error *err)
{
	bool timeline = run->timeline && one_host(&run->summary);
	struct heat h;
	int rc;

	if (!timeline && !run->zones)
		return 0;
	rc = heat_load(&h, timeline ? run->timeline : run->zones, timeline, err);
	if (!rc && h.nr_rows) {
		fputs("<section>\n<h2>Node occupancy over time</h2>\n", out);
		print_heat_words(&h, out);
		for (size_t m = 0; !rc && m < h.nr_maps; m++)
			rc = print_map(&run->summary, &h, m, o, out, err);
		fputs("</section>\n", out);
	}
	heat_release(&h);
	return rc;
}

/* What zones.csv adds to the counts of the summary. */
static int print_refusals(const struct run_dir *run, const struct page_options *o, FILE *out,
			  struct error *err)
{
	struct refusals r = {0};
	struct picture p = {.name = "refusals",
			    .title = "Refused zones over time",
			    .description = "Steps for each policy: zones refused an hour",
			    .height = 320,
			    .directory = o->pictures};
	char *script = NULL;
	bool any;
	int rc = 0;

	fputs("<section>\n<h2>Refused zones</h2>\n", out);
	any = page_print_refusals(run, out);
	if (any && run->zones)
		rc = refusals_load(&r, run->zones, err);
	else if (any)
		fputs("<p>When, where and with what words zones were refused is in zones.csv, "
		      "which a run with --zones writes.</p>\n",
		      out);
	for (size_t i = 0; !rc && i < r.nr; i++)
		r.row[i]->name = sheet_name_of(&run->summary, r.row[i]->key, '\x01', r.row[i]->name,
					       &r.arena);
	if (!rc)
		refusals_print(&r, out);
	if (!rc && r.nr && have_gnuplot()) {
		p.script = script = refusals_script(&r);
		rc = page_print_figure(&p, "Zones refused an hour.", out, err);
	}
	fputs("</section>\n", out);
	free(script);
	refusals_release(&r);
	return rc;
}

static void print_about(const struct run_dir *run, FILE *out)
{
	char time[32];

	fputs("<section>\n<h2>How it was run</h2>\n<dl>\n", out);
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
	fputs("</dl>\n</section>\n", out);
}

static void print_grades(const struct page_options *o, FILE *out)
{
	html_begin_table("What the hosts' figures rest on, and how far off they may be", out);
	html_heading("host", true, out);
	html_heading("figure", true, out);
	html_heading("grade", true, out);
	html_heading("error", true, out);
	html_begin_rows("grades", out);
	for (size_t i = 0; i < o->nr_hosts; i++) {
		for (unsigned g = 0; g < o->host[i].nr_grades; g++) {
			const struct page_grade *grade = &o->host[i].grade[g];

			fputs("<tr>", out);
			html_text_cell(o->host[i].name, true, out);
			html_text_cell(grade->what, false, out);
			html_text_cell(grade->grade, false, out);
			fputs("<td class=\"t say\">", out);
			print_xml_text(grade->error, out);
			fputs("</td></tr>\n", out);
		}
	}
	html_end_table(out);
}

static void print_trust(const struct run_dir *run, const struct page_options *o, FILE *out)
{
	bool simulated = !run->real_clock;

	fputs("<section>\n<h2>How sure the figures are</h2>\n", out);
	fputs(simulated ? "<p>Simulated: equal inputs give equal figures on every machine. Counts, "
			  "spill and locality follow from the rules exactly; bandwidth, latency, "
			  "slowdown and swing come from a model, which is as good as what it knows "
			  "of the host: <i>probed</i> (somebody measured this kind of machine), "
			  "<i>firmware</i> (HMAT), or <i>assumed</i> (SLIT and shape).</p>\n"
			: "<p>Measured: figures differ between repeats; one run alone says little. "
			  "Compare several with <code>homenode check</code>.</p>\n",
	      out);
	if (o->nr_hosts)
		print_grades(o, out);
	fputs("</section>\n", out);
}

static int begin_pictures(const struct page_options *o, FILE *out, struct error *err)
{
	if (have_gnuplot())
		return o->pictures ? make_directories(o->pictures, err) : 0;
	if (o->pictures)
		return error_set(err, ERR_MACHINE,
				 "pictures need gnuplot, which is not installed (gnuplot-nox on "
				 "Debian)");
	fputs("<p>Without pictures: gnuplot was not installed where this page was made.</p>\n",
	      out);
	return 0;
}

static int print_hosts(const struct page_options *o, FILE *out, struct error *err)
{
	int rc = 0;

	if (!o->nr_hosts)
		return 0;
	fputs("<section>\n<h2>Hosts</h2>\n", out);
	for (size_t i = 0; !rc && i < o->nr_hosts; i++)
		rc = page_print_host(&o->host[i], i, o->pictures, out, err);
	fputs("</section>\n", out);
	return rc;
}

/* "week: edera-compact", "week: 31 rows" */
static void print_head(const struct run_dir *run, FILE *out)
{
	const struct sheet *s = &run->summary;
	struct arena a = {0};
	const char *workload = !s->nr || sheet_varies(s, "workload")
				       ? last_part(run->path)
				       : sheet_text(s, 0, sheet_column(s, "workload"));

	page_print_head(!s->nr || sheet_varies(s, "policy")
				? arena_printf(&a, "%s: placement policies compared", workload)
				: arena_printf(&a, "%s under %s", workload,
					       sheet_text(s, 0, sheet_column(s, "policy"))),
			out);
	arena_release(&a);
}

int page_write(struct run_dir *run, const struct page_options *o, FILE *out, struct error *err)
{
	int rc;

	print_head(run, out);
	page_print_short(run, o, out);
	rc = begin_pictures(o, out, err);
	if (!rc)
		page_print_policies(run, out);
	if (!rc)
		rc = page_print_measured(run, o, out, err);
	if (!rc)
		page_print_compact_scatter(&run->summary, out);
	if (!rc)
		rc = print_refusals(run, o, out, err);
	if (!rc && run->timeline)
		rc = page_print_timeline(run, o, out, err);
	if (!rc && have_gnuplot())
		rc = print_heat(run, o, out, err);
	if (!rc)
		rc = print_hosts(o, out, err);
	if (rc)
		return rc;
	print_trust(run, o, out);
	print_about(run, out);
	fputs("<section class=\"screen\">\n<h2>All figures</h2>\n", out);
	html_begin_fold("summary.csv as a table", out);
	page_print_summary(run, out);
	html_end_fold(out);
	fputs("</section>\n", out);
	page_print_tail(out);
	return 0;
}
