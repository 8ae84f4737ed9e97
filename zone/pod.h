/*
 * Between the files that read Kubernetes manifests: pod.c has the documents and
 * their kinds, pod_annotations.c what Edera's and our annotations say,
 * pod_resources.c what containers ask for, pod_devices.c which resources are
 * devices, pod_fields.c what Kubernetes would not take. Private to zone/. The rules and their
 * sources are in docs/formats-zones.md.
 *
 * One rule stands above them: what bears on a pod's size or place and is not
 * used is named in a warning, or with --strict in an error.
 */
#ifndef ZONE_POD_H
#define ZONE_POD_H

#include "base/doc.h"
#include "zone/zone_check.h"

/* What a resource is, by the first row whose pattern (fnmatch) fits its name. */
struct resource_row {
	const char *pattern;
	enum resource_use {
		RESOURCE_DEVICES, /* so many whole devices of a class */
		RESOURCE_NONE, /* nothing that bears on size or place */
		RESOURCE_PART, /* less than a device, or shared: `why` says of what */
	} use;
	enum zone_device_class class; /* of RESOURCE_DEVICES */
	const char *why;
};

struct pod_reader {
	const struct zone_reading *how;
	struct zone_list *out;
	/* what the user's file says, before the table of pod_devices.c */
	struct resource_row *row;
	size_t nr_rows;
	struct arena arena; /* of those */
	/* each zone's name, for duplicates; as long as out->zone */
	const struct doc_value **name_at;
	size_t name_cap;
};

/* One pod being read. `at` is where a field was said (the pod, when it was not). */
struct pod {
	const struct doc_value *node; /* has metadata (perhaps) and spec */
	const struct doc_value *at[ZONE_FIELDS];
	struct zone zone;
	bool has_initial, has_vcpus;
	const struct doc_value *cpu; /* a CPU limit or request, if any */
};

/* How a pod says what enum zone_field names. */
extern const char *const pod_words[ZONE_FIELDS];

/* Member `key` of a map; NULL when absent or null, as Kubernetes has it. */
const struct doc_value *pod_member(const struct doc_value *map, const char *key);
/* Member that must be a map, a list or (for DOC_TEXT) a scalar when it is there.
 * `where` names the parent in the sentence. */
int pod_get(const struct doc_value *map, const char *key, enum doc_kind kind, const char *where,
	    bool required, const struct doc_value **out, struct error *err) MUST_USE;

/* A quantity that is not negative, rounded up to a whole number. */
bool pod_quantity(const struct doc_value *v, int64_t *out) MUST_USE;

/* Something that bears on size or place is not used: a warning, or when the
 * reading is strict an error. */
int pod_unused(const struct pod_reader *r, const struct doc_value *at, struct error *err,
	       const char *fmt, ...) MUST_USE PRINTF_LIKE(4, 5);

bool pod_is_huge_pages(const char *resource);
/* Of the NULL-terminated names the one that is `text` but for capitals, or else a
 * typing mistake away; NULL: none. */
const char *pod_near(const char *text, const char *const *names);

/* Maps whose fields Kubernetes defines. */
enum pod_map { POD_OBJECT, POD_METADATA, POD_SPEC, POD_CONTAINER, POD_RESOURCES, POD_MAKER };
/* Fields of `map` (NULL: none) that it does not define are not used. `where` is the
 * map in the sentence. */
int pod_check_fields(const struct pod_reader *r, const char *pod, const struct doc_value *map,
		     enum pod_map which, const char *where, struct error *err) MUST_USE;
/* Amounts that Kubernetes refuses are errors: parts of what comes whole, requests
 * above limits. Both maps may be NULL; `where` is whose they are. */
int pod_check_amounts(const struct doc_value *limits, const struct doc_value *requests,
		      const char *where, struct error *err) MUST_USE;

/* The pod's annotations into its zone; `metadata` may be NULL. */
int pod_read_annotations(struct pod_reader *r, struct pod *p, const struct doc_value *metadata,
			 struct error *err) MUST_USE;
/* Annotations of something that makes pods, which its pods do not get. */
int pod_check_outer_annotations(struct pod_reader *r, const struct doc_value *metadata,
				const char *kind, struct error *err) MUST_USE;
/* Memory and devices of p->node's spec, and the spec's fields that are not used. */
int pod_read_resources(struct pod_reader *r, struct pod *p, struct error *err) MUST_USE;

/* r->how->resources, if any, into r->row. */
int pod_load_rows(struct pod_reader *r, struct error *err) MUST_USE;
/* NULL: no row knows it. */
const struct resource_row *pod_find_row(const struct pod_reader *r, const char *resource);

/* One pod of a document that has others beside it; strings go into r->out's arena, its list
 * stays as it is. */
int pod_read_one(struct pod_reader *r, const struct doc_value *node, struct zone *out,
		 struct error *err) MUST_USE;

#endif
