#include <stdlib.h>
#include <string.h>

#include "base/nearest.h"
#include "base/units.h"
#include "zone/pod.h"

/*
 * One resource of a pod on the way to one number, by Kubernetes' rule: what its
 * containers and sidecars use at the same time or, when larger, what one init
 * container needs beside the sidecars that started before it.
 */
struct resource {
	const char *name;
	const struct resource_row *row; /* of devices; NULL: memory and huge pages */
	int64_t running; /* containers and sidecars */
	int64_t sidecars; /* of those, sidecars so far */
	int64_t starting; /* most that an init container needed */
};

struct sums {
	struct resource *resource; /* the first is memory */
	size_t nr, cap;
	bool budget; /* the pod has a memory limit of its own */
};

enum role { ROLE_CONTAINER, ROLE_SIDECAR, ROLE_INIT };

static int64_t max(int64_t a, int64_t b)
{
	return a > b ? a : b;
}

bool pod_is_huge_pages(const char *resource)
{
	return strncmp(resource, "hugepages-", strlen("hugepages-")) == 0;
}

static struct resource *find(struct sums *s, const char *name, const struct resource_row *row)
{
	for (size_t i = 0; i < s->nr; i++)
		if (strcmp(s->resource[i].name, name) == 0)
			return &s->resource[i];
	s->resource = grow(s->resource, &s->cap, s->nr, sizeof(*s->resource));
	s->resource[s->nr] = (struct resource){.name = name, .row = row};
	return &s->resource[s->nr++];
}

static int64_t total(const struct resource *r)
{
	return max(r->running, r->starting);
}

static int64_t most_of(const struct resource *r)
{
	return r->row ? ZONE_DEVICES_MAX : ZONE_MEMORY_MAX_BYTES;
}

static int add(struct resource *r, enum role role, int64_t amount, const struct doc_value *at,
	       struct error *err)
{
	if (role == ROLE_INIT) {
		r->starting = max(r->starting, r->sidecars + amount);
	} else {
		r->running += amount;
		r->sidecars += role == ROLE_SIDECAR ? amount : 0;
	}
	if (total(r) <= most_of(r))
		return 0;
	if (r->row)
		return doc_error(at, err, "the pod's %.80s add up to more than %d", r->name,
				 ZONE_DEVICES_MAX);
	return doc_error(at, err, "the pod's memory limits add up to more than %lld TiB",
			 (long long)(ZONE_MEMORY_MAX_BYTES / TIB));
}

static int read_bytes(const struct doc_value *v, const char *what, int64_t *out, struct error *err)
{
	if (pod_quantity(v, out) && *out <= ZONE_MEMORY_MAX_BYTES)
		return 0;
	return doc_error(v, err,
			 "%.80s must be a Kubernetes quantity such as 512Mi or 2Gi, of at most "
			 "%lld TiB, not \"%.80s\"",
			 what, (long long)(ZONE_MEMORY_MAX_BYTES / TIB),
			 v->kind < DOC_LIST ? v->text : "...");
}

static int read_count(const struct doc_value *v, const char *name, int64_t *out, struct error *err)
{
	if (pod_quantity(v, out) && *out <= ZONE_DEVICES_MAX)
		return 0;
	return doc_error(v, err, "%.80s must be a whole number of devices between 0 and %d", name,
			 ZONE_DEVICES_MAX);
}

static const char *container_name(const struct doc_value *container)
{
	const struct doc_value *name = pod_member(container, "name");

	return name && name->kind < DOC_LIST ? name->text : "?";
}

/* A resource that is neither CPU nor memory, of `where` ("container \"c\""). */
static int add_other(struct pod_reader *r, struct pod *p, struct sums *s, enum role role,
		     const struct doc_value *key, const struct doc_value *value, const char *where,
		     struct error *err)
{
	const struct resource_row *row = pod_find_row(r, key->text);
	int64_t n;
	int rc;

	if (pod_is_huge_pages(key->text)) {
		rc = read_bytes(value, key->text, &n, err);
		return rc ? rc : add(find(s, key->text, NULL), role, n, value, err);
	}
	if (row && row->use == RESOURCE_NONE)
		return 0;
	if (row && row->use == RESOURCE_DEVICES) {
		rc = read_count(value, key->text, &n, err);
		return rc ? rc : add(find(s, key->text, row), role, n, value, err);
	}
	if (pod_quantity(value, &n) && !n)
		return 0;
	return pod_unused(r, key, err,
			  "pod \"%.80s\": the resource %.80s of %s is %s and is not used "
			  "(--resources FILE can say what it is)",
			  p->zone.name, key->text, where,
			  row ? row->why : "of no kind that is known");
}

/* Kubernetes wants limits of huge pages and devices; a request alone counts, aloud. */
static void warn_request_alone(const struct pod_reader *r, const struct pod *p,
			       const struct doc_value *key, const struct doc_value *value,
			       const char *where)
{
	const struct resource_row *row = pod_find_row(r, key->text);
	int64_t n;

	if (!pod_is_huge_pages(key->text) && (!row || row->use != RESOURCE_DEVICES))
		return;
	if (pod_quantity(value, &n) && n)
		doc_warn(key, r->how->warn,
			 "pod \"%.80s\": %s has no limit of %.80s, its request of %.40s counts",
			 p->zone.name, where, key->text, value->text);
}

/* The map of limits (then `limits` is that, too) or of requests, less what `limits`
 * has already. */
static int add_map(struct pod_reader *r, struct pod *p, struct sums *s, enum role role,
		   const struct doc_value *map, const struct doc_value *limits, const char *where,
		   struct error *err)
{
	int rc = 0;

	for (uint32_t i = 0; !rc && map && i < map->nr; i++) {
		struct doc_value key = doc_key(map, i);
		const struct doc_value *value = &map->member[i].value;

		if (value->kind == DOC_NULL || (map != limits && pod_member(limits, key.text)))
			continue;
		if (map != limits)
			warn_request_alone(r, p, &key, value, where);
		if (strcmp(key.text, "cpu") == 0)
			p->cpu = value;
		else if (strcmp(key.text, "memory") != 0)
			rc = add_other(r, p, s, role, &key, value, where, err);
	}
	return rc;
}

/* *limits and *requests of `of` ("container \"c\""), NULL when absent. */
static int get_resources(const struct doc_value *at, const char *of,
			 const struct doc_value **limits, const struct doc_value **requests,
			 struct error *err)
{
	const struct doc_value *resources;
	int rc = pod_get(at, "resources", DOC_MAP, of, false, &resources, err);

	*limits = *requests = NULL;
	if (rc || !resources)
		return rc;
	rc = pod_get(resources, "limits", DOC_MAP, "the resources", false, limits, err);
	if (!rc)
		rc = pod_get(resources, "requests", DOC_MAP, "the resources", false, requests, err);
	return rc ? rc : pod_check_amounts(*limits, *requests, of, err);
}

/* Fields of a container that no Kubernetes knows; how it restarts decides when it runs. */
static int check_container(struct pod_reader *r, const struct pod *p,
			   const struct doc_value *container, const char *where, struct error *err)
{
	static const char *const policies[] = {"Always", "OnFailure", "Never", NULL};
	const struct doc_value *policy;
	char resources[160];
	int rc = pod_check_fields(r, p->zone.name, container, POD_CONTAINER, where, err);

	snprintf(resources, sizeof(resources), "\"resources\" of %s", where);
	if (!rc)
		rc = pod_check_fields(r, p->zone.name, pod_member(container, "resources"),
				      POD_RESOURCES, resources, err);
	if (!rc)
		rc = pod_get(container, "restartPolicy", DOC_TEXT, where, false, &policy, err);
	if (!rc && policy && name_index(policies, policy->text) < 0)
		rc = doc_error(
			policy, err,
			"restartPolicy of %s must be \"Always\" (a sidecar), \"OnFailure\" or "
			"\"Never\", not \"%.80s\"",
			where, policy->text);
	return rc;
}

/* A limit or, without one (or with 0), a request; *limited says which. */
static int memory_of(const struct doc_value *limits, const struct doc_value *requests, int64_t *out,
		     bool *limited, struct error *err)
{
	const struct doc_value *limit = pod_member(limits, "memory");
	const struct doc_value *request = pod_member(requests, "memory");
	int rc = 0;

	*out = 0;
	if (limit)
		rc = read_bytes(limit, "a memory limit", out, err);
	*limited = *out > 0;
	if (!rc && !*limited && request)
		rc = read_bytes(request, "a memory request", out, err);
	return rc;
}

static void warn_unlimited(const struct pod_reader *r, const struct pod *p,
			   const struct doc_value *container, int64_t bytes)
{
	char text[32];

	if (bytes)
		doc_warn(container, r->how->warn,
			 "pod \"%.80s\": container \"%.80s\" has no memory limit, its request of "
			 "%s counts",
			 p->zone.name, container_name(container),
			 bytes_text(bytes, text, sizeof(text)));
	else
		doc_warn(container, r->how->warn,
			 "pod \"%.80s\": container \"%.80s\" has no memory limit and adds nothing "
			 "to the zone's memory",
			 p->zone.name, container_name(container));
}

static enum role role_of(const struct doc_value *container, bool init)
{
	const struct doc_value *policy = pod_member(container, "restartPolicy");

	return !init ? ROLE_CONTAINER : doc_is_text(policy, "Always") ? ROLE_SIDECAR : ROLE_INIT;
}

static int read_container(struct pod_reader *r, struct pod *p, struct sums *s,
			  const struct doc_value *container, bool init, struct error *err)
{
	enum role role = role_of(container, init);
	const struct doc_value *limits, *requests;
	char where[128];
	int64_t bytes;
	bool limited;
	int rc;

	if (container->kind != DOC_MAP)
		return doc_error(container, err, "a container must be a mapping");
	snprintf(where, sizeof(where), "container \"%.80s\"", container_name(container));
	rc = check_container(r, p, container, where, err);
	if (!rc)
		rc = get_resources(container, where, &limits, &requests, err);
	if (!rc)
		rc = memory_of(limits, requests, &bytes, &limited, err);
	if (rc)
		return rc;
	if (!limited && !s->budget && (role != ROLE_INIT || bytes))
		warn_unlimited(r, p, container, bytes);
	rc = add(&s->resource[0], role, bytes, container, err);
	if (!rc)
		rc = add_map(r, p, s, role, limits, limits, where, err);
	return rc ? rc : add_map(r, p, s, role, requests, limits, where, err);
}

static int read_containers(struct pod_reader *r, struct pod *p, struct sums *s,
			   const struct doc_value *spec, bool init, struct error *err)
{
	const char *key = init ? "initContainers" : "containers";
	const struct doc_value *list;
	int rc = pod_get(spec, key, DOC_LIST, "the pod's spec", !init, &list, err);

	if (rc || !list)
		return rc;
	if (!init) {
		p->at[ZONE_FIELD_MEMORY] = list;
		if (!list->nr)
			return doc_error(list, err, "the pod has no containers");
	}
	for (uint32_t i = 0; i < list->nr && !rc; i++)
		rc = read_container(r, p, s, &list->item[i], init, err);
	return rc;
}

/* The pod's own huge pages take the place of its containers'. */
static int read_budget_map(struct pod_reader *r, struct pod *p, struct sums *s,
			   const struct doc_value *map, const struct doc_value *limits,
			   struct error *err)
{
	struct resource *huge;
	int64_t bytes;
	int rc = 0;

	for (uint32_t i = 0; !rc && map && i < map->nr; i++) {
		struct doc_value key = doc_key(map, i);
		const struct doc_value *value = &map->member[i].value;

		if (strcmp(key.text, "memory") == 0)
			continue;
		if (map != limits && !pod_member(limits, key.text))
			warn_request_alone(r, p, &key, value, "the pod's spec");
		if (strcmp(key.text, "cpu") == 0) {
			p->cpu = value;
		} else if (pod_is_huge_pages(key.text)) {
			rc = read_bytes(value, key.text, &bytes, err);
			huge = find(s, key.text, NULL);
			huge->running = rc ? 0 : bytes;
			huge->starting = 0;
		} else {
			rc = pod_unused(r, &key, err,
					"pod \"%.80s\": %.80s in the pod's own resources is not "
					"used; containers ask for devices",
					p->zone.name, key.text);
		}
	}
	return rc;
}

/* spec.resources: its limit is the pod's, whatever its containers say; a request
 * without one is the least that the pod has. Called before the containers are
 * read (for s->budget) and after them. */
static int read_budget(struct pod_reader *r, struct pod *p, struct sums *s,
		       const struct doc_value *spec, bool after, struct error *err)
{
	const struct doc_value *limits, *requests;
	int64_t bytes;
	int rc = get_resources(spec, "the pod's spec", &limits, &requests, err);

	if (!rc)
		rc = memory_of(limits, requests, &bytes, &s->budget, err);
	if (rc || !after)
		return rc;
	if (s->budget)
		s->resource[0] = (struct resource){.name = "memory", .running = bytes};
	else
		s->resource[0].running = max(total(&s->resource[0]), bytes);
	rc = read_budget_map(r, p, s, requests, limits, err);
	return rc ? rc : read_budget_map(r, p, s, limits, limits, err);
}

/* What the pod's runtime needs beside the containers; RuntimeClasses set it. */
static int read_overhead(struct pod_reader *r, struct pod *p, const struct doc_value *spec,
			 int64_t *out, struct error *err)
{
	const struct doc_value *map;
	int rc = pod_get(spec, "overhead", DOC_MAP, "the pod's spec", false, &map, err);

	*out = 0;
	for (uint32_t i = 0; !rc && map && i < map->nr; i++) {
		struct doc_value key = doc_key(map, i);

		if (strcmp(key.text, "memory") == 0)
			rc = read_bytes(&map->member[i].value, "an overhead of memory", out, err);
		else if (strcmp(key.text, "cpu") == 0)
			p->cpu = &map->member[i].value;
		else
			rc = pod_unused(r, &key, err,
					"pod \"%.80s\": %.80s of the overhead is not used",
					p->zone.name, key.text);
	}
	return rc;
}

static const char *claim_source(const struct doc_value *claim)
{
	const struct doc_value *name = doc_member(claim, "resourceClaimName");

	if (!name)
		name = doc_member(claim, "resourceClaimTemplateName");
	return doc_text(name) ? doc_text(name) : "?";
}

/* What a claim stands for is decided by drivers: an annotation can say it. */
static int check_claims(struct pod_reader *r, struct pod *p, const struct doc_value *spec,
			struct error *err)
{
	const struct doc_value *list;
	int rc = pod_get(spec, "resourceClaims", DOC_LIST, "the pod's spec", false, &list, err);

	if (p->at[ZONE_FIELD_DEVICES])
		return rc;
	for (uint32_t i = 0; !rc && list && i < list->nr; i++) {
		const char *name = doc_text(doc_member(&list->item[i], "name"));

		rc = pod_unused(r, &list->item[i], err,
				"pod \"%.80s\": the resource claim \"%.80s\" (%.80s) is not used; "
				"homenode/devices can say what it is",
				p->zone.name, name ? name : "?", claim_source(&list->item[i]));
	}
	return rc;
}

/* Fields that choose a machine of the cluster. */
static int check_place(struct pod_reader *r, struct pod *p, const struct doc_value *spec,
		       struct error *err)
{
	static const char *const fields[] = {"nodeName", "nodeSelector", "affinity",
					     "topologySpreadConstraints", NULL};
	int rc = 0;

	for (size_t i = 0; fields[i] && !rc; i++) {
		const struct doc_value *v = pod_member(spec, fields[i]);

		if (v && (v->kind < DOC_LIST || v->nr))
			rc = pod_unused(r, v, err,
					"pod \"%.80s\": %s chooses among the machines of a "
					"cluster and is not used",
					p->zone.name, fields[i]);
	}
	return rc;
}

/* "2xgpu" after the devices that an annotation names. Too many are found with the
 * rest of what a zone can contradict. */
static void add_devices(struct pod_reader *r, struct pod *p, const struct sums *s)
{
	struct zone *z = &p->zone;
	const char **device = arena_alloc(&r->out->arena,
					  (z->nr_devices + ZONE_DEVICE_CLASSES) * sizeof(*device));
	uint32_t nr = 0;

	for (; nr < z->nr_devices; nr++)
		device[nr] = z->device[nr];
	for (int c = 0; c < ZONE_DEVICE_CLASSES; c++) {
		int64_t count = 0;

		for (size_t i = 1; i < s->nr; i++)
			if (s->resource[i].row && (int)s->resource[i].row->class == c)
				count += total(&s->resource[i]);
		if (count)
			device[nr++] =
				arena_printf(&r->out->arena, "%lldx%s", (long long)count,
					     zone_device_class_name((enum zone_device_class)c));
	}
	z->nr_devices = nr;
	z->device = device;
}

/* Edera: unset means 1024 MB, and less than 300 MB is raised to 300 MB. */
static int set_memory(struct pod_reader *r, struct pod *p, const struct sums *s, int64_t overhead,
		      const struct doc_value *spec, struct error *err)
{
	int64_t bytes = total(&s->resource[0]);

	if (!s->resource[0].running) {
		bytes = max(bytes, ZONE_MEMORY_DEFAULT_BYTES);
		doc_warn(spec, r->how->warn,
			 "pod \"%.80s\": memory limit missing, %lld MiB assumed", p->zone.name,
			 (long long)((bytes + MIB - 1) / MIB));
	}
	for (size_t i = 1; i < s->nr; i++)
		bytes += s->resource[i].row ? 0 : total(&s->resource[i]);
	bytes += overhead;
	if (bytes > ZONE_MEMORY_MAX_BYTES)
		return doc_error(spec, err,
				 "the pod's memory, huge pages and overhead add up to "
				 "more than %lld TiB",
				 (long long)(ZONE_MEMORY_MAX_BYTES / TIB));
	if (bytes < ZONE_MEMORY_FLOOR_BYTES) {
		bytes = ZONE_MEMORY_FLOOR_BYTES;
		doc_warn(p->at[ZONE_FIELD_MEMORY], r->how->warn,
			 "pod \"%.80s\": memory limit below 300 MiB, raised to 300 MiB",
			 p->zone.name);
	}
	p->zone.memory_bytes = zone_whole_pages(bytes);
	return 0;
}

int pod_read_resources(struct pod_reader *r, struct pod *p, struct error *err)
{
	const struct doc_value *spec;
	struct sums s = {0};
	int64_t overhead = 0;
	int rc = pod_get(p->node, "spec", DOC_MAP, "the pod", true, &spec, err);

	find(&s, "memory", NULL);
	if (!rc)
		rc = pod_check_fields(r, p->zone.name, spec, POD_SPEC, "a pod's spec", err);
	if (!rc)
		rc = pod_check_fields(r, p->zone.name, pod_member(spec, "resources"), POD_RESOURCES,
				      "\"resources\" of a pod's spec", err);
	if (!rc)
		rc = read_budget(r, p, &s, spec, false, err);
	if (!rc)
		rc = read_containers(r, p, &s, spec, true, err);
	if (!rc)
		rc = read_containers(r, p, &s, spec, false, err);
	if (!rc)
		rc = read_budget(r, p, &s, spec, true, err);
	if (!rc)
		rc = read_overhead(r, p, spec, &overhead, err);
	if (!rc)
		rc = check_claims(r, p, spec, err);
	if (!rc)
		rc = check_place(r, p, spec, err);
	if (!rc)
		rc = set_memory(r, p, &s, overhead, spec, err);
	if (!rc)
		add_devices(r, p, &s);
	free(s.resource);
	return rc;
}
