#include <jansson.h>
#include <string.h>

#include "base/doc.h"
#include "base/library.h"

/* Walks text that jansson has accepted beside the tree that jansson has made of
 * it, so it need not check anything, only count. */
struct walk {
	struct doc *doc;
	const char *p;
	uint32_t line, column;
};

static void skip(struct walk *w, size_t bytes)
{
	for (const char *end = w->p + bytes; w->p < end; w->p++) {
		if (*w->p == '\n') {
			w->line++;
			w->column = 1;
		} else if (((unsigned char)*w->p & 0xc0) != 0x80) { /* begins a character */
			w->column++;
		}
	}
}

/* To the next token: over blanks and what stands between values. */
static void skip_between(struct walk *w)
{
	skip(w, strspn(w->p, " \t\r\n,:"));
}

static void skip_string(struct walk *w)
{
	const char *p = w->p + 1;

	for (; *p != '"'; p++) {
		if (*p == '\\') {
			p++;
			w->column++;
		}
		w->column += ((unsigned char)*p & 0xc0) != 0x80;
	}
	w->column += 2;
	w->p = p + 1;
}

/* What has been read is freed at once: there are never two whole trees. */
static void read_value(struct walk *w, json_t *json, struct doc_value *out);

static void read_list(struct walk *w, json_t *json, struct doc_value *out)
{
	struct doc_value *item;

	out->kind = DOC_LIST;
	out->nr = (uint32_t)json_array_size(json);
	out->item = item = arena_alloc(&w->doc->arena, out->nr * sizeof(*item));
	skip(w, 1);
	for (uint32_t i = 0; i < out->nr; i++) {
		read_value(w, json_array_get(json, i), &item[i]);
		json_array_set_new(json, i, json_null());
	}
	skip_between(w);
	skip(w, 1);
}

/* jansson keeps members in the order of the text. */
static void read_map(struct walk *w, json_t *json, struct doc_value *out)
{
	struct doc_member *member;
	const char *key;
	json_t *value;
	uint32_t i = 0;

	out->kind = DOC_MAP;
	out->nr = (uint32_t)json_object_size(json);
	out->member = member = arena_alloc(&w->doc->arena, out->nr * sizeof(*member));
	skip(w, 1);
	json_object_foreach(json, key, value)
	{
		skip_between(w);
		member[i].key = arena_strdup(&w->doc->arena, key);
		member[i].line = w->line;
		member[i].column = w->column;
		skip_string(w);
		read_value(w, value, &member[i++].value);
	}
	skip_between(w);
	skip(w, 1);
	json_object_clear(json);
}

static void read_scalar(struct walk *w, const json_t *json, struct doc_value *out)
{
	size_t length = strcspn(w->p, " \t\r\n,]}");

	out->kind = json_is_null(json)	    ? DOC_NULL
		    : json_is_boolean(json) ? DOC_BOOL
		    : json_is_integer(json) ? DOC_INT
					    : DOC_REAL;
	if (out->kind == DOC_BOOL)
		out->yes = json_is_true(json);
	else if (out->kind == DOC_INT)
		out->integer = json_integer_value(json);
	else
		out->real = json_real_value(json);
	out->text = arena_strndup(&w->doc->arena, w->p, length);
	skip(w, length);
}

static void read_value(struct walk *w, json_t *json, struct doc_value *out)
{
	skip_between(w);
	out->doc = w->doc;
	out->line = w->line;
	out->column = w->column;
	if (json_is_object(json)) {
		read_map(w, json, out);
	} else if (json_is_array(json)) {
		read_list(w, json, out);
	} else if (json_is_string(json)) {
		out->kind = DOC_TEXT;
		out->text = arena_strdup(&w->doc->arena, json_string_value(json));
		skip_string(w);
	} else {
		read_scalar(w, json, out);
	}
}

int doc_read_json(struct doc *doc, const char *text, size_t size, struct error *err)
{
	struct walk w = {doc, text, doc->first_line, 1};
	json_error_t bad;
	json_t *root = json_loadb(text, size, JSON_REJECT_DUPLICATES, &bad);

	if (!root)
		return error_at(err, ERR_INPUT, doc->path,
				doc->first_line + (unsigned long)(bad.line > 0 ? bad.line - 1 : 0),
				(unsigned long)(bad.column > 0 ? bad.column : 1), "%s", bad.text);
	doc->root = arena_alloc(&doc->arena, sizeof(*doc->root));
	doc->nr_roots = 1;
	read_value(&w, root, doc->root);
	json_decref(root);
	return 0;
}

struct library *libraries_of_json(struct library *out)
{
	*out = (struct library){.name = "jansson"};
	snprintf(out->version, sizeof(out->version), "%s", jansson_version_str());
	return out + 1;
}
