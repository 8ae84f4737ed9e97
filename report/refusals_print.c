#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/units.h"
#include "report/html.h"
#include "report/picture.h"
#include "report/refusals.h"
#include "report/text.h"

/* Of more rows than this the ones with most refusals are drawn. */
#define DRAWN_MAX 7
#define UNFOLDED_MAX 24 /* lines of reasons that are shown unasked */

static void range_cell(const struct range *r, bool bytes, FILE *out)
{
	char low[32], high[32], text[80];

	if (bytes) {
		bytes_text(r->low, low, sizeof(low));
		bytes_text(r->high, high, sizeof(high));
	} else {
		snprintf(low, sizeof(low), "%" PRId64, r->low);
		snprintf(high, sizeof(high), "%" PRId64, r->high);
	}
	snprintf(text, sizeof(text), r->low == r->high ? "%s" : "%s to %s", low, high);
	html_shown_cell(r->high, text, out);
}

static void time_cell(int64_t ns, FILE *out)
{
	char text[32];

	html_shown_cell(ns, time_text(ns / NS_PER_S, text, sizeof(text)), out);
}

static void print_kind(const struct refusals *r, const struct refusal_row *row,
		       const struct refusal_kind *k, FILE *out)
{
	fputs("<tr>", out);
	html_text_cell(row->name, true, out);
	html_text_cell(k->error, false, out);
	if (r->reasons) {
		fputs("<td class=\"t say\">", out);
		print_xml_text(k->example, out);
		fputs("</td>", out);
	}
	html_figure_cell(k->zones, NULL, out);
	time_cell(k->first_ns, out);
	time_cell(k->last_ns, out);
	range_cell(&k->vcpus, false, out);
	range_cell(&k->memory_bytes, true, out);
	if (r->reasons) {
		range_cell(&k->host_free_bytes, true, out);
		range_cell(&k->node_free_bytes, true, out);
	}
	fputs("</tr>\n", out);
}

static void print_kinds(const struct refusals *r, FILE *out)
{
	size_t nr = 0;

	for (size_t i = 0; i < r->nr; i++)
		nr += r->row[i]->nr_kinds;
	if (nr > UNFOLDED_MAX)
		html_begin_fold("Why zones were refused, reason by reason", out);
	html_begin_table("Why zones were refused", out);
	html_heading("policy", true, out);
	html_heading("error", true, out);
	if (r->reasons)
		html_heading("reason (the first of its kind)", true, out);
	html_heading("zones", false, out);
	html_heading("first", false, out);
	html_heading("last", false, out);
	html_heading("vCPUs", false, out);
	html_heading("memory", false, out);
	if (r->reasons) {
		html_heading("most free on a host", false, out);
		html_heading("most free on a node", false, out);
	}
	html_begin_rows("refusal-kinds", out);
	for (size_t i = 0; i < r->nr; i++)
		for (size_t k = 0; k < r->row[i]->nr_kinds; k++)
			print_kind(r, r->row[i], &r->row[i]->kind[k], out);
	html_end_table(out);
	if (nr > UNFOLDED_MAX)
		html_end_fold(out);
}

static void print_hosts(const struct refusals *r, FILE *out)
{
	html_begin_table(
		"Where zones were refused: hosts that were asked first, those with most refusals",
		out);
	html_heading("policy", true, out);
	html_heading("refused", false, out);
	html_heading("no host had enough free", false, out);
	html_heading("a host had, and said no", false, out);
	html_heading("which host, how often", true, out);
	html_begin_rows("refusal-hosts", out);
	for (size_t i = 0; i < r->nr; i++) {
		const struct refusal_row *row = r->row[i];

		fputs("<tr>", out);
		html_text_cell(row->name, true, out);
		html_figure_cell(row->zones, NULL, out);
		html_figure_cell(row->unasked, NULL, out);
		html_figure_cell(row->zones - row->unasked, NULL, out);
		fputs("<td class=\"t say\">", out);
		for (size_t h = 0; h < row->nr_hosts; h++)
			fprintf(out, "%shost %" PRId64 ": %" PRId64, h ? ", " : "",
				row->host[h].host, row->host[h].zones);
		fputs("</td></tr>\n", out);
	}
	html_end_table(out);
}

void refusals_print(const struct refusals *r, FILE *out)
{
	if (!r->nr)
		return;
	print_kinds(r, out);
	if (r->reasons)
		print_hosts(r, out);
}

static int most_first(const void *a, const void *b)
{
	const struct refusal_row *x = *(struct refusal_row *const *)a,
				 *y = *(struct refusal_row *const *)b;

	if (x->zones != y->zones)
		return x->zones < y->zones ? 1 : -1;
	return strcmp(x->key, y->key);
}

char *refusals_script(const struct refusals *r)
{
	struct refusal_row **row = xcalloc(r->nr, sizeof(struct refusal_row *));
	size_t n, nr = r->nr < DRAWN_MAX ? r->nr : DRAWN_MAX, last = 0;
	char *text = NULL;
	FILE *f = open_memstream(&text, &n);

	BUG_ON(!f);
	memcpy(row, r->row, r->nr * sizeof(struct refusal_row *));
	qsort(row, r->nr, sizeof(struct refusal_row *), most_first);
	for (size_t i = 0; i < nr; i++)
		for (size_t b = 0; b < REFUSAL_BINS; b++)
			last = row[i]->bin[b] && b > last ? b : last;
	for (size_t i = 0; i < nr; i++) {
		double hours = (double)row[i]->bin_ns / (double)NS_PER_HOUR;

		fprintf(f, "$r%zu << END\n", i);
		for (size_t b = 0; b <= last; b++)
			fprintf(f, "%.6g %.6g\n", hours * (double)b,
				(double)row[i]->bin[b] / hours);
		fprintf(f, "%.6g 0\nEND\n", hours * (double)(last + 1));
	}
	fputs("set xlabel 'hours since the start'\nset ylabel 'refused an hour'\n"
	      "set grid lc rgb '#d0d0d0'\nset key outside above\nset xrange [0:*]\n"
	      "set yrange [0:*]\nplot ",
	      f);
	for (size_t i = 0; i < nr; i++) {
		fprintf(f, "%s$r%zu using 1:2 with steps lw 2 dt %zu lc rgb '%s' title ",
			i ? ", " : "", i, i % 5 + 1, picture_colour(i));
		print_gnuplot_text(row[i]->name, f);
	}
	fputc('\n', f);
	fclose(f);
	free(row);
	return text;
}
