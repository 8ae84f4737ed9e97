/*
 * Reading a line of a dump: a cursor over one line's characters. Shared by the two
 * parsers; nobody else includes this.
 */
#ifndef BACKEND_XEN_DUMP_TEXT_H
#define BACKEND_XEN_DUMP_TEXT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct dump_line {
	const char *at, *end;
};

/* The next line, without "(XEN) " and a time stamp; false at the end. A last line
 * without a newline counts as cut off and is left out. `*text` and `*size` move on. */
bool dump_next_line(struct dump_line *out, const char **text, size_t *size);

/* Each takes what it names off the front; false, and nothing taken, when it is not there. */
bool dump_word(struct dump_line *l, const char *word);
bool dump_number(struct dump_line *l, uint64_t max, uint64_t *out);
void dump_blanks(struct dump_line *l);

#endif
