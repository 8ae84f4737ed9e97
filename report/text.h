/* Text in the notations that the report's files are written in. */
#ifndef REPORT_TEXT_H
#define REPORT_TEXT_H

#include <stdint.h>
#include <stdio.h>

/* Text or an attribute's value in XML and HTML; control characters, which XML
 * cannot hold, become "?". */
void print_xml_text(const char *text, FILE *out);
/* A time of whole seconds: "14 s", "2h 5min". buf is returned. */
const char *time_text(int64_t seconds, char *buf, size_t size);

#endif
