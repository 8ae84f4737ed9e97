#ifndef BASE_NEAREST_H
#define BASE_NEAREST_H

/* Where `text` stands in the NULL-terminated list; -1: it does not. */
int name_index(const char *const *names, const char *text);

/* The name in the NULL-terminated list nearest to `text` by edit distance, when
 * it is near enough to be a typing mistake, else NULL. */
const char *nearest_name(const char *text, const char *const *names);

#endif
