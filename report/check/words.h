/* What was found, in words that all printers share. */
#ifndef REPORT_CHECK_WORDS_H
#define REPORT_CHECK_WORDS_H

#include "report/check/check.h"

#define WORDS_MAX 96

/* "3 rows worse: local memory of edera-compact on week -2.1 points". The caller frees. */
char *check_headline(const struct check *c);
/* "30 rows compared: worse 3, better 2". The caller frees. */
char *check_counts(const struct check *c);

/* What a column is called above a table; its name where the schema has none. */
const char *finding_title(const struct finding *f);
/* A figure of its column: "85.64 %"; "-" when it is not known. */
const char *finding_figure(const struct finding *f, int64_t figure, char buf[WORDS_MAX]);
/* How far it moved: "-2.10 points" of a share, else "+1.20 %" of what it was; "+12" where it was 0;
 * "not known any more". With `decimals` at least, more where the move is smaller. */
const char *finding_move(const struct finding *f, int decimals, char buf[WORDS_MAX]);

#endif
