/*
 * The rules that the text must obey, and the clean copy. Everything that hwloc
 * 2.9 would swallow, guess or crash on is an error with its place here.
 */
#include <stdlib.h>
#include <string.h>

#include "base/nodeset.h"
#include "host/host_xml_rules.h"

bool plain_number(const char *text, uint64_t max, uint64_t *out)
{
	uint64_t v = 0;

	if (!*text)
		return false;
	for (; *text; text++) {
		unsigned digit = (unsigned)(*text - '0');

		if (*text < '0' || *text > '9' || v > (UINT64_MAX - digit) / 10)
			return false;
		v = v * 10 + digit;
	}
	*out = v;
	return v <= max;
}

/* One word of hwloc's bitmap text: up to 8 hex digits, or nothing for 0. */
static bool parse_word(const char *p, size_t n, uint32_t *out)
{
	*out = 0;
	if (n == 0)
		return true;
	if (n < 3 || n > 10 || p[0] != '0' || p[1] != 'x')
		return false;
	for (size_t i = 2; i < n; i++) {
		char c = p[i];
		int digit = c >= '0' && c <= '9'   ? c - '0'
			    : c >= 'a' && c <= 'f' ? c - 'a' + 10
			    : c >= 'A' && c <= 'F' ? c - 'A' + 10
						   : -1;
		if (digit < 0)
			return false;
		*out = *out << 4 | (uint32_t)digit;
	}
	return true;
}

bool hwloc_set_parse(const char *text, struct cpuset *out, bool *infinite)
{
	size_t words = 1;

	memset(out, 0, sizeof(*out));
	*infinite = strncmp(text, "0xf...f", 7) == 0;
	if (*infinite)
		return text[7] == '\0' || text[7] == ',';
	if (!*text)
		return false;
	for (const char *p = text; *p; p++)
		words += *p == ',';
	for (const char *p = text; words > 0; words--) {
		size_t n = strcspn(p, ",");
		uint32_t word;

		if (!parse_word(p, n, &word) || (word && words > CPUS_MAX / 32))
			return false;
		for (unsigned bit = 0; bit < 32; bit++)
			if (word >> bit & 1)
				cpuset_add(out, (unsigned)(words - 1) * 32 + bit);
		p += n + (p[n] == ',');
	}
	return true;
}

/* --- the clean copy --------------------------------------------------------- */

static void put(struct check *c, const char *s, size_t n)
{
	while (c->cap - c->nr < n + 1) {
		c->cap = c->cap ? c->cap * 2 : 65536;
		c->out = xreallocarray(c->out, c->cap, 1);
	}
	memcpy(c->out + c->nr, s, n);
	c->nr += n;
	c->out[c->nr] = '\0';
}

static void puts_to(struct check *c, const char *s)
{
	put(c, s, strlen(s));
}

static void put_value(struct check *c, const char *s)
{
	for (; *s; s++) {
		switch (*s) {
		case '<':
			puts_to(c, "&lt;");
			break;
		case '>':
			puts_to(c, "&gt;");
			break;
		case '&':
			puts_to(c, "&amp;");
			break;
		case '"':
			puts_to(c, "&quot;");
			break;
		case '\n':
			puts_to(c, "&#10;");
			break;
		case '\r':
			puts_to(c, "&#13;");
			break;
		case '\t':
			puts_to(c, "&#9;");
			break;
		default:
			put(c, s, 1);
		}
	}
}

static void put_open(struct check *c, const struct xml *x)
{
	puts_to(c, "<");
	puts_to(c, x->name);
	for (unsigned i = 0; i < x->nr_attrs; i++) {
		puts_to(c, " ");
		puts_to(c, x->attr[i].name);
		puts_to(c, "=\"");
		put_value(c, x->attr[i].value);
		puts_to(c, "\"");
	}
	c->tag_open = true;
}

/* The tag gets its end when it is known whether anything is inside: the built-in
 * parser wants empty elements closed in themselves. */
static void end_tag(struct check *c)
{
	if (c->tag_open)
		puts_to(c, ">");
	c->tag_open = false;
}

/* --- which element may stand where ------------------------------------------ */

#define IN(e) (1u << (e))
#define V1 1u
#define V2 2u

static const struct element {
	const char *name;
	unsigned parents; /* mask of enum element_id */
	unsigned versions; /* in which versions of the format */
	bool text; /* holds text rather than elements */
	bool dropped; /* not copied: nothing for us in it */
} elements[NR_ELEMENTS] = {
	[EL_TOPOLOGY] = {"topology", 0, V1 | V2, false, false},
	[EL_OBJECT] = {"object", IN(EL_TOPOLOGY) | IN(EL_OBJECT), V1 | V2, false, false},
	[EL_INFO] = {"info", IN(EL_OBJECT) | IN(EL_CPUKIND), V1 | V2, false, false},
	[EL_PAGE_TYPE] = {"page_type", IN(EL_OBJECT), V1 | V2, false, false},
	[EL_USERDATA] = {"userdata", IN(EL_OBJECT), V1 | V2, true, true},
	[EL_DISTANCES2] = {"distances2", IN(EL_TOPOLOGY), V2, false, false},
	[EL_HETERO] = {"distances2hetero", IN(EL_TOPOLOGY), V2, false, false},
	[EL_INDEXES] = {"indexes", IN(EL_DISTANCES2) | IN(EL_HETERO), V2, true, false},
	[EL_VALUES] = {"u64values", IN(EL_DISTANCES2) | IN(EL_HETERO), V2, true, false},
	[EL_MEMATTR] = {"memattr", IN(EL_TOPOLOGY), V2, false, false},
	[EL_MEMATTR_VALUE] = {"memattr_value", IN(EL_MEMATTR), V2, false, false},
	[EL_CPUKIND] = {"cpukind", IN(EL_TOPOLOGY), V2, false, false},
	[EL_SUPPORT] = {"support", IN(EL_TOPOLOGY), V2, false, false},
	[EL_DISTANCES] = {"distances", IN(EL_OBJECT), V1, false, false},
	[EL_LATENCY] = {"latency", IN(EL_DISTANCES), V1, false, false},
};

static int find_element(const struct check *c, enum element_id *out, struct error *err)
{
	const struct xml *x = c->x;
	enum element_id up = c->stack[c->depth - 1];

	for (unsigned i = 0; i < NR_ELEMENTS; i++) {
		const struct element *e = &elements[i];

		if (strcmp(e->name, x->name) != 0 || !(e->parents & IN(up)))
			continue;
		if (!(e->versions & (c->facts.version == 1 ? V1 : V2)))
			return xml_error(x, err,
					 "<%s> is not part of hwloc XML version %u, which the "
					 "<topology> tag announces",
					 x->name, c->facts.version);
		*out = (enum element_id)i;
		return 0;
	}
	return xml_error(x, err,
			 "<%.40s> does not belong inside <%s>: hwloc would drop what follows; put "
			 "your own facts in <info name=... value=...> elements",
			 x->name, elements[up].name);
}

static int begin_topology(struct check *c, struct error *err)
{
	const struct xml *x = c->x;
	const char *version = xml_attr(x, "version");

	if (strcmp(x->name, "topology") != 0)
		return xml_error(x, err,
				 "not an hwloc XML file: its root is <%.40s>, not <topology>",
				 x->name);
	c->facts.version = 1;
	if (version && strncmp(version, "2.", 2) == 0)
		c->facts.version = 2;
	else if (version && strncmp(version, "1.", 2) != 0)
		return xml_error(x, err,
				 "hwloc XML version %.20s cannot be read; write version 2 with: "
				 "lstopo --export-xml-flags v2 FILE.xml",
				 version);
	puts_to(c, c->facts.version == 2 ? "<topology version=\"2.0\">\n" : "<topology>\n");
	c->stack[c->depth++] = EL_TOPOLOGY;
	return 0;
}

static int begin_element(struct check *c, enum element_id id, struct error *err)
{
	bool top = c->depth == 1;

	if (top && id != EL_OBJECT && !c->root_done)
		return xml_error(c->x, err, "<%s> stands before the root object", c->x->name);
	if (top && id == EL_OBJECT && c->root_done)
		return xml_error(c->x, err, "a second root object: one file describes one machine");
	switch (id) {
	case EL_OBJECT:
		return check_object(c, top, err);
	case EL_DISTANCES2:
	case EL_HETERO:
		return check_matrix_begin(c, id, err);
	case EL_INDEXES:
	case EL_VALUES:
		c->content_nr = 0;
		c->content_at = c->x->token_at;
		return check_length(c, err);
	case EL_MEMATTR:
		return check_memattr(c, err);
	case EL_MEMATTR_VALUE:
		return check_memattr_value(c, err);
	default:
		return 0;
	}
}

static int begin(struct check *c, struct error *err)
{
	enum element_id id;
	int rc;

	if (c->depth == 0)
		return begin_topology(c, err);
	rc = find_element(c, &id, err);
	if (!rc)
		rc = begin_element(c, id, err);
	if (rc)
		return rc;
	if (!elements[id].dropped) {
		end_tag(c);
		put_open(c, c->x);
	}
	c->stack[c->depth++] = id;
	return 0;
}

static int finish_element(struct check *c, enum element_id id, struct error *err)
{
	switch (id) {
	case EL_OBJECT:
		if (c->depth > 1)
			return 0;
		c->root_done = true;
		return check_objects_end(c, err);
	case EL_INDEXES:
	case EL_VALUES:
		return check_content(c, id, err);
	case EL_DISTANCES2:
		return check_matrix_end(c, err);
	case EL_MEMATTR:
		return check_memattr_end(c, err);
	case EL_TOPOLOGY:
		if (!c->root_done)
			return xml_error(c->x, err, "the topology holds no object");
		return 0;
	default:
		return 0;
	}
}

static int finish(struct check *c, struct error *err)
{
	enum element_id id = c->stack[--c->depth];
	int rc = finish_element(c, id, err);

	if (rc || elements[id].dropped)
		return rc;
	if (c->tag_open) {
		puts_to(c, "/>\n");
	} else {
		puts_to(c, "</");
		puts_to(c, elements[id].name);
		puts_to(c, ">\n");
	}
	c->tag_open = false;
	return 0;
}

static void add_content(struct check *c, const char *s)
{
	size_t n = strlen(s);

	while (c->content_cap - c->content_nr < n + 1) {
		c->content_cap = c->content_cap ? c->content_cap * 2 : 4096;
		c->content = xreallocarray(c->content, c->content_cap, 1);
	}
	memcpy(c->content + c->content_nr, s, n + 1);
	c->content_nr += n;
}

static int text(struct check *c, struct error *err)
{
	enum element_id id = c->depth ? c->stack[c->depth - 1] : EL_TOPOLOGY;

	if (!elements[id].text)
		return xml_error(c->x, err, "text inside <%s>, where only tags belong",
				 elements[id].name);
	if (elements[id].dropped)
		return 0;
	end_tag(c);
	add_content(c, c->x->content);
	put_value(c, c->x->content);
	return 0;
}

int host_xml_clean(const char *path, const char *xml, size_t size, char **out, size_t *out_size,
		   struct xml_facts *facts, struct error *err)
{
	struct xml x;
	struct check c = {.x = &x};
	int rc;

	*out = NULL;
	rc = xml_open(&x, path, xml, size, err);
	puts_to(&c, "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n");
	while (!rc) {
		rc = xml_next(&x, err);
		if (rc || x.token == XML_END)
			break;
		rc = x.token == XML_OPEN    ? begin(&c, err)
		     : x.token == XML_CLOSE ? finish(&c, err)
					    : text(&c, err);
	}
	if (rc) {
		free(c.out);
	} else {
		*out = c.out;
		*out_size = c.nr;
		*facts = c.facts;
	}
	check_release(&c);
	xml_close(&x);
	return rc;
}
