/* The page as the build put it together (report/page/assemble.cmake): NUL-terminated, with
 * "@MODEL@" where the model goes. */
#ifndef REPORT_PAGE_TEMPLATE_H
#define REPORT_PAGE_TEMPLATE_H

#include <stdbool.h>

extern const unsigned char page_template[];
extern const bool page_library; /* the library of charts is in it */

#endif
