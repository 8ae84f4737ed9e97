#include "report/figures.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/units.h"

/* Of so much and more, decimals say nothing. */
#define WHOLE_FROM 1000

static const enum summary_figure shown[] = {
	SUMMARY_zones_placed,
	SUMMARY_zones_refused,
	SUMMARY_local_page_ppm,
	SUMMARY_slowdown_ppm,
	SUMMARY_regret_ppm,
	SUMMARY_swing_ppm,
	SUMMARY_mean_distance_centi,
	SUMMARY_zones_spilled,
	SUMMARY_spilled_bytes,
	SUMMARY_remote_traffic_ppm,
	SUMMARY_bandwidth_bytes_per_s,
	SUMMARY_memory_latency_ps,
	SUMMARY_triad_bytes_per_s,
	SUMMARY_predicted_triad_bytes_per_s,
	SUMMARY_chase_ps,
	SUMMARY_predicted_chase_ps,
	SUMMARY_own_page_ppm,
	SUMMARY_wrong_vnode_page_ppm,
	SUMMARY_off_node_page_ppm,
	SUMMARY_stranded_vcpu_ppm,
	SUMMARY_stranded_memory_ppm,
	SUMMARY_fr16_ppm,
	SUMMARY_peak_live_zones,
	SUMMARY_queue_wait_s,
	SUMMARY_balloon_failures,
	SUMMARY_zones_below_90,
};
const size_t nr_page_figures = sizeof(shown) / sizeof(shown[0]);

const struct column *page_figure(size_t i)
{
	return summary_column(shown[i]);
}

const char *figure_title(const struct column *c, char *buf, size_t size)
{
	const char *sign = unit_sign(c->unit);

	snprintf(buf, size, "%s%s%s", c->title, *sign ? ", " : "", sign);
	return buf;
}

/* A comma between thousands of what decimal_text() wrote. */
static const char *grouped(const char *number, char *buf, size_t size)
{
	size_t n = strcspn(number, "."), at = 0;

	for (size_t i = 0; number[i] && at + 2 < size; i++) {
		buf[at++] = number[i];
		if (i + 1 < n && (n - i) % 3 == 1 && number[i] != '-')
			buf[at++] = ',';
	}
	buf[at] = '\0';
	return buf;
}

const char *figure_text(const struct column *c, int64_t value, char *buf, size_t size)
{
	char number[40];
	bool large = value / unit_one(c->unit) >= WHOLE_FROM;

	return grouped(unit_text(c->unit, value, large ? 0 : -1, number, sizeof(number)), buf,
		       size);
}

bool figure_alike(const struct column *c, int64_t a, int64_t b)
{
	char x[40], y[40];

	return strcmp(figure_text(c, a, x, sizeof(x)), figure_text(c, b, y, sizeof(y))) == 0;
}

bool figure_same(const struct sheet *s, const struct column *c, int64_t *out)
{
	bool found = false;
	int64_t v;

	for (size_t r = 0; r < s->nr; r++) {
		if (!sheet_figure(s, r, c, &v))
			continue;
		if (found && !figure_alike(c, v, *out))
			return false;
		*out = v;
		found = true;
	}
	return found;
}

bool figure_absent(const struct sheet *s, const struct column *c)
{
	int64_t v;

	for (size_t r = 0; r < s->nr; r++)
		if (sheet_figure(s, r, c, &v))
			return false;
	return true;
}

bool sheet_varies(const struct sheet *s, const char *column)
{
	for (size_t r = 1; r < s->nr; r++)
		if (!sheet_same(s, 0, r, column))
			return true;
	return false;
}

const char *sheet_short_name(const struct sheet *s, size_t row, struct arena *a)
{
	static const char *const order[] = {"memory_policy", "allocator", "topology", "workload",
					    "seed"};
	const char *name = sheet_text(s, row, sheet_column(s, "policy"));

	for (size_t i = 0; i < sizeof(order) / sizeof(order[0]); i++)
		if (sheet_varies(s, order[i]))
			name = arena_printf(a, "%s %s%s", name,
					    strcmp(order[i], "seed") == 0 ? "seed " : "",
					    sheet_text(s, row, sheet_column(s, order[i])));
	return name;
}

const char *sheet_name_of(const struct sheet *s, const char *key, char between,
			  const char *otherwise, struct arena *a)
{
	for (size_t r = 0; r < s->nr; r++) {
		const char *p = key;
		unsigned c = 0;

		for (; c < s->nr_keys; c++) {
			const char *text = sheet_text(s, r, (int)c);
			size_t n = strlen(text);

			if (strncmp(p, text, n) != 0 || (p[n] != between && p[n]))
				break;
			p += n + (p[n] != '\0');
		}
		if (c == s->nr_keys && !*p)
			return sheet_short_name(s, r, a);
	}
	return otherwise;
}
