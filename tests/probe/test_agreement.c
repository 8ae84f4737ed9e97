#include <criterion/criterion.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/units.h"
#include "bench/agreement/compare.h"

static enum verdict judge(double ratio, double spread, uint32_t rounds, int64_t claim_ppm)
{
	static struct comparison c;
	struct value *v = &c.value[0];
	double low, high;

	memset(&c, 0, sizeof(c));
	c.rounds = rounds;
	v->claim_ppm = claim_ppm;
	for (uint32_t i = 0; i < rounds; i++)
		v->log_ratio[i] = log(ratio) + (i % 2 ? spread : -spread);
	return compare_judge(&c, v, &low, &high);
}

/* Agreement is the whole interval within the claim, difference all of it beside; noise is
 * neither, however near the mean is. */
Test(agreement, verdicts)
{
	cr_expect_eq(judge(1.01, 0.001, 10, 50000), AGREES);
	cr_expect_eq(judge(0.96, 0.001, 10, 50000), AGREES);
	cr_expect_eq(judge(1.10, 0.001, 10, 50000), DIFFERS);
	cr_expect_eq(judge(0.90, 0.001, 10, 50000), DIFFERS);
	cr_expect_eq(judge(1.00, 0.3, 10, 50000), UNDECIDED);
	cr_expect_eq(judge(1.05, 0.01, 10, 50000), UNDECIDED, "on the edge");
	cr_expect_eq(judge(1.00, 0.001, ROUNDS_MIN - 1, 50000), UNDECIDED, "too few");
	cr_expect_eq(judge(1.00, 0.001, 10, 0), UNCLAIMED);
}

/* Student's interval of the logarithms, at its ends. */
Test(agreement, interval)
{
	static struct comparison c;
	double low, high;

	c.rounds = 5;
	for (int i = 0; i < 5; i++)
		c.value[0].log_ratio[i] = log(1.1) + 0.01 * (i - 2);
	(void)compare_judge(&c, &c.value[0], &low, &high);
	/* deviation 0.0158114, t(4) = 2.776 */
	cr_expect_lt(fabs(low - 1.1 * exp(-2.776 * 0.0158114 / sqrt(5))), 1e-4, "%g", low);
	cr_expect_lt(fabs(high - 1.1 * exp(2.776 * 0.0158114 / sqrt(5))), 1e-4, "%g", high);
}

static struct comparison *pair(const char *theirs, const char *ours)
{
	struct comparison *c = xcalloc(1, sizeof(*c));

	c->their_command = xstrdup(theirs);
	c->our_command = xstrdup(ours);
	c->nr_values = 1;
	c->value[0] = (struct value){
		.name = "x", .claim_ppm = 50000, .theirs = {"rate:", 2, 1e6}, .ours = {"r=", 1, 1}};
	return c;
}

static void drop(struct comparison *c)
{
	free(c->their_command);
	free(c->our_command);
	free(c);
}

#define BUSY "i=0; while [ $i -lt 30000 ]; do i=$((i + 1)); done; "

/* Rounds end when it is decided; the second number after the key counts, in its unit. */
Test(agreement, rounds_until_decided)
{
	struct comparison *c = pair(BUSY "echo rate: 7 2.5 MB", BUSY "echo k=1 r=2500000");
	const struct limits limits = {.rounds = 400, .time_ns = 10 * NS_PER_S};
	struct error err = {0};

	cr_assert_eq(compare_run(c, &limits, &err), 0, "%s", err.text);
	cr_expect_null(c->broken);
	/* where others always have the CPU, none of them counts, and that is said */
	cr_expect(c->rounds == ROUNDS_MIN || c->rounds + c->spoiled == 400 || c->spoiled > 5,
		  "%u+%u", c->rounds, c->spoiled);
	for (uint32_t i = 0; i < c->rounds; i++)
		cr_expect_lt(fabs(c->value[0].log_ratio[i]), 1e-12);
	drop(c);
}

/* One that sleeps had not the CPU: its rounds count nowhere. */
Test(agreement, spoiled_rounds)
{
	struct comparison *c = pair("sleep 0.2; echo rate: 1 1", "sleep 0.2; echo r=1000000");
	const struct limits limits = {.rounds = 3, .time_ns = 60 * NS_PER_S};
	double low, high;

	cr_assert_eq(compare_run(c, &limits, NULL), 0);
	cr_expect_eq(c->rounds, 0);
	cr_expect_eq(c->spoiled, 3);
	cr_expect_eq(compare_judge(c, &c->value[0], &low, &high), UNDECIDED);
	drop(c);
}

Test(agreement, what_fails_is_said)
{
	struct comparison *c = pair("exit 1", "echo r=1");
	const struct limits limits = {.rounds = 3, .time_ns = 60 * NS_PER_S};

	cr_assert_eq(compare_run(c, &limits, NULL), 0);
	cr_expect_not_null(c->broken);
	drop(c);
}
