/*
 * An hwloc XML file as its objects, checked (private to host/).
 *
 *	host_load()		bytes of a file		this machine: hwloc_child.h
 *	  xml_parse()		a tree of elements
 *	    hwloc_check()	the rules; a table of objects
 *	      hwloc_host()	nodes, CPUs, devices, matrices
 *	        host_finish()
 *
 * hwloc itself takes many broken files without a word: a comment ends the file, a
 * junk size is 0, an unknown index drops the matrix, a missing set is a crash. So
 * files are read here, strictly and with places to point at, by the rules of hwloc's
 * own reader (hwloc/topology-xml.c in hwloc 2.9.0; version 1: the same file). What
 * it guesses or repairs is refused.
 */
#ifndef HOST_HWLOC_TREE_H
#define HOST_HWLOC_TREE_H

#include <stdbool.h>
#include <stdint.h>

#include "base/cpuset.h"
#include "host/host.h"
#include "host/xml.h"

/* Info of the root object: its memory attributes were measured. */
#define HOST_MEASURED_NOTE "homenodeMeasured"
/* The same: FIGURES.json (host/figures.h), for which hwloc has no other place. Where it
 * is, what it does not say was not measured. */
#define HOST_FIGURES "homenodeFigures"

enum object_type {
	OBJECT_MACHINE,
	OBJECT_PACKAGE,
	OBJECT_L3,
	OBJECT_CORE,
	OBJECT_PU,
	OBJECT_NORMAL, /* another one with CPUs: a group, a die, a cache */
	OBJECT_NODE,
	OBJECT_MEMORY_CACHE,
	OBJECT_BRIDGE,
	OBJECT_PCI,
	OBJECT_OS,
	OBJECT_MISC,
};

struct object {
	const struct xml_element *xml;
	struct object *up;
	enum object_type type;
	unsigned os_index; /* of CPUs and nodes */
	bool has_gp_index;
	uint64_t gp_index;
	struct cpuset *cpus, *nodes; /* NULL for I/O and Misc objects */
	struct cpuset *shared_out; /* CPUs that its children hold */
};

struct hwloc_tree {
	struct xml_doc *doc;
	unsigned version; /* 1 or 2 */
	struct object *object; /* in the order of the file; the first is the root */
	size_t nr_objects;
	struct object **by_gp_index; /* sorted */
	size_t nr_by_gp_index;
	unsigned nr_nodes;
	struct object *node[NODES_MAX]; /* ascending os_index */
};

/* The tree lives in the document's arena and points into it. */
int hwloc_check(struct hwloc_tree *t, struct xml_doc *doc, struct error *err) MUST_USE;
/* Unfinished and without a name. */
int hwloc_host(struct host **out, const struct hwloc_tree *t, struct error *err) MUST_USE;

/* Parts of hwloc_host(): SLIT and measured matrices; memory attributes, for the
 * matrices that are then still missing; PCI and other I/O devices. */
int hwloc_matrices(struct host *h, const struct hwloc_tree *t, struct error *err) MUST_USE;
int hwloc_memattrs(struct host *h, const struct hwloc_tree *t, struct error *err) MUST_USE;
void hwloc_devices(struct host *h, const struct hwloc_tree *t);
/* Parts of hwloc_check(): one object, whose `xml` and `up` are set, with the CPUs seen
 * before; then what they say together. */
int hwloc_check_object(struct hwloc_tree *t, struct object *o, struct cpuset *pus,
		       struct error *err) MUST_USE;
int hwloc_check_together(struct hwloc_tree *t, const struct cpuset *pus,
			 struct error *err) MUST_USE;
/* Is this the name of a type of objects? */
bool hwloc_is_type(const char *name);

/* An attribute that is a whole number of at most `max`; *out stays where it is missing
 * and not required. ERR_INPUT with its place. */
int hwloc_number(const struct hwloc_tree *t, const struct xml_element *e, const char *name,
		 bool required, uint64_t max, uint64_t *out, struct error *err) MUST_USE;
/* The same for a set; one that may be missing is then empty. NULL: the error is set. */
struct cpuset *hwloc_set(const struct hwloc_tree *t, const struct xml_element *e, const char *name,
			 bool required, struct error *err) MUST_USE;
/* The object with this gp_index and type, both as in the file, or NULL. */
const struct object *hwloc_find(const struct hwloc_tree *t, const char *type, const char *gp_index);
/* Is it `up`, or in it at any depth? */
bool hwloc_is_inside(const struct object *o, const struct object *up);
/* Value of an <info>, or NULL where it is missing or empty. */
const char *hwloc_info(const struct xml_element *object, const char *name);

/* hwloc's bitmap text ("0x00000001,,0xff000000"); `*infinite` for "0xf...f". False
 * when it is not one or holds a bit >= CPUS_MAX. */
bool hwloc_set_parse(const char *text, struct cpuset *out, bool *infinite) MUST_USE;
/* As hwloc writes a set: 32 bits a word, the highest first. The caller frees. */
char *hwloc_set_text(const struct cpuset *set) MUST_USE;
/* Digits only, no sign, <= max. */
bool plain_number(const char *text, uint64_t max, uint64_t *out) MUST_USE;
/* Into to[size], control characters as "?", cut between characters of UTF-8. */
void copy_text(char *to, size_t size, const char *from);

#endif
