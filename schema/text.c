#include <inttypes.h>

#include "base/compiler.h"
#include "base/units.h"
#include "schema/schema.h"

static const struct {
	int64_t one; /* figures in what is shown as 1 */
	int decimals;
	const char *sign;
} shown[NR_UNITS] = {
	[UNIT_NONE] = {1, 0, ""},
	[UNIT_COUNT] = {1, 0, ""},
	[UNIT_BYTES] = {GIB, 1, "GiB"},
	[UNIT_BYTES_PER_S] = {1000000000, 1, "GB/s"},
	[UNIT_SECONDS] = {1, 0, "s"},
	[UNIT_NS] = {1, 0, "ns"},
	[UNIT_PS] = {1000, 1, "ns"},
	[UNIT_SHARE] = {10000, 2, "%"},
	[UNIT_FACTOR] = {1000000, 3, "times"},
	[UNIT_SLIT] = {100, 2, "SLIT"},
	[UNIT_MILLI] = {1000, 1, ""},
	[UNIT_EUR] = {1000000, 4, "EUR"},
};

void figure_print(int64_t figure, FILE *out)
{
	if (is_known(figure))
		fprintf(out, "%" PRId64, figure);
}

void figure_print_next(int64_t figure, FILE *out)
{
	fputc(',', out);
	figure_print(figure, out);
}

const char *unit_sign(enum unit u)
{
	return shown[u].sign;
}

int64_t unit_one(enum unit u)
{
	return shown[u].one;
}

int unit_decimals(enum unit u)
{
	return shown[u].decimals;
}

const char *unit_text(enum unit u, int64_t figure, int decimals, char *buf, size_t size)
{
	if (!is_known(figure))
		snprintf(buf, size, "-");
	else
		decimal_text(figure, shown[u].one, decimals < 0 ? shown[u].decimals : decimals, buf,
			     size);
	return buf;
}

const char *unit_text_signed(enum unit u, int64_t figure, int decimals, char *buf, size_t size)
{
	char number[40];

	if (u == UNIT_BYTES && is_known(figure))
		return bytes_text(figure, buf, size);
	unit_text(u, figure, decimals, number, sizeof(number));
	/* a factor and a distance are understood without */
	if (!is_known(figure) || !*shown[u].sign || u == UNIT_FACTOR || u == UNIT_SLIT)
		snprintf(buf, size, "%s", number);
	else
		snprintf(buf, size, "%s %s", number, shown[u].sign);
	return buf;
}
