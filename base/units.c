#include "base/units.h"

#include <ctype.h>
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/error.h"

struct unit {
	const char *name;
	int64_t num, den; /* factor num/den of the base unit */
};

static const struct unit byte_units[] = {
	{"B", 1, 1},	       {"KiB", KIB, 1},
	{"MiB", MIB, 1},       {"GiB", GIB, 1},
	{"TiB", TIB, 1},       {"kB", 1000, 1},
	{"KB", 1000, 1},       {"MB", 1000000, 1},
	{"GB", 1000000000, 1}, {"TB", 1000000000000, 1},
	{"K", KIB, 1},	       {"M", MIB, 1},
	{"G", GIB, 1},	       {"T", TIB, 1},
	{"Ki", KIB, 1},	       {"Mi", MIB, 1},
	{"Gi", GIB, 1},	       {"Ti", TIB, 1},
	{NULL, 0, 0},
};

static const struct unit time_units[] = {
	{"ns", 1, 1},	       {"us", NS_PER_US, 1},	{"ms", NS_PER_MS, 1},
	{"s", NS_PER_S, 1},    {"m", 60 * NS_PER_S, 1}, {"min", 60 * NS_PER_S, 1},
	{"h", NS_PER_HOUR, 1}, {"d", NS_PER_DAY, 1},	{NULL, 0, 0},
};

/* A decimal number as mantissa / 10^places, exactly. */
struct decimal {
	uint64_t mantissa;
	int places;
};

static bool decimal_parse(const char **text, const char *end, struct decimal *out)
{
	const char *p = *text;
	bool digits = false;

	out->mantissa = 0;
	out->places = 0;
	for (; p < end && isdigit((unsigned char)*p); p++, digits = true) {
		if (out->mantissa > (UINT64_MAX - 9) / 10)
			return false;
		out->mantissa = out->mantissa * 10 + (uint64_t)(*p - '0');
	}
	if (p < end && *p == '.') {
		for (p++; p < end && isdigit((unsigned char)*p); p++, digits = true) {
			/* digits beyond 64 bits of precision carry nothing */
			if (out->mantissa > (UINT64_MAX - 9) / 10 || out->places >= 18)
				continue;
			out->mantissa = out->mantissa * 10 + (uint64_t)(*p - '0');
			out->places++;
		}
	}
	*text = p;
	return digits;
}

/* mantissa * num / (den * 10^places), rounded down; false on overflow. */
static bool decimal_scale(const struct decimal *d, int64_t num, int64_t den, int64_t *out)
{
	uint128 n = (uint128)d->mantissa * (uint64_t)num, q = (uint64_t)den;

	for (int i = 0; i < d->places; i++)
		q *= 10;
	n /= q;
	if (n > INT64_MAX)
		return false;
	*out = (int64_t)n;
	return true;
}

/* `bare` is what a number without a unit counts; `compare` takes the name of a unit. */
static bool quantity_parse(const char *text, int64_t bare, const struct unit *units,
			   int (*compare)(const char *a, const char *b), int64_t *out)
{
	const char *p = text, *end = text + strlen(text);
	struct decimal d;

	while (p < end && *p == ' ')
		p++;
	if (!decimal_parse(&p, end, &d))
		return false;
	while (p < end && *p == ' ')
		p++;
	if (!*p)
		return decimal_scale(&d, bare, 1, out);
	for (const struct unit *u = units; u->name; u++)
		if (compare(p, u->name) == 0)
			return decimal_scale(&d, u->num, u->den, out);
	return false;
}

bool bytes_parse(const char *text, int64_t *out)
{
	return quantity_parse(text, 1, byte_units, strcasecmp, out);
}

bool bytes_parse_option(const char *text, int64_t *out)
{
	return quantity_parse(text, MIB, byte_units, strcasecmp, out);
}

bool duration_parse(const char *text, int64_t *out_ns)
{
	int64_t ns;

	if (!quantity_parse(text, NS_PER_S, time_units, strcmp, &ns) || ns > TIME_MAX_NS)
		return false;
	*out_ns = ns;
	return true;
}

/* A Kubernetes number on the way: mantissa * 2^shift * 10^exponent, of at most 19
 * digits, and whether digits beyond them were not 0. */
struct k8s_number {
	uint64_t mantissa;
	int shift, exponent, digits;
	bool more;
};

static void take_digit(struct k8s_number *n, unsigned digit, bool fraction)
{
	if (n->digits < 19) {
		n->mantissa = n->mantissa * 10 + digit;
		n->digits += n->mantissa != 0;
		n->exponent -= fraction;
	} else {
		n->more |= digit != 0;
		n->exponent += !fraction;
	}
}

static const char *k8s_digits(const char *p, struct k8s_number *n)
{
	const char *start = p;
	bool fraction = false;
	size_t nr = 0;

	for (; isdigit((unsigned char)*p) || (*p == '.' && !fraction); p++) {
		if (*p == '.') {
			fraction = true;
			continue;
		}
		take_digit(n, (unsigned)(*p - '0'), fraction);
		nr++;
	}
	return nr ? p : start;
}

static bool k8s_suffix(const char *p, struct k8s_number *n)
{
	static const char decimal[] = "num\0kMGTPE", binary[] = "KMGTPE";
	const char *at;
	char *end;
	long exponent;

	if (!*p)
		return true;
	if (p[1] == 'i' && !p[2] && (at = strchr(binary, *p))) {
		n->shift = 10 * (int)(at - binary + 1);
		return true;
	}
	if (!p[1] && (at = memchr(decimal, *p, sizeof(decimal) - 1))) {
		n->exponent += 3 * (int)(at - decimal - 3);
		return true;
	}
	if ((*p != 'e' && *p != 'E') ||
	    !(isdigit((unsigned char)p[1]) || p[1] == '-' || p[1] == '+'))
		return false;
	exponent = strtol(p + 1, &end, 10);
	n->exponent += (int)(exponent > 9999 ? 9999 : exponent < -9999 ? -9999 : exponent);
	return !*end && isdigit((unsigned char)end[-1]);
}

/* Rounded up; what is beyond INT64_MAX is that. */
static int64_t k8s_value(const struct k8s_number *n)
{
	uint128 v = (uint128)n->mantissa << n->shift;
	bool more = n->more;

	for (int e = n->exponent; v && e > 0 && v <= INT64_MAX; e--)
		v *= 10;
	for (int e = n->exponent; v && e < 0; e++) {
		more |= v % 10 != 0;
		v /= 10;
	}
	v += more;
	return v > INT64_MAX ? INT64_MAX : (int64_t)v;
}

/* In units of 10^-places. */
static bool k8s_parse(const char *text, int places, int64_t *out)
{
	const char *p = text + (*text == '+' || *text == '-'), *suffix;
	struct k8s_number n = {.exponent = places};

	suffix = k8s_digits(p, &n);
	if (suffix == p || !k8s_suffix(suffix, &n) || (*text == '-' && n.mantissa))
		return false;
	*out = k8s_value(&n);
	return true;
}

bool k8s_bytes_parse(const char *text, int64_t *out)
{
	return k8s_parse(text, 0, out);
}

bool k8s_thousandths_parse(const char *text, int64_t *out)
{
	return k8s_parse(text, 3, out);
}

/* by > 0 */
static int64_t divide_rounded(int128 value, int64_t by)
{
	int128 half = by / 2, rest = value % by;
	int128 up = rest < 0 ? -rest : rest;

	/* ties: an odd divisor has none */
	if (up > half || (up == half && by % 2 == 0))
		return (int64_t)(value / by + (value < 0 ? -1 : 1));
	return (int64_t)(value / by);
}

char *decimal_text(int64_t value, int64_t one, int decimals, char *buf, size_t size)
{
	int64_t scale = 1, rounded;
	uint64_t shown;

	BUG_ON(decimals < 0 || decimals > 9 || one <= 0);
	for (int i = 0; i < decimals; i++)
		scale *= 10;
	rounded = divide_rounded((int128)value * scale, one);
	shown = rounded < 0 ? -(uint64_t)rounded : (uint64_t)rounded;
	if (decimals)
		snprintf(buf, size, "%s%" PRIu64 ".%0*" PRIu64, rounded < 0 ? "-" : "",
			 shown / (uint64_t)scale, decimals, shown % (uint64_t)scale);
	else
		snprintf(buf, size, "%" PRId64, rounded);
	return buf;
}

char *bytes_text(int64_t bytes, char *buf, size_t size)
{
	static const char *const name[] = {"B", "KiB", "MiB", "GiB", "TiB"};
	int64_t unit = 1, hundredths;
	unsigned u = 0;
	char number[40];

	/* 1023.999 KiB are 1 MiB */
	while (hundredths = divide_rounded((int128)bytes * 100, unit),
	       u < 4 && (hundredths >= 102400 || hundredths <= -102400)) {
		unit *= 1024;
		u++;
	}
	decimal_text(hundredths, 100,
		     hundredths % 100 == 0  ? 0
		     : hundredths % 10 == 0 ? 1
					    : 2,
		     number, sizeof(number));
	snprintf(buf, size, "%s %s", number, name[u]);
	return buf;
}

char *bytes_exact(int64_t bytes, char *buf, size_t size)
{
	static const char *const name[] = {"B", "KiB", "MiB", "GiB", "TiB"};
	unsigned u = 0;

	while (u < 4 && bytes != 0 && bytes % 1024 == 0) {
		bytes /= 1024;
		u++;
	}
	snprintf(buf, size, "%lld%s", (long long)bytes, name[u]);
	return buf;
}

char *duration_text(int64_t ns, char *buf, size_t size)
{
	long long s = ns / NS_PER_S;

	if (s >= 86400)
		snprintf(buf, size, "%lldd %lldh", s / 86400, s / 3600 % 24);
	else if (s >= 3600)
		snprintf(buf, size, "%lldh %lldmin", s / 3600, s / 60 % 60);
	else if (s >= 60)
		snprintf(buf, size, "%lldmin %llds", s / 60, s % 60);
	else if (ns % NS_PER_S)
		snprintf(buf, size, "%lld.%03lld s", s, (long long)(ns / NS_PER_MS % 1000));
	else
		snprintf(buf, size, "%lld s", s);
	return buf;
}

int64_t ppm_wide(int128 part, int128 whole)
{
	return whole ? (int64_t)(part * 1000000 / whole) : 0;
}

int64_t ppm(int64_t part, int64_t whole)
{
	return whole ? mul_div(part, 1000000, whole) : 0;
}

bool digits_parse(const char **text, char end, uint64_t max, uint64_t *out)
{
	const char *at = *text;
	uint64_t n = 0;

	if (*at < '0' || *at > '9')
		return false;
	for (; *at >= '0' && *at <= '9'; at++) {
		unsigned digit = (unsigned)(*at - '0');

		if (digit > max || n > (max - digit) / 10)
			return false;
		n = 10 * n + digit;
	}
	if (*at != end)
		return false;
	*text = at + (end != '\0');
	*out = n;
	return true;
}
