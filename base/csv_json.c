#include "base/csv_json.h"

#include <ctype.h>
#include <string.h>

/* Objects in objects; a table has two or three. */
#define DEPTH_MAX 8
#define NAME_MAX_BYTES 256

struct reader {
	const char *p, *end;
	char name[NAME_MAX_BYTES]; /* "resource_request.cpus" */
	size_t prefix; /* of it, before the key that is read */
	int depth;
	csv_json_field *field;
	void *context;
};

static bool skip_blanks(struct reader *r)
{
	while (r->p < r->end && isspace((unsigned char)*r->p))
		r->p++;
	return r->p < r->end;
}

static bool take(struct reader *r, char c)
{
	if (!skip_blanks(r) || *r->p != c)
		return false;
	r->p++;
	return true;
}

/* What stands between quotes, as it is written. */
static bool read_string(struct reader *r, struct csv_field *out)
{
	if (!take(r, '"'))
		return false;
	out->text = r->p;
	for (; r->p < r->end && *r->p != '"'; r->p++)
		if (*r->p == '\\' && ++r->p == r->end)
			return false;
	out->n = (size_t)(r->p - out->text);
	return r->p++ < r->end;
}

/* A list, whole. */
static bool read_list(struct reader *r, struct csv_field *out)
{
	struct csv_field ignored;
	int open = 0;

	out->text = r->p;
	do {
		if (!skip_blanks(r))
			return false;
		if (*r->p == '"') {
			if (!read_string(r, &ignored))
				return false;
			continue;
		}
		open += (*r->p == '[' || *r->p == '{') - (*r->p == ']' || *r->p == '}');
		r->p++;
	} while (open);
	out->n = (size_t)(r->p - out->text);
	return true;
}

/* A number, true, false; null is nothing. */
static bool read_word(struct reader *r, struct csv_field *out)
{
	out->text = r->p;
	while (r->p < r->end && (isalnum((unsigned char)*r->p) || strchr("+-.", *r->p)))
		r->p++;
	out->n = (size_t)(r->p - out->text);
	if (!out->n)
		return false;
	if (out->n == 4 && memcmp(out->text, "null", 4) == 0)
		out->n = 0;
	return true;
}

static bool read_object(struct reader *r);

static bool read_value(struct reader *r)
{
	struct csv_field value;
	bool good;

	if (!skip_blanks(r))
		return false;
	if (*r->p == '{')
		return read_object(r);
	good = *r->p == '"'   ? read_string(r, &value)
	       : *r->p == '[' ? read_list(r, &value)
			      : read_word(r, &value);
	if (good)
		r->field(r->context, r->name, value);
	return good;
}

/* "key": value, with the key behind the prefix. */
static bool read_member(struct reader *r)
{
	size_t prefix = r->prefix;
	struct csv_field key;
	bool good;

	if (!read_string(r, &key) || prefix + key.n + 2 > sizeof(r->name))
		return false;
	memcpy(r->name + prefix, key.text, key.n);
	r->name[prefix + key.n] = '\0';
	if (!take(r, ':') || !skip_blanks(r))
		return false;
	if (*r->p == '{') {
		r->name[prefix + key.n] = '.';
		r->prefix = prefix + key.n + 1;
	}
	good = read_value(r);
	r->prefix = prefix;
	return good;
}

static bool read_object(struct reader *r)
{
	bool good;

	if (!take(r, '{') || ++r->depth > DEPTH_MAX)
		return false;
	if (skip_blanks(r) && *r->p == '}') {
		r->p++;
		r->depth--;
		return true;
	}
	do {
		good = read_member(r);
	} while (good && take(r, ','));
	r->depth--;
	return good && take(r, '}');
}

bool csv_json_read(const char *row, size_t n, csv_json_field *field, void *context)
{
	struct reader r = {.p = row, .end = row + n, .field = field, .context = context};

	return read_object(&r) && !skip_blanks(&r);
}
