/* Sentences put together from parts, for explanations. */
#ifndef PLACEMENT_EXPLAIN_H
#define PLACEMENT_EXPLAIN_H

#include <stddef.h>

#include "base/compiler.h"
#include "base/nodeset.h"
#include "host/host.h"

struct sentence {
	char text[2048]; /* what does not fit is cut */
	size_t len;
};

/* Zero-initialise .len and .text[0], or start with sentence_set(). */
void sentence_set(struct sentence *s, const char *fmt, ...) PRINTF_LIKE(2, 3);
void sentence_add(struct sentence *s, const char *fmt, ...) PRINTF_LIKE(2, 3);

/* What a person calls a node. */
static inline unsigned node_name(const struct host *h, unsigned node)
{
	return h->node[node].os_index;
}

/* "0 and 4", "0, 1 and 5": os_indexes. */
void sentence_add_nodes(struct sentence *s, const struct host *h, nodeset nodes);

#endif
