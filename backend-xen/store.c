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

bool store_number(const char **text, uint64_t max, uint64_t *out)
{
	const char *at = *text;
	uint64_t n = 0;

	if (*at < '0' || *at > '9')
		return false;
	for (; *at >= '0' && *at <= '9'; at++) {
		unsigned digit = (unsigned)(*at - '0');

		if (digit > max || n > (max - digit) / 10)
			return false;
		n = 10 * n + digit;
	}
	*text = at;
	*out = n;
	return true;
}

bool store_field(const char **text, char end, uint64_t max, uint64_t *out)
{
	if (!store_number(text, max, out) || **text != end)
		return false;
	*text += end != '\0';
	return true;
}
