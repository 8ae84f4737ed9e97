/* What a terminal can show. */
#ifndef BASE_TERMINAL_H
#define BASE_TERMINAL_H

#include <stdbool.h>
#include <stdio.h>

#define TERMINAL_COLUMNS 80 /* where nobody knows better */

/* How many columns there are to print on: COLUMNS of the environment where it is a number from 20
 * up, else those of the terminal that `out` is, else TERMINAL_COLUMNS. */
unsigned terminal_columns(FILE *out);
/* May colours and bold be used: a terminal that is not dumb, and nobody said NO_COLOR. */
bool terminal_styles(FILE *out);
/* A sentence and a line end, over as many lines as it needs, the further ones indented. */
void terminal_print_sentence(const char *text, FILE *out);
/* The same behind `first` blanks, further lines behind `next`: points of a list. */
void terminal_print_indented(unsigned first, unsigned next, const char *text, FILE *out);

#endif
