#include <criterion/criterion.h>

#include "base/rng.h"
#include "base/units.h"

static void bytes_are(const char *text, int64_t expected)
{
	int64_t v = -1;

	cr_assert(bytes_parse(text, &v), "\"%s\" is a size", text);
	cr_assert_eq(v, expected, "\"%s\" is %lld, not %lld", text, (long long)expected,
		     (long long)v);
}

static void bytes_refused(const char *text)
{
	int64_t v = -1;

	cr_assert_not(bytes_parse(text, &v), "\"%s\" is no size", text);
}

Test(units, sizes)
{
	bytes_are("0", 0);
	bytes_are("6442450944", 6 * GIB);
	bytes_are("6GiB", 6 * GIB);
	bytes_are("512 MiB", 512 * MIB);
	bytes_are("1.75GiB", 7 * GIB / 4);
	bytes_are("1.5B", 1);
	bytes_are("2TB", 2000000000000);
	bytes_are("3kB", 3000);
	bytes_are("3KB", 3000);
	bytes_are("0.1KiB", 102);
	bytes_are("9223372036854775807", INT64_MAX);
	bytes_are("8388607TiB", 8388607 * TIB);
	/* xl's, QEMU's and Kubernetes' letters; people's capitals */
	bytes_are("6G", 6 * GIB);
	bytes_are("512m", 512 * MIB);
	bytes_are("64k", 64 * KIB);
	bytes_are("1.5t", 3 * TIB / 2);
	bytes_are("4Gi", 4 * GIB);
	bytes_are("6 gib", 6 * GIB);
	bytes_are("4gb", 4000000000);
}

Test(units, sizes_in_options)
{
	static const struct {
		const char *text;
		int64_t bytes;
	} size[] = {
		{"0", 0},
		{"4096", 4 * GIB},
		{" 6 ", 6 * MIB},
		{"1.5", 3 * MIB / 2},
		{"4096B", 4096},
		{"6GiB", 6 * GIB},
		{"8796093022207", INT64_MAX / MIB * MIB},
	};
	int64_t v = -1;

	for (size_t i = 0; i < sizeof(size) / sizeof(size[0]); i++) {
		cr_assert(bytes_parse_option(size[i].text, &v), "%s", size[i].text);
		cr_assert_eq(v, size[i].bytes, "\"%s\" is %lld", size[i].text, (long long)v);
	}
	cr_assert_not(bytes_parse_option("8796093022208", &v));
	cr_assert_not(bytes_parse_option("6P", &v));
	cr_assert_not(bytes_parse_option("", &v));
	cr_assert(duration_parse("90", &v));
	cr_assert_eq(v, 90 * NS_PER_S);
}

Test(units, sizes_refused)
{
	bytes_refused("");
	bytes_refused("GiB");
	bytes_refused("-1GiB");
	bytes_refused("6GiBs");
	bytes_refused("6P");
	bytes_refused("6i");
	bytes_refused("1e9");
	bytes_refused("0x10");
	bytes_refused(".");
	bytes_refused("9223372036854775808");
	bytes_refused("8388608TiB");
	bytes_refused("99999999999999999999999999");
	bytes_refused("1,5GiB");
}

static void quantity_is(const char *text, int64_t expected)
{
	int64_t v = -1;

	cr_assert(k8s_bytes_parse(text, &v), "\"%s\" is a quantity", text);
	cr_assert_eq(v, expected, "\"%s\" is %lld, not %lld", text, (long long)expected,
		     (long long)v);
}

Test(units, kubernetes_quantities)
{
	static const char *const refused[] = {
		"",	 "1GiB",  "-1Gi",  "Gi",    ".",     "+",   "1 Gi", " 1Gi", "1Gi ",
		"1e3Mi", "1e",	  "1e+",   "1Mie3", "1.1.1", "1ki", "1i",   "1mi",  "1K",
		"0x10",	 "1_000", "1e3.5", "1e 3",  "++1",   "1g",  "1kk",  "1Ee3", "1e--3",
	};
	int64_t v;

	quantity_is("128Mi", 128 * MIB);
	quantity_is("1.5Gi", 3 * GIB / 2);
	quantity_is("500M", 500000000);
	quantity_is("129e6", 129000000);
	quantity_is("1E3", 1000);
	quantity_is("1E", 1000000000000000000);
	quantity_is("2Ei", (int64_t)2 << 60);
	quantity_is("1k", 1000);
	quantity_is("128974848000m", 128974848);
	quantity_is("1500m", 2); /* rounded up to whole bytes */
	quantity_is("1e-1", 1);
	quantity_is("+1Gi", GIB);
	quantity_is("2147483648000000u", 2147483648);
	quantity_is("2000000000000000000n", 2000000000);
	quantity_is("1n", 1);
	quantity_is("1e+3", 1000);
	quantity_is("12E-1", 2);
	quantity_is(".5Gi", GIB / 2);
	quantity_is("1.", 1);
	quantity_is("0001Ki", 1024);
	quantity_is("-0", 0);
	quantity_is("0.00000000000000000000000000001", 1);
	quantity_is("1.0000000000000000000000000000000Gi", GIB);
	quantity_is("1000000000000000000000000000000n", INT64_MAX);
	quantity_is("10000000000000000000000000000n", INT64_MAX);
	quantity_is("1000000000000000000000000n", 1000000000000000);
	quantity_is("8Ei", INT64_MAX); /* a cap, as there */
	quantity_is("1e1000", INT64_MAX);
	quantity_is("1e-1000", 1);
	for (size_t i = 0; i < sizeof(refused) / sizeof(refused[0]); i++)
		cr_assert_not(k8s_bytes_parse(refused[i], &v), "%s", refused[i]);
	cr_assert(k8s_thousandths_parse("1.5", &v) && v == 1500);
	cr_assert(k8s_thousandths_parse("1200m", &v) && v == 1200);
	cr_assert(k8s_thousandths_parse("2Ki", &v) && v == 2048000);
	cr_assert(k8s_thousandths_parse("1u", &v) && v == 1); /* rounded up */
	cr_assert(k8s_thousandths_parse("8Ei", &v) && v == INT64_MAX);
	cr_assert_not(k8s_thousandths_parse("1Mie3", &v));
}

Test(units, durations)
{
	static const struct {
		const char *text;
		int64_t ns;
	} good[] = {
		{"7d", 7 * NS_PER_DAY},
		{"12h", 12 * NS_PER_HOUR},
		{"5min", 300 * NS_PER_S},
		{"5m", 300 * NS_PER_S},
		{"30s", 30 * NS_PER_S},
		{"1.5s", 1500000000},
		{"100ms", 100000000},
		{"2us", 2000},
		{"40ns", 40},
		{"90", 90 * NS_PER_S},
		{"0.000000001", 1},
		{"1.9ns", 1},
	};
	static const char *const bad[] = {"", "d", "1w", "-1s", "1e3", "1h30min", "300000d", NULL};
	int64_t v;

	for (size_t i = 0; i < sizeof(good) / sizeof(good[0]); i++) {
		cr_assert(duration_parse(good[i].text, &v), "%s", good[i].text);
		cr_assert_eq(v, good[i].ns, "%s: %lld", good[i].text, (long long)v);
	}
	for (size_t i = 0; bad[i]; i++)
		cr_assert_not(duration_parse(bad[i], &v), "%s", bad[i]);
}

Test(units, sizes_for_people)
{
	char buf[32];

	cr_assert_str_eq(bytes_text(12 * GIB, buf, sizeof(buf)), "12 GiB");
	cr_assert_str_eq(bytes_text(3 * GIB / 2, buf, sizeof(buf)), "1.5 GiB");
	cr_assert_str_eq(bytes_text(GIB + GIB / 100 * 25, buf, sizeof(buf)), "1.25 GiB");
	cr_assert_str_eq(bytes_text(MIB - 1, buf, sizeof(buf)), "1 MiB");
	cr_assert_str_eq(bytes_text(1000, buf, sizeof(buf)), "1000 B");
	cr_assert_str_eq(bytes_text(0, buf, sizeof(buf)), "0 B");
	cr_assert_str_eq(bytes_text(-2 * MIB, buf, sizeof(buf)), "-2 MiB");
	cr_assert_str_eq(bytes_exact(4097, buf, sizeof(buf)), "4097B");
	cr_assert_str_eq(bytes_exact(12 * GIB, buf, sizeof(buf)), "12GiB");
	cr_assert_str_eq(duration_text(76 * NS_PER_HOUR, buf, sizeof(buf)), "3d 4h");
	cr_assert_str_eq(duration_text(125 * 60 * NS_PER_S, buf, sizeof(buf)), "2h 5min");
	cr_assert_str_eq(duration_text(12 * NS_PER_S, buf, sizeof(buf)), "12 s");
	cr_assert_str_eq(duration_text(12500 * NS_PER_MS, buf, sizeof(buf)), "12.500 s");
}

/* To the nearest, ties away from zero, on both sides of it. */
Test(units, one_rounding)
{
	static const struct {
		int64_t value, one;
		int decimals;
		const char *text;
	} cases[] = {
		{856373, 10000, 2, "85.64"},
		{856350, 10000, 2, "85.64"},
		{856349, 10000, 2, "85.63"},
		{-856350, 10000, 2, "-85.64"},
		{-856349, 10000, 2, "-85.63"},
		{1041897, 1000000, 3, "1.042"},
		{5, 10, 0, "1"},
		{-5, 10, 0, "-1"},
		{4, 10, 0, "0"},
		{-4, 10, 0, "0"},
		{-49, 10000, 2, "0.00"},
		{-50, 10000, 2, "-0.01"},
		{1, 3, 9, "0.333333333"},
		{2, 3, 0, "1"},
		{0, 7, 1, "0.0"},
		{INT64_MAX, 1, 0, "9223372036854775807"},
		{INT64_MIN, 1, 0, "-9223372036854775808"},
	};
	char buf[40];

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		cr_expect_str_eq(decimal_text(cases[i].value, cases[i].one, cases[i].decimals, buf,
					      sizeof(buf)),
				 cases[i].text);
}

/* Every exact text reads back as the number it came from. */
Test(units, exact_round_trip)
{
	struct rng r;
	char buf[32];

	rng_seed(&r, 1, "units/exact");
	for (int i = 0; i < 100000; i++) {
		int64_t bytes = (int64_t)(rng_u64(&r) >> (1 + rng_below(&r, 63))), back = -1;
		int zeros = (int)rng_below(&r, 30);

		bytes = bytes >> zeros << zeros;
		cr_assert(bytes_parse(bytes_exact(bytes, buf, sizeof(buf)), &back));
		cr_assert_eq(back, bytes, "%s", buf);
	}
}

Test(units, parts_per_million)
{
	cr_assert_eq(ppm(1, 3), 333333);
	cr_assert_eq(ppm(INT64_MAX, INT64_MAX), 1000000);
	cr_assert_eq(ppm(5, 0), 0);
	cr_assert_eq(ppm(INT64_MAX / 2, INT64_MAX), 499999, "the product needs 128 bits");
	cr_assert_eq(mul_div(-7, 3, 2), -10);
	cr_assert_eq(mul_div(INT64_MAX, INT64_MAX, INT64_MAX), INT64_MAX);
	cr_assert_eq(mul_div(INT64_MAX, 2, 4), INT64_MAX / 2);
	cr_assert_eq(ppm_wide((int128)INT64_MAX * 1000, (int128)INT64_MAX * 4000), 250000);
}

Test(units, digits)
{
	static const char *const bad[] = {"",  "-1",  "+1", " 1",
					  "x", "101", "1 ", "99999999999999999999"};
	const char *text = "100 7";
	uint64_t n;

	cr_assert(digits_parse(&text, ' ', 100, &n));
	cr_assert_eq(n, 100);
	cr_assert(digits_parse(&text, '\0', 7, &n));
	cr_assert_eq(n, 7);
	cr_assert_eq(*text, '\0');
	text = "18446744073709551615";
	cr_assert(digits_parse(&text, '\0', UINT64_MAX, &n));
	cr_assert_eq(n, UINT64_MAX);
	text = "3";
	cr_expect(!digits_parse(&text, '\0', 2, &n));
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		text = bad[i];
		cr_expect(!digits_parse(&text, '\0', 100, &n), "\"%s\"", bad[i]);
		cr_expect_eq(text, bad[i]);
	}
}
