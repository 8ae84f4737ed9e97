#include <string.h>

#include "base/units.h"
#include "zone/use_read.h"
#include "zone/workload_impl.h"
#include "zone/zone_read.h"

#define SIZES_MAX 4096
#define WEIGHT_MAX 1000000000
#define ZONES_MAX 1000000000 /* alive at the start */

/* An item of a list as a duration; doc_get_duration() is for members. */
static int duration_item(const struct doc_value *at, int64_t *out_ns, struct error *err)
{
	int64_t s;

	if (doc_int(at, 1, TIME_MAX_S, &s)) {
		*out_ns = s * NS_PER_S;
		return 0;
	}
	if (at->kind == DOC_TEXT && duration_parse(at->text, out_ns) && *out_ns > 0)
		return 0;
	return doc_error(at, err,
			 "a lifetime must be a duration above 0 such as \"26s\", \"1.5h\" or "
			 "\"3d\", or a whole number of seconds");
}

static int read_daily(struct workload_generator *g, const struct doc_value *at, struct error *err)
{
	static const char *const keys[] = {"amplitude", "peak", NULL};
	int64_t peak_ns = 12 * NS_PER_HOUR;
	double amplitude = 0;
	int rc = doc_known(at, "\"daily\"", keys, err);

	if (!rc)
		rc = doc_get_real(at, "amplitude", true, 0, 1, &amplitude, err);
	if (!rc)
		rc = doc_get_duration(at, "peak", false, &peak_ns, err);
	if (!rc)
		generator_daily_cosine(g, amplitude, peak_ns);
	return rc;
}

static int read_hourly(struct workload_generator *g, const struct doc_value *list,
		       struct error *err)
{
	double sum = 0;

	if (list->nr != 24)
		return doc_error(list, err, "\"hourly\" must hold 24 numbers, one an hour");
	for (size_t h = 0; h < 24; h++) {
		const struct doc_value *at = &list->item[h];
		double v;

		if (!doc_real(at, 0, 1e9, &v))
			return doc_error(at, err, "a rate must be a number from 0 to 1e9");
		g->hour[h] = v;
		sum += v;
	}
	if (sum <= 0)
		return doc_error(list, err, "at least one of the 24 rates must be above 0");
	for (int h = 0; h < 24; h++)
		g->hour[h] = g->hour[h] * 24 / sum;
	g->daily = true;
	return 0;
}

static int read_bursts(struct workload_generator *g, const struct doc_value *at, struct error *err)
{
	static const char *const keys[] = {"share", "size", NULL};
	const struct doc_value *size;
	int64_t burst[2] = {0, 0};
	int rc = doc_known(at, "\"bursts\"", keys, err);

	if (!rc)
		rc = doc_get_real(at, "share", true, 0, 1, &g->burst_share, err);
	if (!rc)
		rc = doc_get_list(at, "size", true, &size, err);
	if (rc)
		return rc;
	if (size->nr != 2)
		return doc_error(size, err,
				 "\"size\" must be two numbers, the smallest and the largest "
				 "burst: [20, 50]");
	for (size_t i = 0; i < 2; i++) {
		int64_t least = i ? burst[0] : 1;

		if (!doc_int(&size->item[i], least, 1000000, &burst[i]))
			return doc_error(&size->item[i], err,
					 "the %s burst must be a whole number from %lld to "
					 "1000000",
					 i ? "largest" : "smallest", (long long)least);
	}
	g->burst_min = (uint32_t)burst[0];
	g->burst_max = (uint32_t)burst[1];
	return 0;
}

static int read_arrivals(struct workload_generator *g, const struct doc_value *at,
			 struct error *err)
{
	static const char *const keys[] = {"per_hour", "daily", "hourly", "bursts", NULL};
	const struct doc_value *daily, *hourly, *bursts;
	int rc = doc_known(at, "\"arrivals\"", keys, err);

	if (!rc)
		rc = doc_get_real(at, "per_hour", true, 1e-6, 1e9, &g->per_hour, err);
	if (!rc)
		rc = doc_get_map(at, "daily", false, &daily, err);
	if (!rc)
		rc = doc_get_list(at, "hourly", false, &hourly, err);
	if (!rc)
		rc = doc_get_map(at, "bursts", false, &bursts, err);
	if (rc)
		return rc;
	if (daily && hourly)
		return doc_error(hourly, err, "give \"daily\" or \"hourly\", not both");
	if (daily)
		rc = read_daily(g, daily, err);
	else if (hourly)
		rc = read_hourly(g, hourly, err);
	if (!rc && bursts)
		rc = read_bursts(g, bursts, err);
	return rc;
}

static int read_size(const struct doc_value *at, const struct fleet_spec *fleet, struct arena *a,
		     struct zone *zone, uint64_t *weight, uint32_t *cluster, struct error *err)
{
	static const char *const more[] = {"weight", "cluster", NULL};
	int64_t v = 1;
	int rc = zone_size_from_doc(at, more, a, zone, err);

	if (!rc)
		rc = doc_get_int(at, "weight", false, 0, WEIGHT_MAX, &v, err);
	*weight = (uint64_t)v;
	return rc ? rc : cluster_from_doc(fleet, at, cluster, err);
}

static int read_sizes(struct workload_generator *g, const struct doc_value *list,
		      const struct fleet_spec *fleet, struct arena *a, struct error *err)
{
	size_t nr = list->nr;
	uint32_t *cluster;
	struct alias_column *column;
	uint64_t *weight, sum = 0;
	struct zone *zone;
	int rc = 0;

	if (!nr || nr > SIZES_MAX)
		return doc_error(list, err, "\"sizes\" must hold 1 to %d sizes", SIZES_MAX);
	zone = arena_alloc(a, nr * sizeof(*zone));
	cluster = arena_alloc(a, nr * sizeof(*cluster));
	weight = arena_alloc(a, nr * sizeof(*weight));
	column = arena_alloc(a, nr * sizeof(*column));
	for (size_t i = 0; i < nr && !rc; i++) {
		const struct doc_value *at = &list->item[i];

		rc = read_size(at, fleet, a, &zone[i], &weight[i], &cluster[i], err);
		sum += weight[i];
	}
	if (rc)
		return rc;
	if (!sum)
		return doc_error(list, err, "at least one size needs a weight above 0");
	g->size = zone;
	g->size_cluster = fleet->nr_clusters ? cluster : NULL;
	g->nr_sizes = (uint32_t)nr;
	g->size_alias = column;
	alias_prepare(column, weight, g->nr_sizes);
	return 0;
}

static int read_quantile(struct lifetimes *l, const struct doc_value *at, struct error *err)
{
	const struct doc_value *share, *life;
	double p, last = -1;
	int64_t ns;
	int rc;

	if (at->kind != DOC_LIST || at->nr != 2)
		return doc_error(
			at, err,
			"a quantile is a pair of a share and a lifetime: [0.5, \"43min\"]");
	share = &at->item[0];
	life = &at->item[1];
	if (l->nr_points)
		last = l->p[l->nr_points - 1];
	if (!doc_real(share, 0, 1, &p) || p <= last)
		return doc_error(share, err,
				 "a share must be a number from 0 to 1, larger than the one "
				 "before");
	rc = duration_item(life, &ns, err);
	if (rc)
		return rc;
	if (l->nr_points && (double)ns < l->ns[l->nr_points - 1])
		return doc_error(life, err, "a lifetime must not be shorter than the one before");
	/* below the first share its lifetime holds for all */
	if (!l->nr_points && p > 0) {
		l->p[0] = 0;
		l->ns[0] = (double)ns;
		l->nr_points = 1;
	}
	l->p[l->nr_points] = p;
	l->ns[l->nr_points++] = (double)ns;
	return 0;
}

static int read_quantiles(struct lifetimes *l, const struct doc_value *list, struct error *err)
{
	size_t nr = list->nr;
	int rc = 0;

	if (!nr || nr > LIFETIME_POINTS_MAX - 2)
		return doc_error(list, err, "\"lifetimes\" must hold 1 to %d quantiles",
				 LIFETIME_POINTS_MAX - 2);
	l->kind = LIFETIME_QUANTILES;
	for (size_t i = 0; i < nr && !rc; i++) {
		const struct doc_value *at = &list->item[i];

		rc = read_quantile(l, at, err);
	}
	/* above the last share its lifetime holds for all */
	if (!rc && l->p[l->nr_points - 1] < 1) {
		l->p[l->nr_points] = 1;
		l->ns[l->nr_points] = l->ns[l->nr_points - 1];
		l->nr_points++;
	}
	return rc;
}

static int read_lognormal(struct lifetimes *l, const struct doc_value *at, struct error *err)
{
	static const char *const keys[] = {"median", "sigma", NULL};
	const struct doc_value *median = doc_member(at, "median");
	int64_t ns = 0;
	int rc = doc_known(at, "\"lognormal\"", keys, err);

	if (!rc)
		rc = doc_get_duration(at, "median", true, &ns, err);
	if (!rc)
		rc = doc_get_real(at, "sigma", true, 0, 5, &l->sigma, err);
	if (!rc && ns == 0)
		rc = doc_error(median, err, "\"median\" must be more than 0");
	l->kind = LIFETIME_LOGNORMAL;
	l->median_ns = (double)ns;
	return rc;
}

static int read_mean(struct lifetimes *l, const struct doc_value *at, const char *key,
		     struct error *err)
{
	const struct doc_value *member = doc_member(at, key);
	int64_t ns = 0;
	int rc = doc_get_duration(at, key, true, &ns, err);

	if (!rc && ns == 0)
		rc = doc_error(member, err, "\"%s\" must be more than 0", key);
	l->mean_ns = (double)ns;
	return rc;
}

static int read_lifetimes(struct lifetimes *l, const struct doc_value *generator, struct error *err)
{
	static const char *const keys[] = {"fixed", "exponential", "lognormal", NULL};
	const struct doc_value *at = doc_member(generator, "lifetimes"), *inner;
	int rc;

	if (doc_is_text(at, "never")) {
		l->kind = LIFETIME_NEVER;
		return 0;
	}
	if (!at)
		return doc_error(generator, err, "the field \"lifetimes\" is missing");
	if (at->kind == DOC_LIST)
		return read_quantiles(l, at, err);
	if (at->kind != DOC_MAP || at->nr != 1)
		return doc_error(at, err,
				 "\"lifetimes\" must be \"never\", a list of quantiles "
				 "[[0.5, \"43min\"], ...], or an object with one of \"fixed\", "
				 "\"exponential\" and \"lognormal\"");
	rc = doc_known(at, "\"lifetimes\"", keys, err);
	if (rc)
		return rc;
	if (doc_member(at, "fixed")) {
		l->kind = LIFETIME_FIXED;
		return read_mean(l, at, "fixed", err);
	}
	if (doc_member(at, "exponential")) {
		l->kind = LIFETIME_EXPONENTIAL;
		return read_mean(l, at, "exponential", err);
	}
	rc = doc_get_map(at, "lognormal", true, &inner, err);
	return rc ? rc : read_lognormal(l, inner, err);
}

/* As many zones as there are on average: rate times mean lifetime. */
static int stationary_number(struct workload_generator *g, const struct doc_value *at,
			     struct error *err)
{
	double nr = g->per_hour * (g->lifetimes.mean_ns / (double)NS_PER_HOUR) + 0.5;

	if (!(nr < ZONES_MAX))
		return doc_error(at, err,
				 "the stationary number of zones is more than %d; lower the "
				 "rate or the lifetimes",
				 ZONES_MAX);
	g->initial = (uint64_t)nr;
	return 0;
}

static int read_initial(struct workload_generator *g, const struct doc_value *generator,
			struct error *err)
{
	const struct doc_value *at = doc_member(generator, "initial");
	int64_t v;

	if (!at)
		return 0;
	if (doc_is_text(at, "stationary")) {
		if (g->lifetimes.kind == LIFETIME_NEVER)
			return doc_error(at, err,
					 "zones that never end have no stationary number; give "
					 "a number");
		return stationary_number(g, at, err);
	}
	if (!doc_int(at, 0, ZONES_MAX, &v))
		return doc_error(at, err,
				 "\"initial\" must be \"stationary\" or a whole number from 0 "
				 "to %d",
				 ZONES_MAX);
	g->initial = (uint64_t)v;
	return 0;
}

static int read_use(const struct doc_value *at, struct zone_use *use, uint64_t *weight,
		    struct error *err)
{
	int64_t v = 1;
	int rc = zone_use_from_doc(at, "weight", use, err);

	if (!rc)
		rc = doc_get_int(at, "weight", false, 0, WEIGHT_MAX, &v, err);
	*weight = (uint64_t)v;
	return rc;
}

static int read_uses(struct workload_generator *g, const struct doc_value *list, struct arena *a,
		     struct error *err)
{
	size_t nr = list->nr;
	struct alias_column *column = arena_alloc(a, nr * sizeof(*column) + 1);
	struct zone_use *use = arena_alloc(a, nr * sizeof(*use) + 1);
	uint64_t *weight = arena_alloc(a, nr * sizeof(*weight) + 1), sum = 0;
	int rc = 0;

	if (!nr || nr > SIZES_MAX)
		return doc_error(list, err, "\"memory_use\" must hold 1 to %d patterns", SIZES_MAX);
	for (size_t i = 0; i < nr && !rc; i++) {
		const struct doc_value *at = &list->item[i];

		rc = read_use(at, &use[i], &weight[i], err);
		sum += weight[i];
	}
	if (rc)
		return rc;
	if (!sum)
		return doc_error(list, err, "at least one pattern needs a weight above 0");
	alias_prepare(column, weight, (uint32_t)nr);
	g->use = use;
	g->use_alias = column;
	g->nr_uses = (uint32_t)nr;
	return 0;
}

int workload_read_generator(struct workload *w, const struct doc_value *at, struct error *err)
{
	static const char *const keys[] = {"arrivals", "sizes", "lifetimes", "memory_use",
					   "initial",  "limit", NULL};
	struct workload_generator *g = arena_alloc(&w->arena, sizeof(*g));
	const struct doc_value *arrivals, *sizes, *uses;
	int64_t limit = -1;
	int rc = doc_known(at, "the generator", keys, err);

	if (!rc)
		rc = doc_get_map(at, "arrivals", true, &arrivals, err);
	if (!rc)
		rc = read_arrivals(g, arrivals, err);
	if (!rc)
		rc = doc_get_list(at, "sizes", true, &sizes, err);
	if (!rc)
		rc = read_sizes(g, sizes, &w->fleet, &w->arena, err);
	if (!rc)
		rc = read_lifetimes(&g->lifetimes, at, err);
	if (!rc)
		rc = doc_get_list(at, "memory_use", false, &uses, err);
	if (!rc && uses)
		rc = read_uses(g, uses, &w->arena, err);
	if (rc)
		return rc;
	lifetimes_prepare(&g->lifetimes);
	exponential_prepare(&g->gaps);
	rc = read_initial(g, at, err);
	if (!rc)
		rc = doc_get_int(at, "limit", false, 1, INT64_MAX, &limit, err);
	if (!rc && limit < 0 && w->duration_ns == NS_NEVER)
		return doc_error(at, err,
				 "a generator needs an end: a \"duration\" of the workload or "
				 "a \"limit\" of zones");
	g->limit = limit < 0 ? UINT64_MAX : (uint64_t)limit;
	g->end_ns = w->duration_ns;
	w->generator = g;
	return rc;
}
