#include "bench/loop/controller.h"

#include "base/units.h"

const int64_t dynamic_level_ppm[DYNAMIC_LEVELS] = {900000, 750000, 500000};

static int64_t whole_pages(int64_t bytes)
{
	return bytes / PAGE_BYTES * PAGE_BYTES;
}

int64_t balloon_target(const struct balloon_rule *rule, const struct dynamic_zone *d)
{
	int64_t have = d->have_bytes, used = d->use.bytes < have ? d->use.bytes : have, want;
	int128 share = (int128)used * 1000000;

	if (share >= (int128)have * rule->grow_above_ppm) {
		want = whole_pages(used + rule->headroom_bytes);
		want = want < d->max_bytes ? want : d->max_bytes;
		return want > have ? want : have;
	}
	if (share <= (int128)have * rule->shrink_below_ppm) {
		want = whole_pages(have / 2);
		want = want > d->min_bytes ? want : d->min_bytes;
		return want < have ? want : have;
	}
	return have;
}

/* The settled checks: every check_last since the start. */
static int64_t next_on_grid(const struct balloon_rule *rule, const struct dynamic_zone *d,
			    int64_t now_ns)
{
	int64_t done = (now_ns - d->start_ns) / rule->check_last_ns;

	return d->start_ns + (done + 1) * rule->check_last_ns;
}

int64_t balloon_next_check(const struct balloon_rule *rule, const struct dynamic_zone *d,
			   int64_t now_ns)
{
	int64_t target = balloon_target(rule, d);

	if (target == d->have_bytes)
		return NS_NEVER;
	if (d->retry_ns)
		return now_ns + d->retry_ns;
	if (target < d->have_bytes || d->interval_ns >= rule->check_last_ns)
		return next_on_grid(rule, d, now_ns);
	return now_ns + d->interval_ns;
}
