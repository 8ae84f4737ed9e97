#include "cost/model-vs-measured/curves.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/csv.h"
#include "cost/params/loaded_latency.h"
#include "host/figures_known.h"

static size_t nearest_point(const struct curve *c, double u)
{
	size_t at = 0;

	for (size_t i = 1; i < c->nr; i++)
		if (fabs(c->u[i] - u) < fabs(c->u[at] - u))
			at = i;
	return at;
}

double curve_six_points(const struct curve *c, double u, size_t skip, bool *used)
{
	static const double wanted[] = {0, 0.1, 0.3, 0.5, 0.7, 0.85, 0.95};
	double load[sizeof(wanted) / sizeof(wanted[0])], ns[sizeof(wanted) / sizeof(wanted[0])];
	struct host_curve host;
	uint32_t nr = 0;

	*used = false;
	for (size_t i = 0; i < sizeof(wanted) / sizeof(wanted[0]); i++) {
		size_t at = nearest_point(c, wanted[i]);

		*used |= at == skip;
		load[nr] = c->u[at];
		ns[nr++] = c->latency[at];
	}
	if (!figures_curve(&host, nr, load, ns, 1, c->idle))
		return c->idle;
	return c->idle * loaded_latency_on(&host, u);
}

double curve_at(const struct curve *c, double u)
{
	struct host_curve host;

	return figures_curve(&host, (uint32_t)c->nr, c->u, c->latency, 1, c->idle)
		       ? loaded_latency_on(&host, u)
		       : 1;
}

static void end_curve(struct curves *all, struct curve *c)
{
	double most = 0;

	c->idle = INFINITY;
	for (size_t i = 0; i < c->nr; i++) {
		c->idle = fmin(c->idle, c->latency[i]);
		most = fmax(most, c->u[i]);
	}
	for (size_t i = 0; i < c->nr; i++)
		c->u[i] /= most;
	if (c->nr) {
		all->curve = grow(all->curve, &all->cap, all->nr, sizeof(*all->curve));
		all->curve[all->nr++] = *c;
	}
	*c = (struct curve){.nr = 0};
}

static double number_of(const struct csv *csv, size_t field)
{
	char number[64];

	snprintf(number, sizeof(number), "%.*s", (int)csv->field[field].n, csv->field[field].text);
	return strtod(number, NULL);
}

int curves_load(struct curves *out, const char *directory, struct error *err)
{
	char *path = xasprintf("%s/loaded_latency.csv", directory);
	struct curve c = {.nr = 0};
	struct csv csv = {0};
	bool more = true;
	int rc = csv_open(&csv, path, err);

	*out = (struct curves){0};
	while (!rc && more) {
		char id[64] = "";

		rc = csv_next(&csv, &more, err);
		if (!rc && more)
			snprintf(id, sizeof(id), "%.*s", (int)csv.field[0].n, csv.field[0].text);
		if (strcmp(id, c.id) != 0)
			end_curve(out, &c);
		if (rc || !more || c.nr == CURVE_POINTS)
			continue;
		memcpy(c.id, id, sizeof(id));
		c.latency[c.nr] = number_of(&csv, 2);
		c.u[c.nr++] = number_of(&csv, 3);
	}
	csv_close(&csv);
	free(path);
	if (rc)
		curves_release(out);
	return rc;
}

void curves_release(struct curves *c)
{
	free(c->curve);
	*c = (struct curves){0};
}
