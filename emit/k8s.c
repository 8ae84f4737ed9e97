/*
 * A pod, and the kubelet's configuration for its host (Kubernetes from 1.32 on):
 *	KubeletConfiguration	staging/src/k8s.io/kubelet/config/v1beta1/types.go
 *				(kubernetes/kubernetes, commit 001332b0)
 *	options			pkg/kubelet/cm/topologymanager/policy_options.go,
 *				pkg/kubelet/cm/cpumanager/policy_options.go
 *	reservedMemory		must add up to the reserved memory and the hard eviction
 *				threshold (validateReservedMemory() and
 *				getSystemReservedMemory(), pkg/kubelet/cm/memorymanager)
 *
 * The kubelet chooses nodes by itself: a pod can say how much and that it is
 * Guaranteed, never where. What can be done is to give the kubelet the policy's rule.
 * The pod's annotations are those that are read back (docs/formats-zones.md); where the
 * plan put it is said beside them under plan.homenode/, which nobody reads.
 */
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/units.h"
#include "emit/words.h"

#define NAME_MAX_CHARS 63
#define RESERVED_MIB 1024
#define EVICTION_MIB 100
#define OPTION_NODES_MAX 16 /* of the policies named -max-nodes-16 */
#define NUMA_NODES_MAX 8 /* defaultMaxAllowableNUMANodes, topologymanager/topology_manager.go */

/* RFC 1123, one label: what is not allowed becomes '-'. */
static char *pod_name(const struct zone *z)
{
	char *name = xstrndup(z->name, NAME_MAX_CHARS);
	char *from = name, *end;

	for (char *c = name; *c; c++) {
		unsigned char byte = (unsigned char)*c;

		*c = '-';
		if ((byte >= 'a' && byte <= 'z') || (byte >= '0' && byte <= '9'))
			*c = (char)byte;
		else if (byte >= 'A' && byte <= 'Z')
			*c = (char)(byte - 'A' + 'a');
	}
	from += strspn(from, "-");
	for (end = from + strlen(from); end > from && end[-1] == '-';)
		*--end = '\0';
	memmove(name, from, strlen(from) + 1);
	if (*name)
		return name;
	free(name);
	return xstrdup("zone");
}

/* The resource of the device plugin for a GPU; NULL: none known. */
static const char *gpu_resource(const struct host_device *d)
{
	static const struct {
		unsigned vendor;
		const char *resource;
	} known[] = {{0x10de, "nvidia.com/gpu"},
		     {0x1002, "amd.com/gpu"},
		     {0x8086, "gpu.intel.com/i915"}};

	for (size_t i = 0; d->class == DEVICE_GPU && i < sizeof(known) / sizeof(known[0]); i++) {
		if (known[i].vendor == d->vendor)
			return known[i].resource;
	}
	return NULL;
}

/* The resource by which a pod gets the plan's device; NULL: it cannot. */
static const char *resource_of(const struct plan *p, uint32_t device)
{
	if (plan_zone_names(p->zone, p->host, p->device[device]))
		return NULL;
	return gpu_resource(&p->host->device[p->device[device]]);
}

static bool same_figures(const struct zone_profile *a, const struct zone_profile *b)
{
	return a->demand_bytes_per_s == b->demand_bytes_per_s &&
	       a->read_share_ppm == b->read_share_ppm && a->stall_share_ppm == b->stall_share_ppm &&
	       a->sharing_share_ppm == b->sharing_share_ppm && a->parallelism == b->parallelism;
}

/* What a zone would not have any more, were its pod read back. */
static void note_lost(const struct zone *z, struct emit_notes *n)
{
	const struct zone_profile *preset = z->profile ? zone_profile_find(z->profile->name) : NULL;

	if (z->profile && !preset)
		emit_note(n, "an annotation names a preset only: its profile of its own is lost");
	else if (preset && !same_figures(z->profile, preset))
		emit_note(
			n,
			"an annotation names a preset only: what its profile has other than %s is "
			"lost",
			preset->name);
	if (z->memory_bytes < ZONE_MEMORY_FLOOR_BYTES)
		emit_note(n, "a pod has no less than 300 MiB: its memory is read back as that");
	else if (z->memory_policy == ZONE_DYNAMIC &&
		 z->memory_initial_bytes < ZONE_MEMORY_FLOOR_BYTES)
		emit_note(n,
			  "a pod boots with no less than 300 MiB: its initial memory is read back "
			  "as that");
}

static void k8s_limits(const struct emit_input *in, struct emit_notes *n)
{
	const struct plan *p = in->plan;
	char *name = pod_name(p->zone);
	uint32_t others = 0;

	emit_note(n, "the kubelet chooses nodes by itself and may choose others: a pod says how "
		     "much, never where; kubelet.yaml gives it the policy's rule as far as it has "
		     "one");
	emit_note_renamed(p, name, n);
	free(name);
	if (emit_tells(p))
		emit_note(n, "a container is told of no nodes of its own; it sees the host's");
	if (p->zone->vcpus_max > p->zone->vcpus)
		emit_note(n, "a pod has no ceiling of CPUs beyond its limit, so %u vCPUs are all",
			  p->zone->vcpus);
	if (zone_boot_bytes(p->zone) < p->zone->memory_bytes)
		emit_note(n, "its memory is dynamic; the kubelet reserves its maximum");
	if (p->zone->memory_policy == ZONE_DYNAMIC &&
	    p->zone->memory_min_bytes != ZONE_MEMORY_FLOOR_BYTES)
		emit_note(n, "no annotation says a zone's least memory");
	note_lost(p->zone, n);
	for (uint32_t i = 0; i < p->nr_devices; i++)
		others += !resource_of(p, i);
	if (others)
		emit_note(n,
			  "%u of its devices are in an annotation only: add the resources of "
			  "their device plugins to the limits",
			  others);
}

static void print_quoted(const char *key, const char *value, FILE *out)
{
	fprintf(out, "    %s: \"", key);
	for (; *value; value++) {
		if (*value == '"' || *value == '\\')
			fputc('\\', out);
		fputc(*value >= ' ' && *value <= '~' ? *value : '?', out);
	}
	fputs("\"\n", out);
}

/* What the zone asks for, but for what the limits say. */
static void print_device_annotation(const struct plan *p, FILE *out)
{
	char *list = xstrdup(""), *longer;

	for (uint32_t i = 0; i < p->nr_devices; i++) {
		if (resource_of(p, i))
			continue;
		longer = xasprintf("%s%s%s", list, *list ? "," : "", plan_device_name(p, i));
		free(list);
		list = longer;
	}
	if (*list)
		print_quoted("homenode/devices", list, out);
	free(list);
}

static void print_zone_annotations(const struct plan *p, FILE *out)
{
	const struct zone *z = p->zone;
	bool dynamic = z->memory_policy == ZONE_DYNAMIC;

	fprintf(out, "    dev.edera/cpu: \"%u\"\n    dev.edera/resource-policy: \"%s\"\n", z->vcpus,
		dynamic ? "dynamic" : "static");
	if (dynamic)
		fprintf(out, "    dev.edera/initial-memory-request: \"%lld\"\n",
			(long long)emit_mib(z->memory_initial_bytes));
	if (z->virt != ZONE_AUTO)
		print_quoted("dev.edera/virt-backend", z->virt == ZONE_PV ? "pv" : "pvh", out);
	if (z->numa_nodes)
		fprintf(out, "    homenode/numa-nodes: \"%u\"\n", z->numa_nodes);
	if (z->spread != ZONE_SPREAD_DEFAULT)
		print_quoted("homenode/placement", zone_spread_name(z->spread), out);
	if (z->profile && zone_profile_find(z->profile->name))
		print_quoted("homenode/profile", z->profile->name, out);
	print_device_annotation(p, out);
}

static void print_plan_annotations(const struct emit_input *in, FILE *out)
{
	const struct plan *p = in->plan;
	char *nodes = host_nodes_text(p->host, p->nodes);
	char *memory = host_nodes_text(p->host, emit_all_memory_nodes(p));
	char *cpus = emit_all_cpus_list(p);

	print_quoted("plan.homenode/policy", in->policy, out);
	print_quoted("plan.homenode/nodes", nodes, out);
	print_quoted("plan.homenode/memory-nodes", memory, out);
	print_quoted("plan.homenode/cpus", cpus, out);
	free(cpus);
	free(memory);
	free(nodes);
}

/* Requests are the limits where they are left out: the pod is Guaranteed. */
static void print_container(const struct plan *p, FILE *out)
{
	fprintf(out,
		"spec:\n"
		"  containers:\n"
		"  - name: zone\n"
		"    image: registry.k8s.io/pause:3.10 # change to the workload's\n"
		"    resources:\n"
		"      limits:\n"
		"        cpu: \"%u\"\n"
		"        memory: %lldKi\n",
		p->zone->vcpus, (long long)(p->zone->memory_bytes / KIB));
	for (uint32_t i = 0; i < p->nr_devices; i++) {
		const char *resource = resource_of(p, i);
		uint32_t before = 0, nr = 0;

		for (uint32_t j = 0; resource && j < p->nr_devices; j++) {
			bool same = resource_of(p, j) && strcmp(resource_of(p, j), resource) == 0;

			nr += same;
			before += same && j < i;
		}
		if (nr && !before)
			fprintf(out, "        %s: %u\n", resource, nr);
	}
}

static void print_pod(const struct emit_input *in, const struct emit_notes *n, FILE *out)
{
	char *name = pod_name(in->plan->zone);

	emit_head(in, name, n, "# ", out);
	fprintf(out,
		"apiVersion: v1\n"
		"kind: Pod\n"
		"metadata:\n"
		"  name: \"%s\"\n"
		"  annotations:\n",
		name);
	free(name);
	print_zone_annotations(in->plan, out);
	print_plan_annotations(in, out);
	print_container(in->plan, out);
}

/* What a policy is to the kubelet. */
struct kubelet {
	bool own; /* one of the kubelet's */
	const char *topology;
	const char *cpu_option; /* or NULL */
	const char *option, *option_value; /* of the topology manager, or NULL */
};

static struct kubelet kubelet_of(const char *policy)
{
	static const char *const topologies[] = {"none", "best-effort", "restricted",
						 "single-numa-node"};
	struct kubelet k = {.topology = "best-effort",
			    .option = "prefer-closest-numa-nodes",
			    .option_value = "true"};
	const char *rest = "";

	if (strncmp(policy, "k8s-", 4) != 0)
		return k;
	k = (struct kubelet){.own = true};
	for (size_t i = 0; i < sizeof(topologies) / sizeof(topologies[0]); i++) {
		size_t nr = strlen(topologies[i]);

		if (strncmp(policy + 4, topologies[i], nr) == 0) {
			k.topology = topologies[i];
			rest = policy + 4 + nr;
		}
	}
	BUG_ON(!k.topology);
	if (strcmp(rest, "-prefer-closest") == 0) {
		k.option = "prefer-closest-numa-nodes";
		k.option_value = "true";
	} else if (strcmp(rest, "-max-nodes-16") == 0) {
		k.option = "max-allowable-numa-nodes";
		k.option_value = "16";
	} else if (strcmp(rest, "-distribute-cpus") == 0) {
		k.cpu_option = "distribute-cpus-across-numa";
	} else if (strcmp(rest, "-align-by-socket") == 0) {
		k.cpu_option = "align-by-socket";
	} else {
		BUG_ON(*rest);
	}
	return k;
}

/* The nearest to another's policy, and which of ours says where that puts zones: none joins
 * the closest nodes with hosts as large, so what is named there is not all of the file. */
static void note_nearest(const struct host *h, const char *policy, struct emit_notes *n)
{
	const char *says = "homenode plan --policy k8s-best-effort-prefer-closest says where that "
			   "puts zones";

	if (h->nr_nodes > OPTION_NODES_MAX)
		says = "homenode has no policy of the kubelet's for a host as large, so it cannot "
		       "say where that puts zones";
	else if (h->nr_nodes > NUMA_NODES_MAX)
		says = "homenode has no policy for that on a host as large; the nearest is "
		       "homenode plan --policy k8s-best-effort-max-nodes-16, which does not look "
		       "for the closest nodes";
	emit_note(n,
		  "the kubelet does not have the policy %s; best-effort with the closest nodes is "
		  "the nearest that it has, and %s",
		  policy, says);
}

static unsigned nodes_max(const struct kubelet *k)
{
	bool told = k->option && strcmp(k->option, "max-allowable-numa-nodes") == 0;

	return told ? OPTION_NODES_MAX : NUMA_NODES_MAX;
}

static void kubelet_limits(const struct host *h, const char *policy, struct emit_notes *n)
{
	struct kubelet k = kubelet_of(policy);

	if (!k.own)
		note_nearest(h, policy, n);
	if (h->nr_nodes > nodes_max(&k) && k.own && strcmp(k.topology, "none") != 0)
		emit_note(n, "the kubelet does not start with this on a host of more than %u nodes",
			  nodes_max(&k));
	emit_note(
		n,
		"one CPU and %d MiB are the kubelet's and the system's own, without which its "
		"static managers do not start; the plan counts them only if told by --dom0-memory",
		RESERVED_MIB);
}

static unsigned largest_node(const struct host *h)
{
	unsigned best = 0;

	for (unsigned i = 1; i < h->nr_nodes; i++) {
		if (h->node[i].memory_bytes > h->node[best].memory_bytes)
			best = i;
	}
	return h->node[best].os_index;
}

static void print_options(const struct host *h, const struct kubelet *k, FILE *out)
{
	bool large = !k->own && h->nr_nodes > NUMA_NODES_MAX;

	if (k->cpu_option)
		fprintf(out,
			"cpuManagerPolicyOptions:\n  %s: \"true\"\n"
			"featureGates:\n  CPUManagerPolicyAlphaOptions: true\n",
			k->cpu_option);
	if (k->option || large)
		fputs("topologyManagerPolicyOptions:\n", out);
	if (k->option)
		fprintf(out, "  %s: \"%s\"\n", k->option, k->option_value);
	if (large)
		fprintf(out, "  max-allowable-numa-nodes: \"%u\"\n", h->nr_nodes);
}

static void print_kubelet(const struct host *h, const char *policy, const struct emit_notes *n,
			  FILE *out)
{
	struct kubelet k = kubelet_of(policy);
	char *line = xasprintf("The kubelet of host %s, for the policy %s; written by homenode "
			       "plan. Merge it into the host's own.",
			       h->name, policy);

	emit_comment(line, "# ", out);
	free(line);
	emit_comments(n, "# ", out);
	fprintf(out,
		"apiVersion: kubelet.config.k8s.io/v1beta1\n"
		"kind: KubeletConfiguration\n"
		"cpuManagerPolicy: static\n"
		"memoryManagerPolicy: Static\n"
		"topologyManagerPolicy: %s\n"
		"topologyManagerScope: pod\n",
		k.topology);
	print_options(h, &k, out);
	fprintf(out,
		"systemReserved:\n"
		"  cpu: \"1\"\n"
		"  memory: %dMi\n"
		"evictionHard:\n"
		"  memory.available: %dMi\n"
		"  nodefs.available: 10%%\n"
		"  nodefs.inodesFree: 5%%\n"
		"  imagefs.available: 15%%\n"
		"reservedMemory:\n"
		"- numaNode: %u\n"
		"  limits:\n"
		"    memory: %dMi\n",
		RESERVED_MIB - EVICTION_MIB, EVICTION_MIB, largest_node(h), RESERVED_MIB);
}

const struct emit_format emit_k8s = {
	.name = "k8s",
	.suffix = ".yaml",
	.limits = k8s_limits,
	.print = print_pod,
	.zone_name = pod_name,
	.host_file = "kubelet.yaml",
	.host_limits = kubelet_limits,
	.print_host = print_kubelet,
};
