#include <criterion/criterion.h>
#include <stdlib.h>

#include "base/cpuset.h"
#include "base/nodeset.h"
#include "base/rng.h"

static void list_is(const char *text, const char *expected)
{
	struct cpuset s;
	char *list;

	cr_assert(cpuset_parse(&s, text), "%s", text);
	list = cpuset_list(&s);
	cr_assert_str_eq(list, expected);
	free(list);
}

Test(cpuset, lists)
{
	list_is("", "");
	list_is("0", "0");
	list_is("0-7,64-71", "0-7,64-71");
	list_is("3,1,2", "1-3");
	list_is("4095", "4095");
	list_is("0-4095", "0-4095");
	list_is("5-5", "5");
}

Test(cpuset, lists_refused)
{
	static const char *const bad[] = {"a",	 "1-",	"-1",	 "1,",
					  ",1",	 "3-1", "4096",	 "0-4096",
					  "1 2", "0x3", "1-2-3", "99999999999999999999",
					  NULL};
	struct cpuset s;

	for (size_t i = 0; bad[i]; i++)
		cr_assert_not(cpuset_parse(&s, bad[i]), "%s", bad[i]);
}

/* Two CPUs, one gap: the longest list there is. */
Test(cpuset, longest_list_fits)
{
	struct cpuset s = {0}, back;
	char *list;

	for (unsigned cpu = 0; cpu < CPUS_MAX; cpu++)
		if (cpu % 3 != 2)
			cpuset_add(&s, cpu);
	list = cpuset_list(&s);
	cr_assert_gt(strlen(list), 12000);
	cr_assert(cpuset_parse(&back, list));
	cr_assert(cpuset_equal(&s, &back));
	free(list);
}

static void random_set(struct rng *r, struct cpuset *s, bool *has)
{
	uint64_t one_in = 1 + rng_below(r, 5);

	*s = (struct cpuset){0};
	for (unsigned cpu = 0; cpu < CPUS_MAX; cpu++) {
		has[cpu] = rng_below(r, one_in) == 0;
		if (has[cpu])
			cpuset_add(s, cpu);
	}
}

/* Against an array of bools. */
Test(cpuset, set_algebra)
{
	static bool in_a[CPUS_MAX], in_b[CPUS_MAX];
	struct rng r;

	rng_seed(&r, 2, "cpuset/algebra");
	for (int round = 0; round < 50; round++) {
		struct cpuset a, b, either, both, only_a;
		unsigned nr = 0;
		bool meet = false, inside = true;

		random_set(&r, &a, in_a);
		random_set(&r, &b, in_b);
		either = both = only_a = a;
		cpuset_or(&either, &b);
		cpuset_and(&both, &b);
		cpuset_and_not(&only_a, &b);
		for (unsigned cpu = 0; cpu < CPUS_MAX; cpu++) {
			nr += in_a[cpu];
			meet |= in_a[cpu] && in_b[cpu];
			inside &= !in_a[cpu] || in_b[cpu];
			cr_assert_eq(cpuset_has(&either, cpu), in_a[cpu] || in_b[cpu]);
			cr_assert_eq(cpuset_has(&both, cpu), in_a[cpu] && in_b[cpu]);
			cr_assert_eq(cpuset_has(&only_a, cpu), in_a[cpu] && !in_b[cpu]);
		}
		cr_assert_eq(cpuset_count(&a), nr);
		cr_assert_eq(cpuset_intersects(&a, &b), meet);
		cr_assert_eq(cpuset_subset(&a, &b), inside);
		cr_assert(cpuset_subset(&both, &a) && cpuset_subset(&a, &either));
		cr_assert_eq(cpuset_empty(&only_a), inside);
	}
}

Test(cpuset, next_walks_all)
{
	static bool in[CPUS_MAX];
	struct cpuset s, empty = {0};
	struct rng r;
	unsigned next;

	rng_seed(&r, 3, "cpuset/next");
	random_set(&r, &s, in);
	next = cpuset_next(&s, 0);
	for (unsigned cpu = 0; cpu < CPUS_MAX; cpu++) {
		if (!in[cpu])
			continue;
		cr_assert_eq(next, cpu);
		next = cpuset_next(&s, cpu + 1);
	}
	cr_assert_eq(next, CPUSET_NONE);
	cr_assert_eq(cpuset_next(&empty, 0), CPUSET_NONE);
	cr_assert_not(cpuset_has(&s, CPUS_MAX));
}

Test(nodeset, values)
{
	unsigned node, walked = 0;

	cr_assert_eq(nodeset_first_n(64), ~(nodeset)0);
	cr_assert_eq(nodeset_first_n(0), 0);
	cr_assert_eq(nodeset_first_n(3), 7);
	nodeset_for_each (node, nodeset_of(1) | nodeset_of(9) | nodeset_of(63))
		walked = walked * 100 + node;
	cr_assert_eq(walked, 10963);
}
