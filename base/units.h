/*
 * Text to quantities and back. Inside the program there is one unit a
 * dimension: bytes, nanoseconds, parts per million. Conversion happens at the
 * edges, here.
 */
#ifndef BASE_UNITS_H
#define BASE_UNITS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/compiler.h"

#define KIB ((int64_t)1 << 10)
#define MIB ((int64_t)1 << 20)
#define GIB ((int64_t)1 << 30)
#define TIB ((int64_t)1 << 40)

#define PAGE_BYTES ((int64_t)4096)

#define NS_PER_US ((int64_t)1000)
#define NS_PER_MS ((int64_t)1000000)
#define NS_PER_S ((int64_t)1000000000)
#define NS_PER_HOUR (3600 * NS_PER_S)
#define NS_PER_DAY (24 * NS_PER_HOUR)

/* A time that never comes. */
#define NS_NEVER INT64_MAX

/* The clock of a run ends here, after 146 years: no input gives a later time or a longer
 * duration, so that the sum of any two can be told. */
#define TIME_MAX_NS ((int64_t)1 << 62)
#define TIME_MAX_S (TIME_MAX_NS / NS_PER_S)

/*
 * "6GiB", "512 MiB", "1.75GiB", "6442450944": number, optional unit. Units, in
 * capitals or not: B; KiB MiB GiB TiB, and as xl and QEMU have them K M G T, and
 * Ki Mi Gi Ti (1024); kB MB GB TB (1000). A bare number is bytes,
 * as in files; options are read by bytes_parse_option(). False when it is not a
 * number, negative, the unit is unknown, or it does not fit; a fraction must come
 * out as a whole number of bytes after rounding down.
 */
bool bytes_parse(const char *text, int64_t *out) MUST_USE;
/* The same in an option of any program here: a bare number is MB of 2^20 bytes, as it is
 * for protect, xl and QEMU. */
bool bytes_parse_option(const char *text, int64_t *out) MUST_USE;

/* Kubernetes quantity, all of its grammar (apimachinery's resource/quantity.go,
 * 357557a): a sign, digits, Ki Mi Gi Ti Pi Ei (1024), n u m k M G T P E (powers of
 * 1000) or a decimal exponent ("1e9", "1E-3"); no blanks, not two of these. Rounded
 * up to a whole number, at most INT64_MAX, as there. False when it is none, or
 * below 0; without a digit ("Gi"), which is 0 there, too. */
bool k8s_bytes_parse(const char *text, int64_t *out) MUST_USE;
/* The same in thousandths, which is as finely as Kubernetes compares. */
bool k8s_thousandths_parse(const char *text, int64_t *out) MUST_USE;

/* "7d", "12h", "5min" (or "5m"), "30s", "1.5s", "100ms", "2us", "40ns"; a bare number is seconds.
 * At most TIME_MAX_NS. */
bool duration_parse(const char *text, int64_t *out_ns) MUST_USE;

/* A field of a line that programs write: decimal digits, nothing before them, at most `max`, and
 * then `end`, behind which *text is moved ('\0': to it). */
bool digits_parse(const char **text, char end, uint64_t max, uint64_t *out) MUST_USE;

/*
 * Numbers for people are rounded here and nowhere else: to the nearest, ties away from
 * zero (2.5 is 3, -2.5 is -3), in whole numbers, so that the same figure is the same text
 * on every machine and wherever it is shown.
 */
/* value / one with so many decimals (at most 9): decimal_text(856373, 10000, 2) is "85.64".
 * What rounds to zero has no minus. Writes into buf (40 is enough) and returns it. */
char *decimal_text(int64_t value, int64_t one, int decimals, char *buf, size_t size);

/* "12 GiB", "1.5 GiB", "12345 B": shortest exact-looking form for people, at
 * most two decimals. Writes into buf (32 is enough) and returns it. */
char *bytes_text(int64_t bytes, char *buf, size_t size);
/* The same without a space and exact, re-readable by bytes_parse: "12GiB", "4097B". */
char *bytes_exact(int64_t bytes, char *buf, size_t size);
/* "3d 4h", "2h 5min", "12.500 s", "12 s". */
char *duration_text(int64_t ns, char *buf, size_t size);

/* a * b / by, cut off towards 0; the product may be wider than 64 bits, the quotient not.
 * A division of 128 bits is a call and takes several times as long: only where it must. */
static inline int64_t mul_div(int64_t a, int64_t b, int64_t by)
{
	int128 product = (int128)a * b;

	return product == (int64_t)product ? (int64_t)product / by : (int64_t)(product / by);
}

/* part * 1,000,000 / whole rounded down; 0 when whole is 0. Both >= 0. */
int64_t ppm(int64_t part, int64_t whole);
/* Two quantities of the same 128-bit kind. */
int64_t ppm_wide(int128 part, int128 whole);

#endif
