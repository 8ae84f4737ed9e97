/*
 * A set of 64-bit numbers that come and go: open addressing, linear probing,
 * deletion by moving back, so that memory follows the largest number of members
 * at one time. Private to zone/.
 */
#ifndef ZONE_ID_SET_H
#define ZONE_ID_SET_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Zero-initialise. */
struct id_set {
	uint64_t *slot; /* member + 1; 0: free. UINT64_MAX cannot be a member. */
	size_t nr, size;
};

/* False when it is there already. */
bool id_set_add(struct id_set *s, uint64_t id);
/* False when it is not there. */
bool id_set_remove(struct id_set *s, uint64_t id);
void id_set_release(struct id_set *s);

#endif
