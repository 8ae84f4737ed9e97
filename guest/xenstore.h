/*
 * xenstore as a guest sees it: the character device of Linux's xenbus driver, in
 * the wire format of Xen's public header io/xs_wire.h. Paths are relative to the
 * zone's own directory; a zone may write below data/ only.
 */
#ifndef GUEST_XENSTORE_H
#define GUEST_XENSTORE_H

#include <stdbool.h>
#include <stddef.h>

/* xenstored refuses a larger node of a guest's (its quota "entry-size" is 2048). */
#define XENSTORE_VALUE_MAX 1900

struct xenstore {
	int fd; /* -1: none here */
};

/* All but release return false when the store is not there or refuses. */
bool xenstore_init(struct xenstore *s);
void xenstore_release(struct xenstore *s);
/* Cuts the value off at `size` - 1. */
bool xenstore_read(struct xenstore *s, const char *path, char *out, size_t size);
bool xenstore_write(struct xenstore *s, const char *path, const char *value);
bool xenstore_watch(struct xenstore *s, const char *path);
/* Returns when a watched path may have changed; once right after xenstore_watch(). */
bool xenstore_wait(struct xenstore *s);

/*
 * Writes text of any length as PATH/0, PATH/1, ... and then PATH = "HEAD COUNT":
 * who watches PATH finds all of it there.
 */
bool xenstore_write_text(struct xenstore *s, const char *path, const char *head, const char *text);

#endif
