#include "base/json_doc.h"

#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/output.h"
#include "base/units.h"

#define JSON_FILE_MAX ((size_t)64 << 20)

int json_doc_parse(struct json_doc *out, const char *path, const char *text, size_t size,
		   struct error *err)
{
	json_error_t bad;

	*out = (struct json_doc){.path = xstrdup(path), .text = xmalloc(size + 1), .size = size};
	memcpy(out->text, text, size);
	out->text[size] = '\0';
	out->root = json_loadb(out->text, size, JSON_REJECT_DUPLICATES, &bad);
	if (!out->root) {
		int rc =
			error_at(err, ERR_INPUT, path, (unsigned long)(bad.line > 0 ? bad.line : 1),
				 (unsigned long)(bad.column > 0 ? bad.column : 1), "%s", bad.text);

		json_doc_release(out);
		return rc;
	}
	return 0;
}

int json_doc_load(struct json_doc *out, const char *path, struct error *err)
{
	char *text;
	size_t size;
	int rc;

	*out = (struct json_doc){0};
	rc = file_read(path, JSON_FILE_MAX, &text, &size, err);
	if (rc)
		return rc;
	rc = json_doc_parse(out, path, text, size, err);
	free(text);
	return rc;
}

void json_doc_release(struct json_doc *doc)
{
	if (!doc)
		return;
	json_decref(doc->root);
	free(doc->path);
	free(doc->text);
	*doc = (struct json_doc){0};
}

struct json_at json_at_root(const struct json_doc *doc)
{
	return (struct json_at){.doc = doc, .value = doc->root};
}

struct json_at json_at_member(const struct json_at *obj, const char *key)
{
	return (struct json_at){
		.doc = obj->doc,
		.up = obj,
		.key = key,
		.value = json_object_get(obj->value, key),
	};
}

struct json_at json_at_item(const struct json_at *array, size_t index)
{
	return (struct json_at){
		.doc = array->doc,
		.up = array,
		.index = index,
		.value = json_array_get(array->value, index),
	};
}

/*
 * The locator: walks text that jansson has accepted, so it need not check
 * anything, only skip.
 */
static const char *skip_space(const char *p)
{
	return p + strspn(p, " \t\r\n");
}

static const char *skip_string(const char *p)
{
	for (p++; *p && *p != '"'; p++)
		if (*p == '\\' && p[1])
			p++;
	return *p ? p + 1 : p;
}

static const char *skip_value(const char *p)
{
	int depth = 0;

	do {
		p = skip_space(p);
		if (*p == '"') {
			p = skip_string(p);
		} else if (*p == '{' || *p == '[') {
			depth++;
			p++;
		} else if (*p == '}' || *p == ']') {
			depth--;
			p++;
		} else if (*p == ',' || *p == ':') {
			p++;
		} else if (*p) {
			p += strcspn(p, " \t\r\n,:{}[]\"");
		}
	} while (*p && depth > 0);
	return p;
}

/* Is the string literal at `p` this key? Escapes are decoded by jansson. */
static bool literal_is(const char *p, const char *end, const char *key)
{
	size_t n = (size_t)(end - p);
	json_t *s;
	bool same;

	if (!memchr(p, '\\', n))
		return strlen(key) == n - 2 && memcmp(p + 1, key, n - 2) == 0;
	s = json_loadb(p, n, JSON_DECODE_ANY, NULL);
	same = s && strcmp(json_string_value(s), key) == 0;
	json_decref(s);
	return same;
}

/* Place of member `key` (of its key when `at_key`), or NULL when there is none. */
static const char *find_member(const char *p, const char *key, bool at_key)
{
	p = skip_space(p);
	if (*p != '{')
		return NULL;
	for (p = skip_space(p + 1); *p == '"'; p = skip_space(p)) {
		const char *name = p, *end = skip_string(p);

		p = skip_space(end);
		p = skip_space(*p == ':' ? p + 1 : p);
		if (literal_is(name, end, key))
			return at_key ? name : p;
		p = skip_space(skip_value(p));
		if (*p == ',')
			p++;
	}
	return NULL;
}

static const char *find_item(const char *p, size_t index)
{
	p = skip_space(p);
	if (*p != '[')
		return NULL;
	p = skip_space(p + 1);
	for (; index && *p && *p != ']'; index--) {
		p = skip_space(skip_value(p));
		if (*p == ',')
			p = skip_space(p + 1);
	}
	return p;
}

static const char *locate(const struct json_at *at)
{
	const char *p, *found;

	if (!at->up)
		return skip_space(at->doc->text);
	p = locate(at->up);
	found = at->key ? find_member(p, at->key, false) : find_item(p, at->index);
	return found ? found : p;
}

static int error_at_text(const struct json_doc *doc, const char *p, struct error *err,
			 const char *sentence)
{
	unsigned long line = 1, column = 1;

	for (const char *q = doc->text; q < p; q++) {
		if (*q == '\n') {
			line++;
			column = 1;
		} else {
			column++;
		}
	}
	return error_at(err, ERR_INPUT, doc->path, line, column, "%s", sentence);
}

int json_at_error(const struct json_at *at, struct error *err, const char *fmt, ...)
{
	char sentence[ERROR_TEXT_MAX];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(sentence, sizeof(sentence), fmt, ap);
	va_end(ap);
	return error_at_text(at->doc, locate(at), err, sentence);
}

int json_at_known(const struct json_at *obj, const char *what, const char *const *keys,
		  struct error *err)
{
	const char *key;
	json_t *value;

	if (!json_is_object(obj->value))
		return json_at_error(obj, err, "%s must be an object { ... }", what);
	json_object_foreach(obj->value, key, value)
	{
		char sentence[ERROR_TEXT_MAX];
		const char *near, *where;
		size_t i = 0;

		while (keys[i] && strcmp(keys[i], key) != 0)
			i++;
		if (keys[i])
			continue;
		near = nearest_name(key, keys);
		snprintf(sentence, sizeof(sentence),
			 near ? "unknown field \"%.80s\" in %s; did you mean \"%s\"?"
			      : "unknown field \"%.80s\" in %s",
			 key, what, near);
		where = find_member(locate(obj), key, true);
		return error_at_text(obj->doc, where ? where : locate(obj), err, sentence);
	}
	return 0;
}

/* 0: there; 1: absent and that is fine; else an error. */
static int fetch(const struct json_at *obj, const char *key, bool required, struct json_at *out,
		 struct error *err)
{
	*out = json_at_member(obj, key);
	if (out->value)
		return 0;
	if (required)
		return json_at_error(obj, err, "the field \"%s\" is missing", key);
	return 1;
}

#define FETCH_OR_RETURN(at)                                                                        \
	do {                                                                                       \
		int fetched_ = fetch(obj, key, required, &(at), err);                              \
		if (fetched_)                                                                      \
			return fetched_ > 0 ? 0 : fetched_;                                        \
	} while (0)

int json_get_object(const struct json_at *obj, const char *key, bool required, struct json_at *out,
		    struct error *err)
{
	struct json_at at;

	out->value = NULL;
	FETCH_OR_RETURN(at);
	if (!json_is_object(at.value))
		return json_at_error(&at, err, "\"%s\" must be an object { ... }", key);
	*out = at;
	return 0;
}

int json_get_array(const struct json_at *obj, const char *key, bool required, struct json_at *out,
		   struct error *err)
{
	struct json_at at;

	out->value = NULL;
	FETCH_OR_RETURN(at);
	if (!json_is_array(at.value))
		return json_at_error(&at, err, "\"%s\" must be a list [ ... ]", key);
	*out = at;
	return 0;
}

int json_get_strings(const struct json_at *obj, const char *key, bool required, struct arena *arena,
		     const char ***out, size_t *nr, struct error *err)
{
	struct json_at list;
	int rc = json_get_array(obj, key, required, &list, err);

	*nr = 0;
	if (rc)
		return rc;
	*out = arena_alloc(arena, (json_array_size(list.value) + 1) * sizeof(**out));
	for (size_t i = 0; i < json_array_size(list.value); i++) {
		struct json_at item = json_at_item(&list, i);

		if (!json_is_string(item.value))
			return json_at_error(&item, err, "each of \"%s\" must be a string", key);
		(*out)[(*nr)++] = arena_strdup(arena, json_string_value(item.value));
	}
	(*out)[*nr] = NULL;
	return 0;
}

int json_get_int(const struct json_at *obj, const char *key, bool required, int64_t min,
		 int64_t max, int64_t *out, struct error *err)
{
	struct json_at at;
	json_int_t v;

	FETCH_OR_RETURN(at);
	if (!json_is_integer(at.value))
		return json_at_error(&at, err, "\"%s\" must be a whole number", key);
	v = json_integer_value(at.value);
	if (v < min || v > max)
		return json_at_error(&at, err, "\"%s\" must be between %lld and %lld, not %lld",
				     key, (long long)min, (long long)max, (long long)v);
	*out = v;
	return 0;
}

int json_get_real(const struct json_at *obj, const char *key, bool required, double min, double max,
		  double *out, struct error *err)
{
	struct json_at at;
	double v;

	FETCH_OR_RETURN(at);
	if (!json_is_number(at.value))
		return json_at_error(&at, err, "\"%s\" must be a number", key);
	v = json_number_value(at.value);
	if (!(v >= min && v <= max))
		return json_at_error(&at, err, "\"%s\" must be between %g and %g, not %g", key, min,
				     max, v);
	*out = v;
	return 0;
}

int json_get_bool(const struct json_at *obj, const char *key, bool required, bool *out,
		  struct error *err)
{
	struct json_at at;

	FETCH_OR_RETURN(at);
	if (!json_is_boolean(at.value))
		return json_at_error(&at, err, "\"%s\" must be true or false", key);
	*out = json_is_true(at.value);
	return 0;
}

int json_get_string(const struct json_at *obj, const char *key, bool required, const char **out,
		    struct error *err)
{
	struct json_at at;

	FETCH_OR_RETURN(at);
	if (!json_is_string(at.value))
		return json_at_error(&at, err, "\"%s\" must be a text in quotes", key);
	if (strlen(json_string_value(at.value)) != json_string_length(at.value))
		return json_at_error(&at, err, "\"%s\" must not contain a NUL character", key);
	*out = json_string_value(at.value);
	return 0;
}

int json_get_bytes(const struct json_at *obj, const char *key, bool required, bool zero_ok,
		   int64_t *out, struct error *err)
{
	struct json_at at;
	int64_t v;

	FETCH_OR_RETURN(at);
	if (json_is_integer(at.value))
		v = json_integer_value(at.value);
	else if (!json_is_string(at.value) || !bytes_parse(json_string_value(at.value), &v))
		return json_at_error(
			&at, err,
			"\"%s\" must be a size such as \"6GiB\" or \"512MiB\" "
			"(B, KiB, MiB, GiB, TiB; kB, MB, GB, TB), or a number of bytes",
			key);
	if (v < 0 || (v == 0 && !zero_ok))
		return json_at_error(&at, err, "\"%s\" must be %s", key,
				     zero_ok ? "0 or more" : "more than 0");
	*out = v;
	return 0;
}

int json_get_duration(const struct json_at *obj, const char *key, bool required, int64_t *out_ns,
		      struct error *err)
{
	struct json_at at;
	int64_t v = -1;

	FETCH_OR_RETURN(at);
	if (json_is_integer(at.value)) {
		json_int_t s = json_integer_value(at.value);

		if (s >= 0 && s <= INT64_MAX / NS_PER_S)
			v = s * NS_PER_S;
	} else if (json_is_real(at.value)) {
		double s = json_real_value(at.value);

		if (s >= 0 && s <= (double)(INT64_MAX / NS_PER_S))
			v = (int64_t)floor(s * 1e9 + 0.5);
	} else if (!json_is_string(at.value) || !duration_parse(json_string_value(at.value), &v)) {
		v = -1;
	}
	if (v < 0)
		return json_at_error(
			&at, err,
			"\"%s\" must be a duration such as \"7d\", \"12h\", \"5min\" or "
			"\"1.5s\", or a number of seconds",
			key);
	*out_ns = v;
	return 0;
}

int json_get_choice(const struct json_at *obj, const char *key, bool required,
		    const char *const *names, int *out, struct error *err)
{
	struct json_at at;
	char list[256] = "";

	FETCH_OR_RETURN(at);
	for (int i = 0; names[i]; i++) {
		size_t used = strlen(list);

		if (json_is_string(at.value) &&
		    strcmp(json_string_value(at.value), names[i]) == 0) {
			*out = i;
			return 0;
		}
		snprintf(list + used, sizeof(list) - used, "%s\"%s\"", used ? ", " : "", names[i]);
	}
	return json_at_error(&at, err, "\"%s\" must be one of %s", key, list);
}

/* Damerau-free edit distance, given up above `limit`. */
static unsigned edit_distance(const char *a, const char *b, unsigned limit)
{
	unsigned row[65];
	size_t na = strlen(a), nb = strlen(b);

	if (na > 64 || nb > 64)
		return limit + 1;
	for (size_t j = 0; j <= nb; j++)
		row[j] = (unsigned)j;
	for (size_t i = 1; i <= na; i++) {
		unsigned diagonal = row[0];

		row[0] = (unsigned)i;
		for (size_t j = 1; j <= nb; j++) {
			unsigned keep = row[j], best = diagonal + (a[i - 1] != b[j - 1]);

			if (row[j] + 1 < best)
				best = row[j] + 1;
			if (row[j - 1] + 1 < best)
				best = row[j - 1] + 1;
			row[j] = best;
			diagonal = keep;
		}
	}
	return row[nb];
}

const char *nearest_name(const char *text, const char *const *names)
{
	const char *best = NULL;
	unsigned limit = (unsigned)strlen(text) / 3 + 1, least = limit + 1;

	for (size_t i = 0; names[i]; i++) {
		unsigned d = edit_distance(text, names[i], limit);

		if (d < least) {
			least = d;
			best = names[i];
		}
	}
	return best;
}
