/* Text in the notations that the report's files are written in. */
#ifndef REPORT_TEXT_H
#define REPORT_TEXT_H

#include <stdio.h>

/* Text or an attribute's value in XML and HTML; control characters, which XML
 * cannot hold, and what is no UTF-8 become "?". */
void print_xml_text(const char *text, FILE *out);

#endif
