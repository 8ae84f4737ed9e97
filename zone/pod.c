#include "zone/pod.h"

#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "base/nearest.h"
#include "base/units.h"

const struct doc_value *pod_member(const struct doc_value *map, const char *key)
{
	const struct doc_value *v = doc_member(map, key);

	return v && v->kind != DOC_NULL ? v : NULL;
}

int pod_get(const struct doc_value *map, const char *key, enum doc_kind kind, const char *where,
	    bool required, const struct doc_value **out, struct error *err)
{
	static const char *const kinds[] = {
		[DOC_TEXT] = "a single value",
		[DOC_LIST] = "a list",
		[DOC_MAP] = "a mapping (key: value)",
	};

	*out = pod_member(map, key);
	if (!*out)
		return required ? doc_error(map, err, "%s has no %s", where, key) : 0;
	if (kind == DOC_TEXT ? (*out)->kind >= DOC_LIST : (*out)->kind != kind)
		return doc_error(*out, err, "%s of %s must be %s", key, where, kinds[kind]);
	return 0;
}

bool pod_quantity(const struct doc_value *v, int64_t *out)
{
	if (v->kind == DOC_INT) {
		*out = v->integer;
		return v->integer >= 0;
	}
	return (v->kind == DOC_TEXT || v->kind == DOC_REAL) && k8s_bytes_parse(v->text, out);
}

int pod_unused(const struct pod_reader *r, const struct doc_value *at, struct error *err,
	       const char *fmt, ...)
{
	char sentence[ERROR_TEXT_MAX];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(sentence, sizeof(sentence), fmt, ap);
	va_end(ap);
	if (r->how->strict)
		return doc_error(at, err, "%s", sentence);
	doc_warn(at, r->how->warn, "%s", sentence);
	return 0;
}

/* What was not said: Edera's defaults. A dynamic zone starts small and grows. */
static void fill_in(struct pod_reader *r, struct pod *p)
{
	struct zone *z = &p->zone;

	if (!p->has_initial) {
		z->memory_initial_bytes =
			z->memory_policy == ZONE_STATIC ? z->memory_bytes : ZONE_MEMORY_FLOOR_BYTES;
	} else if (z->memory_initial_bytes < ZONE_MEMORY_FLOOR_BYTES) {
		z->memory_initial_bytes = ZONE_MEMORY_FLOOR_BYTES;
		doc_warn(p->at[ZONE_FIELD_MEMORY_INITIAL], r->how->warn,
			 "pod \"%.80s\": initial memory below 300 MB, raised to 300 MB", z->name);
	}
	z->memory_min_bytes = zone_default_min(z->memory_initial_bytes);
}

/* Where nothing says how many vCPUs, a CPU limit is something not used. */
static int check_vcpus(struct pod_reader *r, const struct pod *p, struct error *err)
{
	static const char sentence[] = "pod \"%.80s\": no dev.edera/cpu annotation, 1 vCPU assumed "
				       "(CPU limits do not count)";

	if (p->has_vcpus)
		return 0;
	if (p->cpu)
		return pod_unused(r, p->at[ZONE_FIELD_NAME], err, sentence, p->zone.name);
	doc_warn(p->at[ZONE_FIELD_NAME], r->how->warn, sentence, p->zone.name);
	return 0;
}

/* `node` has the metadata (perhaps) and the spec of a pod that is called as `name` says. */
static int read_pod(struct pod_reader *r, struct pod *p, const struct doc_value *node,
		    const struct doc_value *name, struct error *err)
{
	const struct doc_value *metadata;
	struct zone_fault fault;
	int rc;

	*p = (struct pod){.node = node};
	zone_init(&p->zone);
	p->zone.name = arena_strdup(&r->out->arena, name->text);
	p->at[ZONE_FIELD_NAME] = name;
	rc = pod_get(node, "metadata", DOC_MAP, "the pod", false, &metadata, err);
	if (!rc)
		rc = pod_check_fields(r, p->zone.name, node, POD_OBJECT, "a pod", err);
	if (!rc)
		rc = pod_check_fields(r, p->zone.name, metadata, POD_METADATA, "metadata", err);
	if (!rc)
		rc = pod_read_annotations(r, p, metadata, err);
	if (!rc)
		rc = pod_read_resources(r, p, err);
	if (!rc)
		rc = check_vcpus(r, p, err);
	if (rc)
		return rc;
	fill_in(r, p);
	if (!zone_sound(&p->zone, pod_words, &fault))
		return doc_error(p->at[fault.field] ? p->at[fault.field] : node, err,
				 "pod \"%.80s\": %s", p->zone.name, fault.text);
	return 0;
}

static int add_zone(struct pod_reader *r, const struct pod *p, const char *name, struct error *err)
{
	struct zone *z;

	if (r->out->nr == ZONE_LIST_MAX)
		return doc_error(p->node, err, "more than %d pods; split the file", ZONE_LIST_MAX);
	r->name_at = grow(r->name_at, &r->name_cap, r->out->nr, sizeof(*r->name_at));
	r->name_at[r->out->nr] = p->at[ZONE_FIELD_NAME];
	z = zone_list_add(r->out);
	*z = p->zone;
	z->name = name;
	return 0;
}

static int get_name(const struct doc_value *node, const char *kind, const struct doc_value **name,
		    const struct doc_value **metadata, struct error *err)
{
	char where[64], of[80];
	int rc;

	snprintf(where, sizeof(where), "the %s", kind);
	snprintf(of, sizeof(of), "%s's metadata", where);
	rc = pod_get(node, "metadata", DOC_MAP, where, true, metadata, err);
	if (!rc && !pod_member(*metadata, "name") && pod_member(*metadata, "generateName"))
		rc = doc_error(*metadata, err,
			       "%s has a generateName only; give it a metadata.name", where);
	return rc ? rc : pod_get(*metadata, "name", DOC_TEXT, of, true, name, err);
}

int pod_read_one(struct pod_reader *r, const struct doc_value *node, struct zone *out,
		 struct error *err)
{
	const struct doc_value *name, *metadata;
	struct pod p;
	int rc = get_name(node, "pod", &name, &metadata, err);

	if (!rc)
		rc = read_pod(r, &p, node, name, err);
	if (!rc)
		*out = p.zone;
	return rc;
}

/* Kinds that make pods, each with its number of them in a field of its spec. */
static const struct maker {
	const char *kind, *replicas; /* NULL: one a machine */
	bool ordinal; /* pods are numbered from spec.ordinals.start or 0, even a single one */
} makers[] = {
	{"Deployment", "replicas", false}, {"StatefulSet", "replicas", true},
	{"ReplicaSet", "replicas", false}, {"ReplicationController", "replicas", false},
	{"DaemonSet", NULL, false},	   {"Job", "parallelism", false},
	{"CronJob", "parallelism", false},
};

static int get_count(const struct doc_value *map, const char *key, int64_t *out, struct error *err)
{
	const struct doc_value *v = pod_member(map, key);

	if (!v || doc_int(v, 0, INT32_MAX, out))
		return 0;
	return doc_error(v, err, "%s must be a whole number, 0 or more", key);
}

/* *first: the number that the first pod's name ends in. */
static int get_replicas(const struct maker *m, const struct doc_value *spec, int64_t *out,
			int64_t *first, struct error *err)
{
	int64_t completions = INT64_MAX;
	int rc = 0;

	*out = 1;
	*first = !m->ordinal;
	if (m->replicas)
		rc = get_count(spec, m->replicas, out, err);
	if (!rc && m->replicas && strcmp(m->replicas, "parallelism") == 0)
		rc = get_count(spec, "completions", &completions, err);
	if (!rc && m->ordinal)
		rc = get_count(pod_member(spec, "ordinals"), "start", first, err);
	if (completions < *out)
		*out = completions;
	return rc;
}

static bool names_a_device(const struct zone *z)
{
	enum zone_device_class class;
	uint32_t count;

	for (uint32_t i = 0; i < z->nr_devices; i++)
		if (!zone_device_any(z->device[i], &class, &count))
			return true;
	return false;
}

static int add_replicas(struct pod_reader *r, const struct maker *m, const struct pod *p,
			int64_t replicas, int64_t first, const struct doc_value *kind,
			struct error *err)
{
	int rc = 0;

	if (!replicas)
		doc_warn(kind, r->how->warn, "%s \"%.80s\" has no replicas and makes no zone",
			 m->kind, p->zone.name);
	if (replicas > 1 && names_a_device(&p->zone))
		return doc_error(p->at[ZONE_FIELD_DEVICES], err,
				 "%s \"%.80s\": %lld pods cannot have the same devices", m->kind,
				 p->zone.name, (long long)replicas);
	if (replicas > ZONE_LIST_MAX - (int64_t)r->out->nr)
		return doc_error(kind, err, "more than %d pods; split the file", ZONE_LIST_MAX);
	if (replicas == 1 && !m->ordinal)
		return add_zone(r, p, p->zone.name, err);
	for (int64_t i = 0; i < replicas && !rc; i++)
		rc = add_zone(r, p,
			      arena_printf(&r->out->arena, "%s-%lld", p->zone.name,
					   (long long)(first + i)),
			      err);
	return rc;
}

static int read_maker(struct pod_reader *r, const struct maker *m, const struct doc_value *node,
		      const struct doc_value *kind, struct error *err)
{
	const struct doc_value *name, *metadata, *spec, *template = NULL;
	int64_t replicas, first;
	struct pod p;
	int rc = get_name(node, m->kind, &name, &metadata, err);

	if (!rc)
		rc = pod_check_outer_annotations(r, metadata, m->kind, err);
	if (!rc)
		rc = pod_get(node, "spec", DOC_MAP, m->kind, true, &spec, err);
	if (!rc && strcmp(m->kind, "CronJob") == 0)
		rc = pod_get(spec, "jobTemplate", DOC_MAP, "the CronJob's spec", true, &template,
			     err);
	if (!rc && template)
		rc = pod_get(template, "spec", DOC_MAP, "the jobTemplate", true, &spec, err);
	if (!rc)
		rc = pod_get(spec, "template", DOC_MAP, "the spec", true, &template, err);
	if (!rc)
		rc = pod_check_fields(r, name->text, spec, POD_MAKER, "the kind's spec", err);
	if (!rc)
		rc = get_replicas(m, spec, &replicas, &first, err);
	if (!rc)
		rc = read_pod(r, &p, template, name, err);
	return rc ? rc : add_replicas(r, m, &p, replicas, first, kind, err);
}

/* Kinds that often stand beside a pod and run nothing. */
static const char *const beside[] = {
	"ConfigMap",
	"CustomResourceDefinition",
	"DeviceClass",
	"Endpoints",
	"EndpointSlice",
	"Event",
	"HorizontalPodAutoscaler",
	"Ingress",
	"LimitRange",
	"Namespace",
	"NetworkPolicy",
	"PersistentVolume",
	"PersistentVolumeClaim",
	"PodDisruptionBudget",
	"PodTemplate",
	"PriorityClass",
	"ResourceClaim",
	"ResourceClaimTemplate",
	"ResourceQuota",
	"Role",
	"RoleBinding",
	"ClusterRole",
	"ClusterRoleBinding",
	"RuntimeClass",
	"Secret",
	"Service",
	"ServiceAccount",
	"StorageClass",
	NULL,
};

/* Of those, what decides how large or how many pods are: limits for those that give
 * none, overheads, numbers. */
static const char *const deciding[] = {
	"HorizontalPodAutoscaler", "LimitRange", "PodTemplate", "ResourceClaim",
	"ResourceClaimTemplate",   NULL,
};

static int other_kind(struct pod_reader *r, const struct doc_value *node, const char *kind,
		      const struct doc_value *at, struct error *err)
{
	for (size_t i = 0; i < sizeof(makers) / sizeof(makers[0]); i++)
		if (strcmp(kind, makers[i].kind) == 0)
			return read_maker(r, &makers[i], node, at, err);
	if (name_index(beside, kind) < 0)
		return doc_error(at, err,
				 "kind %.80s is not read; keep the documents with kind: Pod, or of "
				 "a kind that makes pods (Deployment, StatefulSet, DaemonSet, Job, "
				 "CronJob, ReplicaSet, ReplicationController), or a List of them",
				 kind);
	if (name_index(deciding, kind) >= 0 || pod_member(node, "overhead"))
		return pod_unused(r, at, err, "%s is not a pod and passed over", kind);
	doc_warn(at, r->how->warn, "%s is not a pod and passed over", kind);
	return 0;
}

static int read_list(struct pod_reader *r, const struct doc_value *list, const char *of,
		     struct error *err);

/* `item`: inside a list; `of`: what it is when it does not say so. */
static int read_object(struct pod_reader *r, const struct doc_value *node, bool item,
		       const char *of, struct error *err)
{
	const struct doc_value *at, *name, *metadata;
	const char *kind;
	struct pod p;
	size_t n;
	int rc;

	if (node->kind != DOC_MAP)
		return doc_error(node, err, "a pod is a mapping with kind, metadata and spec");
	rc = pod_get(node, "kind", DOC_TEXT, "the document", false, &at, err);
	if (rc)
		return rc;
	kind = at ? at->text : of;
	if (!kind)
		return doc_error(node, err, "the document has no kind; a pod has kind: Pod");
	if (strcmp(kind, "Pod") == 0) {
		rc = get_name(node, "pod", &name, &metadata, err);
		if (!rc)
			rc = read_pod(r, &p, node, name, err);
		return rc ? rc : add_zone(r, &p, p.zone.name, err);
	}
	n = strlen(kind);
	if (n < 4 || strcmp(kind + n - 4, "List") != 0)
		return other_kind(r, node, kind, at ? at : node, err);
	if (item)
		return doc_error(at, err, "a list inside a list is not read");
	/* the items of a PodList need not say what they are */
	return read_list(r, node, n > 4 ? arena_strndup(&r->arena, kind, n - 4) : NULL, err);
}

static int read_list(struct pod_reader *r, const struct doc_value *list, const char *of,
		     struct error *err)
{
	const struct doc_value *items;
	int rc = pod_get(list, "items", DOC_LIST, "the list", true, &items, err);

	for (uint32_t i = 0; !rc && i < items->nr; i++)
		rc = read_object(r, &items->item[i], true, of, err);
	return rc;
}

static int check_names(const struct pod_reader *r, struct error *err)
{
	size_t first = 0, again = zone_list_duplicate(r->out, &first);

	if (again == SIZE_MAX)
		return 0;
	return doc_error(r->name_at[again], err,
			 "pod \"%.80s\" is there already (line %u); every zone needs a name of its "
			 "own, whatever its namespace",
			 r->out->zone[again].name, (unsigned)r->name_at[first]->line);
}

int pods_from_doc(struct zone_list *out, const struct doc *doc, const struct zone_reading *how,
		  struct error *err)
{
	static const struct zone_reading quietly = {0};
	struct pod_reader r = {.how = how ? how : &quietly, .out = out};
	int rc = pod_load_rows(&r, err);

	for (size_t i = 0; i < doc->nr_roots && !rc; i++)
		rc = read_object(&r, &doc->root[i], false, NULL, err);
	if (!rc && !out->nr)
		rc = error_set(err, ERR_INPUT, "%s: holds no pod; there is nothing to place",
			       doc->path);
	if (!rc)
		rc = check_names(&r, err);
	free(r.name_at);
	arena_release(&r.arena);
	return rc;
}
