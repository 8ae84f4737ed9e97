/* timeline.csv for gnuplot: curves thinned so that their extremes stay. */
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/units.h"
#include "report/pictures.h"

/* Points of a curve; more are thinned in groups that keep their extremes. */
#define POINTS 400

/* Is there something to be local? Where nothing lives a share says nothing. */
static bool says(const struct curve *c, enum curve_value v, size_t i)
{
	return v == CURVE_LIVE || !c->counted || c->value[CURVE_LIVE][i] > 0;
}

/* A group's lowest and highest sample, in order of time; an empty line, which ends a
 * stroke, where none says anything. */
static void print_group(const struct curve *c, enum curve_value v, size_t from, size_t to,
			double scale, FILE *f)
{
	size_t low, high;

	while (from < to && !says(c, v, from))
		from++;
	if (from == to) {
		fputc('\n', f);
		return;
	}
	low = high = from;
	for (size_t i = from; i < to; i++) {
		if (!says(c, v, i))
			continue;
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
		int64_t low = INT64_MAX, high = INT64_MIN;

		for (size_t k = i; k < i + group && k < c->nr; k++) {
			if (!says(c, CURVE_LOW, k))
				continue;
			low = c->value[CURVE_LOW][k] < low ? c->value[CURVE_LOW][k] : low;
			high = c->value[CURVE_HIGH][k] > high ? c->value[CURVE_HIGH][k] : high;
		}
		if (low > high)
			fputc('\n', f);
		else
			fprintf(f, "%.6g %.6g %.6g\n", (double)c->time_s[i] / 3600,
				(double)low / 1e4, (double)high / 1e4);
	}
	fputs("END\n", f);
}

static void print_data(const struct series *s, enum curve_value v, double scale, FILE *f)
{
	char name[32];

	for (size_t i = 0; i < s->nr; i++) {
		snprintf(name, sizeof(name), "c%zu", i);
		print_curve(&s->curve[i], v, scale, name, f);
		snprintf(name, sizeof(name), "b%zu", i);
		if (s->spread && v == CURVE_MID)
			print_band(&s->curve[i], name, f);
	}
	fputs("set xlabel 'hours since the start'\nset grid lc rgb '#d0d0d0'\n"
	      "set autoscale xfixmax\n",
	      f);
}

/* Has it a point? gnuplot fails on a curve that has none. */
static bool has_point(const struct curve *c, enum curve_value v)
{
	for (size_t i = 0; i < c->nr; i++)
		if (says(c, v, i))
			return true;
	return false;
}

/* Those of `policy`, or all for NULL; colours count from the first that is drawn. A curve
 * without a point stands in the legend alone, a panel without one is empty. */
static void print_plot(const struct series *s, enum curve_value v, const char *policy, bool band,
		       FILE *f)
{
	const char *comma = "plot ";
	size_t at = 0;
	bool any = false;

	for (size_t i = 0; i < s->nr; i++)
		any |= (!policy || strcmp(s->curve[i].policy, policy) == 0) &&
		       has_point(&s->curve[i], v);
	if (!any) {
		fputs("set xrange [0:1]\nplot -1 with lines notitle\nset xrange [*:*]\n", f);
		return;
	}

	for (size_t i = 0; band && i < s->nr; i++) {
		if (policy && strcmp(s->curve[i].policy, policy) != 0)
			continue;
		if (!has_point(&s->curve[i], v)) {
			at++;
			continue;
		}
		fprintf(f,
			"%s$b%zu using 1:2:3 with filledcurves fs transparent solid 0.2 "
			"noborder lc rgb '%s' notitle",
			comma, i, picture_colour(at++));
		comma = ", ";
	}
	at = 0;
	for (size_t i = 0; i < s->nr; i++) {
		if (policy && strcmp(s->curve[i].policy, policy) != 0)
			continue;
		if (has_point(&s->curve[i], v))
			fprintf(f, "%s$c%zu using 1:2", comma, i);
		else
			fprintf(f, "%sNaN", comma);
		fprintf(f, " with lines lw 2 dt %zu lc rgb '%s' title ", at % 5 + 1,
			picture_colour(at));
		/* in its own panel the policy's name is the title */
		if (policy && strcmp(s->curve[i].name, policy) == 0)
			fputs("''", f);
		else
			print_gnuplot_text(s->curve[i].name + (policy ? strlen(policy) + 1 : 0), f);
		comma = ", ";
		at++;
	}
	fputc('\n', f);
}

char *live_script(const struct series *s)
{
	char *text = NULL;
	size_t n;
	FILE *f = xmemstream(&text, &n);

	print_data(s, CURVE_LIVE, 1, f);
	fputs("set ylabel 'zones alive'\nset key outside above\nset yrange [0:*]\n", f);
	print_plot(s, CURVE_LIVE, NULL, false, f);
	xmemstream_close(f);
	return text;
}

/* The policies in the order of their first curve; returns how many. */
static size_t list_policies(const struct series *s, const char **policy)
{
	size_t nr = 0, k;

	for (size_t i = 0; i < s->nr; i++) {
		for (k = 0; k < nr && strcmp(policy[k], s->curve[i].policy) != 0; k++)
			;
		if (k == nr)
			policy[nr++] = s->curve[i].policy;
	}
	return nr;
}

/* A panel for each policy, so that bands do not hide each other. */
char *locality_script(const struct series *s, unsigned *height)
{
	const char *policy[CURVES_MAX];
	size_t n, nr = list_policies(s, policy), across = nr > 1 ? 2 : 1;
	char *text = NULL;
	FILE *f = xmemstream(&text, &n);

	*height = (unsigned)((nr + across - 1) / across) * 280;
	print_data(s, CURVE_MID, 1e-4, f);
	fprintf(f,
		"set ylabel 'local memory, %%'\nset key above samplen 2\n"
		"set yrange [0:103]\n"
		"set multiplot layout %zu,%zu\n",
		(nr + across - 1) / across, across);
	for (size_t p = 0; p < nr; p++) {
		fputs("set title ", f);
		print_gnuplot_text(policy[p], f);
		fputc('\n', f);
		print_plot(s, CURVE_MID, policy[p], s->spread, f);
	}
	fputs("unset multiplot\n", f);
	xmemstream_close(f);
	return text;
}
