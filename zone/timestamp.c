#include "zone/timestamp.h"

#include <string.h>

#include "base/units.h"

/* A cursor over text that is not NUL-terminated. */
struct cursor {
	const char *p, *end;
};

static bool take(struct cursor *c, char wanted)
{
	if (c->p == c->end || *c->p != wanted)
		return false;
	c->p++;
	return true;
}

/* Exactly so many digits, a number of [min, max]. */
static bool take_number(struct cursor *c, int digits, int min, int max, int *out)
{
	int v = 0;

	for (int i = 0; i < digits; i++, c->p++) {
		if (c->p == c->end || *c->p < '0' || *c->p > '9')
			return false;
		v = v * 10 + (*c->p - '0');
	}
	*out = v;
	return v >= min && v <= max;
}

static bool is_leap(int year)
{
	return (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
}

/* Days since 1970-01-01. */
static bool take_date(struct cursor *c, int64_t *days)
{
	static const int of_month[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
	int year, month, day;

	if (!take_number(c, 4, 1970, 2100, &year) || !take(c, '-') ||
	    !take_number(c, 2, 1, 12, &month) || !take(c, '-') || !take_number(c, 2, 1, 31, &day))
		return false;
	if (day > of_month[month - 1] + (month == 2 && is_leap(year)))
		return false;
	*days = day - 1;
	for (int y = 1970; y < year; y++)
		*days += 365 + is_leap(y);
	for (int m = 1; m < month; m++)
		*days += of_month[m - 1] + (m == 2 && is_leap(year));
	return true;
}

/* ".25", or nothing. */
static bool take_fraction(struct cursor *c, int64_t *ns)
{
	int64_t unit = NS_PER_S;

	*ns = 0;
	if (!take(c, '.'))
		return true;
	for (; c->p < c->end && *c->p >= '0' && *c->p <= '9'; c->p++) {
		unit /= 10;
		*ns += unit * (*c->p - '0');
	}
	return c->p[-1] != '.';
}

/* "Z", "+02:00", "-0330", or nothing. */
static bool take_zone(struct cursor *c, int64_t *offset_s)
{
	int hours, minutes, sign = 1;

	*offset_s = 0;
	if (c->p == c->end || take(c, 'Z') || take(c, 'z'))
		return true;
	if (take(c, '-'))
		sign = -1;
	else if (!take(c, '+'))
		return false;
	if (!take_number(c, 2, 0, 23, &hours))
		return false;
	take(c, ':');
	if (!take_number(c, 2, 0, 59, &minutes))
		return false;
	*offset_s = sign * (hours * 3600 + minutes * 60);
	return true;
}

bool timestamp_parse(const char *text, size_t n, int64_t *out_ns)
{
	struct cursor c = {text, text + n};
	int64_t days, fraction_ns, offset_s, s;
	int hours, minutes, seconds;

	if (!take_date(&c, &days) || !(take(&c, 'T') || take(&c, 't') || take(&c, ' ')) ||
	    !take_number(&c, 2, 0, 23, &hours) || !take(&c, ':') ||
	    !take_number(&c, 2, 0, 59, &minutes) || !take(&c, ':') ||
	    !take_number(&c, 2, 0, 60, &seconds) || !take_fraction(&c, &fraction_ns) ||
	    !take_zone(&c, &offset_s) || c.p != c.end)
		return false;
	s = days * 86400 + hours * 3600 + minutes * 60 + seconds - offset_s;
	*out_ns = s * NS_PER_S + fraction_ns;
	return s >= 0;
}
