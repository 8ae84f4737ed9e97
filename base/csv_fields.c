#include <math.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "base/csv.h"
#include "base/units.h"

/* "cpu" must be <what>, not "x" */
static int must_be(const struct csv *c, unsigned field, struct error *err, const char *what)
{
	const struct csv_field *f = &c->field[field];

	return csv_error(c, field, err, "\"%.80s\" must be %s, not \"%.*s\"", c->column[field],
			 what, (int)(f->n < 80 ? f->n : 80), f->text);
}

#define EACH_BYTE ((uint64_t)-1 / 255)

/*
 * Up to eight digits at once, without a branch that depends on how many there are: a number
 * a field is a misprediction a field otherwise, which costs more than the rest of its reading. The
 * way is Lemire's (parse_eight_digits of fast_float and simdjson). *n: how many digits begin
 * the word, whose first character is its lowest byte.
 */
static inline uint32_t eight_digits(uint64_t word, unsigned *n)
{
	const uint64_t pairs = 0x000000ff000000ff;
	uint64_t digit = word ^ '0' * EACH_BYTE, other;

	/* the high bit of what is no digit; what stands behind it may be wrong */
	other = ((digit + (0x80 - 10) * EACH_BYTE) | digit) & 0x80 * EACH_BYTE;
	*n = other ? lowest_bit(other) / 8 : 8;
	if (!*n)
		return 0;
	digit <<= 8 * (8 - *n);
	digit = digit * 10 + (digit >> 8);
	return (uint32_t)(((digit & pairs) * (100 + ((uint64_t)1000000 << 32)) +
			   ((digit >> 16) & pairs) * (1 + ((uint64_t)10000 << 32))) >>
			  32);
}

static const uint64_t power_of_ten[] = {
	1, 10, 100, 1000, 10000, 100000, 1000000, 10000000, 100000000, 1000000000,
};

/* All of them, where there are more than seven. */
static bool more_digits(const char **p, const char *end, uint64_t *out)
{
	const char *at = *p;
	uint64_t v = 0;
	unsigned n;

	do {
		uint32_t part = eight_digits(csv_word(at), &n);

		v = v * power_of_ten[n] + part;
		at += n;
	} while (n == 8);
	*out = v;
	n = (unsigned)(at - *p);
	*p = at;
	/* below 2^64; what is unquoted may be followed by anything */
	return n > 0 && n <= 19 && at <= end;
}

static inline bool digits(const char **p, const char *end, uint64_t *out)
{
	unsigned n;

	*out = eight_digits(csv_word(*p), &n);
	if (n == 8)
		return more_digits(p, end, out);
	*p += n;
	return n > 0 && *p <= end;
}

int csv_int(const struct csv *c, unsigned field, int64_t min, int64_t max, int64_t *out,
	    struct error *err)
{
	const struct csv_field *f = &c->field[field];
	const char *p = f->text, *end = p + f->n;
	bool negative = min < 0 && f->n && *p == '-';
	char what[80];
	int64_t value;
	uint64_t v;

	p += negative;
	if (digits(&p, end, &v) && p == end && v <= INT64_MAX) {
		value = negative ? -(int64_t)v : (int64_t)v;
		if (value >= min && value <= max) {
			*out = value;
			return 0;
		}
	}
	if (!err)
		return ERR_INPUT;
	snprintf(what, sizeof(what), "a whole number from %lld to %lld", (long long)min,
		 (long long)max);
	return must_be(c, field, err, what);
}

/* Digits to the end, of which nine count. */
static inline bool fraction(const char *p, const char *end, uint64_t *billionths)
{
	unsigned places, n;
	uint64_t v = eight_digits(csv_word(p), &places);

	p += places;
	if (places == 8 && p < end && (unsigned)(*p - '0') < 10) {
		v = v * 10 + (unsigned)(*p++ - '0');
		places++;
	}
	*billionths = v * power_of_ten[9 - places];
	while (p < end && (n = (unsigned)(*p - '0')) < 10)
		p++;
	return p == end;
}

/* "12", "12.5", ".5": whole and billionths; further decimals are ignored. */
static inline bool decimal(const struct csv_field *f, uint64_t *whole, uint64_t *billionths)
{
	const char *p = f->text, *end = p + f->n;

	*whole = *billionths = 0;
	if (p < end && *p != '.' && !digits(&p, end, whole))
		return false;
	if (p == end)
		return f->n > 0;
	if (*p++ != '.' || f->n == 1)
		return false;
	return p == end || fraction(p, end, billionths);
}

bool csv_sort_key(const struct csv_field *f, struct sort_key *out)
{
	bool negative = f->n && *f->text == '-';
	struct csv_field size = {f->text + negative, f->n - negative};
	uint64_t whole, billionths;

	if (!decimal(&size, &whole, &billionths) || whole >= INT64_MAX)
		return false;
	*out = (struct sort_key){(int64_t)whole, (uint32_t)billionths};
	if (negative && billionths)
		*out = (struct sort_key){-(int64_t)whole - 1, (uint32_t)(1000000000 - billionths)};
	else if (negative)
		out->whole = -out->whole;
	return true;
}

bool csv_sort_key_real(const struct csv_field *f, struct sort_key *out)
{
	char text[64], *end;
	double number;
	int64_t bits;

	snprintf(text, sizeof(text), "%.*s", (int)(f->n < sizeof(text) ? f->n : 0), f->text);
	number = strtod(text, &end) + 0.0; /* -0 is 0 */
	if (!*text || *end || !isfinite(number))
		return false;
	/* doubles of one sign are in the order of their bits */
	memcpy(&bits, &number, sizeof(bits));
	*out = (struct sort_key){bits < 0 ? INT64_MIN - bits : bits, 0};
	return true;
}

int csv_seconds(const struct csv *c, unsigned field, int64_t *out_ns, struct error *err)
{
	uint64_t whole, billionths;

	if (!decimal(&c->field[field], &whole, &billionths) || whole >= (uint64_t)TIME_MAX_S)
		return must_be(c, field, err,
			       "a number of seconds such as 12 or 12.5 (not negative, no exponent, "
			       "below 4611686018, which is 146 years)");
	*out_ns = (int64_t)(whole * (uint64_t)NS_PER_S + billionths);
	return 0;
}

int csv_decimal(const struct csv *c, unsigned field, int64_t unit, int64_t max, int64_t *out,
		struct error *err)
{
	uint64_t whole, billionths;
	uint128 v = 0;
	char what[80];
	bool good;

	good = decimal(&c->field[field], &whole, &billionths);
	if (good && unit <= GIB) {
		/* below 2^60; dividing twice as wide numbers is slow */
		v = (uint128)whole * (uint64_t)unit +
		    (billionths * (uint64_t)unit + 999999999u) / 1000000000u;
	} else if (good) {
		v = ((uint128)whole * 1000000000u + billionths) * (uint64_t)unit;
		v = (v + 999999999u) / 1000000000u;
	}
	if (!good || v > (uint128)max) {
		snprintf(what, sizeof(what), "a number from 0 to %lld (decimals allowed)",
			 (long long)(max / unit));
		return must_be(c, field, err, what);
	}
	*out = (int64_t)v;
	return 0;
}
