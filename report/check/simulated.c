/* Figures that are the same bytes wherever they are made: each row against its own. */
#include <inttypes.h>

#include "base/compiler.h"
#include "report/check/judge.h"

static bool within(const struct rule *rule, int64_t before, int64_t now)
{
	int128 d = (int128)now - before, allowed;

	d = d < 0 ? -d : d;
	allowed = (before < 0 ? -(int128)before : before) * (int128)rule->tolerance_ppm;
	return d <= rule->tolerance || d * 1000000 <= allowed;
}

static const char *relative(struct arena *a, int64_t ppm, int64_t by)
{
	char text[40];

	if (!is_known(ppm))
		return "";
	return arena_printf(a, ", %s%s %%", by < 0 ? "-" : "+",
			    unit_text(UNIT_SHARE, ppm, -1, text, sizeof(text)));
}

static void move(struct findings *l, struct sheet *base, const struct rule *rule,
		 const struct change *d)
{
	int64_t ppm = change_ppm(d->a, d->b), by = change_of(d->a, d->b);
	enum finding_kind kind = judge_move(rule, d->b > d->a);
	const char *what = arena_printf(
		&l->arena, "%s: %" PRId64 " -> %" PRId64 " (%s%" PRId64 "%s)", d->column, d->a,
		d->b, by > 0 ? "+" : "", by, relative(&l->arena, ppm, by));

	if (kind != FOUND_NOT_JUDGED && within(rule, d->a, d->b))
		kind = FOUND_WITHIN;
	finding_add_figure(l, kind, base, d->row_a, d->column, d->a, d->b, what)->ppm = ppm;
}

static void unknown(struct findings *l, struct sheet *base, const struct rule *rule,
		    const struct change *d)
{
	const char *what;

	if (is_known(d->a))
		what = arena_printf(&l->arena, "%s: %" PRId64 " -> not known", d->column, d->a);
	else
		what = arena_printf(&l->arena, "%s: not known -> %" PRId64, d->column, d->b);
	(void)finding_add_figure(l, judge_known(rule, is_known(d->a)), base, d->row_a, d->column,
				 d->a, d->b, what);
}

void judge_simulated(struct findings *l, struct sheet *base, const struct comparison *between,
		     const struct rules *rules)
{
	for (size_t i = 0; i < between->nr; i++) {
		const struct change *d = &between->change[i];
		struct rule rule = rule_for(rules, d->column);

		if (is_known(d->a) && is_known(d->b))
			move(l, base, &rule, d);
		else
			unknown(l, base, &rule, d);
	}
}
