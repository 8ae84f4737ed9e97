#include <jansson.h>
#include <stdlib.h>

#include "base/alloc.h"
#include "base/error.h"
#include "base/text_json.h"
#include "base/utf8.h"

struct json_t *text_json(const char *text)
{
	json_t *value = json_string(text);

	if (!value) {
		char *copy = xstrdup(text);
		size_t n;

		for (char *p = copy; *p; p += n ? n : 1) {
			n = utf8_character(p);
			if (!n)
				*p = '?';
		}
		value = json_string(copy);
		free(copy);
	}
	BUG_ON(!value);
	return value;
}
