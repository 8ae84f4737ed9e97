/* Figures of lives. */
#include "cost/over-time/ledger.h"

void lifetime_add(struct lifetime *sum, const struct lifetime *l)
{
	sum->vcpu_s += l->vcpu_s;
	sum->ideal_vcpu_s += l->ideal_vcpu_s;
	for (int c = 0; c < COST_CAUSES; c++)
		sum->lost_vcpu_s[c] += l->lost_vcpu_s[c];
	sum->bytes += l->bytes;
	sum->remote_bytes += l->remote_bytes;
	sum->latency_ns_bytes += l->latency_ns_bytes;
}

static int64_t rounded(double x)
{
	return (int64_t)(x + 0.5);
}

void lifetime_figures(const struct lifetime *l, struct lifetime_figures *out)
{
	double lost = 0, before = 0;
	int64_t given = 0;

	*out = (struct lifetime_figures){0};
	if (l->bytes > 0) {
		out->latency_ps = rounded(l->latency_ns_bytes / l->bytes * 1e3);
		out->remote_ppm = rounded(l->remote_bytes / l->bytes * 1e6);
	}
	if (!(l->vcpu_s > 0) || !(l->ideal_vcpu_s > 0))
		return;
	out->slowdown_ppm = rounded(l->vcpu_s / l->ideal_vcpu_s * 1e6);
	out->performance_ppm = rounded(l->ideal_vcpu_s / l->vcpu_s * 1e6);
	for (int c = 0; c < COST_CAUSES; c++)
		lost += l->lost_vcpu_s[c];
	if (!(lost > 1e-4 * l->vcpu_s))
		return;
	/* whole numbers that add up to a million */
	for (int c = 0; c < COST_CAUSES; c++) {
		before += l->lost_vcpu_s[c];
		out->cause_ppm[c] = rounded(before / lost * 1e6) - given;
		given += out->cause_ppm[c];
	}
}

int64_t lifetime_bandwidth(const struct lifetime *l, int64_t ns)
{
	return ns > 0 ? rounded(l->bytes / ((double)ns / 1e9)) : 0;
}
