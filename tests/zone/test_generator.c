#include <criterion/criterion.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>

#include "base/rng.h"
#include "base/units.h"
#include "tests/zone/workload_text.h"
#include "zone/generator.h"

#define PI 3.14159265358979323846
/* Computed once: the same on every machine, with every compiler. */
#define DIGEST_OF_SEED_7 10083149993456098775u

TestSuite(generator, .fini = remove_files);

#define SIZES                                                                                      \
	"\"sizes\":[{\"vcpus\":1,\"memory\":\"2GiB\",\"weight\":7},{\"vcpus\":2,\"memory\":"       \
	"\"4GiB\",\"weight\":2},{\"vcpus\":4,\"memory\":\"8GiB\",\"weight\":1,\"devices\":["       \
	"\"nic0\"]}]"

static struct zone_stream *open_seed(const struct workload *w, uint64_t seed)
{
	struct error err = {0};
	struct zone_stream *s;

	cr_assert_eq(workload_open(&s, w, seed, false, &err), 0, "%s", err.text);
	return s;
}

static const struct zone_event *next(struct zone_stream *s)
{
	const struct zone_event *e;

	cr_assert_eq(zone_stream_next(s, &e, NULL), 0);
	return e;
}

/* Everything about the next `nr` events in one number. */
static uint64_t digest(struct zone_stream *s, int nr)
{
	uint64_t h = 1;

	for (int i = 0; i < nr; i++) {
		const struct zone_event *e = next(s);
		char text[256];

		if (!e)
			break;
		snprintf(text, sizeof(text), "%llu %lld %llu %lld %s %u %lld",
			 (unsigned long long)h, (long long)e->at_ns, (unsigned long long)e->id,
			 (long long)e->lifetime_ns, e->zone->name, e->zone->vcpus,
			 (long long)e->zone->memory_bytes);
		h = hash_text(text);
	}
	return h;
}

static uint64_t digest_of(const struct workload *w, uint64_t seed)
{
	struct zone_stream *s = open_seed(w, seed);
	uint64_t h = digest(s, 20000);

	zone_stream_close(s);
	return h;
}

#define PLAIN                                                                                      \
	"{\"generator\":{\"arrivals\":{\"per_hour\":100,\"daily\":{\"amplitude\":0.5},"            \
	"\"bursts\":{\"share\":0.3,\"size\":[2,9]}}," SIZES ",\"lifetimes\":[[0.5,\"1min\"],[1,"   \
	"\"1h\"]],\"initial\":50,\"limit\":20000}}"

Test(generator, same_seed_same_zones)
{
	struct workload w, again;
	struct zone_stream *a, *b;
	int64_t at[1000];

	load_text(&w, "w.json", PLAIN);
	load_text(&again, "other.json", PLAIN);
	cr_assert_eq(digest_of(&w, 1), digest_of(&again, 1));
	cr_assert_neq(digest_of(&w, 1), digest_of(&w, 2));
	/* a stream read in turn with another is what it is alone */
	a = open_seed(&w, 1);
	for (int i = 0; i < 1000; i++)
		at[i] = next(a)->at_ns;
	zone_stream_close(a);
	a = open_seed(&w, 1);
	b = open_seed(&w, 2);
	for (int i = 0; i < 1000; i++) {
		next(b);
		cr_assert_eq(next(a)->at_ns, at[i]);
	}
	zone_stream_close(a);
	zone_stream_close(b);
	cr_assert_eq(digest_of(&w, 7), DIGEST_OF_SEED_7, "%llu",
		     (unsigned long long)digest_of(&w, 7));
	workload_release(&again);
	workload_release(&w);
}

Test(generator, other_lifetimes_leave_arrivals_and_sizes)
{
	struct workload w, v;
	struct zone_stream *a, *b;

	load_text(&w, "w.json",
		  "{\"generator\":{\"arrivals\":{\"per_hour\":100}," SIZES
		  ",\"lifetimes\":\"never\",\"limit\":1000}}");
	load_text(
		&v, "v.json",
		"{\"generator\":{\"arrivals\":{\"per_hour\":100}," SIZES
		",\"lifetimes\":{\"lognormal\":{\"median\":\"1h\",\"sigma\":2}},\"limit\":1000}}");
	a = open_seed(&w, 1);
	b = open_seed(&v, 1);
	for (int i = 0; i < 1000; i++) {
		const struct zone_event *ea = next(a), *eb = next(b);

		cr_assert_eq(ea->at_ns, eb->at_ns);
		cr_assert_eq(ea->zone->vcpus, eb->zone->vcpus);
		cr_assert_eq(ea->lifetime_ns, NS_NEVER);
		cr_assert_lt(eb->lifetime_ns, NS_NEVER);
	}
	cr_assert_null(next(a));
	zone_stream_close(a);
	zone_stream_close(b);
	workload_release(&v);
	workload_release(&w);
}

Test(generator, names_and_devices)
{
	struct zone_stream *s;
	struct workload w;
	char name[24];
	uint64_t i = 0;
	const struct zone_event *e;

	load_text(&w, "w.json",
		  "{\"generator\":{\"arrivals\":{\"per_hour\":1e6}," SIZES
		  ",\"lifetimes\":\"never\",\"limit\":110000}}");
	s = open_seed(&w, 3);
	while ((e = next(s))) {
		snprintf(name, sizeof(name), "z%llu", (unsigned long long)i);
		cr_assert_str_eq(e->zone->name, name);
		cr_assert_eq(e->id, i);
		cr_assert_eq(e->zone->nr_devices, e->zone->vcpus == 4);
		if (e->zone->nr_devices)
			cr_assert_str_eq(e->zone->device[0], "nic0");
		i++;
	}
	cr_assert_eq(i, 110000);
	zone_stream_close(s);
	workload_release(&w);
}

static void near(const char *what, double got, double expected, double relative)
{
	cr_expect(fabs(got - expected) <= relative * expected, "%s: %.6g, expected %.6g", what, got,
		  expected);
}

/* A million draws against the parameters: the tolerances are four or more
 * standard errors. */
Test(generator, rates_and_weights)
{
	double vcpus[5] = {0}, gap = 0, gap2 = 0;
	struct zone_stream *s;
	struct workload w;
	const struct zone_event *e;
	int64_t last = 0;
	int n = 1000000;

	load_text(&w, "w.json",
		  "{\"generator\":{\"arrivals\":{\"per_hour\":3600}," SIZES
		  ",\"lifetimes\":{\"exponential\":\"10s\"},\"limit\":1000000}}");
	s = open_seed(&w, 1);
	while ((e = next(s))) {
		double d = (double)(e->at_ns - last) / 1e9;

		last = e->at_ns;
		gap += d;
		gap2 += d * d;
		vcpus[e->zone->vcpus]++;
	}
	near("mean gap", gap / n, 1, 0.005);
	near("mean squared gap", gap2 / n, 2, 0.02);
	near("one vCPU", vcpus[1] / n, 0.7, 0.004);
	near("two vCPUs", vcpus[2] / n, 0.2, 0.01);
	near("four vCPUs", vcpus[4] / n, 0.1, 0.015);
	zone_stream_close(s);
	workload_release(&w);
}

Test(generator, days_and_bursts)
{
	double hour[24] = {0}, in_bursts = 0, n = 0, sizes = 0, bursts = 0, run = 1;
	const struct workload_generator *g;
	struct zone_stream *s;
	struct workload w;
	const struct zone_event *e;
	int64_t last = -1;
	uint32_t vcpus = 0;

	load_text(&w, "w.json",
		  "{\"duration\":\"100d\",\"generator\":{\"arrivals\":{\"per_hour\":400,\"daily\":{"
		  "\"amplitude\":0.8,\"peak\":\"18h\"},\"bursts\":{\"share\":0.5,\"size\":[20,50]}"
		  "}," SIZES ",\"lifetimes\":{\"fixed\":\"1s\"}}}");
	g = w.generator;
	near("rate at 18h", g->hour[17] + g->hour[18], 2 * (1 + 0.8 * cos(PI / 24)), 1e-12);
	near("rate at 6h", g->hour[5], 1 - 0.8 * cos(PI / 24), 1e-12);
	s = open_seed(&w, 1);
	while ((e = next(s))) {
		cr_assert_lt(e->at_ns, 100 * NS_PER_DAY);
		hour[e->at_ns / NS_PER_HOUR % 24]++;
		n++;
		if (e->at_ns == last) {
			cr_assert_eq(e->zone->vcpus, vcpus);
			run++;
		} else {
			if (run > 1) {
				in_bursts += run;
				bursts++;
				sizes += run * run;
				cr_assert(run >= 20 && run <= 50);
			}
			run = 1;
		}
		last = e->at_ns;
		vcpus = e->zone->vcpus;
	}
	near("zones", n, 400 * 2400, 0.02);
	near("in bursts", in_bursts / n, 0.5, 0.03);
	near("mean burst", in_bursts / bursts, 35, 0.01);
	/* variance of a uniform number of 31 values */
	near("mean squared burst", sizes / bursts, 35 * 35 + (31 * 31 - 1) / 12.0, 0.02);
	for (int h = 0; h < 24; h++)
		near("an hour's zones", hour[h] * 24 / n, g->hour[h], 0.12);
	zone_stream_close(s);
	workload_release(&w);
}

static int compare(const void *pa, const void *pb)
{
	const int64_t *a = pa, *b = pb;

	return (*a > *b) - (*a < *b);
}

/* Sorted lifetimes of a million zones, or of what is left of them at time 0. */
static int64_t *lifetimes_of(const char *json, bool residual, double *mean_s)
{
	int64_t *life = malloc(1000000 * sizeof(*life));
	struct zone_stream *s;
	struct workload w;
	char text[1024];

	snprintf(text, sizeof(text),
		 "{\"generator\":{\"arrivals\":{\"per_hour\":3600}," SIZES
		 ",\"lifetimes\":%s,\"initial\":%d,\"limit\":1000000}}",
		 json, residual ? 1000000 : 0);
	load_text(&w, "w.json", text);
	s = open_seed(&w, 5);
	*mean_s = 0;
	for (int i = 0; i < 1000000; i++) {
		const struct zone_event *e = next(s);

		cr_assert_geq(e->lifetime_ns, 1);
		cr_assert(!residual || e->at_ns == 0);
		life[i] = e->lifetime_ns;
		*mean_s += (double)e->lifetime_ns / 1e15;
	}
	qsort(life, 1000000, sizeof(*life), compare);
	zone_stream_close(s);
	workload_release(&w);
	return life;
}

static double share_s(const int64_t *life, double p)
{
	return (double)life[(int)(p * 999999)] / 1e9;
}

#define TABLE "[[0.01,\"26s\"],[0.25,\"194s\"],[0.5,\"2592s\"],[0.9,\"20501s\"],[1,\"12h\"]]"

/* E[x] and E[x^2] of the table above: segments of 1/x density. */
static void table_moments(double *mean, double *square)
{
	static const double p[] = {0.01, 0.25, 0.5, 0.9, 1}, x[] = {26, 194, 2592, 20501, 43200};

	*mean = 0.01 * 26;
	*square = 0.01 * 26 * 26;
	for (int i = 0; i < 4; i++) {
		double l = log(x[i + 1] / x[i]), d = p[i + 1] - p[i];

		*mean += d * (x[i + 1] - x[i]) / l;
		*square += d * (x[i + 1] * x[i + 1] - x[i] * x[i]) / (2 * l);
	}
}

Test(generator, quantiles_of_lifetimes)
{
	double mean, m1, m2;
	int64_t *life = lifetimes_of(TABLE, false, &mean);

	table_moments(&m1, &m2);
	near("shortest", share_s(life, 0), 26, 1e-9);
	near("p1", share_s(life, 0.009), 26, 1e-9);
	near("p25", share_s(life, 0.25), 194, 0.02);
	near("p50", share_s(life, 0.5), 2592, 0.02);
	near("between, on the logarithm", share_s(life, 0.375), sqrt(194.0 * 2592), 0.03);
	near("p90", share_s(life, 0.9), 20501, 0.01);
	cr_assert_leq(life[999999], 12 * NS_PER_HOUR);
	near("longest", share_s(life, 1), 43200, 0.001);
	near("mean", mean, m1, 0.006);
	free(life);
	/* what is left of a life met at random: mean E[x^2] / 2 E[x] */
	life = lifetimes_of(TABLE, true, &mean);
	near("mean rest", mean, m2 / (2 * m1), 0.006);
	free(life);
}

Test(generator, named_distributions_of_lifetimes)
{
	double mean;
	int64_t *life = lifetimes_of("{\"exponential\":\"1h\"}", false, &mean);

	near("exponential mean", mean, 3600, 0.005);
	near("exponential median", share_s(life, 0.5), 3600 * log(2), 0.008);
	near("exponential p99", share_s(life, 0.99), 3600 * log(100), 0.015);
	free(life);
	life = lifetimes_of("{\"exponential\":\"1h\"}", true, &mean);
	near("exponential rest", mean, 3600, 0.005);
	free(life);
	life = lifetimes_of("{\"lognormal\":{\"median\":\"1h\",\"sigma\":0.5}}", false, &mean);
	near("lognormal median", share_s(life, 0.5), 3600, 0.005);
	near("lognormal p97.7", share_s(life, 0.97725), 3600 * exp(1), 0.01);
	near("lognormal mean", mean, 3600 * exp(0.125), 0.005);
	free(life);
	life = lifetimes_of("{\"lognormal\":{\"median\":\"1h\",\"sigma\":0.5}}", true, &mean);
	near("lognormal rest", mean, 3600 * exp(0.375) / 2, 0.006);
	free(life);
	life = lifetimes_of("{\"fixed\":\"1h\"}", false, &mean);
	cr_assert_eq(life[0], NS_PER_HOUR);
	cr_assert_eq(life[999999], NS_PER_HOUR);
	free(life);
	life = lifetimes_of("{\"fixed\":\"1h\"}", true, &mean);
	near("fixed rest", mean, 1800, 0.005);
	free(life);
}

/* A stationary start: as many alive at any time as at time 0. */
Test(generator, stationary_start)
{
	struct zone_stream *s;
	struct workload w;
	const struct zone_event *e;
	double m1, m2, alive_s = 0, initial = 0;

	load_text(&w, "w.json",
		  "{\"duration\":\"1d\",\"generator\":{\"arrivals\":{\"per_hour\":2000}," SIZES
		  ",\"lifetimes\":" TABLE ",\"initial\":\"stationary\"}}");
	table_moments(&m1, &m2);
	s = open_seed(&w, 1);
	while ((e = next(s))) {
		int64_t end = e->at_ns + e->lifetime_ns;

		initial += e->at_ns == 0;
		/* the first five hours alone */
		if (e->at_ns < 5 * NS_PER_HOUR)
			alive_s += (double)((end < 5 * NS_PER_HOUR ? end : 5 * NS_PER_HOUR) -
					    e->at_ns) /
				   1e9;
	}
	near("alive at the start", initial, 2000 * m1 / 3600, 0.001);
	near("alive on average", alive_s / 18000, 2000 * m1 / 3600, 0.02);
	zone_stream_close(s);
	workload_release(&w);
}

Test(generator, aliases_are_exact)
{
	static const uint64_t weight[] = {0, 1, 1000000000, 3, 0, 17, 5, 999999999};
	struct alias_column column[8];
	double share[8] = {0}, total = 0;

	alias_prepare(column, weight, 8);
	for (int i = 0; i < 8; i++) {
		double keep = column[i].keep == UINT64_MAX ? 1 : (double)column[i].keep / 0x1p64;

		share[i] += keep / 8;
		share[column[i].other] += (1 - keep) / 8;
		total += (double)weight[i];
	}
	for (int i = 0; i < 8; i++)
		cr_expect(fabs(share[i] - (double)weight[i] / total) < 1e-15, "%d", i);
	alias_prepare(column, weight + 1, 1);
	cr_assert_eq(column[0].other, 0);
}

static long peak_kib(void)
{
	struct rusage u;

	getrusage(RUSAGE_SELF, &u);
	return u.ru_maxrss;
}

Test(generator, memory_does_not_grow_with_the_zones)
{
	struct zone_stream *s;
	struct workload w;
	long before;

	load_text(&w, "w.json",
		  "{\"generator\":{\"arrivals\":{\"per_hour\":1e6}," SIZES ",\"lifetimes\":" TABLE
		  ",\"limit\":2000000}}");
	s = open_seed(&w, 1);
	for (int i = 0; i < 1000; i++)
		next(s);
	before = peak_kib();
	for (int i = 1000; i < 2000000; i++)
		cr_assert_not_null(next(s));
	cr_assert_null(next(s));
	cr_assert_lt(peak_kib() - before, 1024);
	zone_stream_close(s);
	workload_release(&w);
}
