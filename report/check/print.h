/* How a verdict is told. */
#ifndef REPORT_CHECK_PRINT_H
#define REPORT_CHECK_PRINT_H

#include <stdio.h>

#include "report/check/check.h"

/* In as many columns as `out` has: the headline, what is worst, counts. `wide`: all of it. */
void check_print_text(const struct check *c, bool wide, FILE *out);
void check_print_csv(const struct check *c, FILE *out);
void check_print_json(const struct check *c, FILE *out); /* print_json.c */
/* A comment of a change: what GitHub and GitLab render, no more than a comment may have. */
void check_print_markdown(const struct check *c, FILE *out); /* print_markdown.c */

/* --- print_ci.c, print_json.c: for services ---------------------------------------------- */

/* Workflow commands that GitHub Actions turns into annotations. */
void check_print_github(const struct check *c, FILE *out);
/* One test case a row of the baseline, and one for what is of no row. */
void check_print_junit(const struct check *c, FILE *out);
/* A Code Quality report, which GitLab shows at the lines of a change. */
void check_print_codequality(const struct check *c, FILE *out);

#endif
