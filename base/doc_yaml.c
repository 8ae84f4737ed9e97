#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <yaml.h>

#include "base/doc.h"
#include "base/library.h"

#define TEXT_MAX ((size_t)16 << 20)
#define DEPTH_MAX 64
/* Values that aliases may stand for: a text of some hundred bytes whose aliases
 * name lists of aliases is billions of them for who follows it. */
#define ALIASED_MAX ((uint64_t)10000000)

struct anchor {
	char *name;
	struct doc_value value;
	uint64_t size; /* values in it; 0 while it is being read */
};

struct reader {
	struct doc *doc;
	const char *text;
	yaml_parser_t parser;
	yaml_event_t event; /* the one being looked at */
	bool has_event;
	unsigned depth;
	uint64_t nr_values, nr_aliased;
	struct anchor *anchor; /* of this document, the newest last */
	size_t nr_anchors, anchor_cap;
	size_t root_cap;
};

static int error_at_mark(const struct reader *r, const yaml_mark_t *mark, struct error *err,
			 const char *sentence)
{
	return error_at(err, ERR_INPUT, r->doc->path, (unsigned long)mark->line + 1,
			(unsigned long)mark->column + 1, "%s", sentence);
}

static int error_here(const struct reader *r, struct error *err, const char *sentence)
{
	return error_at_mark(r, &r->event.start_mark, err, sentence);
}

static yaml_mark_t mark_of_byte(const char *text, size_t offset)
{
	yaml_mark_t mark = {0};

	for (size_t i = 0; i < offset; i++) {
		mark.column = text[i] == '\n' ? 0 : mark.column + 1;
		mark.line += text[i] == '\n';
	}
	return mark;
}

static int parse_error(const struct reader *r, struct error *err)
{
	const yaml_parser_t *p = &r->parser;
	char sentence[ERROR_TEXT_MAX];
	yaml_mark_t mark = p->problem_mark;

	snprintf(sentence, sizeof(sentence), "%s%s%s", p->context ? p->context : "",
		 p->context ? ": " : "", p->problem ? p->problem : "is not YAML");
	/* the reader runs ahead of the marks and knows the byte only */
	if (p->error == YAML_READER_ERROR)
		mark = mark_of_byte(r->text, p->problem_offset);
	return error_at_mark(r, &mark, err, sentence);
}

static int next_event(struct reader *r, struct error *err)
{
	if (r->has_event)
		yaml_event_delete(&r->event);
	r->has_event = yaml_parser_parse(&r->parser, &r->event);
	return r->has_event ? 0 : parse_error(r, err);
}

/* A plain scalar by the rules of YAML 1.1, as Kubernetes' reader has them
 * (go-yaml v2, resolve.go): 0x, 0o, 0b, a leading 0 for octal, "_" between digits. */
static bool read_int(const char *text, int64_t *out)
{
	char digits[80], *end;
	size_t nr = 0, sign;
	int base = 0;

	if (!strchr("+-0123456789", *text))
		return false;
	for (; *text && nr + 1 < sizeof(digits); text++)
		if (*text != '_')
			digits[nr++] = *text;
	digits[nr] = '\0';
	sign = *digits == '-' || *digits == '+';
	if (digits[sign] == '0' && strchr("oObB", digits[sign + 1]) && digits[sign + 1]) {
		base = strchr("oO", digits[sign + 1]) ? 8 : 2;
		memmove(digits + sign, digits + sign + 2, nr - sign - 1);
	}
	if (*text || !strchr("0123456789", digits[sign]) || !digits[sign])
		return false;
	errno = 0;
	*out = strtoll(digits, &end, base);
	return !errno && !*end;
}

static bool read_real(const char *text, double *out)
{
	const char *p = text + (*text == '-' || *text == '+');
	char *end;

	/* what strtod takes beside decimals */
	if (!strpbrk(p, "0123456789") || strspn(p, "0123456789.eE+-") != strlen(p) || *p == '+' ||
	    *p == '-')
		return false;
	*out = strtod(text, &end);
	return !*end;
}

static bool is_one_of(const char *text, const char *const *names)
{
	while (*names && strcmp(*names, text) != 0)
		names++;
	return *names != NULL;
}

static void resolve(struct doc_value *v)
{
	static const char *const nulls[] = {"", "~", "null", "Null", "NULL", NULL};
	static const char *const yes[] = {"y",	  "Y",	  "yes", "Yes", "YES", "true",
					  "True", "TRUE", "on",	 "On",	"ON",  NULL};
	static const char *const no[] = {"n",	  "N",	   "no",  "No",	 "NO",	"false",
					 "False", "FALSE", "off", "Off", "OFF", NULL};

	if (is_one_of(v->text, nulls)) {
		v->kind = DOC_NULL;
	} else if (is_one_of(v->text, yes) || is_one_of(v->text, no)) {
		v->kind = DOC_BOOL;
		v->yes = is_one_of(v->text, yes);
	} else if (read_int(v->text, &v->integer)) {
		v->kind = DOC_INT;
	} else if (read_real(v->text, &v->real)) {
		v->kind = DOC_REAL;
	}
}

/* Does the scalar being looked at stand without quotes and without a tag? */
static bool is_plain(const struct reader *r)
{
	return r->event.data.scalar.style == YAML_PLAIN_SCALAR_STYLE && !r->event.data.scalar.tag;
}

static int read_scalar(struct reader *r, struct doc_value *out, struct error *err)
{
	const char *text = (const char *)r->event.data.scalar.value;

	if (strlen(text) != r->event.data.scalar.length)
		return error_here(r, err, "a text must not contain a NUL character");
	out->kind = DOC_TEXT;
	out->text = arena_strndup(&r->doc->arena, text, r->event.data.scalar.length);
	if (is_plain(r))
		resolve(out);
	return 0;
}

static int read_alias(struct reader *r, struct doc_value *out, struct error *err)
{
	const char *name = (const char *)r->event.data.alias.anchor;
	size_t i = r->nr_anchors;

	while (i > 0 && strcmp(r->anchor[i - 1].name, name) != 0)
		i--;
	if (i == 0)
		return error_here(r, err, "found undefined alias");
	if (!r->anchor[i - 1].size)
		return error_here(r, err, "an anchor holds itself");
	r->nr_values += r->anchor[i - 1].size;
	r->nr_aliased += r->anchor[i - 1].size;
	if (r->nr_aliased > ALIASED_MAX)
		return error_here(r, err, "aliases stand for too much; write it out");
	*out = r->anchor[i - 1].value;
	return 0;
}

/* What has grown, in the document's arena. */
static void *keep(struct reader *r, void *array, size_t size)
{
	void *kept = arena_alloc(&r->doc->arena, size);

	if (size)
		memcpy(kept, array, size);
	free(array);
	return kept;
}

static int read_value(struct reader *r, struct doc_value *out, struct error *err);

static int read_list(struct reader *r, struct doc_value *out, struct error *err)
{
	struct doc_value *item = NULL;
	size_t nr = 0, cap = 0;
	int rc = next_event(r, err);

	while (!rc && r->event.type != YAML_SEQUENCE_END_EVENT) {
		item = grow(item, &cap, nr, sizeof(*item));
		rc = read_value(r, &item[nr++], err);
		if (!rc)
			rc = next_event(r, err);
	}
	out->kind = DOC_LIST;
	out->nr = (uint32_t)nr;
	out->item = keep(r, item, nr * sizeof(*item));
	return rc;
}

static int compare_members(const void *pa, const void *pb)
{
	const struct doc_member *const *a = pa, *const *b = pb;
	int order = strcmp((*a)->key, (*b)->key);

	return order ? order : (*a > *b) - (*a < *b);
}

static int check_duplicates(const struct reader *r, const struct doc_value *map, struct error *err)
{
	const struct doc_member **sorted = xcalloc(map->nr + 1U, sizeof(*sorted)), *again = NULL;

	for (uint32_t i = 0; i < map->nr; i++)
		sorted[i] = &map->member[i];
	qsort(sorted, map->nr, sizeof(*sorted), compare_members);
	for (uint32_t i = 1; i < map->nr; i++)
		if (strcmp(sorted[i - 1]->key, sorted[i]->key) == 0 &&
		    (!again || sorted[i] < again))
			again = sorted[i];
	free(sorted);
	return again ? error_at(err, ERR_INPUT, r->doc->path, again->line, again->column,
				"the key \"%.80s\" is there already", again->key)
		     : 0;
}

static int read_key(struct reader *r, struct doc_member *out, struct error *err)
{
	struct doc_value key = {.line = (uint32_t)r->event.start_mark.line + 1,
				.column = (uint32_t)r->event.start_mark.column + 1};
	int rc = 0;

	if (r->event.type == YAML_ALIAS_EVENT)
		rc = read_alias(r, &key, err);
	else if (r->event.type == YAML_SCALAR_EVENT)
		rc = read_scalar(r, &key, err);
	else
		key.kind = DOC_LIST;
	if (rc)
		return rc;
	if (key.kind >= DOC_LIST)
		return error_here(r, err, "a key must be a single value");
	if (r->event.type == YAML_SCALAR_EVENT && is_plain(r) && strcmp(key.text, "<<") == 0)
		return error_here(r, err, "merge keys (<<) are not read; write the fields out");
	*out = (struct doc_member){.key = key.text, .line = key.line, .column = key.column};
	return 0;
}

static int read_map(struct reader *r, struct doc_value *out, struct error *err)
{
	struct doc_member *member = NULL;
	size_t nr = 0, cap = 0;
	int rc = next_event(r, err);

	while (!rc && r->event.type != YAML_MAPPING_END_EVENT) {
		member = grow(member, &cap, nr, sizeof(*member));
		rc = read_key(r, &member[nr], err);
		if (!rc)
			rc = next_event(r, err);
		if (!rc)
			rc = read_value(r, &member[nr++].value, err);
		if (!rc)
			rc = next_event(r, err);
	}
	out->kind = DOC_MAP;
	out->nr = (uint32_t)nr;
	out->member = keep(r, member, nr * sizeof(*member));
	return rc ? rc : check_duplicates(r, out, err);
}

/* The anchor of the value that begins here, SIZE_MAX when it has none. */
static size_t open_anchor(struct reader *r)
{
	const yaml_event_t *e = &r->event;
	const yaml_char_t *name = e->type == YAML_SCALAR_EVENT ? e->data.scalar.anchor
				  : e->type == YAML_SEQUENCE_START_EVENT
					  ? e->data.sequence_start.anchor
					  : e->data.mapping_start.anchor;

	if (!name)
		return SIZE_MAX;
	r->anchor = grow(r->anchor, &r->anchor_cap, r->nr_anchors, sizeof(*r->anchor));
	r->anchor[r->nr_anchors] =
		(struct anchor){.name = arena_strdup(&r->doc->arena, (const char *)name)};
	return r->nr_anchors++;
}

/* The value that begins at the event being looked at; afterwards that is its last. */
static int read_value(struct reader *r, struct doc_value *out, struct error *err)
{
	uint64_t before = r->nr_values++;
	size_t anchor;
	int rc;

	*out = (struct doc_value){.doc = r->doc,
				  .line = (uint32_t)r->event.start_mark.line + 1,
				  .column = (uint32_t)r->event.start_mark.column + 1};
	if (r->event.type == YAML_ALIAS_EVENT)
		return read_alias(r, out, err);
	anchor = open_anchor(r);
	if (r->event.type != YAML_SCALAR_EVENT && r->depth == DEPTH_MAX)
		return error_here(r, err, "lists and mappings are nested too deep");
	r->depth++;
	rc = r->event.type == YAML_SCALAR_EVENT		  ? read_scalar(r, out, err)
	     : r->event.type == YAML_SEQUENCE_START_EVENT ? read_list(r, out, err)
							  : read_map(r, out, err);
	r->depth--;
	if (anchor != SIZE_MAX) {
		r->anchor[anchor].value = *out;
		r->anchor[anchor].size = r->nr_values - before;
	}
	return rc;
}

static int read_document(struct reader *r, struct error *err)
{
	struct doc *doc = r->doc;
	struct doc_value root;
	int rc = next_event(r, err);

	r->nr_anchors = 0;
	if (!rc)
		rc = read_value(r, &root, err);
	if (!rc && root.kind != DOC_NULL) {
		doc->root = grow(doc->root, &r->root_cap, doc->nr_roots, sizeof(*doc->root));
		doc->root[doc->nr_roots++] = root;
	}
	return rc ? rc : next_event(r, err); /* the document's end */
}

static int read_stream(struct reader *r, struct error *err)
{
	int rc = next_event(r, err); /* the stream's start */

	while (!rc) {
		rc = next_event(r, err);
		if (!rc && r->event.type == YAML_STREAM_END_EVENT)
			break;
		if (!rc)
			rc = read_document(r, err);
	}
	return rc;
}

int doc_read_yaml(struct doc *doc, const char *text, size_t size, struct error *err)
{
	struct reader r = {.doc = doc, .text = text};
	int rc;

	if (size > TEXT_MAX)
		return error_set(err, ERR_INPUT,
				 "%s: is larger than %zu MiB, the most YAML that is read; split it",
				 doc->path, TEXT_MAX >> 20);
	BUG_ON(!yaml_parser_initialize(&r.parser));
	yaml_parser_set_encoding(&r.parser, YAML_UTF8_ENCODING);
	yaml_parser_set_input_string(&r.parser, (const unsigned char *)text, size);
	rc = read_stream(&r, err);
	doc->root = keep(&r, doc->root, doc->nr_roots * sizeof(*doc->root));
	free(r.anchor);
	if (r.has_event)
		yaml_event_delete(&r.event);
	yaml_parser_delete(&r.parser);
	return rc;
}

struct library *libraries_of_yaml(struct library *out)
{
	*out = (struct library){.name = "libyaml"};
	snprintf(out->version, sizeof(out->version), "%s", yaml_get_version_string());
	return out + 1;
}
