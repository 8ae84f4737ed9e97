#include "base/doc.h"

#include <ctype.h>
#include <math.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/nearest.h"
#include "base/text.h"
#include "base/text_encoding.h"
#include "base/units.h"

#define FILE_MAX ((size_t)64 << 20)

static bool has_suffix(const char *path, const char *suffix)
{
	size_t n = strlen(path), m = strlen(suffix);

	return n >= m && strcasecmp(path + n - m, suffix) == 0;
}

static enum doc_format format_of(const char *path, const char *text)
{
	if (has_suffix(path, ".yaml") || has_suffix(path, ".yml"))
		return DOC_YAML;
	if (has_suffix(path, ".json"))
		return DOC_JSON;
	while (isspace((unsigned char)*text))
		text++;
	return !*text || *text == '{' || *text == '[' ? DOC_JSON : DOC_YAML;
}

static char *copy_of(const char *text, size_t size)
{
	char *copy = xmalloc(size + 1);

	memcpy(copy, text, size);
	copy[size] = '\0';
	return copy;
}

/* Takes `text`, which is NUL-terminated. */
static int parse(struct doc *out, const char *path, uint32_t line, char *text, size_t size,
		 enum doc_format format, struct error *err)
{
	int rc;

	*out = (struct doc){.path = xstrdup(path), .first_line = line};
	rc = text_to_utf8(path, &text, &size, err);
	out->format = format == DOC_ANY ? format_of(path, text) : format;
	if (!rc)
		rc = out->format == DOC_YAML ? doc_read_yaml(out, text, size, err)
					     : doc_read_json(out, text, size, err);
	free(text);
	if (rc)
		doc_release(out);
	return rc;
}

int doc_parse(struct doc *out, const char *path, const char *text, size_t size,
	      enum doc_format format, struct error *err)
{
	return parse(out, path, 1, copy_of(text, size), size, format, err);
}

int doc_parse_line(struct doc *out, const char *path, uint32_t line, const char *text, size_t size,
		   struct error *err)
{
	return parse(out, path, line, copy_of(text, size), size, DOC_JSON, err);
}

int doc_load(struct doc *out, const char *path, enum doc_format format, struct error *err)
{
	char *text;
	size_t size;
	int rc;

	*out = (struct doc){0};
	rc = text_read(path, FILE_MAX, &text, &size, err);
	return rc ? rc : parse(out, path, 1, text, size, format, err);
}

void doc_release(struct doc *doc)
{
	if (!doc)
		return;
	free(doc->path);
	arena_release(&doc->arena);
	*doc = (struct doc){0};
}

const struct doc_value *doc_member(const struct doc_value *map, const char *key)
{
	if (!map || map->kind != DOC_MAP)
		return NULL;
	for (uint32_t i = 0; i < map->nr; i++)
		if (strcmp(map->member[i].key, key) == 0)
			return &map->member[i].value;
	return NULL;
}

struct doc_value doc_key(const struct doc_value *map, uint32_t i)
{
	const struct doc_member *m = &map->member[i];

	return (struct doc_value){.doc = map->doc,
				  .line = m->line,
				  .column = m->column,
				  .kind = DOC_TEXT,
				  .text = m->key};
}

const struct doc_value *doc_place(const struct doc_value *map, const char *key)
{
	const struct doc_value *v = doc_member(map, key);

	return v ? v : map;
}

const char *doc_text(const struct doc_value *v)
{
	return v && v->kind == DOC_TEXT ? v->text : NULL;
}

bool doc_is_text(const struct doc_value *v, const char *text)
{
	return v && v->kind == DOC_TEXT && strcmp(v->text, text) == 0;
}

bool doc_int(const struct doc_value *v, int64_t min, int64_t max, int64_t *out)
{
	if (!v || v->kind != DOC_INT || v->integer < min || v->integer > max)
		return false;
	*out = v->integer;
	return true;
}

bool doc_real(const struct doc_value *v, double min, double max, double *out)
{
	double number;

	if (!v || (v->kind != DOC_INT && v->kind != DOC_REAL))
		return false;
	number = v->kind == DOC_INT ? (double)v->integer : v->real;
	if (!(number >= min && number <= max))
		return false;
	*out = number;
	return true;
}

int doc_only(const struct doc *doc, const char *what, const struct doc_value **out,
	     struct error *err)
{
	*out = doc->root;
	if (!doc->nr_roots)
		return error_at(err, ERR_INPUT, doc->path, 1, 1, "holds no %s", what);
	if (doc->nr_roots > 1)
		return doc_error(&doc->root[1], err, "one %s is read from a file, not several",
				 what);
	return 0;
}

int doc_error(const struct doc_value *at, struct error *err, const char *fmt, ...)
{
	char sentence[ERROR_TEXT_MAX];
	va_list ap;

	if (!err)
		return ERR_INPUT;
	va_start(ap, fmt);
	vsnprintf(sentence, sizeof(sentence), fmt, ap);
	va_end(ap);
	return error_at(err, ERR_INPUT, at->doc->path, at->line, at->column, "%s", sentence);
}

void doc_warn(const struct doc_value *at, FILE *warn, const char *fmt, ...)
{
	va_list ap;

	if (!warn)
		return;
	fprintf(warn, "%s:%u:%u: warning: ", at->doc->path, (unsigned)at->line,
		(unsigned)at->column);
	va_start(ap, fmt);
	vfprintf(warn, fmt, ap);
	va_end(ap);
	fputc('\n', warn);
}

static int unknown_field(const struct doc_value *key, const char *what, const char *const *keys,
			 struct error *err)
{
	const char *near = nearest_name(key->text, keys);

	return doc_error(key, err, "unknown field \"%.80s\" in %s%s%s%s", key->text, what,
			 near ? "; did you mean \"" : "", near ? near : "", near ? "\"?" : "");
}

int doc_known(const struct doc_value *map, const char *what, const char *const *keys,
	      struct error *err)
{
	if (map->kind != DOC_MAP)
		return doc_error(map, err, "%s must be an object { ... }", what);
	for (uint32_t i = 0; i < map->nr; i++) {
		struct doc_value key = doc_key(map, i);
		size_t k = 0;

		while (keys[k] && strcmp(keys[k], key.text) != 0)
			k++;
		if (!keys[k])
			return unknown_field(&key, what, keys, err);
	}
	return 0;
}

/* The member, or NULL when it is absent: *rc is then the result. */
static const struct doc_value *fetch(const struct doc_value *map, const char *key, bool required,
				     int *rc, struct error *err)
{
	const struct doc_value *v = doc_member(map, key);

	*rc = v || !required ? 0 : doc_error(map, err, "the field \"%s\" is missing", key);
	return v;
}

int doc_get_map(const struct doc_value *map, const char *key, bool required,
		const struct doc_value **out, struct error *err)
{
	int rc;

	*out = fetch(map, key, required, &rc, err);
	if (*out && (*out)->kind != DOC_MAP)
		return doc_error(*out, err, "\"%s\" must be an object { ... }", key);
	return rc;
}

int doc_get_list(const struct doc_value *map, const char *key, bool required,
		 const struct doc_value **out, struct error *err)
{
	int rc;

	*out = fetch(map, key, required, &rc, err);
	if (*out && (*out)->kind != DOC_LIST)
		return doc_error(*out, err, "\"%s\" must be a list [ ... ]", key);
	return rc;
}

int doc_get_strings(const struct doc_value *map, const char *key, bool required,
		    struct arena *arena, const char ***out, size_t *nr, struct error *err)
{
	const struct doc_value *list;
	int rc = doc_get_list(map, key, required, &list, err);

	*nr = 0;
	if (rc || !list)
		return rc;
	*out = arena_alloc(arena, ((size_t)list->nr + 1) * sizeof(**out));
	for (uint32_t i = 0; i < list->nr; i++) {
		if (list->item[i].kind != DOC_TEXT)
			return doc_error(&list->item[i], err, "each of \"%s\" must be a string",
					 key);
		(*out)[(*nr)++] = arena_strdup(arena, list->item[i].text);
	}
	(*out)[*nr] = NULL;
	return 0;
}

int doc_get_int(const struct doc_value *map, const char *key, bool required, int64_t min,
		int64_t max, int64_t *out, struct error *err)
{
	int rc;
	const struct doc_value *v = fetch(map, key, required, &rc, err);

	if (!v || doc_int(v, min, max, out))
		return rc;
	if (v->kind != DOC_INT)
		return doc_error(v, err, "\"%s\" must be a whole number", key);
	return doc_error(v, err, "\"%s\" must be between %lld and %lld, not %lld", key,
			 (long long)min, (long long)max, (long long)v->integer);
}

int doc_get_real(const struct doc_value *map, const char *key, bool required, double min,
		 double max, double *out, struct error *err)
{
	int rc;
	const struct doc_value *v = fetch(map, key, required, &rc, err);

	if (!v || doc_real(v, min, max, out))
		return rc;
	if (v->kind != DOC_INT && v->kind != DOC_REAL)
		return doc_error(v, err, "\"%s\" must be a number", key);
	return doc_error(v, err, "\"%s\" must be between %g and %g, not %g", key, min, max,
			 v->kind == DOC_INT ? (double)v->integer : v->real);
}

int doc_get_bool(const struct doc_value *map, const char *key, bool required, bool *out,
		 struct error *err)
{
	int rc;
	const struct doc_value *v = fetch(map, key, required, &rc, err);

	if (!v)
		return rc;
	if (v->kind != DOC_BOOL)
		return doc_error(v, err, "\"%s\" must be true or false", key);
	*out = v->yes;
	return 0;
}

int doc_get_text(const struct doc_value *map, const char *key, bool required, const char **out,
		 struct error *err)
{
	int rc;
	const struct doc_value *v = fetch(map, key, required, &rc, err);

	if (!v)
		return rc;
	if (v->kind != DOC_TEXT)
		return doc_error(v, err, "\"%s\" must be a text in quotes", key);
	*out = v->text;
	return 0;
}

int doc_get_bytes(const struct doc_value *map, const char *key, bool required, bool zero_ok,
		  int64_t *out, struct error *err)
{
	int rc;
	const struct doc_value *v = fetch(map, key, required, &rc, err);
	int64_t bytes;

	if (!v)
		return rc;
	if (v->kind == DOC_INT)
		bytes = v->integer;
	else if (v->kind != DOC_TEXT || !bytes_parse(v->text, &bytes))
		return doc_error(v, err,
				 "\"%s\" must be a size such as \"6GiB\" or \"512MiB\" "
				 "(B, KiB, MiB, GiB, TiB; kB, MB, GB, TB), or a number of bytes",
				 key);
	if (bytes < 0 || (bytes == 0 && !zero_ok))
		return doc_error(v, err, "\"%s\" must be %s", key,
				 zero_ok ? "0 or more" : "more than 0");
	*out = bytes;
	return 0;
}

/* -1 when it is none. */
static int64_t duration_of(const struct doc_value *v)
{
	const double most = (double)TIME_MAX_S;
	int64_t ns = -1;

	if (v->kind == DOC_INT && v->integer >= 0 && v->integer <= TIME_MAX_S)
		return v->integer * NS_PER_S;
	if (v->kind == DOC_REAL && v->real >= 0 && v->real <= most)
		return (int64_t)floor(v->real * 1e9 + 0.5);
	return v->kind == DOC_TEXT && duration_parse(v->text, &ns) ? ns : -1;
}

int doc_get_duration(const struct doc_value *map, const char *key, bool required, int64_t *out_ns,
		     struct error *err)
{
	int rc;
	const struct doc_value *v = fetch(map, key, required, &rc, err);
	int64_t ns;

	if (!v)
		return rc;
	ns = duration_of(v);
	if (ns < 0)
		return doc_error(v, err,
				 "\"%s\" must be a duration such as \"7d\", \"12h\", \"5min\" or "
				 "\"1.5s\", or a number of seconds, at most 146 years",
				 key);
	*out_ns = ns;
	return 0;
}

int doc_get_choice(const struct doc_value *map, const char *key, bool required,
		   const char *const *names, int *out, struct error *err)
{
	int rc;
	const struct doc_value *v = fetch(map, key, required, &rc, err);
	char list[256] = "";

	if (!v)
		return rc;
	for (int i = 0; names[i]; i++) {
		size_t used = strlen(list);

		if (doc_is_text(v, names[i])) {
			*out = i;
			return 0;
		}
		snprintf(list + used, sizeof(list) - used, "%s\"%s\"", used ? ", " : "", names[i]);
	}
	return doc_error(v, err, "\"%s\" must be one of %s", key, list);
}
