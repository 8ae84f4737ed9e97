#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>

#include "cli/verdict.h"

static struct verdict v;

static void begin(void)
{
	v = (struct verdict){.latency_error_ppm = 370000, .bandwidth_error_ppm = 500000};
	cr_assert_eq(setenv("COLUMNS", "1000", 1), 0);
}

static void end(void)
{
	verdict_release(&v);
}

static void add(const char *name, uint64_t seed, int64_t placed, int64_t local, int64_t slowdown)
{
	struct verdict_sample *s = verdict_sample(verdict_contender(&v, name), seed);

	s->of[VERDICT_OFFERED] = 30000;
	s->of[VERDICT_PLACED] = placed;
	s->of[VERDICT_LOCAL] = local;
	s->of[VERDICT_SLOWDOWN] = slowdown;
	s->of[VERDICT_REMOTE] = 1000000;
	s->of[VERDICT_MULTI_NODE] = 10;
}

static void says(const char *expected)
{
	char *text = NULL;
	size_t size;
	FILE *f = open_memstream(&text, &size);

	verdict_print(&v, f);
	fclose(f);
	cr_expect_str_eq(text, expected);
	free(text);
}

TestSuite(verdict, .init = begin, .fini = end);

/* The error is that of the loss: 37 % of 42,000 ppm is 15,540, less than the 16,000 between. */
Test(verdict, beyond_the_error)
{
	add("base", 1, 28944, 856400, 1042000);
	add("other", 1, 28944, 992200, 1026000);
	says("\ntake other: as many zones as base, 13.6 points more local, 1.6 % faster\n");
}

/* 40 % of it is 16,800 ppm of 1,026,000: 1.6 %. */
Test(verdict, within_the_error)
{
	v.latency_error_ppm = 400000;
	add("base", 1, 28944, 856400, 1042000);
	add("other", 1, 28944, 856300, 1026000);
	says("\nstay with base\n"
	     "other: as many zones as base, as local; within the model's error: 1.6 % faster "
	     "(error 1.6 %)\n");
}

/* 31 of 30,000 are more than a thousandth, 30 are not. */
Test(verdict, who_placed_fewer_is_not_compared)
{
	add("base", 1, 28944, 856400, 1042000);
	add("fewer", 1, 28913, 1000000, 1000000);
	add("alike", 1, 28914, 900000, 1042000);
	says("\ntake alike: 30 zones fewer than base, 4.4 points more local, as fast\n"
	     "fewer: 31 zones fewer than base; so not compared on other figures\n");
}

Test(verdict, seeds_that_disagree)
{
	add("base", 1, 28944, 856400, 1042000);
	add("base", 2, 28944, 856400, 1042000);
	add("other", 1, 28944, 992200, 1200000);
	add("other", 2, 28944, 800000, 1041000);
	says("\nstay with base\n"
	     "other: as many zones as base, locality depends on the seed, speed depends on the "
	     "seed\n");
}

/* A bound is no recommendation, and striping is named. */
Test(verdict, who_knows_the_future_and_who_stripes)
{
	struct verdict_sample *s;

	add("base", 1, 28944, 856400, 1042000);
	add("oracle", 1, 28944, 992200, 1020000);
	verdict_contender(&v, "oracle")->foresees = true;
	add("flat", 1, 28944, 125000, 1230000);
	s = &verdict_contender(&v, "flat")->sample[0];
	s->of[VERDICT_MULTI_NODE] = 28944;
	says("\nstay with base\n"
	     "oracle: as many zones as base, 13.6 points more local, 2.2 % faster; it knows what "
	     "comes: a bound, not a policy to run\n"
	     "flat: as many zones as base, 73.1 points less local, 15.3 % slower; it stripes every "
	     "zone over all nodes\n");
}

/* What the line would call 0.0 points decides nothing. */
Test(verdict, as_local_to_a_tenth_of_a_point)
{
	add("base", 1, 28944, 856400, 1042000);
	add("other", 1, 28944, 856899, 1042000);
	says("\nstay with base\nother: as many zones as base, as local, as fast\n");
	verdict_contender(&v, "other")->sample[0].of[VERDICT_LOCAL] = 856900;
	says("\ntake other: as many zones as base, 0.1 points more local, as fast\n");
}

static void memory(const char *name, int64_t changes, int64_t short_of)
{
	struct verdict_sample *s = &verdict_contender(&v, name)->sample[0];

	s->of[VERDICT_GROWN] = changes;
	s->of[VERDICT_SHORT] = short_of;
}

/* Of 10,000 changes 10 are a thousandth, 11 are more. */
Test(verdict, who_does_not_hold_its_memory)
{
	add("base", 1, 28944, 1000000, 1042000);
	add("other", 1, 28944, 856400, 1042000);
	memory("base", 10000, 10);
	memory("other", 10000, 0);
	says("\nstay with base\nother: as many zones as base, 14.4 points less local, as fast\n");
	memory("base", 10000, 11);
	add("third", 1, 28944, 850000, 1042000);
	memory("third", 10000, 500);
	says("\ntake other: as many zones as base, under which 11 changes of memory came up short; "
	     "so not compared on other figures\n"
	     "third: as many zones as other, 500 changes of memory came up short; so not compared "
	     "on other figures\n");
}

/* The fewest is that of who places as many: who refuses instead has no say. */
Test(verdict, who_refuses_holds_its_memory_easily)
{
	add("base", 1, 28944, 1000000, 1042000);
	add("fewer", 1, 28000, 856400, 1042000);
	memory("base", 10000, 500);
	memory("fewer", 10000, 0);
	says("\nstay with base\nfewer: 944 zones fewer than base; so not compared on other "
	     "figures\n");
}

/* 1.23 less 37 % of 0.23 is 1.145, over 1.042 a tenth more: more than 100 of 28,944 zones. */
Test(verdict, who_stripes_and_does_less_work)
{
	add("base", 1, 28944, 856400, 1042000);
	add("flat", 1, 29044, 125000, 1230000);
	verdict_contender(&v, "flat")->sample[0].of[VERDICT_MULTI_NODE] = 29044;
	says("\nstay with base\n"
	     "flat: 100 zones more than base, 73.1 points less local, 15.3 % slower; it stripes "
	     "every zone over all nodes, and does less work in all\n");
	verdict_contender(&v, "flat")->sample[0].of[VERDICT_PLACED] = 35000;
	verdict_contender(&v, "flat")->sample[0].of[VERDICT_MULTI_NODE] = 35000;
	verdict_contender(&v, "flat")->sample[0].of[VERDICT_OFFERED] = 36000;
	says("\ntake flat: 6056 zones more than base; so not compared on other figures; it "
	     "stripes every zone over all nodes\n");
}

Test(verdict, one_policy_has_none)
{
	add("base", 1, 28944, 856400, 1042000);
	says("");
}
