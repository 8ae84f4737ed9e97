#include "cli/verdict.h"

#include <inttypes.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/terminal.h"

#define ALIKE 0.001 /* of the zones offered, of the changes of memory */
#define STRIPED 0.9 /* of the zones, on several nodes */
#define LINES_MAX 8 /* of more contenders only the recommended one is told of */
#define LINE_MAX_BYTES 640

struct verdict_contender *verdict_contender(struct verdict *v, const char *name)
{
	for (size_t i = 0; i < v->nr; i++)
		if (strcmp(v->contender[i].name, name) == 0)
			return &v->contender[i];
	v->contender = grow(v->contender, &v->cap, v->nr, sizeof(*v->contender));
	v->contender[v->nr] = (struct verdict_contender){.name = name};
	return &v->contender[v->nr++];
}

struct verdict_sample *verdict_sample(struct verdict_contender *c, uint64_t seed)
{
	struct verdict_sample *s;

	c->sample = grow(c->sample, &c->cap, c->nr, sizeof(*c->sample));
	s = &c->sample[c->nr++];
	s->seed = seed;
	for (int f = 0; f < NR_VERDICT_FIGURES; f++)
		s->of[f] = FIGURE_UNKNOWN;
	return s;
}

void verdict_release(struct verdict *v)
{
	for (size_t i = 0; i < v->nr; i++)
		free(v->contender[i].sample);
	free(v->contender);
	*v = (struct verdict){0};
}

/* --- figures --------------------------------------------------------------------------- */

/* Over the seeds that know it; NAN: none does. */
static double mean_of(const struct verdict_contender *c, enum verdict_figure f)
{
	double sum = 0;
	size_t known = 0;

	for (size_t i = 0; i < c->nr; i++) {
		if (is_known(c->sample[i].of[f])) {
			sum += (double)c->sample[i].of[f];
			known++;
		}
	}
	return known ? sum / (double)known : (double)NAN;
}

/* Either side of the mean; 0 where it is counted. A slowdown is 1 and a loss, the error is the
 * loss's: pages far away are a matter of latency, all else of bandwidth. */
static double model_error(const struct verdict *v, const struct verdict_contender *c,
			  enum verdict_figure f)
{
	double mean = mean_of(c, f), remote = mean_of(c, VERDICT_REMOTE), share;
	double latency = (double)v->latency_error_ppm, bandwidth = (double)v->bandwidth_error_ppm;

	if (f != VERDICT_SLOWDOWN || isnan(mean))
		return 0;
	share = isnan(remote) ? NAN : fmin(1, remote / 1e6);
	return fmax(0, mean - 1e6) *
	       (isnan(share) ? fmax(latency, bandwidth)
			     : share * latency + (1 - share) * bandwidth) /
	       1e6;
}

/* Is one ahead of the other with every seed that both have? */
static bool ahead_in_all(const struct verdict_contender *a, const struct verdict_contender *b,
			 enum verdict_figure f)
{
	int first = 0;

	for (size_t i = 0; i < a->nr; i++) {
		for (size_t j = 0; j < b->nr; j++) {
			int64_t x = a->sample[i].of[f], y = b->sample[j].of[f];
			int sign = (x > y) - (x < y);

			if (a->sample[i].seed != b->sample[j].seed || !is_known(x) || !is_known(y))
				continue;
			if (!sign || (first && sign != first))
				return false;
			first = sign;
		}
	}
	return first != 0;
}

static bool shown_alike(enum verdict_figure f, double x, double y)
{
	static const enum unit unit[NR_VERDICT_FIGURES] = {
		[VERDICT_OFFERED] = UNIT_COUNT,	   [VERDICT_PLACED] = UNIT_COUNT,
		[VERDICT_LOCAL] = UNIT_SHARE,	   [VERDICT_DISTANCE] = UNIT_SLIT,
		[VERDICT_SLOWDOWN] = UNIT_FACTOR,  [VERDICT_REMOTE] = UNIT_SHARE,
		[VERDICT_MULTI_NODE] = UNIT_COUNT, [VERDICT_GROWN] = UNIT_COUNT,
		[VERDICT_SHORT] = UNIT_COUNT,
	};
	char a[40], b[40];

	return strcmp(unit_text(unit[f], llround(x), -1, a, sizeof(a)),
		      unit_text(unit[f], llround(y), -1, b, sizeof(b))) == 0;
}

static bool differs(const struct verdict *v, const struct verdict_contender *a,
		    const struct verdict_contender *b, enum verdict_figure f)
{
	double x = mean_of(a, f), y = mean_of(b, f);

	if (isnan(x) || isnan(y) || shown_alike(f, x, y) || !ahead_in_all(a, b, f))
		return false;
	return fabs(x - y) > fmax(model_error(v, a, f), model_error(v, b, f));
}

static bool as_many(const struct verdict *v, const struct verdict_contender *a,
		    const struct verdict_contender *b)
{
	double x = mean_of(a, VERDICT_PLACED), y = mean_of(b, VERDICT_PLACED);

	return fabs(x - y) <= ALIKE * mean_of(a, VERDICT_OFFERED) ||
	       !differs(v, a, b, VERDICT_PLACED);
}

/* Every zone lies on every node: nothing can spill, nothing is local. */
static bool stripes(const struct verdict_contender *c)
{
	double multi = mean_of(c, VERDICT_MULTI_NODE), placed = mean_of(c, VERDICT_PLACED);

	return placed > 0 && multi / placed >= STRIPED && mean_of(c, VERDICT_LOCAL) < 500000;
}

/* --- which one ------------------------------------------------------------------------- */

/* Places more zones than `c` and slows all by more than that, at the good end of the error too. */
static bool outdone_by(const struct verdict *v, const struct verdict_contender *x,
		       const struct verdict_contender *c)
{
	double more = mean_of(x, VERDICT_PLACED), less = mean_of(c, VERDICT_PLACED);
	double slow = mean_of(x, VERDICT_SLOWDOWN), fast = mean_of(c, VERDICT_SLOWDOWN);
	double error =
		fmax(model_error(v, x, VERDICT_SLOWDOWN), model_error(v, c, VERDICT_SLOWDOWN));

	return !c->foresees && less > 0 && more > less && differs(v, x, c, VERDICT_SLOWDOWN) &&
	       slow - error > fast * more / less;
}

static bool outdone(const struct verdict *v, const struct verdict_contender *x)
{
	for (size_t i = 0; stripes(x) && i < v->nr; i++)
		if (outdone_by(v, x, &v->contender[i]))
			return true;
	return false;
}

static const struct verdict_contender *most_placed(const struct verdict *v)
{
	const struct verdict_contender *most = NULL;

	for (size_t i = 0; i < v->nr; i++) {
		const struct verdict_contender *c = &v->contender[i];

		if (!outdone(v, c) &&
		    (!most || mean_of(c, VERDICT_PLACED) > mean_of(most, VERDICT_PLACED)))
			most = c;
	}
	return most;
}

/* As many as the most, or more. */
static bool placed_enough(const struct verdict *v, const struct verdict_contender *c)
{
	const struct verdict_contender *most = most_placed(v);

	return mean_of(c, VERDICT_PLACED) >= mean_of(most, VERDICT_PLACED) || as_many(v, most, c);
}

/* The fewest changes of memory that came up short, of those who place as many; NULL: not known. */
static const struct verdict_contender *least_short(const struct verdict *v)
{
	const struct verdict_contender *least = NULL;

	for (size_t i = 0; i < v->nr; i++) {
		const struct verdict_contender *c = &v->contender[i];
		double mine = mean_of(c, VERDICT_SHORT);

		if (!c->foresees && !isnan(mine) && placed_enough(v, c) &&
		    (!least || mine < mean_of(least, VERDICT_SHORT)))
			least = c;
	}
	return least;
}

static bool fell_short(const struct verdict *v, const struct verdict_contender *c)
{
	const struct verdict_contender *least = least_short(v);
	double mine = mean_of(c, VERDICT_SHORT), grown = mean_of(c, VERDICT_GROWN);

	return least && !isnan(mine) &&
	       mine - mean_of(least, VERDICT_SHORT) > ALIKE * (isnan(grown) ? 0 : grown) &&
	       differs(v, c, least, VERDICT_SHORT);
}

/* Would a line tell the difference? It has shares with one decimal. */
static bool tellable(enum verdict_figure f, double x, double y)
{
	char points[40];

	return f != VERDICT_LOCAL ||
	       strcmp(unit_text(UNIT_SHARE, llabs(llround(x - y)), 1, points, sizeof(points)),
		      "0.0") != 0;
}

/* Takes those away that are worse than the best by a figure; `sign` 1: less is better. */
static void keep_best(const struct verdict *v, bool *in, enum verdict_figure f, int sign)
{
	const struct verdict_contender *best = NULL;
	size_t known = 0;

	for (size_t i = 0; i < v->nr; i++) {
		double mine = mean_of(&v->contender[i], f);

		if (!in[i] || isnan(mine))
			continue;
		known++;
		if (!best || sign * (mine - mean_of(best, f)) < 0)
			best = &v->contender[i];
	}
	for (size_t i = 0; known > 1 && i < v->nr; i++) {
		double mine = mean_of(&v->contender[i], f);

		in[i] = in[i] && !isnan(mine) &&
			(&v->contender[i] == best || !differs(v, &v->contender[i], best, f) ||
			 !tellable(f, mine, mean_of(best, f)));
	}
}

/* The recommended one; NULL: all know what comes. */
static const struct verdict_contender *recommend(const struct verdict *v)
{
	const struct verdict_contender *best = NULL;
	bool *in = xcalloc(v->nr, sizeof(*in));

	for (size_t i = 0; i < v->nr; i++)
		in[i] = !v->contender[i].foresees && placed_enough(v, &v->contender[i]) &&
			!fell_short(v, &v->contender[i]);
	keep_best(v, in, VERDICT_SLOWDOWN, 1);
	keep_best(v, in, VERDICT_LOCAL, -1);
	keep_best(v, in, VERDICT_DISTANCE, 1);
	for (size_t i = v->nr; i-- > 0;)
		best = in[i] ? &v->contender[i] : best;
	free(in);
	return best;
}

const char *verdict_recommended(const struct verdict *v)
{
	const struct verdict_contender *best = v->nr ? recommend(v) : NULL;

	return best ? best->name : NULL;
}

/* --- sentences ------------------------------------------------------------------------- */

/* Parts of a line: what is sure, and what is not. */
struct line {
	const struct verdict_contender *base; /* who it is compared with */
	char sure[LINE_MAX_BYTES], within[LINE_MAX_BYTES];
};

static void add(char *text, const char *part)
{
	size_t n = strlen(text);

	snprintf(text + n, LINE_MAX_BYTES - n, "%s%s", n ? ", " : "", part);
}

static void tell_placed(struct line *l, const struct verdict_contender *c)
{
	const struct verdict_contender *base = l->base;
	int64_t more = llround(mean_of(c, VERDICT_PLACED) - mean_of(base, VERDICT_PLACED));
	char part[160];

	if (!more)
		snprintf(part, sizeof(part), "as many zones as %s", base->name);
	else
		snprintf(part, sizeof(part), "%lld zone%s %s than %s", llabs(more),
			 llabs(more) == 1 ? "" : "s", more > 0 ? "more" : "fewer", base->name);
	add(l->sure, part);
}

static void tell_local(struct line *l, const struct verdict *v, const struct verdict_contender *c)
{
	const struct verdict_contender *base = l->base;
	double by = mean_of(c, VERDICT_LOCAL) - mean_of(base, VERDICT_LOCAL);
	char points[40], part[96];

	if (isnan(by))
		return;
	unit_text(UNIT_SHARE, llabs(llround(by)), 1, points, sizeof(points));
	snprintf(part, sizeof(part), "%s points %s local", points, by > 0 ? "more" : "less");
	if (strcmp(points, "0.0") == 0)
		add(l->sure, "as local");
	else if (differs(v, c, base, VERDICT_LOCAL))
		add(l->sure, part);
	else
		add(l->sure, "locality depends on the seed");
}

static void tell_distance(struct line *l, const struct verdict *v,
			  const struct verdict_contender *c)
{
	const struct verdict_contender *base = l->base;
	double by = mean_of(c, VERDICT_DISTANCE) - mean_of(base, VERDICT_DISTANCE);
	char slit[40], part[96];

	if (!isnan(mean_of(c, VERDICT_LOCAL)) || !differs(v, c, base, VERDICT_DISTANCE))
		return;
	unit_text(UNIT_SLIT, llabs(llround(by)), -1, slit, sizeof(slit));
	snprintf(part, sizeof(part), "memory %s SLIT %s", slit, by < 0 ? "nearer" : "farther");
	add(l->sure, part);
}

/* Of its own time, as the page says it. */
static void tell_speed(struct line *l, const struct verdict *v, const struct verdict_contender *c)
{
	const struct verdict_contender *base = l->base;
	double mine = mean_of(c, VERDICT_SLOWDOWN), was = mean_of(base, VERDICT_SLOWDOWN);
	double error =
		fmax(model_error(v, c, VERDICT_SLOWDOWN), model_error(v, base, VERDICT_SLOWDOWN));
	char by[40], off[40], part[160];

	if (isnan(mine) || isnan(was))
		return;
	unit_text(UNIT_SHARE, llabs(llround((was - mine) / mine * 1e6)), 1, by, sizeof(by));
	if (shown_alike(VERDICT_SLOWDOWN, mine, was) || strcmp(by, "0.0") == 0) {
		add(l->sure, "as fast");
		return;
	}
	unit_text(UNIT_SHARE, llround(error / mine * 1e6), 1, off, sizeof(off));
	snprintf(part, sizeof(part), "%s %% %s", by, mine < was ? "faster" : "slower");
	if (differs(v, c, base, VERDICT_SLOWDOWN)) {
		add(l->sure, part);
	} else if (fabs(mine - was) > error) {
		add(l->sure, "speed depends on the seed");
	} else {
		snprintf(part, sizeof(part), "%s %% %s (error %s %%)", by,
			 mine < was ? "faster" : "slower", off);
		add(l->within, part);
	}
}

/* Whose memory it was that came up short, this one's or the other's. */
static void tell_short(struct line *l, const struct verdict *v, const struct verdict_contender *c)
{
	const struct verdict_contender *who = fell_short(v, c) ? c : l->base;
	int64_t nr = llround(mean_of(who, VERDICT_SHORT));
	char part[160];

	if (fell_short(v, c) == fell_short(v, l->base))
		return;
	snprintf(part, sizeof(part), "%s%" PRId64 " change%s of memory came up short",
		 who == c ? "" : "under which ", nr, nr == 1 ? "" : "s");
	add(l->sure, part);
}

/* What stands behind the figures. */
static const char *last_words(const struct verdict *v, const struct verdict_contender *c)
{
	if (c->foresees)
		return "; it knows what comes: a bound, not a policy to run";
	if (outdone(v, c))
		return "; it stripes every zone over all nodes, and does less work in all";
	return stripes(c) ? "; it stripes every zone over all nodes" : "";
}

static void print_line(const struct verdict *v, const struct verdict_contender *c,
		       const struct verdict_contender *base, FILE *out)
{
	struct line l = {.base = base};
	char *text;
	bool compared = (as_many(v, c, base) || outdone(v, c) || outdone(v, base)) &&
			fell_short(v, c) == fell_short(v, base);

	tell_placed(&l, c);
	tell_short(&l, v, c);
	if (compared) {
		tell_local(&l, v, c);
		tell_distance(&l, v, c);
		tell_speed(&l, v, c);
	}
	text = xasprintf("%s%s: %s%s%s%s%s", c == recommend(v) ? "take " : "", c->name, l.sure,
			 *l.within ? "; within the model's error: " : "", l.within,
			 compared ? "" : "; so not compared on other figures", last_words(v, c));
	terminal_print_sentence(text, out);
	free(text);
}

/* All against the baseline; where that does not hold its zones' memory, against who is
 * recommended instead. */
void verdict_print(const struct verdict *v, FILE *out)
{
	const struct verdict_contender *best = v->nr > 1 ? recommend(v) : NULL,
				       *base = v->contender;

	if (!best)
		return;
	fputc('\n', out);
	if (best == base)
		fprintf(out, "stay with %s\n", best->name);
	else
		print_line(v, best, base, out);
	base = fell_short(v, base) ? best : base;
	for (size_t i = 1; v->nr <= LINES_MAX && i < v->nr; i++)
		if (&v->contender[i] != best)
			print_line(v, &v->contender[i], base, out);
}
