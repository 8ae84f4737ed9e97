/*
 * Errors: a code for the program and a sentence for the person.
 *
 * A function that can fail returns an int: 0, or one of the codes below. It
 * also fills a struct error with one sentence that says what is wrong, where
 * (file:line:column for inputs) and, where there is something to do, what to
 * do. The sentence starts in lower case and ends without a full stop; main
 * prefixes the program's name.
 *
 * `err` may be NULL everywhere: the caller then wants the code alone, and no
 * time is spent on formatting. Hot loops use that.
 *
 * A bug in our own code is not an error: it asserts (in release builds too).
 */
#ifndef BASE_ERROR_H
#define BASE_ERROR_H

#include "base/compiler.h"

/* X(name, value, exit status, what it means). Exit: 1 the answer is no, 2 the
 * request was wrong, 3 the machine failed (see the command line's contract). */
#define ERROR_CODES(X)                                                                             \
	X(ERR_USAGE, -1, 2, "wrong option or argument")                                            \
	X(ERR_INPUT, -2, 2, "an input file cannot be used")                                        \
	X(ERR_NO_ROOM, -3, 1, "not enough free memory or CPUs for the zone")                       \
	X(ERR_INFEASIBLE, -4, 1, "the asked node count cannot be met")                             \
	X(ERR_NO_DEVICE, -5, 1, "a device is unknown to the host or taken")                        \
	X(ERR_CANNOT, -6, 2, "the backend or policy cannot do this")                               \
	X(ERR_MACHINE, -7, 3, "the machine failed: files, memory, system calls, hypervisor")       \
	X(ERR_INTERRUPTED, -8, 3, "stopped by a signal")                                           \
	X(ERR_CHECK, -9, 3, "an invariant did not hold (run --check)")

enum error_code {
#define X(name, value, status, text) name = value,
	ERROR_CODES(X)
#undef X
};

#define ERROR_TEXT_MAX 1024

struct error {
	int code; /* 0: nothing happened yet */
	char text[ERROR_TEXT_MAX];
};

/* Fill `err` (NULL is fine) and return `code`, so that one can write
 *	return error_set(err, ERR_NO_ROOM, "node %u is full", n);
 * A sentence that does not fit is cut. */
int error_set(struct error *err, int code, const char *fmt, ...) PRINTF_LIKE(3, 4);

/* The same with "file:line:column: " before the sentence. A line or column of 0
 * is left out. */
int error_at(struct error *err, int code, const char *file, unsigned long line,
	     unsigned long column, const char *fmt, ...) PRINTF_LIKE(6, 7);

/* Put "prefix: " before the sentence already in `err`, which must not be NULL
 * here; returns err->code. */
int error_prefix(struct error *err, const char *fmt, ...) PRINTF_LIKE(2, 3);

/* What a terminal would obey rather than show becomes '?', in place: control characters, line
 * ends too. Of whatever an input says that a person is shown; errors and tables do it themselves.
 */
void text_tame(char *text);

/* "ERR_NO_ROOM"; for an unknown code "ERR_UNKNOWN". */
const char *error_name(int code);

/* The exit status of a program that ends with this code; 0 for 0. */
int error_exit_status(int code);

/* A bug of ours: prints file, line and sentence to stderr and aborts. */
void bug_at(const char *file, int line, const char *fmt, ...) NORETURN PRINTF_LIKE(3, 4);

#define BUG_ON(cond)                                                                               \
	do {                                                                                       \
		if (cond)                                                                          \
			bug_at(__FILE__, __LINE__, "%s", #cond);                                   \
	} while (0)

#endif
