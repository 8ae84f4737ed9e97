#include <criterion/criterion.h>
#include <math.h>

#include "base/rng.h"

/* FNV-1a's published vectors. */
Test(rng, hash_vectors)
{
	cr_assert_eq(hash_text(""), 0xcbf29ce484222325u);
	cr_assert_eq(hash_text("a"), 0xaf63dc4c8601ec8cu);
	cr_assert_eq(hash_text("foobar"), 0x85944171f73967e8u);
}

/* xoshiro256**: the outputs of the authors' code from the state 1, 2, 3, 4. */
Test(rng, generator_vectors)
{
	static const uint64_t expected[] = {
		11520u,
		0u,
		1509978240u,
		1215971899390074240u,
		1216172134540287360u,
		607988272756665600u,
		16172922978634559625u,
		8476171486693032832u,
		10595114339597558777u,
		2904607092377533576u,
	};
	struct rng r = {{1, 2, 3, 4}};

	for (size_t i = 0; i < sizeof(expected) / sizeof(expected[0]); i++)
		cr_assert_eq(rng_u64(&r), expected[i]);
}

/* splitmix64's published outputs from 1234567 fill the state. */
Test(rng, seed_vectors)
{
	struct rng r;

	rng_seed(&r, 1234567u ^ hash_text("row"), "row");
	cr_assert_eq(r.s[0], 6457827717110365317u);
	cr_assert_eq(r.s[1], 3203168211198807973u);
	cr_assert_eq(r.s[2], 9817491932198370423u);
	cr_assert_eq(r.s[3], 4593380528125082431u);
}

Test(rng, keys_part_streams)
{
	struct rng a, b, again;

	rng_seed(&a, 1, "a");
	rng_seed(&b, 1, "b");
	rng_seed(&again, 1, "a");
	cr_assert_neq(rng_u64(&a), rng_u64(&b));
	rng_u64(&again);
	cr_assert_eq(rng_u64(&a), rng_u64(&again));
}

Test(rng, below_is_even)
{
	unsigned long count[7] = {0};
	struct rng r;

	rng_seed(&r, 5, "below");
	for (int i = 0; i < 700000; i++)
		count[rng_below(&r, 7)]++;
	for (int i = 0; i < 7; i++) /* five standard deviations of 293 */
		cr_assert_float_eq((double)count[i], 100000, 1465);
	cr_assert_eq(rng_below(&r, 1), 0);
	for (int i = 0; i < 1000; i++)
		cr_assert_lt(rng_below(&r, (uint64_t)3 << 62), (uint64_t)3 << 62);
}

Test(rng, log_and_exp_are_close)
{
	struct rng r;

	rng_seed(&r, 6, "log");
	for (int i = 0; i < 100000; i++) {
		double x = exp(rng_unit(&r) * 1400 - 700), y = rng_unit(&r) * 1400 - 700;
		double l = rng_log(x), e = rng_exp(y);

		cr_assert_float_eq(l, log(x), 1e-14 * fmax(1, fabs(log(x))), "log %a", x);
		cr_assert_float_eq(e / exp(y), 1, 2e-14, "exp %a", y);
	}
	cr_assert_eq(rng_log(1), 0);
	cr_assert_eq(rng_exp(0), 1);
}

Test(rng, moments)
{
	double sum = 0, squares = 0, exponential = 0, unit = 0;
	struct rng r;
	int n = 1000000;

	rng_seed(&r, 7, "moments");
	for (int i = 0; i < n; i++) {
		double x = rng_normal(&r), u = rng_unit(&r);

		sum += x;
		squares += x * x;
		exponential += rng_exponential(&r);
		unit += u;
		cr_assert(u >= 0 && u < 1);
	}
	cr_assert_float_eq(sum / n, 0, 0.005);
	cr_assert_float_eq(squares / n, 1, 0.0075);
	cr_assert_float_eq(exponential / n, 1, 0.005);
	cr_assert_float_eq(unit / n, 0.5, 0.0015);
}
