/*
 * What the points of contention.csv say of the model. Of each point: how far what was measured
 * lies from what was predicted; and, which is contention alone, the same of both against the
 * zone without load. The model states an error of bandwidths and of latencies against the idle
 * one (cost/params/grades.h): where 95 of 100 points are within it, it is confirmed.
 */
#include <inttypes.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/terminal.h"
#include "report/contention.h"
#include "schema/schema.h"

#define CONFIRMED_PERCENT 95

struct errors {
	double *size; /* of each, without sign */
	size_t nr;
	double worst; /* with its sign */
	const struct contention_row *at;
};

static const struct contention_row *unloaded(const struct contention_file *f,
					     const struct contention_row *r)
{
	for (size_t i = 0; i < f->nr; i++) {
		const struct contention_row *o = &f->row[i];

		if (!o->level_percent && strcmp(o->zone, r->zone) == 0 &&
		    strcmp(o->point, r->point) == 0 && strcmp(o->key, r->key) == 0)
			return o;
	}
	return NULL;
}

/* NAN: not known. */
static double error_of(const struct contention_row *r)
{
	if (!r || !is_known(r->found) || !is_known(r->predicted) || r->predicted <= 0)
		return NAN;
	return (double)r->found / (double)r->predicted - 1;
}

static double relative_error(const struct contention_file *f, const struct contention_row *r)
{
	double alone = error_of(unloaded(f, r));

	return r->level_percent && alone > -1 ? (1 + error_of(r)) / (1 + alone) - 1 : NAN;
}

static void add(struct errors *e, const struct contention_row *r, double error)
{
	if (isnan(error))
		return;
	if (!e->nr || fabs(error) > fabs(e->worst)) {
		e->worst = error;
		e->at = r;
	}
	e->size[e->nr++] = fabs(error);
}

static int ascending(const void *x, const void *y)
{
	double a = *(const double *)x, b = *(const double *)y;

	return (a > b) - (a < b);
}

static void print_errors(struct errors *e, const char *what, FILE *out)
{
	const struct contention_row *r = e->at;
	char found[40], predicted[40], *text;

	if (!e->nr)
		return;
	qsort(e->size, e->nr, sizeof(*e->size), ascending);
	unit_text_signed(r->time ? UNIT_PS : UNIT_BYTES_PER_S, r->found, -1, found, sizeof(found));
	unit_text_signed(r->time ? UNIT_PS : UNIT_BYTES_PER_S, r->predicted, -1, predicted,
			 sizeof(predicted));
	text = xasprintf("%s the model is within %.1f %% at all %zu points, within %.1f %% at half "
			 "of them; worst (%+.1f %%) at zone %s, %s, level %" PRId64
			 " %%: %s measured, %s predicted",
			 what, e->size[e->nr - 1] * 100, e->nr, e->size[(e->nr - 1) / 2] * 100,
			 e->worst * 100, r->name, r->point, r->level_percent, found, predicted);
	terminal_print_sentence(text, out);
	free(text);
}

/* Of a bandwidth what it is, of a latency what it is against the idle one. */
static double judged_error(const struct contention_file *f, const struct contention_row *r)
{
	return r->time ? relative_error(f, r) : error_of(r);
}

static void print_judgement(const struct contention_file *f, FILE *out)
{
	size_t judged = 0, within = 0;
	char *text;

	for (size_t i = 0; i < f->nr; i++) {
		const struct contention_row *r = &f->row[i];
		double error = judged_error(f, r);

		if (isnan(error) || !is_known(r->stated_error_ppm))
			continue;
		judged++;
		within += fabs(error) * 1e6 <= (double)r->stated_error_ppm;
	}
	if (!judged)
		return;
	text = xasprintf(
		"%s: %zu of %zu points (bandwidths; latencies against idle) are within the error "
		"that the model states for what it knows of this host, and it states that %d %% "
		"are",
		within * 100 >= judged * CONFIRMED_PERCENT ? "confirmed" : "refuted", within,
		judged, CONFIRMED_PERCENT);
	terminal_print_sentence(text, out);
	free(text);
}

/* Reason by reason, in the order in which they come. */
static void print_unknown(const struct contention_file *f, FILE *out)
{
	for (size_t i = 0; i < f->nr; i++) {
		const char *reason = f->row[i].reason;
		size_t nr = 0, k = 0;
		char *text;

		while (k < i && strcmp(f->row[k].reason, reason) != 0)
			k++;
		if (!*reason || k < i)
			continue;
		for (; k < f->nr; k++)
			nr += strcmp(f->row[k].reason, reason) == 0;
		text = xasprintf("%zu of %zu points not measured: %s", nr, f->nr, reason);
		terminal_print_sentence(text, out);
		free(text);
	}
}

void contention_print_verdict(const struct contention_file *f, FILE *out)
{
	struct errors plain = {.size = xcalloc(f->nr + 1, sizeof(double))};
	struct errors relative = {.size = xcalloc(f->nr + 1, sizeof(double))};

	for (size_t i = 0; i < f->nr; i++) {
		add(&plain, &f->row[i], error_of(&f->row[i]));
		add(&relative, &f->row[i], relative_error(f, &f->row[i]));
	}
	print_errors(&plain, "measured against predicted,", out);
	print_errors(&relative, "each against the same zone without load,", out);
	print_judgement(f, out);
	print_unknown(f, out);
	free(plain.size);
	free(relative.size);
}
