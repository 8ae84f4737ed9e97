#include "bench/sweep/outcome.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

/* --- sealed lines ----------------------------------------------------------------------- */

#define SEAL_BYTES 19 /* " #", 16 digits, newline */

/* FNV-1a of 64 bits: it finds what a torn or overwritten line looks like, and needs no
 * library. (G. Fowler, L. Noll, K.-P. Vo; draft-eastlake-fnv) */
static uint64_t checksum(const char *text, size_t n)
{
	uint64_t sum = 0xcbf29ce484222325;

	for (size_t i = 0; i < n; i++)
		sum = (sum ^ (unsigned char)text[i]) * 0x100000001b3;
	return sum;
}

void line_seal(char line[OUTCOME_LINE_MAX])
{
	size_t n = strlen(line);

	BUG_ON(n + SEAL_BYTES >= OUTCOME_LINE_MAX);
	snprintf(line + n, OUTCOME_LINE_MAX - n, " #%016" PRIx64 "\n", checksum(line, n));
}

bool line_unseal(char *line)
{
	size_t n = strlen(line);
	char seal[SEAL_BYTES + 1];

	if (n <= SEAL_BYTES)
		return false;
	n -= SEAL_BYTES;
	snprintf(seal, sizeof(seal), " #%016" PRIx64 "\n", checksum(line, n));
	if (strcmp(seal, line + n) != 0)
		return false;
	line[n] = '\0';
	return true;
}

/* --- rows ------------------------------------------------------------------------------- */

/* The numbers of a line, in its order, behind the row's own. */
enum { WALL_NS, DREW, BAD_ROWS, BASIS, DECISION_NS, NR_OTHERS };

static void others_of(const struct outcome *o, int64_t number[NR_OTHERS])
{
	number[WALL_NS] = o->wall_ns;
	number[DREW] = o->result.drew;
	number[BAD_ROWS] = (int64_t)o->result.bad_rows;
	number[BASIS] = cost_basis_code(&o->result.basis);
	number[DECISION_NS] = o->result.decision_ns;
}

static void take_others(struct outcome *o, const int64_t number[NR_OTHERS])
{
	o->wall_ns = number[WALL_NS];
	o->result.drew = number[DREW] != 0;
	o->result.bad_rows = (uint64_t)number[BAD_ROWS];
	o->result.basis = cost_basis_of_code(number[BASIS]);
	o->result.decision_ns = number[DECISION_NS];
}

static size_t print_number(char *line, size_t at, int64_t number)
{
	if (!is_known(number))
		return at + (size_t)snprintf(line + at, OUTCOME_LINE_MAX - at, " -");
	return at + (size_t)snprintf(line + at, OUTCOME_LINE_MAX - at, " %" PRId64, number);
}

/* One word, whatever the text: bytes up to the space, and '%', as %XX. */
static void print_word(char *line, size_t at, const char *text)
{
	line[at++] = ' ';
	line[at++] = '=';
	for (; *text; text++) {
		unsigned char c = (unsigned char)*text;

		if (c <= ' ' || c == '%')
			at += (size_t)snprintf(line + at, OUTCOME_LINE_MAX - at, "%%%02x", c);
		else
			line[at++] = *text;
	}
	line[at] = '\0';
}

void outcome_print(const struct outcome *o, char line[OUTCOME_LINE_MAX])
{
	int64_t other[NR_OTHERS];
	size_t at = (size_t)snprintf(line, OUTCOME_LINE_MAX, "row %zu", o->row);

	others_of(o, other);
	for (int i = 0; i < NR_OTHERS; i++)
		at = print_number(line, at, other[i]);
	for (int f = 0; f < NR_SUMMARY_FIGURES; f++)
		at = print_number(line, at, row_figure(&o->result.row, (enum summary_figure)f));
	print_word(line, at, o->result.first_bad);
	line_seal(line);
}

static bool take_number(const char **at, int64_t *out)
{
	char *end;

	if (strncmp(*at, " -", 2) == 0 && ((*at)[2] == ' ' || !(*at)[2])) {
		*out = FIGURE_UNKNOWN;
		*at += 2;
		return true;
	}
	if (**at != ' ')
		return false;
	*out = strtoll(*at + 1, &end, 10);
	if (end == *at + 1 || (*end && *end != ' '))
		return false;
	*at = end;
	return true;
}

static bool take_word(const char *at, char *out, size_t size)
{
	size_t n = 0;

	if (strncmp(at, " =", 2) != 0)
		return false;
	for (at += 2; *at && n + 1 < size; at++) {
		char hex[3] = {'\0'};

		if (*at != '%') {
			out[n++] = *at;
			continue;
		}
		if (!at[1] || !at[2])
			return false;
		memcpy(hex, at + 1, 2);
		out[n++] = (char)strtoul(hex, NULL, 16);
		at += 2;
	}
	out[n] = '\0';
	return !*at;
}

static bool parse(struct outcome *o, const char *line)
{
	int64_t row, other[NR_OTHERS];
	const char *at = line + 3;

	if (strncmp(line, "row ", 4) != 0 || !take_number(&at, &row) || row < 0)
		return false;
	o->row = (size_t)row;
	for (int i = 0; i < NR_OTHERS; i++)
		if (!take_number(&at, &other[i]))
			return false;
	for (int f = 0; f < NR_SUMMARY_FIGURES; f++) {
		int64_t figure;

		if (!take_number(&at, &figure))
			return false;
		row_set_figure(&o->result.row, (enum summary_figure)f, figure);
	}
	take_others(o, other);
	return take_word(at, o->result.first_bad, sizeof(o->result.first_bad));
}

int outcome_parse(struct outcome *out, const char *line, struct error *err)
{
	char text[OUTCOME_LINE_MAX];

	*out = (struct outcome){.row = 0};
	row_init(&out->result.row);
	if (strlen(line) >= sizeof(text))
		return error_set(err, ERR_INPUT, "a line of %zu characters is no row",
				 strlen(line));
	memcpy(text, line, strlen(line) + 1);
	if (!line_unseal(text))
		return error_set(err, ERR_INPUT, "the line is damaged: its checksum is another");
	if (!parse(out, text))
		return error_set(err, ERR_INPUT, "the line is no row of this version");
	return 0;
}
