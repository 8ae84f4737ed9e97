/* Text in the notations that the report's files are written in. */
#ifndef REPORT_TEXT_H
#define REPORT_TEXT_H

#include <stdio.h>

/* Bytes of the character at `p`, 0 where that is none of UTF-8. A name may be any bytes. */
size_t utf8_character(const char *p);

/* Text or an attribute's value in XML and HTML; control characters, which XML
 * cannot hold, and what is no UTF-8 become "?". */
void print_xml_text(const char *text, FILE *out);

/* text_json.c: a string of JSON (jansson's json_t), "?" for what is no UTF-8. */
struct json_t;
struct json_t *text_json(const char *text);

#endif
