/* What `homenode compare` found, for people and for programs. */
#ifndef CLI_COMPARE_PRINT_H
#define CLI_COMPARE_PRINT_H

#include <stdio.h>

#include "bench/compare/compare.h"
#include "cli/view.h"

/* The columns of the table are those of schema_compare, and `cause`. */
struct column *compare_columns(const char *operand, size_t *nr) MUST_USE; /* as struct command's */
int compare_view(struct view *out, const struct args *args, enum output_format format,
		 struct error *err) MUST_USE;
void compare_print_text(const struct compare *c, const struct view *view, FILE *out);
void compare_print_csv(const struct compare *c, FILE *out);
/* compare_json.c; jsonl: an object a row, those of --launches behind them */
void compare_print_json(const struct compare *c, FILE *out);
void compare_print_jsonl(const struct compare *c, FILE *out);

/* The grades' errors, as a sentence each; the caller frees. */
char *compare_grade(const struct compare *c) MUST_USE;

#endif
