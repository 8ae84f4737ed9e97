/*
 * A row of a table that is written as a JSON object. Private to base/csv.c.
 *
 * No document is built: rows are read by the million, and their values are numbers or plain
 * words. A text with escapes stays as it is written.
 */
#ifndef BASE_CSV_JSON_H
#define BASE_CSV_JSON_H

#include "base/csv.h"

/* Each value that is no object; `name` has dots between those of objects in objects, and
 * is lent; null is an empty value, a list is its text. */
typedef void csv_json_field(void *context, const char *name, struct csv_field value);

/* False when the row is no JSON object, or nested more than 8 deep. */
bool csv_json_read(const char *row, size_t n, csv_json_field *field, void *context);

#endif
