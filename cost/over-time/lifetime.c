#include "cost/over-time/lifetime.h"

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

void lifetime_figures(const struct lifetime *l, struct lifetime_figures *out)
{
	*out = (struct lifetime_figures){0};
	if (l->bytes > 0) {
		out->latency_ps = cost_rounded(l->latency_ns_bytes / l->bytes * 1e3);
		out->remote_ppm = cost_rounded(l->remote_bytes / l->bytes * 1e6);
	}
	if (!(l->vcpu_s > 0) || !(l->ideal_vcpu_s > 0))
		return;
	out->slowdown_ppm = cost_rounded(l->vcpu_s / l->ideal_vcpu_s * 1e6);
	out->performance_ppm = cost_rounded(l->ideal_vcpu_s / l->vcpu_s * 1e6);
	cost_cause_parts(l->lost_vcpu_s, l->vcpu_s, out->cause_ppm);
}

int64_t lifetime_bandwidth(const struct lifetime *l, int64_t ns)
{
	return ns > 0 ? cost_rounded(l->bytes / ((double)ns / 1e9)) : 0;
}
