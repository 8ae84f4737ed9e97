#include "backend-xen/store.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/error.h"

enum store_value store_text(const struct store *s, const char *path, size_t max, char *out)
{
	size_t size = 0;
	char *value = s->ops->read(s->self, path, &size);
	bool whole;

	*out = '\0';
	if (!value)
		return errno == ENOENT ? STORE_ABSENT : STORE_UNREADABLE;
	whole = size <= max && !memchr(value, '\0', size);
	strncat(out, value, max);
	text_tame(out);
	whole = whole && strcmp(out, value) == 0;
	free(value);
	return whole ? STORE_TEXT : STORE_ODD;
}
