#include <ctype.h>
#include <fnmatch.h>
#include <string.h>

#include "base/nearest.h"
#include "base/units.h"
#include "zone/pod.h"

/* How a pod says what enum zone_field names. */
const char *const pod_words[ZONE_FIELDS] = {
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

/* What other runtimes, plugins and schedulers take from a pod to size or to place it:
 *	Kata		docs/how-to/how-to-set-sandbox-config-kata.md
 *	NRI		containers/nri-plugins, docs/resource-policy and docs/memory
 *	CRI-O		its annotation migration guide; unified cgroups can hold cpuset.mems
 *	OpenShift	workload partitioning: management pods on reserved CPUs
 *	Volcano		its NUMA-aware plugin
 *	Koordinator	apis/extension/resource.go
 */
static const struct {
	const char *pattern, *whose;
} others[] = {
	{"io.katacontainers.config.hypervisor.*", "Kata"},
	{"*.nri.io/*", "an NRI plugin"},
	{"*.nri.io", "an NRI plugin"},
	{"*cri-resource-manager.intel.com*", "an NRI plugin"},
	{"cpuset.crio.io*", "CRI-O"},
	{"cpu-shared.crio.io*", "CRI-O"},
	{"unified-cgroup.crio.io*", "CRI-O"},
	{"io.kubernetes.cri-o.UnifiedCgroup*", "CRI-O"},
	{"target.workload.openshift.io/*", "OpenShift"},
	{"volcano.sh/numa-topology-policy", "Volcano"},
	{"scheduling.koordinator.sh/resource-spec", "Koordinator"},
	{"scheduling.koordinator.sh/numa-topology-spec", "Koordinator"},
};

/* Edera's own that decide nothing about placement. */
static const char *const edera_ignored[] = {"dev.edera/kernel", "dev.edera/kernel-variant",
					    "dev.edera/kernel_verbose", NULL};

static int read_choice(const struct doc_value *value, const char *key, const char *const *names,
		       int *out, struct error *err)
{
	char list[128] = "";

	*out = name_index(names, value->text);
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

/* Of those with the prefix, the one that is perhaps meant. */
static const char *near_annotation(const char *text, const char *prefix)
{
	const char *known[NR_ANNOTATED + 1] = {NULL};
	size_t nr = 0;

	for (size_t i = 0; i < NR_ANNOTATED; i++)
		if (starts_with(pod_words[annotated[i]], prefix))
			known[nr++] = pod_words[annotated[i]];
	return pod_near(text, known);
}

/* "homenode/" or "dev.edera/", when the part before the slash is nearly that:
 * Homenode, homenode.io, dev.Edera, edera.dev. What plans write is theirs. */
static const char *near_prefix(const char *text)
{
	static const char *const ours[] = {"homenode", NULL};
	char prefix[64];
	size_t n = strcspn(text, "/");

	if (n >= sizeof(prefix) || starts_with(text, "plan.homenode/"))
		return NULL;
	for (size_t i = 0; i < n; i++)
		prefix[i] = (char)tolower((unsigned char)text[i]);
	prefix[n] = '\0';
	if (strstr(prefix, "homenode") || (text[n] && pod_near(prefix, ours)))
		return "homenode/";
	if (strcmp(prefix, "dev.edera") == 0 || starts_with(prefix, "edera.") ||
	    starts_with(prefix, "dev.edera."))
		return "dev.edera/";
	return NULL;
}

/* What somebody else goes by, and what was perhaps meant for us. */
static int foreign_annotation(struct pod_reader *r, const struct doc_value *key, struct error *err)
{
	const char *text = key->text, *prefix = near_prefix(text), *near, *slash;
	char meant[128];

	for (size_t i = 0; i < sizeof(others) / sizeof(others[0]); i++)
		if (fnmatch(others[i].pattern, text, 0) == 0)
			return pod_unused(r, key, err,
					  "the annotation \"%.80s\" is %s's and is not used", text,
					  others[i].whose);
	if (!prefix)
		return 0;
	slash = strchr(text, '/');
	snprintf(meant, sizeof(meant), "%s%s", prefix, slash ? slash + 1 : "");
	near = near_annotation(meant, prefix);
	return pod_unused(r, key, err, "the annotation \"%.80s\" is not known and ignored; %s%s%s",
			  text, near ? "did you mean \"" : "such names begin with ",
			  near ? near : prefix, near ? "\"?" : "");
}

/* Ours must be right; Edera may have more than is known here, so those are
 * passed over, aloud. */
static int unknown_annotation(struct pod_reader *r, const struct doc_value *key, struct error *err)
{
	const char *text = key->text, *near;
	const char *prefix = starts_with(text, "homenode/") ? "homenode/" : "dev.edera/";

	if (!starts_with(text, prefix))
		return foreign_annotation(r, key, err);
	if (name_index(edera_ignored, text) >= 0)
		return 0;
	near = near_annotation(text, prefix);
	if (*prefix == 'd')
		return pod_unused(
			r, key, err, "the annotation \"%.80s\" is not known and ignored%s%s%s",
			text, near ? "; did you mean \"" : "", near ? near : "", near ? "\"?" : "");
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
		if (value->kind >= DOC_LIST)
			return doc_error(value, err, "%s must be a text in quotes",
					 pod_words[field]);
		if (value->kind != DOC_TEXT)
			doc_warn(value, r->how->warn,
				 "Kubernetes takes annotations as texts only: write %s: \"%.80s\"",
				 pod_words[field], value->text);
		p->at[field] = value;
		return read_field(r, p, field, value, err);
	}
	return unknown_annotation(r, key, err);
}

int pod_read_annotations(struct pod_reader *r, struct pod *p, const struct doc_value *metadata,
			 struct error *err)
{
	const struct doc_value *list = NULL;
	int rc = metadata ? pod_get(metadata, "annotations", DOC_MAP, "the pod's metadata", false,
				    &list, err)
			  : 0;

	for (uint32_t i = 0; !rc && list && i < list->nr; i++) {
		struct doc_value key = doc_key(list, i);

		rc = read_annotation(r, p, &key, &list->member[i].value, err);
	}
	return rc;
}

int pod_check_outer_annotations(struct pod_reader *r, const struct doc_value *metadata,
				const char *kind, struct error *err)
{
	const struct doc_value *list = doc_member(metadata, "annotations");
	int rc = 0;

	for (uint32_t i = 0; !rc && list && list->kind == DOC_MAP && i < list->nr; i++) {
		struct doc_value key = doc_key(list, i);

		if (starts_with(key.text, "homenode/") || starts_with(key.text, "dev.edera/"))
			rc = pod_unused(r, &key, err,
					"%.80s is the %s's own and does not reach its pods: write "
					"it into the template's metadata",
					key.text, kind);
	}
	return rc;
}
