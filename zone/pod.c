/*
 * Kubernetes pods as zones: Edera runs a pod in a VM of its own, and these of
 * its annotations say how large it is. The rules and their sources are in
 * docs/formats-zones.md.
 */
#include <stdlib.h>
#include <string.h>

#include "base/doc.h"
#include "base/nearest.h"
#include "base/units.h"
#include "zone/zone_check.h"

/* How a pod says what enum zone_field names. */
static const char *const pod_words[ZONE_FIELDS] = {
	[ZONE_FIELD_NAME] = "metadata.name",
	[ZONE_FIELD_VCPUS] = "dev.edera/cpu",
	[ZONE_FIELD_VCPUS_MAX] = "dev.edera/cpu",
	[ZONE_FIELD_MEMORY] = "the containers' memory limit",
	[ZONE_FIELD_MEMORY_INITIAL] = "dev.edera/initial-memory-request",
	[ZONE_FIELD_MEMORY_MIN] = "the memory floor",
	[ZONE_FIELD_MEMORY_POLICY] = "dev.edera/resource-policy",
	[ZONE_FIELD_NUMA_NODES] = "homenode/numa-nodes",
	[ZONE_FIELD_PLACEMENT] = "homenode/placement",
	[ZONE_FIELD_VIRT] = "dev.edera/virt-backend",
	[ZONE_FIELD_DEVICES] = "homenode/devices",
	[ZONE_FIELD_PROFILE] = "homenode/profile",
};

/* Edera's own that decide nothing about placement. */
static const char *const edera_ignored[] = {"dev.edera/kernel", "dev.edera/kernel-variant",
					    "dev.edera/kernel_verbose", NULL};

struct pod_reader {
	FILE *warn; /* NULL: warnings go nowhere */
	struct zone_list *out;
	/* each zone's name, for duplicates; as long as out->zone */
	const struct doc_value **name_at;
	size_t name_cap;
};

/* One pod being read. `at` is where a field was said (the pod, when it was not). */
struct pod {
	const struct doc_value *node;
	const struct doc_value *at[ZONE_FIELDS];
	struct zone zone;
	bool has_initial, has_vcpus;
};

/* Member `key` of a map; NULL when absent or null, as Kubernetes has it. */
static const struct doc_value *member(const struct doc_value *map, const char *key)
{
	const struct doc_value *v = doc_member(map, key);

	return v && v->kind != DOC_NULL ? v : NULL;
}

static bool is_scalar(const struct doc_value *v)
{
	return v->kind < DOC_LIST;
}

/* Member that must be a map, a list or (for DOC_TEXT) a scalar when it is there.
 * `where` names the parent in the sentence. */
static int get(const struct doc_value *map, const char *key, enum doc_kind kind, const char *where,
	       bool required, const struct doc_value **out, struct error *err)
{
	static const char *const kinds[] = {
		[DOC_TEXT] = "a single value",
		[DOC_LIST] = "a list",
		[DOC_MAP] = "a mapping (key: value)",
	};

	*out = member(map, key);
	if (!*out)
		return required ? doc_error(map, err, "%s has no %s", where, key) : 0;
	if (kind == DOC_TEXT ? !is_scalar(*out) : (*out)->kind != kind)
		return doc_error(*out, err, "%s of %s must be %s", key, where, kinds[kind]);
	return 0;
}

static int read_choice(const struct doc_value *value, const char *key, const char *const *names,
		       int *out, struct error *err)
{
	char list[128] = "";

	*out = zone_name_index(names, value->text);
	if (*out >= 0)
		return 0;
	for (size_t i = 0; names[i]; i++) {
		size_t used = strlen(list);

		snprintf(list + used, sizeof(list) - used, "%s\"%s\"", i ? ", " : "", names[i]);
	}
	return doc_error(value, err, "%s must be one of %s, not \"%.80s\"", key, list, value->text);
}

static int read_cpu(struct pod *p, const struct doc_value *value, struct error *err)
{
	int64_t v;

	if (!zone_parse_number(value->text, 1, ZONE_VCPUS_MAX, &v))
		return doc_error(value, err,
				 "dev.edera/cpu must be a whole number of vCPUs between 1 and %d, "
				 "not \"%.80s\"",
				 ZONE_VCPUS_MAX, value->text);
	p->zone.vcpus = p->zone.vcpus_max = (uint32_t)v; /* all of them online at boot */
	p->has_vcpus = true;
	return 0;
}

static int read_initial(struct pod *p, const struct doc_value *value, struct error *err)
{
	int64_t v;

	if (!zone_parse_number(value->text, 1, ZONE_MEMORY_MAX_BYTES / MIB, &v))
		return doc_error(value, err,
				 "dev.edera/initial-memory-request must be a whole number of MB "
				 "(1024 x 1024 bytes) without a unit, such as \"2048\", not "
				 "\"%.80s\"",
				 value->text);
	p->zone.memory_initial_bytes = v * MIB;
	p->has_initial = true;
	return 0;
}

static int read_nodes(struct pod *p, const struct doc_value *value, struct error *err)
{
	if (zone_parse_nodes(value->text, &p->zone.numa_nodes))
		return 0;
	return doc_error(value, err,
			 "homenode/numa-nodes must be \"auto\" or a whole number between 1 and %d, "
			 "not \"%.80s\"",
			 ZONE_NODES_MAX, value->text);
}

static int read_devices(struct pod_reader *r, struct pod *p, const struct doc_value *value,
			struct error *err)
{
	if (zone_parse_devices(&p->zone, &r->out->arena, value->text))
		return 0;
	return doc_error(value, err,
			 "homenode/devices must be 1 to %d names with commas between them, such as "
			 "\"nic0,gpu1\"",
			 ZONE_DEVICES_MAX);
}

static int read_field(struct pod_reader *r, struct pod *p, enum zone_field field,
		      const struct doc_value *value, struct error *err)
{
	struct zone *z = &p->zone;
	int choice = 0, rc = 0;

	switch (field) {
	case ZONE_FIELD_VCPUS:
		return read_cpu(p, value, err);
	case ZONE_FIELD_MEMORY_INITIAL:
		return read_initial(p, value, err);
	case ZONE_FIELD_NUMA_NODES:
		return read_nodes(p, value, err);
	case ZONE_FIELD_DEVICES:
		return read_devices(r, p, value, err);
	case ZONE_FIELD_MEMORY_POLICY:
		rc = read_choice(value, pod_words[field], zone_memory_policy_names, &choice, err);
		z->memory_policy = (enum zone_memory_policy)(rc ? 0 : choice);
		return rc;
	case ZONE_FIELD_VIRT:
		rc = read_choice(value, pod_words[field], zone_virt_names, &choice, err);
		z->virt = (enum zone_virt)(rc ? 0 : choice);
		return rc;
	case ZONE_FIELD_PLACEMENT:
		rc = read_choice(value, pod_words[field], zone_spread_names, &choice, err);
		z->spread = (enum zone_spread)(rc ? 0 : choice);
		return rc;
	case ZONE_FIELD_PROFILE:
		rc = read_choice(value, pod_words[field], zone_profile_names, &choice, err);
		if (!rc)
			z->profile = zone_profile_find(zone_profile_names[choice]);
		return rc;
	default:
		return 0;
	}
}

/* The fields that an annotation can say. */
static const enum zone_field annotated[] = {
	ZONE_FIELD_VCPUS,   ZONE_FIELD_MEMORY_INITIAL, ZONE_FIELD_MEMORY_POLICY,
	ZONE_FIELD_VIRT,    ZONE_FIELD_NUMA_NODES,     ZONE_FIELD_PLACEMENT,
	ZONE_FIELD_DEVICES, ZONE_FIELD_PROFILE,
};
#define NR_ANNOTATED (sizeof(annotated) / sizeof(annotated[0]))

static bool starts_with(const char *text, const char *prefix)
{
	return strncmp(text, prefix, strlen(prefix)) == 0;
}

/* Ours must be right; Edera may have more than is known here, so those are
 * passed over, aloud. Everyone else's are none of our business. */
static int unknown_annotation(struct pod_reader *r, const struct doc_value *key, struct error *err)
{
	const char *known[NR_ANNOTATED + 1] = {NULL}, *text = key->text, *near;
	const char *prefix = starts_with(text, "homenode/") ? "homenode/" : "dev.edera/";
	size_t nr = 0;

	if (!starts_with(text, prefix) || zone_name_index(edera_ignored, text) >= 0)
		return 0;
	for (size_t i = 0; i < NR_ANNOTATED; i++)
		if (starts_with(pod_words[annotated[i]], prefix))
			known[nr++] = pod_words[annotated[i]];
	near = nearest_name(text, known);
	if (*prefix == 'd') {
		doc_warn(key, r->warn, "the annotation \"%.80s\" is not known and ignored%s%s%s",
			 text, near ? "; did you mean \"" : "", near ? near : "",
			 near ? "\"?" : "");
		return 0;
	}
	return doc_error(key, err, "unknown annotation \"%.80s\"%s%s%s", text,
			 near ? "; did you mean \"" : "", near ? near : "", near ? "\"?" : "");
}

static int read_annotation(struct pod_reader *r, struct pod *p, const struct doc_value *key,
			   const struct doc_value *value, struct error *err)
{
	for (size_t i = 0; i < NR_ANNOTATED; i++) {
		enum zone_field field = annotated[i];

		if (strcmp(key->text, pod_words[field]) != 0)
			continue;
		if (!is_scalar(value))
			return doc_error(value, err, "%s must be a text in quotes",
					 pod_words[field]);
		if (value->kind != DOC_TEXT)
			doc_warn(value, r->warn,
				 "Kubernetes takes annotations as texts only: write %s: \"%.80s\"",
				 pod_words[field], value->text);
		p->at[field] = value;
		return read_field(r, p, field, value, err);
	}
	return unknown_annotation(r, key, err);
}

static int read_metadata(struct pod_reader *r, struct pod *p, struct error *err)
{
	const struct doc_value *metadata, *name, *annotations;
	int rc = get(p->node, "metadata", DOC_MAP, "the pod", true, &metadata, err);

	if (!rc && !member(metadata, "name") && member(metadata, "generateName"))
		rc = doc_error(metadata, err,
			       "the pod has a generateName only; give it a metadata.name");
	if (!rc)
		rc = get(metadata, "name", DOC_TEXT, "the pod's metadata", true, &name, err);
	if (rc)
		return rc;
	p->zone.name = arena_strdup(&r->out->arena, name->text);
	p->at[ZONE_FIELD_NAME] = name;
	rc = get(metadata, "annotations", DOC_MAP, "the pod's metadata", false, &annotations, err);
	if (rc || !annotations)
		return rc;
	for (uint32_t i = 0; i < annotations->nr && !rc; i++) {
		struct doc_value key = doc_key(annotations, i);

		rc = read_annotation(r, p, &key, &annotations->member[i].value, err);
	}
	return rc;
}

/* GPUs as device plugins name them: "nvidia.com/gpu", "amd.com/gpu", ... */
static bool is_gpu(const char *resource)
{
	const char *slash = strrchr(resource, '/');

	return slash && strcmp(slash, "/gpu") == 0;
}

static int read_gpus(const struct doc_value *limits, int64_t *out, struct error *err)
{
	*out = 0;
	for (uint32_t i = 0; i < limits->nr; i++) {
		const struct doc_value *value = &limits->member[i].value;
		const char *key = limits->member[i].key;
		int64_t n = 0;

		if (!is_gpu(key))
			continue;
		if (!is_scalar(value) || !zone_parse_number(value->text, 0, ZONE_DEVICES_MAX, &n))
			return doc_error(value, err,
					 "%.80s must be a whole number of devices between 0 and "
					 "%d",
					 key, ZONE_DEVICES_MAX);
		*out += n;
	}
	return 0;
}

/* *out: the container's memory limit, 0 when it has none; *gpus: its GPUs. */
static int read_limit(const struct doc_value *container, int64_t *out, int64_t *gpus,
		      struct error *err)
{
	const struct doc_value *resources, *limits = NULL, *memory = NULL;
	int rc;

	*out = *gpus = 0;
	if (container->kind != DOC_MAP)
		return doc_error(container, err, "a container must be a mapping");
	rc = get(container, "resources", DOC_MAP, "the container", false, &resources, err);
	if (!rc && resources)
		rc = get(resources, "limits", DOC_MAP, "the container's resources", false, &limits,
			 err);
	if (!rc && limits)
		rc = get(limits, "memory", DOC_TEXT, "the container's limits", false, &memory, err);
	if (!rc && limits)
		rc = read_gpus(limits, gpus, err);
	if (rc || !memory)
		return rc;
	if (!k8s_bytes_parse(memory->text, out) || *out > ZONE_MEMORY_MAX_BYTES)
		return doc_error(memory, err,
				 "a memory limit must be a Kubernetes quantity such as 512Mi or "
				 "2Gi, of at most %lld TiB, not \"%.80s\"",
				 (long long)(ZONE_MEMORY_MAX_BYTES / TIB), memory->text);
	return 0;
}

static const char *container_name(const struct doc_value *container)
{
	const struct doc_value *name = member(container, "name");

	return name && is_scalar(name) ? name->text : "?";
}

/* The limits of a pod's containers on the way to one number. */
struct limits {
	int64_t running; /* containers and sidecars: at the same time */
	int64_t sidecars; /* of those, sidecars so far */
	int64_t starting; /* most that an init container needed beside the sidecars before it */
	int64_t gpus, sidecar_gpus, starting_gpus; /* the same three */
};

static bool is_sidecar(const struct doc_value *container)
{
	const struct doc_value *policy = member(container, "restartPolicy");

	return policy && is_scalar(policy) && strcmp(policy->text, "Always") == 0;
}

static int64_t max(int64_t a, int64_t b)
{
	return a > b ? a : b;
}

static int read_container(struct pod_reader *r, struct pod *p, const struct doc_value *container,
			  bool init, struct limits *l, struct error *err)
{
	int64_t bytes, gpus;
	int rc = read_limit(container, &bytes, &gpus, err);

	if (rc)
		return rc;
	if (!init || is_sidecar(container)) {
		if (!bytes)
			doc_warn(container, r->warn,
				 "pod \"%.80s\": container \"%.80s\" has no memory limit and adds "
				 "nothing to the zone's memory",
				 p->zone.name, container_name(container));
		l->running += bytes;
		l->sidecars += init ? bytes : 0;
		l->gpus += gpus;
		l->sidecar_gpus += init ? gpus : 0;
	} else {
		l->starting = max(l->starting, l->sidecars + bytes);
		l->starting_gpus = max(l->starting_gpus, l->sidecar_gpus + gpus);
	}
	if (max(l->gpus, l->starting_gpus) > ZONE_DEVICES_MAX)
		return doc_error(container, err, "the pod's GPU limits add up to more than %d",
				 ZONE_DEVICES_MAX);
	if (l->running > ZONE_MEMORY_MAX_BYTES || l->starting > ZONE_MEMORY_MAX_BYTES)
		return doc_error(container, err,
				 "the pod's memory limits add up to more than %lld TiB",
				 (long long)(ZONE_MEMORY_MAX_BYTES / TIB));
	return 0;
}

static int read_containers(struct pod_reader *r, struct pod *p, const struct doc_value *spec,
			   bool init, struct limits *l, struct error *err)
{
	const char *key = init ? "initContainers" : "containers";
	const struct doc_value *list;
	int rc = get(spec, key, DOC_LIST, "the pod's spec", !init, &list, err);

	if (rc || !list)
		return rc;
	if (!init) {
		p->at[ZONE_FIELD_MEMORY] = list;
		if (!list->nr)
			return doc_error(list, err, "the pod has no containers");
	}
	for (uint32_t i = 0; i < list->nr && !rc; i++)
		rc = read_container(r, p, &list->item[i], init, l, err);
	return rc;
}

/* "2xgpu" after the devices that an annotation names. Too many are found with the
 * rest of what a zone can contradict. */
static void add_gpus(struct pod_reader *r, struct pod *p, int64_t gpus)
{
	struct zone *z = &p->zone;
	const char **device;

	if (!gpus)
		return;
	device = arena_alloc(&r->out->arena, (z->nr_devices + 1) * sizeof(*device));
	for (uint32_t i = 0; i < z->nr_devices; i++)
		device[i] = z->device[i];
	device[z->nr_devices++] = arena_printf(&r->out->arena, "%lldxgpu", (long long)gpus);
	z->device = device;
}

/*
 * The zone's maximum: what its containers may use together or, when larger,
 * what one init container may before them (Kubernetes' rule for a pod). Edera:
 * unset means 1024 MB, and less than 300 MB is raised to 300 MB.
 */
static int read_memory(struct pod_reader *r, struct pod *p, struct error *err)
{
	struct limits l = {0};
	const struct doc_value *spec;
	int64_t bytes;
	int rc = get(p->node, "spec", DOC_MAP, "the pod", true, &spec, err);

	if (!rc)
		rc = read_containers(r, p, spec, true, &l, err);
	if (!rc)
		rc = read_containers(r, p, spec, false, &l, err);
	if (rc)
		return rc;
	add_gpus(r, p, max(l.gpus, l.starting_gpus));
	bytes = max(l.running, l.starting);
	if (!l.running) {
		bytes = l.starting > ZONE_MEMORY_DEFAULT_BYTES ? l.starting
							       : ZONE_MEMORY_DEFAULT_BYTES;
		doc_warn(spec, r->warn, "pod \"%.80s\": memory limit missing, %lld MiB assumed",
			 p->zone.name, (long long)((bytes + MIB - 1) / MIB));
	} else if (bytes < ZONE_MEMORY_FLOOR_BYTES) {
		bytes = ZONE_MEMORY_FLOOR_BYTES;
		doc_warn(p->at[ZONE_FIELD_MEMORY], r->warn,
			 "pod \"%.80s\": memory limit below 300 MiB, raised to 300 MiB",
			 p->zone.name);
	}
	p->zone.memory_bytes = zone_whole_pages(bytes);
	return 0;
}

/* What was not said: Edera's defaults. A dynamic zone starts small and grows. */
static void fill_in(struct pod_reader *r, struct pod *p)
{
	struct zone *z = &p->zone;

	if (!p->has_vcpus)
		doc_warn(p->at[ZONE_FIELD_NAME], r->warn,
			 "pod \"%.80s\": no dev.edera/cpu annotation, 1 vCPU assumed (CPU limits "
			 "do not count)",
			 z->name);
	if (!p->has_initial) {
		z->memory_initial_bytes =
			z->memory_policy == ZONE_STATIC ? z->memory_bytes : ZONE_MEMORY_FLOOR_BYTES;
	} else if (z->memory_initial_bytes < ZONE_MEMORY_FLOOR_BYTES) {
		z->memory_initial_bytes = ZONE_MEMORY_FLOOR_BYTES;
		doc_warn(p->at[ZONE_FIELD_MEMORY_INITIAL], r->warn,
			 "pod \"%.80s\": initial memory below 300 MB, raised to 300 MB", z->name);
	}
	z->memory_min_bytes = zone_default_min(z->memory_initial_bytes);
}

static int read_pod(struct pod_reader *r, const struct doc_value *node, struct error *err)
{
	struct pod p = {.node = node};
	struct zone_fault fault;
	int rc;

	zone_init(&p.zone);
	rc = read_metadata(r, &p, err);
	if (!rc)
		rc = read_memory(r, &p, err);
	if (rc)
		return rc;
	fill_in(r, &p);
	if (!zone_sound(&p.zone, pod_words, &fault))
		return doc_error(p.at[fault.field] ? p.at[fault.field] : node, err,
				 "pod \"%.80s\": %s", p.zone.name, fault.text);
	if (r->out->nr == ZONE_LIST_MAX)
		return doc_error(node, err, "more than %d pods; split the file", ZONE_LIST_MAX);
	r->name_at = grow(r->name_at, &r->name_cap, r->out->nr, sizeof(*r->name_at));
	r->name_at[r->out->nr] = p.at[ZONE_FIELD_NAME];
	*zone_list_add(r->out) = p.zone;
	return 0;
}

/* Kinds that hold a pod, and where. */
static const struct {
	const char *kind, *where;
} templates[] = {
	{"Deployment", "spec.template"},
	{"StatefulSet", "spec.template"},
	{"DaemonSet", "spec.template"},
	{"ReplicaSet", "spec.template"},
	{"ReplicationController", "spec.template"},
	{"Job", "spec.template"},
	{"CronJob", "spec.jobTemplate.spec.template"},
	{"PodTemplate", "template"},
};

/* Kinds that often stand beside a pod and run nothing. */
static const char *const beside[] = {
	"ConfigMap",
	"Endpoints",
	"EndpointSlice",
	"HorizontalPodAutoscaler",
	"Ingress",
	"LimitRange",
	"Namespace",
	"NetworkPolicy",
	"PersistentVolume",
	"PersistentVolumeClaim",
	"PodDisruptionBudget",
	"PriorityClass",
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

static int other_kind(struct pod_reader *r, const struct doc_value *kind, struct error *err)
{
	const char *text = kind->text;

	for (size_t i = 0; i < sizeof(templates) / sizeof(templates[0]); i++)
		if (strcmp(text, templates[i].kind) == 0)
			return doc_error(kind, err,
					 "a %s is not a pod; put its %s into a document of its own "
					 "with kind: Pod and a metadata.name, once a replica",
					 text, templates[i].where);
	if (zone_name_index(beside, text) < 0)
		return doc_error(kind, err,
				 "kind %.80s is not read; keep the documents with kind: Pod (or a "
				 "List of Pods)",
				 text);
	doc_warn(kind, r->warn, "%s is not a pod and passed over", text);
	return 0;
}

static int read_list(struct pod_reader *r, const struct doc_value *list, bool pods,
		     struct error *err);

/* `item`: inside a list; `pod`: a pod even when it does not say so. */
static int read_object(struct pod_reader *r, const struct doc_value *node, bool item, bool pod,
		       struct error *err)
{
	const struct doc_value *kind;
	int rc;

	if (node->kind != DOC_MAP)
		return doc_error(node, err, "a pod is a mapping with kind, metadata and spec");
	rc = get(node, "kind", DOC_TEXT, "the document", false, &kind, err);
	if (rc)
		return rc;
	if (!kind && !pod)
		return doc_error(node, err, "the document has no kind; a pod has kind: Pod");
	if (!kind || strcmp(kind->text, "Pod") == 0)
		return read_pod(r, node, err);
	if (strcmp(kind->text, "List") != 0 && strcmp(kind->text, "PodList") != 0)
		return other_kind(r, kind, err);
	if (item)
		return doc_error(kind, err, "a list inside a list is not read");
	return read_list(r, node, strcmp(kind->text, "PodList") == 0, err);
}

static int read_list(struct pod_reader *r, const struct doc_value *list, bool pods,
		     struct error *err)
{
	const struct doc_value *items;
	int rc = get(list, "items", DOC_LIST, "the list", true, &items, err);

	if (rc)
		return rc;
	for (uint32_t i = 0; i < items->nr && !rc; i++)
		rc = read_object(r, &items->item[i], true, pods, err);
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

int pods_from_doc(struct zone_list *out, const struct doc *doc, FILE *warn, struct error *err)
{
	struct pod_reader r = {.out = out, .warn = warn};
	int rc = 0;

	for (size_t i = 0; i < doc->nr_roots && !rc; i++)
		rc = read_object(&r, &doc->root[i], false, false, err);
	if (!rc && !out->nr)
		rc = error_set(err, ERR_INPUT, "%s: holds no pod; there is nothing to place",
			       doc->path);
	if (!rc)
		rc = check_names(&r, err);
	free(r.name_at);
	return rc;
}
