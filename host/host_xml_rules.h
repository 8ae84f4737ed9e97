/* The rules of host_xml_check.c, one function an element (private to host/). */
#ifndef HOST_HOST_XML_RULES_H
#define HOST_HOST_XML_RULES_H

#include "base/nodeset.h"
#include "host/host_xml.h"

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

/* An object that something later in the file can point at. */
struct object_ref {
	uint64_t gp_index;
	const char *type; /* in the parser's arena */
	const char *at;
};

/* The distances2 element being read. */
struct matrix_in_text {
	const char *at;
	const char *name; /* "" when it has none */
	bool nodes; /* over NUMANode objects */
	bool by_gp; /* its indexes are gp_index, not os_index */
	uint64_t kind, nr_objects, nr_indexes, nr_values;
	struct cpuset seen; /* os_indexes of the nodes met */
};

struct check {
	struct xml *x;
	char *out;
	size_t nr, cap;
	bool tag_open; /* the last tag of `out` still lacks its > */

	enum element_id stack[XML_DEPTH_MAX + 1];
	unsigned depth;
	bool root_done;
	struct xml_facts facts;

	struct cpuset pus, nodes; /* os_indexes seen */
	struct cpuset root_cpus;
	struct object_ref *ref; /* sorted by gp_index once the root object ends */
	size_t nr_refs, cap_refs;
	struct {
		uint64_t gp_index;
		unsigned os_index;
		struct cpuset cpus;
	} node[NODES_MAX];
	/* By os_index of a node: the CPUs that say they are on it, or NULL. */
	struct cpuset *claimed[CPUS_MAX];

	struct matrix_in_text matrix;
	char *content; /* text of the <indexes> or <u64values> */
	size_t content_nr, content_cap;
	const char *content_at;
	uint64_t content_length;

	const char *memattr_at;
	bool memattr_initiators;
	const char **pair; /* "target|initiator", to find doubles */
	size_t nr_pairs, cap_pairs;
};

int check_object(struct check *c, bool root, struct error *err) MUST_USE;
/* When the root object closes: gp_indexes unique, PUs and nodes there. */
int check_objects_end(struct check *c, struct error *err) MUST_USE;

int check_matrix_begin(struct check *c, enum element_id id, struct error *err) MUST_USE;
int check_length(struct check *c, struct error *err) MUST_USE;
int check_content(struct check *c, enum element_id id, struct error *err) MUST_USE;
int check_matrix_end(struct check *c, struct error *err) MUST_USE;

int check_memattr(struct check *c, struct error *err) MUST_USE;
int check_memattr_value(struct check *c, struct error *err) MUST_USE;
int check_memattr_end(struct check *c, struct error *err) MUST_USE;

void check_release(struct check *c);

#endif
