#include <string.h>

#include "base/units.h"
#include "zone/use_json.h"
#include "zone/workload_impl.h"
#include "zone/zone_json.h"

#define SIZES_MAX 4096
#define WEIGHT_MAX 1000000000
#define ZONES_MAX 1000000000 /* alive at the start */

/* An item of a list as a duration; json_get_duration() is for members. */
static int duration_item(const struct json_at *at, int64_t *out_ns, struct error *err)
{
	json_int_t s = json_integer_value(at->value);

	if (json_is_integer(at->value) && s > 0 && s <= INT64_MAX / NS_PER_S) {
		*out_ns = s * NS_PER_S;
		return 0;
	}
	if (json_is_string(at->value) && duration_parse(json_string_value(at->value), out_ns) &&
	    *out_ns > 0)
		return 0;
	return json_at_error(at, err,
			     "a lifetime must be a duration above 0 such as \"26s\", \"1.5h\" or "
			     "\"3d\", or a whole number of seconds");
}

static int read_daily(struct workload_generator *g, const struct json_at *at, struct error *err)
{
	static const char *const keys[] = {"amplitude", "peak", NULL};
	int64_t peak_ns = 12 * NS_PER_HOUR;
	double amplitude = 0;
	int rc = json_at_known(at, "\"daily\"", keys, err);

	if (!rc)
		rc = json_get_real(at, "amplitude", true, 0, 1, &amplitude, err);
	if (!rc)
		rc = json_get_duration(at, "peak", false, &peak_ns, err);
	if (!rc)
		generator_daily_cosine(g, amplitude, peak_ns);
	return rc;
}

static int read_hourly(struct workload_generator *g, const struct json_at *list, struct error *err)
{
	double sum = 0;

	if (json_array_size(list->value) != 24)
		return json_at_error(list, err, "\"hourly\" must hold 24 numbers, one an hour");
	for (size_t h = 0; h < 24; h++) {
		struct json_at at = json_at_item(list, h);
		double v = json_number_value(at.value);

		if (!json_is_number(at.value) || !(v >= 0 && v <= 1e9))
			return json_at_error(&at, err, "a rate must be a number from 0 to 1e9");
		g->hour[h] = v;
		sum += v;
	}
	if (sum <= 0)
		return json_at_error(list, err, "at least one of the 24 rates must be above 0");
	for (int h = 0; h < 24; h++)
		g->hour[h] = g->hour[h] * 24 / sum;
	g->daily = true;
	return 0;
}

static int read_bursts(struct workload_generator *g, const struct json_at *at, struct error *err)
{
	static const char *const keys[] = {"share", "size", NULL};
	struct json_at size, item[2];
	int rc = json_at_known(at, "\"bursts\"", keys, err);

	if (!rc)
		rc = json_get_real(at, "share", true, 0, 1, &g->burst_share, err);
	if (!rc)
		rc = json_get_array(at, "size", true, &size, err);
	if (rc)
		return rc;
	if (json_array_size(size.value) != 2)
		return json_at_error(&size, err,
				     "\"size\" must be two numbers, the smallest and the largest "
				     "burst: [20, 50]");
	for (size_t i = 0; i < 2; i++) {
		json_int_t least = i ? json_integer_value(item[0].value) : 1;

		item[i] = json_at_item(&size, i);
		if (!json_is_integer(item[i].value) || json_integer_value(item[i].value) < least ||
		    json_integer_value(item[i].value) > 1000000)
			return json_at_error(&item[i], err,
					     "the %s burst must be a whole number from %lld to "
					     "1000000",
					     i ? "largest" : "smallest", (long long)least);
	}
	g->burst_min = (uint32_t)json_integer_value(item[0].value);
	g->burst_max = (uint32_t)json_integer_value(item[1].value);
	return 0;
}

static int read_arrivals(struct workload_generator *g, const struct json_at *at, struct error *err)
{
	static const char *const keys[] = {"per_hour", "daily", "hourly", "bursts", NULL};
	struct json_at daily, hourly, bursts;
	int rc = json_at_known(at, "\"arrivals\"", keys, err);

	if (!rc)
		rc = json_get_real(at, "per_hour", true, 1e-6, 1e9, &g->per_hour, err);
	if (!rc)
		rc = json_get_object(at, "daily", false, &daily, err);
	if (!rc)
		rc = json_get_array(at, "hourly", false, &hourly, err);
	if (!rc)
		rc = json_get_object(at, "bursts", false, &bursts, err);
	if (rc)
		return rc;
	if (daily.value && hourly.value)
		return json_at_error(&hourly, err, "give \"daily\" or \"hourly\", not both");
	if (daily.value)
		rc = read_daily(g, &daily, err);
	else if (hourly.value)
		rc = read_hourly(g, &hourly, err);
	if (!rc && bursts.value)
		rc = read_bursts(g, &bursts, err);
	return rc;
}

static int read_size(const struct json_at *at, struct arena *a, struct zone *zone, uint64_t *weight,
		     struct error *err)
{
	static const char *const keys[] = {
		"weight",     "vcpus",	    "vcpus_max", "memory",	  "memory_initial",
		"memory_min", "numa_nodes", "placement", "memory_policy", "virt",
		"devices",    "profile",    NULL};
	struct json_at nameless = *at;
	int64_t v = 1;
	int rc = json_at_known(at, "a size", keys, err);

	if (!rc)
		rc = json_get_int(at, "weight", false, 0, WEIGHT_MAX, &v, err);
	if (rc)
		return rc;
	*weight = (uint64_t)v;
	/* a zone is a size with a name and no weight */
	nameless.value = json_copy(at->value);
	json_object_del(nameless.value, "weight");
	json_object_set_new(nameless.value, "name", json_string("z"));
	rc = zone_from_json(&nameless, a, zone, err);
	json_decref(nameless.value);
	return rc;
}

static int read_sizes(struct workload_generator *g, const struct json_at *list, struct arena *a,
		      struct error *err)
{
	size_t nr = json_array_size(list->value);
	struct alias_column *column;
	uint64_t *weight, sum = 0;
	struct zone *zone;
	int rc = 0;

	if (!nr || nr > SIZES_MAX)
		return json_at_error(list, err, "\"sizes\" must hold 1 to %d sizes", SIZES_MAX);
	zone = arena_alloc(a, nr * sizeof(*zone));
	weight = arena_alloc(a, nr * sizeof(*weight));
	column = arena_alloc(a, nr * sizeof(*column));
	for (size_t i = 0; i < nr && !rc; i++) {
		struct json_at at = json_at_item(list, i);

		rc = read_size(&at, a, &zone[i], &weight[i], err);
		sum += weight[i];
	}
	if (rc)
		return rc;
	if (!sum)
		return json_at_error(list, err, "at least one size needs a weight above 0");
	g->size = zone;
	g->nr_sizes = (uint32_t)nr;
	g->size_alias = column;
	alias_prepare(column, weight, g->nr_sizes);
	return 0;
}

static int read_quantile(struct lifetimes *l, const struct json_at *at, struct error *err)
{
	struct json_at share = json_at_item(at, 0), life = json_at_item(at, 1);
	double p = json_number_value(share.value), last = -1;
	int64_t ns;
	int rc;

	if (json_array_size(at->value) != 2)
		return json_at_error(
			at, err,
			"a quantile is a pair of a share and a lifetime: [0.5, \"43min\"]");
	if (l->nr_points)
		last = l->p[l->nr_points - 1];
	if (!json_is_number(share.value) || !(p >= 0 && p <= 1) || p <= last)
		return json_at_error(&share, err,
				     "a share must be a number from 0 to 1, larger than the one "
				     "before");
	rc = duration_item(&life, &ns, err);
	if (rc)
		return rc;
	if (l->nr_points && (double)ns < l->ns[l->nr_points - 1])
		return json_at_error(&life, err,
				     "a lifetime must not be shorter than the one before");
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

static int read_quantiles(struct lifetimes *l, const struct json_at *list, struct error *err)
{
	size_t nr = json_array_size(list->value);
	int rc = 0;

	if (!nr || nr > LIFETIME_POINTS_MAX - 2)
		return json_at_error(list, err, "\"lifetimes\" must hold 1 to %d quantiles",
				     LIFETIME_POINTS_MAX - 2);
	l->kind = LIFETIME_QUANTILES;
	for (size_t i = 0; i < nr && !rc; i++) {
		struct json_at at = json_at_item(list, i);

		rc = read_quantile(l, &at, err);
	}
	/* above the last share its lifetime holds for all */
	if (!rc && l->p[l->nr_points - 1] < 1) {
		l->p[l->nr_points] = 1;
		l->ns[l->nr_points] = l->ns[l->nr_points - 1];
		l->nr_points++;
	}
	return rc;
}

static int read_lognormal(struct lifetimes *l, const struct json_at *at, struct error *err)
{
	static const char *const keys[] = {"median", "sigma", NULL};
	struct json_at median = json_at_member(at, "median");
	int64_t ns = 0;
	int rc = json_at_known(at, "\"lognormal\"", keys, err);

	if (!rc)
		rc = json_get_duration(at, "median", true, &ns, err);
	if (!rc)
		rc = json_get_real(at, "sigma", true, 0, 5, &l->sigma, err);
	if (!rc && ns == 0)
		rc = json_at_error(&median, err, "\"median\" must be more than 0");
	l->kind = LIFETIME_LOGNORMAL;
	l->median_ns = (double)ns;
	return rc;
}

static int read_mean(struct lifetimes *l, const struct json_at *at, const char *key,
		     struct error *err)
{
	struct json_at member = json_at_member(at, key);
	int64_t ns = 0;
	int rc = json_get_duration(at, key, true, &ns, err);

	if (!rc && ns == 0)
		rc = json_at_error(&member, err, "\"%s\" must be more than 0", key);
	l->mean_ns = (double)ns;
	return rc;
}

static int read_lifetimes(struct lifetimes *l, const struct json_at *generator, struct error *err)
{
	static const char *const keys[] = {"fixed", "exponential", "lognormal", NULL};
	struct json_at at = json_at_member(generator, "lifetimes"), inner;
	int rc;

	if (json_is_string(at.value) && strcmp(json_string_value(at.value), "never") == 0) {
		l->kind = LIFETIME_NEVER;
		return 0;
	}
	if (json_is_array(at.value))
		return read_quantiles(l, &at, err);
	if (!at.value)
		return json_at_error(&at, err, "the field \"lifetimes\" is missing");
	if (!json_is_object(at.value) || json_object_size(at.value) != 1)
		return json_at_error(&at, err,
				     "\"lifetimes\" must be \"never\", a list of quantiles "
				     "[[0.5, \"43min\"], ...], or an object with one of \"fixed\", "
				     "\"exponential\" and \"lognormal\"");
	rc = json_at_known(&at, "\"lifetimes\"", keys, err);
	if (rc)
		return rc;
	if (json_object_get(at.value, "fixed")) {
		l->kind = LIFETIME_FIXED;
		return read_mean(l, &at, "fixed", err);
	}
	if (json_object_get(at.value, "exponential")) {
		l->kind = LIFETIME_EXPONENTIAL;
		return read_mean(l, &at, "exponential", err);
	}
	rc = json_get_object(&at, "lognormal", true, &inner, err);
	return rc ? rc : read_lognormal(l, &inner, err);
}

/* As many zones as there are on average: rate times mean lifetime. */
static int stationary_number(struct workload_generator *g, const struct json_at *at,
			     struct error *err)
{
	double nr = g->per_hour * (g->lifetimes.mean_ns / (double)NS_PER_HOUR) + 0.5;

	if (!(nr < ZONES_MAX))
		return json_at_error(at, err,
				     "the stationary number of zones is more than %d; lower the "
				     "rate or the lifetimes",
				     ZONES_MAX);
	g->initial = (uint64_t)nr;
	return 0;
}

static int read_initial(struct workload_generator *g, const struct json_at *generator,
			struct error *err)
{
	struct json_at at = json_at_member(generator, "initial");
	json_int_t v = json_integer_value(at.value);

	if (!at.value)
		return 0;
	if (json_is_string(at.value) && strcmp(json_string_value(at.value), "stationary") == 0) {
		if (g->lifetimes.kind == LIFETIME_NEVER)
			return json_at_error(&at, err,
					     "zones that never end have no stationary number; give "
					     "a number");
		return stationary_number(g, &at, err);
	}
	if (!json_is_integer(at.value) || v < 0 || v > ZONES_MAX)
		return json_at_error(&at, err,
				     "\"initial\" must be \"stationary\" or a whole number from 0 "
				     "to %d",
				     ZONES_MAX);
	g->initial = (uint64_t)v;
	return 0;
}

static int read_use(const struct json_at *at, struct zone_use *use, uint64_t *weight,
		    struct error *err)
{
	int64_t v = 1;
	int rc = zone_use_from_json(at, "weight", use, err);

	if (!rc)
		rc = json_get_int(at, "weight", false, 0, WEIGHT_MAX, &v, err);
	*weight = (uint64_t)v;
	return rc;
}

static int read_uses(struct workload_generator *g, const struct json_at *list, struct arena *a,
		     struct error *err)
{
	size_t nr = json_array_size(list->value);
	struct alias_column *column = arena_alloc(a, nr * sizeof(*column) + 1);
	struct zone_use *use = arena_alloc(a, nr * sizeof(*use) + 1);
	uint64_t *weight = arena_alloc(a, nr * sizeof(*weight) + 1), sum = 0;
	int rc = 0;

	if (!nr || nr > SIZES_MAX)
		return json_at_error(list, err, "\"memory_use\" must hold 1 to %d patterns",
				     SIZES_MAX);
	for (size_t i = 0; i < nr && !rc; i++) {
		struct json_at at = json_at_item(list, i);

		rc = read_use(&at, &use[i], &weight[i], err);
		sum += weight[i];
	}
	if (rc)
		return rc;
	if (!sum)
		return json_at_error(list, err, "at least one pattern needs a weight above 0");
	alias_prepare(column, weight, (uint32_t)nr);
	g->use = use;
	g->use_alias = column;
	g->nr_uses = (uint32_t)nr;
	return 0;
}

int workload_read_generator(struct workload *w, const struct json_at *at, struct error *err)
{
	static const char *const keys[] = {"arrivals", "sizes", "lifetimes", "memory_use",
					   "initial",  "limit", NULL};
	struct workload_generator *g = arena_alloc(&w->arena, sizeof(*g));
	struct json_at arrivals, sizes, uses;
	int64_t limit = -1;
	int rc = json_at_known(at, "the generator", keys, err);

	if (!rc)
		rc = json_get_object(at, "arrivals", true, &arrivals, err);
	if (!rc)
		rc = read_arrivals(g, &arrivals, err);
	if (!rc)
		rc = json_get_array(at, "sizes", true, &sizes, err);
	if (!rc)
		rc = read_sizes(g, &sizes, &w->arena, err);
	if (!rc)
		rc = read_lifetimes(&g->lifetimes, at, err);
	if (!rc)
		rc = json_get_array(at, "memory_use", false, &uses, err);
	if (!rc && uses.value)
		rc = read_uses(g, &uses, &w->arena, err);
	if (rc)
		return rc;
	lifetimes_prepare(&g->lifetimes);
	exponential_prepare(&g->gaps);
	rc = read_initial(g, at, err);
	if (!rc)
		rc = json_get_int(at, "limit", false, 1, INT64_MAX, &limit, err);
	if (!rc && limit < 0 && w->duration_ns == NS_NEVER)
		return json_at_error(at, err,
				     "a generator needs an end: a \"duration\" of the workload or "
				     "a \"limit\" of zones");
	g->limit = limit < 0 ? UINT64_MAX : (uint64_t)limit;
	g->end_ns = w->duration_ns;
	w->generator = g;
	return rc;
}
