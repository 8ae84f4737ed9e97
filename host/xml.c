#include "host/xml.h"

#include <ctype.h>
#include <expat.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/alloc.h"
#include "base/library.h"
#include "host/host.h"

struct reader {
	XML_Parser parser;
	struct xml_doc *doc;
	const char *text; /* what expat was given, for its byte indexes */
	unsigned long lines_before;
	struct xml_element *at; /* the innermost open element */
	unsigned depth;
	char *run; /* character data since the last tag */
	size_t nr_run, cap_run;
	struct xml_place run_place;
	struct error *err;
	int rc;
};

int xml_error_at(const struct xml_doc *doc, struct xml_place at, struct error *err, const char *fmt,
		 ...)
{
	char sentence[ERROR_TEXT_MAX];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(sentence, sizeof(sentence), fmt, ap);
	va_end(ap);
	return error_at(err, ERR_INPUT, doc->path, at.line, at.column, "%s", sentence);
}

const char *xml_attr(const struct xml_element *e, const char *name)
{
	for (unsigned i = 0; i < e->nr_attrs; i++)
		if (strcmp(e->attr[i].name, name) == 0)
			return e->attr[i].value;
	return NULL;
}

struct xml_element *xml_child(const struct xml_element *e, const char *name,
			      const struct xml_element *after)
{
	struct xml_element *c = after ? after->next : e->child;

	while (c && strcmp(c->name, name) != 0)
		c = c->next;
	return c;
}

/* --- the tree ------------------------------------------------------------------ */

struct xml_element *xml_add(struct xml_doc *doc, struct xml_element *up, const char *name)
{
	struct xml_element *e = arena_alloc(&doc->arena, sizeof(*e));

	e->name = arena_strdup(&doc->arena, name);
	e->up = up;
	if (!up)
		doc->root = e;
	else if (up->last_child)
		up->last_child->next = e;
	else
		up->child = e;
	if (up)
		up->last_child = e;
	doc->nr_elements++;
	return e;
}

void xml_set(struct xml_doc *doc, struct xml_element *e, const char *name, const char *value)
{
	struct xml_attr *attr;

	for (unsigned i = 0; i < e->nr_attrs; i++) {
		if (strcmp(e->attr[i].name, name) != 0)
			continue;
		e->attr[i].value = arena_strdup(&doc->arena, value);
		return;
	}
	attr = arena_alloc(&doc->arena, sizeof(*attr) * (e->nr_attrs + 1));
	if (e->nr_attrs)
		memcpy(attr, e->attr, sizeof(*attr) * e->nr_attrs);
	attr[e->nr_attrs].name = arena_strdup(&doc->arena, name);
	attr[e->nr_attrs++].value = arena_strdup(&doc->arena, value);
	e->attr = attr;
}

void xml_remove(struct xml_element *e)
{
	struct xml_element **link = &e->up->child, *before = NULL;

	for (; *link != e; link = &(*link)->next)
		before = *link;
	*link = e->next;
	if (e->up->last_child == e)
		e->up->last_child = before;
}

/* --- from expat ---------------------------------------------------------------- */

static struct xml_place here(const struct reader *r)
{
	return (struct xml_place){XML_GetCurrentLineNumber(r->parser) + r->lines_before,
				  XML_GetCurrentColumnNumber(r->parser) + 1};
}

static void PRINTF_LIKE(2, 3) refuse(struct reader *r, const char *fmt, ...)
{
	char sentence[ERROR_TEXT_MAX];
	va_list ap;

	if (r->rc)
		return;
	va_start(ap, fmt);
	vsnprintf(sentence, sizeof(sentence), fmt, ap);
	va_end(ap);
	r->rc = xml_error_at(r->doc, here(r), r->err, "%s", sentence);
	XML_StopParser(r->parser, XML_FALSE);
}

/* The character data since the last tag belongs to the element that is open. */
static void end_run(struct reader *r)
{
	if (r->nr_run && r->at && !r->at->text) {
		r->run[r->nr_run] = '\0';
		if (r->run[strspn(r->run, " \t\r\n")] != '\0') {
			r->at->text = arena_strndup(&r->doc->arena, r->run, r->nr_run);
			r->at->text_place = r->run_place;
		}
	}
	r->nr_run = 0;
}

/* An external DTD, which nobody reads, makes expat drop the entities that it might
 * define; in attributes without a word. */
static bool only_known_entities(const struct reader *r)
{
	static const char *const known[] = {"&lt;", "&gt;", "&amp;", "&quot;", "&apos;", "&#"};
	const char *p = r->text + XML_GetCurrentByteIndex(r->parser);
	const char *end = p + XML_GetCurrentByteCount(r->parser);

	while ((p = memchr(p, '&', (size_t)(end - p))) != NULL) {
		bool found = false;

		for (size_t i = 0; i < sizeof(known) / sizeof(known[0]); i++)
			found |= strncmp(p, known[i], strlen(known[i])) == 0;
		if (!found)
			return false;
		p++;
	}
	return true;
}

static void XMLCALL on_start(void *data, const XML_Char *name, const XML_Char **attr)
{
	struct reader *r = data;
	struct arena *arena = &r->doc->arena;
	unsigned nr = 0;

	end_run(r);
	if (r->depth == XML_DEPTH_MAX) {
		refuse(r, "elements are nested more than %d deep", XML_DEPTH_MAX);
		return;
	}
	if (!only_known_entities(r)) {
		refuse(r, "& starts no entity known here; write &amp;");
		return;
	}
	while (attr[2 * nr])
		nr++;
	r->at = xml_add(r->doc, r->at, name);
	r->at->place = here(r);
	r->at->nr_attrs = nr;
	r->at->attr = arena_alloc(arena, sizeof(*r->at->attr) * (nr + 1));
	for (unsigned i = 0; i < nr; i++)
		r->at->attr[i] = (struct xml_attr){arena_strdup(arena, attr[2 * i]),
						   arena_strdup(arena, attr[2 * i + 1])};
	r->depth++;
}

static void XMLCALL on_end(void *data, const XML_Char *name)
{
	struct reader *r = data;

	(void)name;
	if (r->rc) /* expat still ends <this/> after it was stopped */
		return;
	end_run(r);
	r->at = r->at->up;
	r->depth--;
}

static void XMLCALL on_text(void *data, const XML_Char *s, int length)
{
	struct reader *r = data;

	if (!r->nr_run)
		r->run_place = here(r);
	while (r->cap_run - r->nr_run < (size_t)length + 1) {
		r->cap_run = r->cap_run ? r->cap_run * 2 : 4096;
		r->run = xreallocarray(r->run, r->cap_run, 1);
	}
	memcpy(r->run + r->nr_run, s, (size_t)length);
	r->nr_run += (size_t)length;
}

static void XMLCALL on_comment(void *data, const XML_Char *text)
{
	struct reader *r = data;

	(void)text;
	if (r->depth && !r->doc->comment.line)
		r->doc->comment = here(r);
}

static void XMLCALL on_instruction(void *data, const XML_Char *target, const XML_Char *text)
{
	struct reader *r = data;

	(void)target;
	(void)text;
	if (r->depth)
		refuse(r, "a processing instruction does not belong inside <%.40s>", r->at->name);
}

static void XMLCALL on_doctype(void *data, const XML_Char *name, const XML_Char *system,
			       const XML_Char *public, int internal)
{
	(void)name;
	(void)system;
	(void)public;
	if (internal)
		refuse(data, "the DOCTYPE defines entities of its own, which is refused; write "
			     "<!DOCTYPE topology SYSTEM \"hwloc2.dtd\">");
}

static void XMLCALL on_declaration(void *data, const XML_Char *version, const XML_Char *encoding,
				   int standalone)
{
	/* a file in UTF-16 is UTF-8 here, and still says what it was */
	static const char *const names[] = {"UTF-8",  "US-ASCII", "ASCII",
					    "UTF-16", "UTF-16LE", "UTF-16BE"};

	(void)version;
	(void)standalone;
	for (size_t i = 0; encoding && i < sizeof(names) / sizeof(names[0]); i++)
		if (strcasecmp(encoding, names[i]) == 0)
			return;
	if (encoding)
		refuse(data, "the encoding is not UTF-8 or UTF-16; convert it first");
}

static void XMLCALL on_entity(void *data, const XML_Char *name, int parameter)
{
	(void)name;
	(void)parameter;
	refuse(data, "& starts no entity known here; write &amp;");
}

/* --- what expat itself refuses ----------------------------------------------------- */

/* The "&" that `at` belongs to: right behind it, or behind a name after it. */
static const char *reference(const char *text, const char *at)
{
	while (at > text && (isalnum((unsigned char)at[-1]) || at[-1] == '#'))
		at--;
	return at > text && at[-1] == '&' ? at - 1 : NULL;
}

static void bad_character(struct reader *r)
{
	const char *at = r->text + XML_GetCurrentByteIndex(r->parser);
	const char *ampersand = reference(r->text, at);
	unsigned char c = (unsigned char)*at;

	if (c < 0x20 && c != '\t' && c != '\n' && c != '\r')
		refuse(r, "control character 0x%02x, which XML does not allow", c);
	else if (ampersand)
		r->rc = xml_error_at(
			r->doc,
			(struct xml_place){here(r).line,
					   here(r).column - (unsigned long)(at - ampersand)},
			r->err, "& starts no entity known here; write &amp;");
	else if (c >= 0x7f)
		refuse(r, "not UTF-8 text; convert the file to UTF-8 first");
	else if (c == '<')
		refuse(r, "< starts no tag here: a closing quote is missing, or write &lt;");
	else if (c > ' ')
		refuse(r, "%c does not belong here", c);
	else
		refuse(r, "a blank does not belong here");
}

static void syntax_error(struct reader *r)
{
	const char *open = r->at ? r->at->name : "topology";

	switch (XML_GetErrorCode(r->parser)) {
	case XML_ERROR_INVALID_TOKEN:
		bad_character(r);
		return;
	case XML_ERROR_PARTIAL_CHAR:
		refuse(r, "not UTF-8 text; convert the file to UTF-8 first");
		return;
	case XML_ERROR_UNCLOSED_TOKEN:
	case XML_ERROR_UNCLOSED_CDATA_SECTION:
		refuse(r, "what begins here never ends (a > or a closing quote is missing): the "
			  "file is cut off");
		return;
	case XML_ERROR_NO_ELEMENTS:
		refuse(r, "the file is cut off: <%.40s> is still open", open);
		return;
	case XML_ERROR_TAG_MISMATCH:
		refuse(r, "this does not close <%.40s>, which is open here", open);
		return;
	case XML_ERROR_JUNK_AFTER_DOC_ELEMENT:
		refuse(r, "something follows the end of <%.40s>", r->doc->root->name);
		return;
	case XML_ERROR_UNDEFINED_ENTITY:
	case XML_ERROR_BAD_CHAR_REF:
		refuse(r, "& starts no entity known here; write &amp;");
		return;
	default:
		refuse(r, "%s", XML_ErrorString(XML_GetErrorCode(r->parser)));
	}
}

static void set_handlers(struct reader *r)
{
	XML_SetUserData(r->parser, r);
	XML_SetElementHandler(r->parser, on_start, on_end);
	XML_SetCharacterDataHandler(r->parser, on_text);
	XML_SetCommentHandler(r->parser, on_comment);
	XML_SetProcessingInstructionHandler(r->parser, on_instruction);
	XML_SetStartDoctypeDeclHandler(r->parser, on_doctype);
	XML_SetXmlDeclHandler(r->parser, on_declaration);
	XML_SetSkippedEntityHandler(r->parser, on_entity);
}

static const XML_Memory_Handling_Suite memory = {xmalloc, xrealloc, free};

int xml_parse(struct xml_doc *doc, const char *path, const char *text, size_t size,
	      struct error *err)
{
	struct reader r = {.doc = doc, .text = text, .err = err};

	memset(doc, 0, sizeof(*doc));
	doc->path = path;
	BUG_ON(size > INT32_MAX);
	/* A declaration after blank lines is an error for expat and common in pastes. */
	for (; size > 0 && strchr(" \t\r\n", *r.text) && *r.text; r.text++, size--)
		r.lines_before += *r.text == '\n';
	r.parser = XML_ParserCreate_MM("UTF-8", &memory, NULL);
	set_handlers(&r);
	if (XML_Parse(r.parser, r.text, (int)size, XML_TRUE) != XML_STATUS_OK)
		syntax_error(&r);
	XML_ParserFree(r.parser);
	free(r.run);
	if (r.rc)
		xml_release(doc);
	return r.rc;
}

void xml_release(struct xml_doc *doc)
{
	arena_release(&doc->arena);
	memset(doc, 0, sizeof(*doc));
}

/* --- and as text again ------------------------------------------------------------ */

void xml_write_escaped(const char *text, FILE *out)
{
	static const char special[] = "<>&\"\n\r\t";
	static const char *const entity[] = {"&lt;",  "&gt;",  "&amp;", "&quot;",
					     "&#10;", "&#13;", "&#9;"};

	for (; *text; text++) {
		const char *s = strchr(special, *text);

		if (s)
			fputs(entity[s - special], out);
		else
			fputc(*text, out);
	}
}

static void write_start(const struct xml_element *e, unsigned level, FILE *out)
{
	fprintf(out, "%*s<%s", (int)(2 * level), "", e->name);
	for (unsigned i = 0; i < e->nr_attrs; i++) {
		fprintf(out, " %s=\"", e->attr[i].name);
		xml_write_escaped(e->attr[i].value, out);
		fputc('"', out);
	}
}

static void write_element(const struct xml_element *e, unsigned level, FILE *out)
{
	write_start(e, level, out);
	if (!e->child && !e->text) {
		fputs("/>\n", out);
		return;
	}
	fputc('>', out);
	if (e->text)
		xml_write_escaped(e->text, out);
	else
		fputc('\n', out);
	for (const struct xml_element *c = e->child; c; c = c->next)
		write_element(c, level + 1, out);
	fprintf(out, "%*s</%s>\n", e->text ? 0 : (int)(2 * level), "", e->name);
}

void xml_write(const struct xml_element *e, FILE *out)
{
	write_element(e, 0, out);
}

/* "expat_2.5.0" */
struct library *libraries_of_xml(struct library *out)
{
	const char *text = XML_ExpatVersion();

	*out = (struct library){.name = "expat"};
	snprintf(out->version, sizeof(out->version), "%s", text + strcspn(text, "0123456789"));
	return out + 1;
}
