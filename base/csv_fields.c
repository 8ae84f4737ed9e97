#include <stdbool.h>

#include "base/csv.h"
#include "base/units.h"

/* "cpu" must be <what>, not "x" */
static int must_be(const struct csv *c, unsigned field, struct error *err, const char *what)
{
	const struct csv_field *f = &c->field[field];

	return csv_error(c, field, err, "\"%.80s\" must be %s, not \"%.*s\"", c->column[field],
			 what, (int)(f->n < 80 ? f->n : 80), f->text);
}

static bool digits(const char **p, const char *end, uint64_t *out)
{
	const char *start = *p;
	uint64_t v = 0;

	while (*p < end && (unsigned)(**p - '0') < 10)
		v = v * 10 + (unsigned)(*(*p)++ - '0');
	*out = v;
	return *p > start && *p - start <= 19; /* below 2^64 */
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

/* "12", "12.5", ".5": whole and billionths; further decimals are ignored. */
static bool decimal(const struct csv_field *f, uint64_t *whole, uint64_t *billionths)
{
	const char *p = f->text, *end = p + f->n;
	unsigned places = 0;

	*whole = *billionths = 0;
	if (p < end && *p != '.' && !digits(&p, end, whole))
		return false;
	if (p == end)
		return f->n > 0;
	if (*p++ != '.' || f->n == 1)
		return false;
	for (; p < end && (unsigned)(*p - '0') < 10; p++) {
		if (places == 9)
			continue;
		*billionths = *billionths * 10 + (unsigned)(*p - '0');
		places++;
	}
	for (; places < 9; places++)
		*billionths *= 10;
	return p == end;
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

int csv_seconds(const struct csv *c, unsigned field, int64_t *out_ns, struct error *err)
{
	uint64_t whole, billionths;

	if (!decimal(&c->field[field], &whole, &billionths) ||
	    whole >= (uint64_t)(INT64_MAX / NS_PER_S))
		return must_be(c, field, err,
			       "a number of seconds such as 12 or 12.5 (not negative, no exponent, "
			       "below 9223372036)");
	*out_ns = (int64_t)(whole * (uint64_t)NS_PER_S + billionths);
	return 0;
}

int csv_decimal(const struct csv *c, unsigned field, int64_t unit, int64_t max, int64_t *out,
		struct error *err)
{
	uint64_t whole, billionths;
	uint128 v = 0;
	char what[80];
	bool good = decimal(&c->field[field], &whole, &billionths);

	if (good) {
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
