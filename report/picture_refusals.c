/* Refusals over time, for gnuplot. */
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/units.h"
#include "report/pictures.h"

/* Of more rows than this the ones with most refusals are drawn. */
#define DRAWN_MAX 7

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
	FILE *f = xmemstream(&text, &n);

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
	xmemstream_close(f);
	free(row);
	return text;
}
