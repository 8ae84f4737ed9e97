#include "cost/params/loaded_latency.h"

#include <stddef.h>

#include "host/figures_known.h"

/* u, latency / idle latency */
static const double points[][2] = {
	{0.0, 1.00}, {0.1, 1.05}, {0.2, 1.09}, {0.3, 1.12}, {0.4, 1.17},  {0.5, 1.23},
	{0.6, 1.30}, {0.7, 1.39}, {0.8, 1.49}, {0.9, 1.60}, {0.95, 1.64}, {1.0, 1.68},
};

double loaded_latency(double u)
{
	size_t nr = sizeof(points) / sizeof(points[0]), i;

	if (!(u > 0))
		return points[0][1];
	if (u >= 1)
		return points[nr - 1][1];
	i = (size_t)(u * 10); /* at most the point before: they are a tenth apart or less */
	i = i ? i : 1;
	while (points[i][0] < u)
		i++;
	return points[i - 1][1] + (points[i][1] - points[i - 1][1]) * (u - points[i - 1][0]) /
					  (points[i][0] - points[i - 1][0]);
}

double loaded_latency_on(const struct host_curve *c, double u)
{
	double last;

	if (!c || !(u > 0))
		return c ? 1 : loaded_latency(u);
	u = u < 1 ? u : 1;
	last = c->load[c->nr - 1];
	return u > last ? c->factor[c->nr - 1] * loaded_latency(u) / loaded_latency(last)
			: figures_curve_at(c, u);
}

double loaded_latency_at(const struct host_curve *c, double u, double reads)
{
	double high, low;

	while (c && c->fewer && reads <= c->fewer->read_share)
		c = c->fewer;
	high = loaded_latency_on(c, u);
	if (!c || !c->fewer || reads >= c->read_share)
		return high;
	low = loaded_latency_on(c->fewer, u);
	return low + (high - low) * (reads - c->fewer->read_share) /
			     (c->read_share - c->fewer->read_share);
}
