/* Tables of the page: they sort by their headings and scroll in a narrow window. */
#ifndef REPORT_HTML_H
#define REPORT_HTML_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

/* Up to the first heading; the caller ends the head with html_begin_rows(). */
void html_begin_table(const char *caption, FILE *out);
void html_begin_plain_table(const char *caption, FILE *out); /* one that does not sort */
void html_heading(const char *name, bool text, FILE *out); /* text: to the left */
void html_begin_rows(const char *id, FILE *out); /* id NULL: none */
void html_end_table(FILE *out);
void html_text_cell(const char *text, bool row_heading, FILE *out);
/* class: "best", "worst" or NULL. */
void html_figure_cell(int64_t value, const char *class, FILE *out);
/* A figure as a person reads it, sorted by `value`. */
void html_shown_cell(int64_t value, const char *text, FILE *out);
void html_marked_cell(int64_t value, const char *text, const char *class, FILE *out);
/* The table is folded until somebody asks for it; printed all the same. */
void html_begin_fold(const char *summary, FILE *out);
void html_end_fold(FILE *out);

#endif
