/* Which element may stand where. */
#include <string.h>

#include "host/hwloc_tree.h"

static bool is(const char *a, const char *b)
{
	return strcmp(a, b) == 0;
}

enum element_id {
	EL_TOPOLOGY,
	EL_OBJECT,
	EL_INFO,
	EL_PAGE_TYPE,
	EL_USERDATA,
	EL_DISTANCES2,
	EL_HETERO,
	EL_INDEXES,
	EL_VALUES,
	EL_MEMATTR,
	EL_MEMATTR_VALUE,
	EL_CPUKIND,
	EL_SUPPORT,
	EL_DISTANCES,
	EL_LATENCY,
	NR_ELEMENTS
};

#define IN(e) (1u << (e))
#define V1 1u
#define V2 2u

static const struct {
	const char *name;
	unsigned parents; /* mask of enum element_id */
	unsigned versions; /* in which versions of the format */
	bool text; /* holds text rather than elements */
} elements[NR_ELEMENTS] = {
	[EL_TOPOLOGY] = {"topology", 0, V1 | V2, false},
	[EL_OBJECT] = {"object", IN(EL_TOPOLOGY) | IN(EL_OBJECT), V1 | V2, false},
	[EL_INFO] = {"info", IN(EL_OBJECT) | IN(EL_CPUKIND), V1 | V2, false},
	[EL_PAGE_TYPE] = {"page_type", IN(EL_OBJECT), V1 | V2, false},
	[EL_USERDATA] = {"userdata", IN(EL_OBJECT), V1 | V2, true},
	[EL_DISTANCES2] = {"distances2", IN(EL_TOPOLOGY), V2, false},
	[EL_HETERO] = {"distances2hetero", IN(EL_TOPOLOGY), V2, false},
	[EL_INDEXES] = {"indexes", IN(EL_DISTANCES2) | IN(EL_HETERO), V2, true},
	[EL_VALUES] = {"u64values", IN(EL_DISTANCES2) | IN(EL_HETERO), V2, true},
	[EL_MEMATTR] = {"memattr", IN(EL_TOPOLOGY), V2, false},
	[EL_MEMATTR_VALUE] = {"memattr_value", IN(EL_MEMATTR), V2, false},
	[EL_CPUKIND] = {"cpukind", IN(EL_TOPOLOGY), V2, false},
	[EL_SUPPORT] = {"support", IN(EL_TOPOLOGY), V2, false},
	[EL_DISTANCES] = {"distances", IN(EL_OBJECT), V1, false},
	[EL_LATENCY] = {"latency", IN(EL_DISTANCES), V1, false},
};

static int find_element(const struct hwloc_tree *t, const struct xml_element *e, enum element_id up,
			enum element_id *out, struct error *err)
{
	for (unsigned i = 0; i < NR_ELEMENTS; i++) {
		if (!is(elements[i].name, e->name) || !(elements[i].parents & IN(up)))
			continue;
		if (!(elements[i].versions & (t->version == 1 ? V1 : V2)))
			return xml_error(t->doc, e, err,
					 "<%s> is not part of hwloc XML version %u, which the "
					 "<topology> tag announces",
					 e->name, t->version);
		*out = (enum element_id)i;
		return 0;
	}
	return xml_error(t->doc, e, err,
			 "<%.40s> does not belong inside <%s>: hwloc would drop what follows; put "
			 "your own facts in <info name=... value=...> elements",
			 e->name, elements[up].name);
}

static int check_inside(struct hwloc_tree *t, const struct xml_element *e, enum element_id id,
			struct object *up, struct cpuset *pus, struct error *err);

static int check_element(struct hwloc_tree *t, const struct xml_element *e, enum element_id up_id,
			 struct object *up, struct cpuset *pus, struct error *err)
{
	struct object *o = up;
	enum element_id id = EL_OBJECT;
	int rc = find_element(t, e, up_id, &id, err);

	if (rc)
		return rc;
	if (up_id == EL_TOPOLOGY && id != EL_OBJECT && !t->nr_objects)
		return xml_error(t->doc, e, err, "<%s> stands before the root object", e->name);
	if (up_id == EL_TOPOLOGY && id == EL_OBJECT && t->nr_objects)
		return xml_error(t->doc, e, err,
				 "a second root object: one file describes one machine");
	if (id == EL_OBJECT) {
		o = &t->object[t->nr_objects++];
		o->xml = e;
		o->up = up;
		rc = hwloc_check_object(t, o, pus, err);
	}
	return rc ? rc : check_inside(t, e, id, o, pus, err);
}

static int check_inside(struct hwloc_tree *t, const struct xml_element *e, enum element_id id,
			struct object *up, struct cpuset *pus, struct error *err)
{
	int rc = 0;

	if (e->text && !elements[id].text)
		return xml_error_at(t->doc, e->text_place, err,
				    "text inside <%s>, where only tags belong", e->name);
	for (const struct xml_element *c = e->child; c && !rc; c = c->next)
		rc = check_element(t, c, id, up, pus, err);
	return rc;
}

static int check_root(struct hwloc_tree *t, struct error *err)
{
	const struct xml_element *root = t->doc->root;
	const char *version = xml_attr(root, "version");

	if (!is(root->name, "topology"))
		return xml_error(t->doc, root, err,
				 "not an hwloc XML file: its root is <%.40s>, not <topology>",
				 root->name);
	if (t->doc->comment.line)
		return xml_error_at(t->doc, t->doc->comment, err,
				    "a comment inside the topology: hwloc's own tools drop "
				    "everything behind it; remove it, or use <info> elements");
	t->version = version && strncmp(version, "2.", 2) == 0 ? 2 : 1;
	if (version && t->version == 1 && strncmp(version, "1.", 2) != 0)
		return xml_error(t->doc, root, err,
				 "hwloc XML version %.20s cannot be read; write version 2 with: "
				 "lstopo --export-xml-flags v2 FILE.xml",
				 version);
	return 0;
}

int hwloc_check(struct hwloc_tree *t, struct xml_doc *doc, struct error *err)
{
	struct cpuset pus = {{0}};
	int rc;

	*t = (struct hwloc_tree){.doc = doc};
	rc = check_root(t, err);
	if (rc)
		return rc;
	t->object = arena_alloc(&doc->arena, sizeof(*t->object) * doc->nr_elements);
	rc = check_inside(t, doc->root, EL_TOPOLOGY, NULL, &pus, err);
	if (!rc && !t->nr_objects)
		rc = xml_error(doc, doc->root, err, "the topology holds no object");
	return rc ? rc : hwloc_check_together(t, &pus, err);
}
