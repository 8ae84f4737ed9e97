/* More and fewer arrivals: how many, when, and that copies go as their originals do. */
#include <criterion/criterion.h>
#include <string.h>

#include "base/units.h"
#include "tests/zone/workload_text.h"

TestSuite(arrivals, .fini = remove_files);

#define MANY                                                                                       \
	"{\"duration\":\"100d\",\"generator\":{\"arrivals\":{\"per_hour\":10},\"lifetimes\":"      \
	"{\"exponential\":\"6h\"},\"sizes\":[{\"vcpus\":1,\"memory\":\"1GiB\",\"devices\":"        \
	"[\"nic0\",\"gpu1\"]},{\"vcpus\":2,\"memory\":\"2GiB\"}]}}"

#define DAYS 100

struct tally {
	uint64_t starts, in_day[DAYS];
	uint64_t vcpus, devices;
	int64_t last_ns;
};

static struct zone_stream *open_with(struct workload *w, int64_t extra_ppm, uint64_t seed)
{
	struct zone_stream *s;
	struct error err = {0};

	w->extra_arrivals_ppm = extra_ppm;
	cr_assert_eq(workload_open(&s, w, seed, false, &err), 0, "%s", err.text);
	return s;
}

static const struct zone_event *next(struct zone_stream *s)
{
	const struct zone_event *e;
	struct error err = {0};

	cr_assert_eq(zone_stream_next(s, &e, &err), 0, "%s", err.text);
	return e;
}

static void count(struct workload *w, int64_t extra_ppm, uint64_t seed, struct tally *t)
{
	struct zone_stream *s = open_with(w, extra_ppm, seed);
	const struct zone_event *e;

	memset(t, 0, sizeof(*t));
	while ((e = next(s)) && e->at_ns < DAYS * NS_PER_DAY) {
		cr_assert_geq(e->at_ns, t->last_ns, "time goes back");
		t->last_ns = e->at_ns;
		t->starts++;
		t->in_day[e->at_ns / NS_PER_DAY]++;
		t->vcpus += e->zone->vcpus;
		for (uint32_t i = 0; i < e->zone->nr_devices; i++)
			t->devices += strlen(e->zone->device[i]);
	}
	zone_stream_close(s);
}

/* Within four standard deviations of a binomial draw. */
static void expect_share(uint64_t of, uint64_t is, double factor)
{
	double p = factor < 1 ? factor : factor - (double)(int)factor;
	double wide = 4 * (double)of * p * (1 - p), off = (double)is - (double)of * factor;

	cr_expect(off * off <= 4 * wide + 100, "%lu of %lu are not %.3f", (unsigned long)is,
		  (unsigned long)of, factor);
}

Test(arrivals, so_many_more_or_fewer)
{
	static const double factor[] = {1.1, 1.5, 2, 3.25, 0.9, 0.5};
	struct tally base, t;
	struct workload w;

	load_text(&w, "w.json", MANY);
	count(&w, 0, 7, &base);
	for (size_t i = 0; i < 6; i++) {
		count(&w, (int64_t)((factor[i] - 1) * 1000000 + (factor[i] < 1 ? -0.5 : 0.5)), 7,
		      &t);
		expect_share(base.starts, t.starts, factor[i]);
		expect_share(base.vcpus, t.vcpus, factor[i]);
		expect_share(base.devices / 8, t.devices / 8, factor[i]);
		/* days stay days: a copy is an hour late at most */
		for (size_t d = 0; d < DAYS; d++)
			cr_expect_gt(t.in_day[d] * 2,
				     (uint64_t)((double)base.in_day[d] * factor[i]));
	}
	workload_release(&w);
}

/* The same seed, the same zones; another, others. */
Test(arrivals, drawn_from_the_seed)
{
	struct workload w;
	struct tally a, b;

	load_text(&w, "w.json", MANY);
	count(&w, 100000, 7, &a);
	count(&w, 100000, 7, &b);
	cr_expect_eq(memcmp(&a, &b, sizeof(a)), 0);
	count(&w, 100000, 8, &b);
	cr_expect_neq(memcmp(&a, &b, sizeof(a)), 0);
	workload_release(&w);
}

#define NAMED                                                                                      \
	"{\"events\":[{\"at\":\"0s\",\"start\":{\"name\":\"a\",\"vcpus\":1,\"memory\":\"4GiB\"}}," \
	"{\"at\":\"2h\",\"resize\":\"a\",\"memory\":\"1GiB\"},{\"at\":\"5h\",\"stop\":\"a\"},"     \
	"{\"at\":\"6h\",\"start\":{\"name\":\"a\",\"vcpus\":3,\"memory\":\"4GiB\"}},"              \
	"{\"at\":\"9h\",\"stop\":\"a\"}]}"

/* With 200 % more, each zone and all that is said of it comes three times. */
Test(arrivals, a_copy_is_told_what_its_original_is)
{
	struct {
		uint64_t id;
		int64_t start_ns, stop_ns, resize_ns;
	} zone[6] = {{0}};
	const struct zone_event *e;
	struct zone_stream *s;
	struct workload w;
	size_t nr = 0, stops = 0, resizes = 0, i;

	load_text(&w, "w.json", NAMED);
	s = open_with(&w, 2000000, 1);
	while ((e = next(s))) {
		for (i = 0; i < nr && (zone[i].id != e->id || zone[i].stop_ns); i++)
			;
		if (e->kind == ZONE_EVENT_START) {
			cr_assert_lt(nr, 6);
			cr_expect_eq(i, nr, "an id stands for two zones at once");
			zone[nr].id = e->id;
			zone[nr++].start_ns = e->at_ns;
			cr_expect_eq(e->zone->vcpus, e->at_ns < 5 * NS_PER_HOUR ? 1 : 3);
			continue;
		}
		cr_assert_lt(i, nr, "of no zone that lives");
		if (e->kind == ZONE_EVENT_STOP)
			zone[i].stop_ns = e->at_ns;
		else
			zone[i].resize_ns = e->at_ns;
		stops += e->kind == ZONE_EVENT_STOP;
		resizes += e->kind == ZONE_EVENT_RESIZE;
	}
	cr_expect_eq(nr, 6);
	cr_expect_eq(stops, 6);
	cr_expect_eq(resizes, 3);
	for (i = 0; i < 3; i++) {
		cr_expect_eq(zone[i].stop_ns - zone[i].start_ns, 5 * NS_PER_HOUR);
		cr_expect_eq(zone[i].resize_ns - zone[i].start_ns, 2 * NS_PER_HOUR);
		cr_expect_eq(zone[i + 3].stop_ns - zone[i + 3].start_ns, 3 * NS_PER_HOUR);
		cr_expect_leq(zone[i].start_ns, NS_PER_HOUR);
	}
	zone_stream_close(s);
	/* given up with copies pending */
	s = open_with(&w, 9000000, 1);
	cr_expect_not_null(next(s));
	zone_stream_close(s);
	workload_release(&w);
}
