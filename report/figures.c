#include "report/figures.h"

#include <string.h>

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

static const char *short_name(const struct sheet *s, size_t row, struct arena *a)
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
			return short_name(s, r, a);
	}
	return otherwise;
}
