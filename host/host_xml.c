#include "host/host_xml.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

int xml_error_at(const struct xml *x, const char *at, struct error *err, const char *fmt, ...)
{
	unsigned long line = 1, column = 1;
	char sentence[ERROR_TEXT_MAX];
	va_list ap;

	for (const char *p = x->text; p < at; p++) {
		column++;
		if (*p == '\n') {
			line++;
			column = 1;
		}
	}
	va_start(ap, fmt);
	vsnprintf(sentence, sizeof(sentence), fmt, ap);
	va_end(ap);
	return error_at(err, ERR_INPUT, x->path, line, column, "%s", sentence);
}

int xml_error(const struct xml *x, struct error *err, const char *fmt, ...)
{
	char sentence[ERROR_TEXT_MAX];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(sentence, sizeof(sentence), fmt, ap);
	va_end(ap);
	return xml_error_at(x, x->token_at, err, "%s", sentence);
}

const char *xml_attr(const struct xml *x, const char *name)
{
	for (unsigned i = 0; i < x->nr_attrs; i++)
		if (strcmp(x->attr[i].name, name) == 0)
			return x->attr[i].value;
	return NULL;
}

static bool is_space(char c)
{
	return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

static bool is_name(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
	       c == '_' || c == '-' || c == '.' || c == ':';
}

static void skip_space(struct xml *x)
{
	while (is_space(*x->at))
		x->at++;
}

static bool starts(const struct xml *x, const char *with)
{
	return strncmp(x->at, with, strlen(with)) == 0;
}

/* Skips to behind `tail`; an error when the file ends first. */
static int skip_past(struct xml *x, const char *tail, const char *what, struct error *err)
{
	const char *found = strstr(x->at, tail);

	if (!found)
		return xml_error_at(x, x->at, err, "this %s never ends: the file is cut off", what);
	x->at = found + strlen(tail);
	return 0;
}

unsigned utf8_length(const unsigned char *s)
{
	unsigned n = s[0] < 0x80 ? 1 : s[0] < 0xc2 ? 0 : s[0] < 0xe0 ? 2 : s[0] < 0xf0 ? 3 : 4;

	if (s[0] > 0xf4)
		return 0;
	for (unsigned i = 1; i < n; i++)
		if ((s[i] & 0xc0) != 0x80)
			return 0;
	if ((s[0] == 0xe0 && s[1] < 0xa0) || (s[0] == 0xed && s[1] >= 0xa0) ||
	    (s[0] == 0xf0 && s[1] < 0x90) || (s[0] == 0xf4 && s[1] >= 0x90))
		return 0;
	return n;
}

static int check_characters(const struct xml *x, struct error *err)
{
	const char *p = x->text;

	while (p < x->end) {
		unsigned n = utf8_length((const unsigned char *)p);

		if (n == 0)
			return xml_error_at(x, p, err,
					    "not UTF-8 text; convert the file to UTF-8 first");
		if ((unsigned char)*p < 0x20 && !is_space(*p))
			return xml_error_at(x, p, err,
					    "control character 0x%02x, which XML does not allow",
					    (unsigned)(unsigned char)*p);
		p += n;
	}
	return 0;
}

static bool known_encoding(const char *decl, const char *end)
{
	static const char *const names[] = {"UTF-8", "utf-8", "US-ASCII", "us-ascii", "ASCII"};
	const char *p = strstr(decl, "encoding");
	size_t n;

	if (!p || p > end)
		return true;
	p += strlen("encoding");
	while (is_space(*p) || *p == '=')
		p++;
	if (*p != '"' && *p != '\'')
		return false;
	n = strcspn(p + 1, "\"'?");
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if (strlen(names[i]) == n && strncmp(p + 1, names[i], n) == 0)
			return true;
	return false;
}

static int skip_doctype(struct xml *x, struct error *err)
{
	const char *open = x->at + strcspn(x->at, ">[");

	if (*open == '[')
		return xml_error_at(x, open, err,
				    "the DOCTYPE defines entities of its own, which is refused; "
				    "write <!DOCTYPE topology SYSTEM \"hwloc2.dtd\">");
	return skip_past(x, ">", "DOCTYPE", err);
}

/* What may stand before and after the root element. */
static int skip_misc(struct xml *x, bool prolog, struct error *err)
{
	int rc = 0;

	for (skip_space(x); !rc; skip_space(x)) {
		const char *begin = x->at;

		if (starts(x, "<!--")) {
			rc = skip_past(x, "-->", "comment", err);
		} else if (starts(x, "<?")) {
			rc = skip_past(x, "?>", "processing instruction", err);
			if (!rc && strncmp(begin, "<?xml", 5) == 0 && !known_encoding(begin, x->at))
				rc = xml_error_at(x, begin, err,
						  "the encoding is not UTF-8; convert it first");
		} else if (prolog && starts(x, "<!DOCTYPE")) {
			rc = skip_doctype(x, err);
		} else {
			break;
		}
	}
	return rc;
}

int xml_open(struct xml *x, const char *path, const char *text, size_t size, struct error *err)
{
	int rc;

	memset(x, 0, sizeof(*x));
	x->path = path;
	x->text = x->at = x->token_at = text;
	x->end = text + size;
	rc = check_characters(x, err);
	if (!rc && starts(x, "\xef\xbb\xbf"))
		x->at += 3;
	if (!rc)
		rc = skip_misc(x, true, err);
	if (!rc && x->at == x->end)
		rc = error_set(err, ERR_INPUT,
			       "%s: the file is empty; write one with: lstopo FILE.xml", path);
	if (!rc && *x->at != '<')
		rc = xml_error_at(x, x->at, err, "not an hwloc XML file: it does not start with <");
	return rc;
}

void xml_close(struct xml *x)
{
	arena_release(&x->arena);
}

static size_t put_utf8(char *to, unsigned long c)
{
	if (c < 0x80) {
		to[0] = (char)c;
		return 1;
	}
	if (c < 0x800) {
		to[0] = (char)(0xc0 | c >> 6);
		to[1] = (char)(0x80 | (c & 0x3f));
		return 2;
	}
	if (c < 0x10000) {
		to[0] = (char)(0xe0 | c >> 12);
		to[1] = (char)(0x80 | (c >> 6 & 0x3f));
		to[2] = (char)(0x80 | (c & 0x3f));
		return 3;
	}
	to[0] = (char)(0xf0 | c >> 18);
	to[1] = (char)(0x80 | (c >> 12 & 0x3f));
	to[2] = (char)(0x80 | (c >> 6 & 0x3f));
	to[3] = (char)(0x80 | (c & 0x3f));
	return 4;
}

/* "#65;" or "#x41;" at `p`; 0 when it is no character XML allows. */
static unsigned long character_reference(const char *p, const char **behind)
{
	unsigned base = p[1] == 'x' ? 16 : 10;
	unsigned long c = 0;

	p += base == 16 ? 2 : 1;
	for (;; p++) {
		unsigned digit = *p >= '0' && *p <= '9'			? (unsigned)(*p - '0')
				 : base == 16 && *p >= 'a' && *p <= 'f' ? (unsigned)(*p - 'a' + 10)
				 : base == 16 && *p >= 'A' && *p <= 'F' ? (unsigned)(*p - 'A' + 10)
									: 16;
		if (digit >= base)
			break;
		c = c * base + digit;
		if (c > 0x10ffff)
			return 0;
	}
	*behind = p + 1;
	if (*p != ';' || (c < 0x20 && c != '\t' && c != '\n' && c != '\r') ||
	    (c >= 0xd800 && c < 0xe000))
		return 0;
	return c;
}

/* What "&...;" at `p` stands for, or 0. */
static unsigned long entity(const char *p, const char **behind)
{
	static const struct {
		const char *text;
		char c;
	} named[] = {
		{"&lt;", '<'}, {"&gt;", '>'}, {"&amp;", '&'}, {"&quot;", '"'}, {"&apos;", '\''}};

	if (p[1] == '#')
		return character_reference(p + 1, behind);
	for (size_t i = 0; i < sizeof(named) / sizeof(named[0]); i++) {
		size_t n = strlen(named[i].text);

		if (strncmp(p, named[i].text, n) == 0) {
			*behind = p + n;
			return (unsigned long)named[i].c;
		}
	}
	return 0;
}

/* [from, to) with entities resolved and line ends as "\n"; in attributes every
 * white space character is a space (XML 1.0, 3.3.3). NULL: error reported. */
static const char *decode(struct xml *x, const char *from, const char *to, bool attribute,
			  struct error *err)
{
	char *out = arena_alloc(&x->arena, (size_t)(to - from) + 1);
	size_t n = 0;

	while (from < to) {
		if (*from == '&') {
			const char *behind;
			unsigned long c = entity(from, &behind);

			if (!c || behind > to) {
				xml_error_at(x, from, err,
					     "& starts no entity known here; write &amp;");
				return NULL;
			}
			n += put_utf8(out + n, c);
			from = behind;
			continue;
		}
		if (from[0] == '\r' && from[1] == '\n')
			from++;
		out[n++] = attribute && is_space(*from) ? ' ' : *from == '\r' ? '\n' : *from;
		from++;
	}
	out[n] = '\0';
	return out;
}

static const char *read_name(struct xml *x)
{
	const char *begin = x->at;

	while (is_name(*x->at))
		x->at++;
	return x->at == begin ? NULL : arena_strndup(&x->arena, begin, (size_t)(x->at - begin));
}

static int read_attribute(struct xml *x, struct error *err)
{
	const char *begin = x->at, *name = read_name(x), *value, *close;
	char quote;

	if (!name)
		return xml_error_at(x, x->at, err,
				    *x->at ? "expected an attribute or > here"
					   : "the file is cut off inside a tag");
	skip_space(x);
	if (*x->at != '=')
		return xml_error_at(x, x->at, err, "attribute %.40s has no value", name);
	x->at++;
	skip_space(x);
	quote = *x->at;
	if (quote != '"' && quote != '\'')
		return xml_error_at(x, x->at, err, "the value of %.40s is not in quotes", name);
	close = strchr(x->at + 1, quote);
	if (!close || memchr(x->at + 1, '<', (size_t)(close - x->at - 1)))
		return xml_error_at(x, x->at, err, "the value of %.40s has no closing quote", name);
	value = decode(x, x->at + 1, close, true, err);
	if (!value)
		return ERR_INPUT;
	x->at = close + 1;
	if (xml_attr(x, name))
		return xml_error_at(x, begin, err, "attribute %.40s is given twice", name);
	if (x->nr_attrs == XML_ATTRS_MAX)
		return xml_error_at(x, begin, err, "more than %d attributes", XML_ATTRS_MAX);
	x->attr[x->nr_attrs++] = (struct xml_attr){name, value};
	return 0;
}

static int read_open(struct xml *x, struct error *err)
{
	int rc = 0;

	x->at++;
	x->name = read_name(x);
	if (!x->name)
		return xml_error(x, err, "< starts no tag here; write &lt;");
	if (x->depth == XML_DEPTH_MAX)
		return xml_error(x, err, "objects are nested more than %d deep", XML_DEPTH_MAX);
	x->token = XML_OPEN;
	x->nr_attrs = 0;
	while (!rc) {
		bool space = is_space(*x->at);

		skip_space(x);
		if (*x->at == '>' || (x->at[0] == '/' && x->at[1] == '>'))
			break;
		if (!space && *x->at)
			return xml_error_at(x, x->at, err, "expected a space or > here");
		rc = read_attribute(x, err);
	}
	if (rc)
		return rc;
	x->closing = *x->at == '/';
	x->at += x->closing ? 2 : 1;
	x->open[x->depth++] = x->name;
	return 0;
}

static int read_close(struct xml *x, struct error *err)
{
	const char *name;

	x->at += 2;
	name = read_name(x);
	skip_space(x);
	if (!name || *x->at != '>')
		return xml_error(x, err, "this closing tag is cut off or malformed");
	x->at++;
	if (x->depth == 0 || strcmp(x->open[x->depth - 1], name) != 0)
		return xml_error(x, err, "</%.40s> closes nothing that is open here", name);
	x->token = XML_CLOSE;
	x->name = x->open[--x->depth];
	return 0;
}

/* Text up to the next tag, or one CDATA section; *blank when nothing is in it. */
static int read_text(struct xml *x, bool *blank, struct error *err)
{
	const char *close;

	x->token = XML_TEXT;
	if (starts(x, "<![CDATA[")) {
		x->at += strlen("<![CDATA[");
		close = strstr(x->at, "]]>");
		if (!close)
			return xml_error(x, err, "this CDATA section never ends");
		x->content = arena_strndup(&x->arena, x->at, (size_t)(close - x->at));
		x->at = close + 3;
	} else {
		close = x->at + strcspn(x->at, "<");
		x->content = decode(x, x->at, close, false, err);
		if (!x->content)
			return ERR_INPUT;
		x->at = close;
	}
	*blank = x->content[strspn(x->content, " \t\r\n")] == '\0';
	return 0;
}

static int read_end(struct xml *x, struct error *err)
{
	int rc = skip_misc(x, false, err);

	if (!rc && x->at != x->end)
		rc = xml_error_at(x, x->at, err, "something follows the end of the topology");
	x->token = XML_END;
	return rc;
}

int xml_next(struct xml *x, struct error *err)
{
	bool blank;
	int rc;

	if (x->closing) {
		x->closing = false;
		x->token = XML_CLOSE;
		x->name = x->open[--x->depth];
		return 0;
	}
	if (x->depth == 0 && x->started)
		return read_end(x, err);
	x->started = true;
	do {
		x->token_at = x->at;
		blank = false;
		if (*x->at == '\0')
			return xml_error(x, err, "the file is cut off: <%.40s> is still open",
					 x->depth ? x->open[x->depth - 1] : "topology");
		if (starts(x, "<!--"))
			return xml_error(x, err,
					 "a comment inside the topology: hwloc's own tools drop "
					 "everything behind it; remove it, or use <info> elements");
		if (starts(x, "<?") || (starts(x, "<!") && !starts(x, "<![CDATA[")))
			return xml_error(x, err, "this does not belong inside a topology");
		if (starts(x, "</"))
			rc = read_close(x, err);
		else if (*x->at == '<' && x->at[1] != '!')
			rc = read_open(x, err);
		else
			rc = read_text(x, &blank, err);
	} while (!rc && blank);
	return rc;
}
