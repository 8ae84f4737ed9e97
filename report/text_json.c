#include <jansson.h>
#include <stdlib.h>

#include "base/alloc.h"
#include "base/error.h"
#include "report/text.h"

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
