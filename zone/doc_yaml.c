#include "zone/doc_yaml.h"

#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"

static int error_at_mark(const struct yaml_docs *d, const yaml_mark_t *mark, struct error *err,
			 const char *sentence)
{
	return error_at(err, ERR_INPUT, d->path, (unsigned long)mark->line + 1,
			(unsigned long)mark->column + 1, "%s", sentence);
}

int yaml_error(const struct yaml_docs *d, const yaml_node_t *at, struct error *err, const char *fmt,
	       ...)
{
	char sentence[ERROR_TEXT_MAX];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(sentence, sizeof(sentence), fmt, ap);
	va_end(ap);
	return error_at_mark(d, &at->start_mark, err, sentence);
}

void yaml_warn(const struct yaml_docs *d, const yaml_node_t *at, const char *fmt, ...)
{
	va_list ap;

	if (!d->warn)
		return;
	fprintf(d->warn, "%s:%lu:%lu: warning: ", d->path, (unsigned long)at->start_mark.line + 1,
		(unsigned long)at->start_mark.column + 1);
	va_start(ap, fmt);
	vfprintf(d->warn, fmt, ap);
	va_end(ap);
	fputc('\n', d->warn);
}

const char *yaml_text(const yaml_node_t *scalar)
{
	return (const char *)scalar->data.scalar.value;
}

bool yaml_is_plain(const yaml_node_t *scalar)
{
	return scalar->data.scalar.style == YAML_PLAIN_SCALAR_STYLE;
}

static bool is_null(const yaml_node_t *node)
{
	static const char *const names[] = {"", "~", "null", "Null", "NULL"};

	if (node->type != YAML_SCALAR_NODE || !yaml_is_plain(node))
		return false;
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if (strcmp(yaml_text(node), names[i]) == 0)
			return true;
	return false;
}

const yaml_node_t *yaml_node(const struct yaml_docs *d, int index)
{
	return d->document.nodes.start + (index - 1);
}

const yaml_node_t *yaml_member(const struct yaml_docs *d, const yaml_node_t *map, const char *key)
{
	const yaml_node_pair_t *pair = map->data.mapping.pairs.start;

	for (; pair < map->data.mapping.pairs.top; pair++) {
		const yaml_node_t *value = yaml_node(d, pair->value);

		if (strcmp(yaml_text(yaml_node(d, pair->key)), key) == 0)
			return is_null(value) ? NULL : value;
	}
	return NULL;
}

int yaml_get(const struct yaml_docs *d, const yaml_node_t *map, const char *key,
	     yaml_node_type_t type, const char *where, bool required, const yaml_node_t **out,
	     struct error *err)
{
	static const char *const kinds[] = {
		[YAML_SCALAR_NODE] = "a single value",
		[YAML_SEQUENCE_NODE] = "a list",
		[YAML_MAPPING_NODE] = "a mapping (key: value)",
	};

	*out = yaml_member(d, map, key);
	if (!*out && required)
		return yaml_error(d, map, err, "%s has no %s", where, key);
	if (*out && (*out)->type != type)
		return yaml_error(d, *out, err, "%s of %s must be %s", key, where, kinds[type]);
	return 0;
}

/* A key and where it stands, to find duplicates in n log n. */
struct key {
	const char *text;
	const yaml_node_t *node;
	size_t order;
};

static int compare_keys(const void *pa, const void *pb)
{
	const struct key *a = pa, *b = pb;
	int order = strcmp(a->text, b->text);

	return order ? order : (a->order > b->order) - (a->order < b->order);
}

static int check_keys(const struct yaml_docs *d, const yaml_node_t *map, struct key *key,
		      struct error *err)
{
	const yaml_node_pair_t *pair = map->data.mapping.pairs.start;
	const struct key *again = NULL;
	size_t nr = 0;

	for (; pair < map->data.mapping.pairs.top; pair++) {
		const yaml_node_t *node = yaml_node(d, pair->key);

		if (node->type != YAML_SCALAR_NODE)
			return yaml_error(d, node, err, "a key must be a single value");
		if (strcmp(yaml_text(node), "<<") == 0 && yaml_is_plain(node))
			return yaml_error(d, node, err,
					  "merge keys (<<) are not read; write the fields out");
		key[nr] = (struct key){yaml_text(node), node, nr};
		nr++;
	}
	qsort(key, nr, sizeof(*key), compare_keys);
	for (size_t i = 1; i < nr; i++)
		if (strcmp(key[i - 1].text, key[i].text) == 0 &&
		    (!again || key[i].order < again->order))
			again = &key[i];
	if (again)
		return yaml_error(d, again->node, err, "the key \"%.80s\" is there already",
				  again->text);
	return 0;
}

/* What holds for every node, whoever reads it: texts without NUL, keys that are
 * scalars and differ. */
static int check_nodes(const struct yaml_docs *d, struct error *err)
{
	const yaml_node_t *node = d->document.nodes.start;
	struct key *key = NULL;
	size_t cap = 0;
	int rc = 0;

	for (; node < d->document.nodes.top && !rc; node++)
		if (node->type == YAML_SCALAR_NODE &&
		    strlen(yaml_text(node)) != node->data.scalar.length)
			rc = yaml_error(d, node, err, "a text must not contain a NUL character");
	for (node = d->document.nodes.start; node < d->document.nodes.top && !rc; node++) {
		size_t nr;

		if (node->type != YAML_MAPPING_NODE)
			continue;
		nr = (size_t)(node->data.mapping.pairs.top - node->data.mapping.pairs.start);
		if (nr > cap) {
			cap = nr;
			key = xreallocarray(key, cap, sizeof(*key));
		}
		rc = check_keys(d, node, key, err);
	}
	free(key);
	return rc;
}

/*
 * A pass over the events before the documents are built: nesting is bounded
 * here, so that nothing deep is ever kept.
 */
static int check_depth(const struct yaml_docs *d, const char *text, size_t size, struct error *err)
{
	yaml_parser_t parser;
	yaml_event_t event;
	unsigned depth = 0;
	bool end = false;
	int rc = 0;

	BUG_ON(!yaml_parser_initialize(&parser));
	yaml_parser_set_input_string(&parser, (const unsigned char *)text, size);
	/* what does not parse is reported by the second pass, as a document's error */
	while (!rc && !end && yaml_parser_parse(&parser, &event)) {
		if (event.type == YAML_SEQUENCE_START_EVENT ||
		    event.type == YAML_MAPPING_START_EVENT)
			depth++;
		if (event.type == YAML_SEQUENCE_END_EVENT || event.type == YAML_MAPPING_END_EVENT)
			depth--;
		if (depth > YAML_DEPTH_MAX)
			rc = error_at_mark(d, &event.start_mark, err,
					   "lists and mappings are nested too deep");
		end = event.type == YAML_STREAM_END_EVENT;
		yaml_event_delete(&event);
	}
	yaml_parser_delete(&parser);
	return rc;
}

int yaml_docs_open(struct yaml_docs *out, const char *path, const char *text, size_t size,
		   FILE *warn, struct error *err)
{
	int rc;

	*out = (struct yaml_docs){.path = path, .text = text, .warn = warn};
	if (size > YAML_TEXT_MAX)
		return error_set(err, ERR_INPUT,
				 "%s: is larger than %zu MiB, the most YAML that is read; split it",
				 path, YAML_TEXT_MAX >> 20);
	rc = check_depth(out, text, size, err);
	if (rc)
		return rc;
	if (!yaml_parser_initialize(&out->parser))
		return error_set(err, ERR_MACHINE, "%s: the YAML parser cannot start", path);
	yaml_parser_set_input_string(&out->parser, (const unsigned char *)text, size);
	return 0;
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

static int parse_error(const struct yaml_docs *d, struct error *err)
{
	const yaml_parser_t *p = &d->parser;
	char sentence[ERROR_TEXT_MAX];
	yaml_mark_t mark = p->problem_mark;

	snprintf(sentence, sizeof(sentence), "%s%s%s", p->context ? p->context : "",
		 p->context ? ": " : "", p->problem ? p->problem : "is not YAML");
	/* the reader runs ahead of the marks and knows the byte only */
	if (p->error == YAML_READER_ERROR)
		mark = mark_of_byte(d->text, p->problem_offset);
	return error_at_mark(d, &mark, err, sentence);
}

int yaml_docs_next(struct yaml_docs *d, const yaml_node_t **out, struct error *err)
{
	*out = NULL;
	do {
		if (d->has_document)
			yaml_document_delete(&d->document);
		d->has_document = false;
		if (!yaml_parser_load(&d->parser, &d->document))
			return parse_error(d, err);
		d->has_document = true;
		*out = yaml_document_get_root_node(&d->document);
		if (!*out)
			return 0;
	} while (is_null(*out));
	return check_nodes(d, err);
}

void yaml_docs_close(struct yaml_docs *d)
{
	if (d->has_document)
		yaml_document_delete(&d->document);
	yaml_parser_delete(&d->parser);
	*d = (struct yaml_docs){0};
}
