/*
 * What may stand at the cursor of a command line, from the tables of commands and options: the
 * part of shell completion that is the same for all shells. completion.c has the scripts by which
 * a shell asks.
 */
#ifndef CLI_COMPLETE_H
#define CLI_COMPLETE_H

#include "cli/command.h"

/* A word that is not finished, and what is known of it. */
struct unfinished {
	const struct command *cmd;
	const char *operand; /* the first one, where the command line has it; or NULL */
	const char *const *taken; /* values that the option has already; NULL ends them */
	const char *before; /* what stands in the word before `text` and is kept: "--policy=a," */
	const char *text; /* what is to be continued */
	const char *behind; /* what every candidate goes on with, or NULL: "=" */
	FILE *out;
	bool paths, directories; /* these would do too: the shell knows them */
	bool open; /* the word goes on behind what is offered */
};

/*
 * `word` are the words behind the program's name, the last of which is to be continued. Prints
 * a candidate a line, whole words, a tab and what it is behind them; then perhaps ":files",
 * ":directories" (offer those too) and ":open" (put no space behind it).
 */
void complete_words(char *const *word, int nr, FILE *out);

/* --- complete_values.c ------------------------------------------------------------------ */

/* Offer what option.value or a word of command.operands stands for; false: it has a word in
 * capitals that is no kind of value (and files are offered). */
bool complete_value(struct unfinished *u, const char *value);
/* Print the candidate if it continues the text. */
void complete_offer(struct unfinished *u, const char *name, const char *what);

#endif
