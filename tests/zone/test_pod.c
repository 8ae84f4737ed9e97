#define _GNU_SOURCE
#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/units.h"
#include "zone/zone.h"

/* Parses and returns the warnings; the caller frees. */
static char *parse(struct zone_list *l, const char *text)
{
	struct error err = {0};
	char *warnings = NULL;
	size_t size;
	struct zone_reading how = {.warn = open_memstream(&warnings, &size)};

	cr_assert_eq(zone_list_parse(l, "p.yaml", text, strlen(text), &how, &err), 0, "%s",
		     err.text);
	fclose(how.warn);
	return warnings;
}

static void parse_quietly(struct zone_list *l, const char *text)
{
	char *warnings = parse(l, text);

	cr_assert_str_eq(warnings, "");
	free(warnings);
}

static void refused(const char *text, const char *sentence)
{
	struct error err = {0};
	struct zone_list l;

	cr_assert_eq(zone_list_parse(&l, "p.yaml", text, strlen(text), NULL, &err), ERR_INPUT, "%s",
		     text);
	cr_assert_str_eq(err.text, sentence);
	cr_assert_eq(l.nr, 0);
}

static const char database[] = "apiVersion: v1\n"
			       "kind: Pod\n"
			       "metadata:\n"
			       "  name: postgres-0\n"
			       "  namespace: prod\n"
			       "  labels: {app: postgres, tier: db}\n"
			       "  annotations:\n"
			       "    dev.edera/cpu: \"32\"\n"
			       "    dev.edera/resource-policy: static\n"
			       "    dev.edera/virt-backend: pvh\n"
			       "    dev.edera/kernel-variant: nvidia\n"
			       "    homenode/numa-nodes: \"2\"\n"
			       "    homenode/placement: scatter\n"
			       "    homenode/devices: nic0, gpu1\n"
			       "    homenode/profile: database\n"
			       "    prometheus.io/scrape: \"true\"\n"
			       "spec:\n"
			       "  runtimeClassName: edera\n"
			       "  initContainers:\n"
			       "  - name: migrate\n"
			       "    image: migrate:1\n"
			       "    resources:\n"
			       "      limits: {memory: 2Gi}\n"
			       "  containers:\n"
			       "  - name: postgres\n"
			       "    image: postgres:17\n"
			       "    resources:\n"
			       "      requests: {cpu: \"4\", memory: 8Gi}\n"
			       "      limits:\n"
			       "        cpu: \"8\"\n"
			       "        memory: 24Gi\n"
			       "  - name: exporter\n"
			       "    resources: {limits: {memory: 512Mi}}\n"
			       "  tolerations: [{key: dedicated, operator: Exists}]\n";

Test(pod, everything_it_can_say)
{
	const struct zone *z;
	struct zone_list l;

	parse_quietly(&l, database);
	cr_assert_eq(l.nr, 1);
	z = &l.zone[0];
	cr_assert_str_eq(z->name, "postgres-0");
	cr_assert_eq(z->vcpus, 32);
	cr_assert_eq(z->vcpus_max, 32, "all online at boot");
	cr_assert_eq(z->memory_bytes, 24 * GIB + 512 * MIB);
	cr_assert_eq(z->memory_initial_bytes, z->memory_bytes);
	cr_assert_eq(z->memory_min_bytes, 300 * MIB);
	cr_assert_eq(z->memory_policy, ZONE_STATIC);
	cr_assert_eq(z->virt, ZONE_PVH);
	cr_assert_eq(z->numa_nodes, 2);
	cr_assert_eq(z->spread, ZONE_SCATTER);
	cr_assert_eq(z->nr_devices, 2);
	cr_assert_str_eq(z->device[0], "nic0");
	cr_assert_str_eq(z->device[1], "gpu1");
	cr_assert_eq(z->profile, zone_profile_find("database"));
	zone_list_release(&l);
}

/* A pod in few words: name, annotations (indented by four), spec. */
#define POD(name, annotations, spec)                                                               \
	"kind: Pod\n"                                                                              \
	"metadata:\n"                                                                              \
	"  name: " name "\n"                                                                       \
	"  annotations:\n"                                                                         \
	"    dev.edera/cpu: \"2\"\n" annotations "spec:\n" spec
#define SPEC(limit) "  containers:\n  - name: c\n    resources: {limits: {memory: " limit "}}\n"

Test(pod, dynamic_boots_small)
{
	struct zone_list l;

	parse_quietly(&l, POD("a", "", SPEC("2Gi")) "---\n" POD(
				  "b", "    dev.edera/initial-memory-request: \"1024\"\n",
				  SPEC("2Gi")) "---\n# nothing\n---\n" POD("c", "", SPEC("300Mi")));
	cr_assert_eq(l.nr, 3);
	cr_assert_eq(l.zone[0].memory_policy, ZONE_DYNAMIC);
	cr_assert_eq(l.zone[0].memory_bytes, 2 * GIB);
	cr_assert_eq(l.zone[0].memory_initial_bytes, 300 * MIB);
	cr_assert_eq(l.zone[0].memory_min_bytes, 300 * MIB);
	cr_assert_eq(l.zone[1].memory_initial_bytes, GIB);
	cr_assert_eq(l.zone[2].memory_initial_bytes, 300 * MIB);
	cr_assert_str_eq(l.zone[2].name, "c");
	zone_list_release(&l);
}

Test(pod, limits_add_up)
{
	struct zone_list l;

	/* an init container runs alone: the larger of the two */
	parse_quietly(&l, POD("a", "",
			      "  initContainers:\n"
			      "  - resources: {limits: {memory: 3Gi}}\n"
			      "  - resources: {limits: {memory: 5Gi}}\n"
			      "  containers:\n"
			      "  - resources: {limits: {memory: 1Gi}}\n"
			      "  - resources: {limits: {memory: 1Gi}}\n"));
	cr_assert_eq(l.zone[0].memory_bytes, 5 * GIB);
	zone_list_release(&l);
	/* a sidecar keeps running beside what starts after it */
	parse_quietly(&l, POD("a", "",
			      "  initContainers:\n"
			      "  - resources: {limits: {memory: 4Gi}}\n"
			      "  - resources: {limits: {memory: 1Gi}}\n"
			      "    restartPolicy: Always\n"
			      "  - resources: {limits: {memory: 3.5Gi}}\n"
			      "  containers:\n"
			      "  - resources: {limits: {memory: 2Gi}}\n"));
	cr_assert_eq(l.zone[0].memory_bytes, 9 * GIB / 2);
	zone_list_release(&l);
	/* bytes are rounded up to pages */
	parse_quietly(&l, POD("a", "", SPEC("\"1000000001\"")));
	cr_assert_eq(l.zone[0].memory_bytes, 244141 * PAGE_BYTES);
	zone_list_release(&l);
}

static void warns(const char *text, const char *expected, int64_t memory_bytes)
{
	struct zone_list l;
	char *warnings = parse(&l, text);

	cr_assert_str_eq(warnings, expected);
	cr_assert_eq(l.zone[0].memory_bytes, memory_bytes);
	zone_list_release(&l);
	free(warnings);
}

/* What runs together adds up; an init container may need more before that: per
 * resource, so that amd.com/gpu does not shrink what it needs of nvidia.com/gpu. */
Test(pod, gpus_of_device_plugins)
{
	static const char pod[] = "apiVersion: v1\n"
				  "kind: Pod\n"
				  "metadata: {name: p, annotations: {homenode/devices: nic0}}\n"
				  "spec:\n"
				  "  containers:\n"
				  "  - name: a\n"
				  "    resources: {limits: {memory: 1Gi, nvidia.com/gpu: \"2\"}}\n"
				  "  - name: b\n"
				  "    resources: {limits: {memory: 1Gi, amd.com/gpu: 1,"
				  " gpu: 7, x.com/gpu-memory: 9}}\n"
				  "  initContainers:\n"
				  "  - name: c\n"
				  "    resources: {limits: {memory: 1Gi, nvidia.com/gpu: %s}}\n";
	static const char *const init[] = {"1", "3", "5", "0"};
	static const char *const want[] = {"3xgpu", "4xgpu", "6xgpu", "3xgpu"};
	char text[1024];

	for (size_t i = 0; i < 4; i++) {
		struct zone_list l;

		snprintf(text, sizeof(text), pod, init[i]);
		free(parse(&l, text));
		cr_assert_eq(l.nr, 1);
		cr_assert_eq(l.zone[0].nr_devices, 2);
		cr_assert_str_eq(l.zone[0].device[0], "nic0");
		cr_assert_str_eq(l.zone[0].device[1], want[i]);
		zone_list_release(&l);
	}
}

Test(pod, warnings)
{
	warns(POD("a", "", "  containers:\n  - name: c\n"),
	      "p.yaml:8:5: warning: pod \"a\": container \"c\" has no memory limit and adds "
	      "nothing "
	      "to the zone's memory\n"
	      "p.yaml:7:3: warning: pod \"a\": memory limit missing, 1024 MiB assumed\n",
	      1024 * MIB);
	warns(POD("a", "", SPEC("100Mi")),
	      "p.yaml:8:3: warning: pod \"a\": memory limit below 300 MiB, raised to 300 MiB\n",
	      300 * MIB);
	warns(POD("a", "", SPEC("1Gi") "  - name: d\n    resources:\n"),
	      "p.yaml:10:5: warning: pod \"a\": container \"d\" has no memory limit and adds "
	      "nothing "
	      "to the zone's memory\n",
	      GIB);
	warns(POD("a", "    dev.edera/resource_policy: static\n", SPEC("1Gi")),
	      "p.yaml:6:5: warning: the annotation \"dev.edera/resource_policy\" is not known and "
	      "ignored; did you mean \"dev.edera/resource-policy\"?\n",
	      GIB);
	warns(POD("a", "    dev.edera/initial-memory-request: 64\n", SPEC("1Gi")),
	      "p.yaml:6:39: warning: Kubernetes takes annotations as texts only: write "
	      "dev.edera/initial-memory-request: \"64\"\n"
	      "p.yaml:6:39: warning: pod \"a\": initial memory below 300 MB, raised to 300 MB\n",
	      GIB);
	warns("kind: Pod\nmetadata:\n  name: a\nspec:\n" SPEC("1Gi"),
	      "p.yaml:3:9: warning: pod \"a\": no dev.edera/cpu annotation, 1 vCPU assumed (CPU "
	      "limits do not count)\n",
	      GIB);
	warns("kind: Service\n---\n" POD("a", "", SPEC("1Gi")),
	      "p.yaml:1:7: warning: Service is not a pod and passed over\n", GIB);
}

Test(pod, lists_of_pods)
{
	struct zone_list l;

	parse_quietly(&l, "apiVersion: v1\nkind: List\nitems:\n"
			  "- kind: Pod\n"
			  "  metadata: {name: a, annotations: {dev.edera/cpu: \"1\"}}\n"
			  "  spec: {containers: [{resources: {limits: {memory: 1Gi}}}]}\n"
			  "- kind: Pod\n"
			  "  metadata: {name: b, annotations: {dev.edera/cpu: \"3\"}}\n"
			  "  spec: {containers: [{resources: {limits: {memory: 1Gi}}}]}\n"
			  "---\nkind: PodList\nitems:\n"
			  "- metadata: {name: c, annotations: {dev.edera/cpu: \"2\"}}\n"
			  "  spec: {containers: [{resources: {limits: {memory: 1Gi}}}]}\n");
	cr_assert_eq(l.nr, 3);
	cr_assert_str_eq(l.zone[1].name, "b");
	cr_assert_eq(l.zone[1].vcpus, 3);
	cr_assert_str_eq(l.zone[2].name, "c");
	zone_list_release(&l);
}

Test(pod, aliases_are_followed)
{
	struct zone_list l;

	parse_quietly(&l, POD("a", "",
			      "  containers:\n"
			      "  - resources: &r {limits: {memory: 1Gi}}\n"
			      "  - resources: *r\n"));
	cr_assert_eq(l.zone[0].memory_bytes, 2 * GIB);
	zone_list_release(&l);
	refused("loop: &a [{again: *a}]\n" POD("a", "", SPEC("1Gi")),
		"p.yaml:1:19: an anchor holds itself");
}

Test(pod, annotations_refused)
{
	refused(POD("a", "    homenode/numa_nodes: \"2\"\n", SPEC("1Gi")),
		"p.yaml:6:5: unknown annotation \"homenode/numa_nodes\"; did you mean "
		"\"homenode/numa-nodes\"?");
	refused(POD("a", "    homenode/colour-of-the-rack: x\n", SPEC("1Gi")),
		"p.yaml:6:5: unknown annotation \"homenode/colour-of-the-rack\"");
	refused(POD("a", "    homenode/numa-nodes: \"0\"\n", SPEC("1Gi")),
		"p.yaml:6:26: homenode/numa-nodes must be \"auto\" or a whole number between 1 and "
		"64, not \"0\"");
	refused(POD("a", "    homenode/placement: near\n", SPEC("1Gi")),
		"p.yaml:6:25: homenode/placement must be one of \"default\", \"compact\", "
		"\"scatter\", not \"near\"");
	refused(POD("a", "    homenode/devices: \"nic0,,gpu0\"\n", SPEC("1Gi")),
		"p.yaml:6:23: homenode/devices must be 1 to 64 names with commas between them, "
		"such "
		"as \"nic0,gpu1\"");
	refused(POD("a", "    homenode/devices: \"nic0,nic0\"\n", SPEC("1Gi")),
		"p.yaml:6:23: pod \"a\": homenode/devices names \"nic0\" twice; a device is passed "
		"through once");
	refused(POD("a", "    homenode/profile: webb\n", SPEC("1Gi")),
		"p.yaml:6:23: homenode/profile must be one of \"stream\", \"chase\", \"web\", "
		"\"database\", \"idle\", not \"webb\"");
	refused(POD("a", "    dev.edera/resource-policy: fixed\n", SPEC("1Gi")),
		"p.yaml:6:32: dev.edera/resource-policy must be one of \"dynamic\", \"static\", "
		"not "
		"\"fixed\"");
	refused(POD("a", "    dev.edera/virt-backend: hvm\n", SPEC("1Gi")),
		"p.yaml:6:29: dev.edera/virt-backend must be one of \"auto\", \"pv\", \"pvh\", not "
		"\"hvm\"");
	refused(POD("a", "    dev.edera/initial-memory-request: 2Gi\n", SPEC("1Gi")),
		"p.yaml:6:39: dev.edera/initial-memory-request must be a whole number of MB (1024 "
		"x "
		"1024 bytes) without a unit, such as \"2048\", not \"2Gi\"");
	refused(POD("a", "    dev.edera/cpu: \"3\"\n", SPEC("1Gi")),
		"p.yaml:6:5: the key \"dev.edera/cpu\" is there already");
	refused("kind: Pod\nmetadata:\n  name: a\n  annotations: {dev.edera/cpu: 1.5}\nspec: {}\n",
		"p.yaml:4:32: dev.edera/cpu must be a whole number of vCPUs between 1 and 4096, "
		"not "
		"\"1.5\"");
	refused("kind: Pod\nmetadata:\n  name: a\n  annotations: {dev.edera/cpu: [1]}\nspec: {}\n",
		"p.yaml:4:32: dev.edera/cpu must be a text in quotes");
}

Test(pod, contradictions)
{
	refused(POD("a", "    dev.edera/initial-memory-request: \"2048\"\n", SPEC("1Gi")),
		"p.yaml:6:39: pod \"a\": dev.edera/initial-memory-request (2GiB) is more than the "
		"containers' memory limit (1GiB)");
	refused(POD("a",
		    "    dev.edera/resource-policy: static\n"
		    "    dev.edera/initial-memory-request: \"512\"\n",
		    SPEC("1Gi")),
		"p.yaml:7:39: pod \"a\": dev.edera/initial-memory-request (512MiB) differs from "
		"the "
		"containers' memory limit (1GiB), but a static zone boots with all its memory; "
		"leave "
		"dev.edera/initial-memory-request out, or make dev.edera/resource-policy dynamic");
	refused(POD("a", "    dev.edera/virt-backend: pv\n    homenode/numa-nodes: \"2\"\n",
		    SPEC("1Gi")),
		"p.yaml:7:26: pod \"a\": homenode/numa-nodes needs a PVH guest: a PV guest cannot "
		"be "
		"told of nodes; set dev.edera/virt-backend to pvh or auto, or leave "
		"homenode/numa-nodes out");
	refused(POD("a", "", SPEC("1Gi")) "---\n" POD("a", "", SPEC("1Gi")),
		"p.yaml:13:9: pod \"a\" is there already (line 3); every zone needs a name of its "
		"own, "
		"whatever its namespace");
	refused(POD("\"a b\"", "", SPEC("1Gi")),
		"p.yaml:3:9: pod \"a b\": metadata.name must not contain blanks, quotes, commas, "
		"semicolons, backslashes or control characters");
}

Test(pod, shapes_refused)
{
	refused("", "p.yaml: holds no pod; there is nothing to place");
	refused("---\n---\n", "p.yaml: holds no pod; there is nothing to place");
	refused("kind: Service\n", "p.yaml: holds no pod; there is nothing to place");
	refused("- a\n", "p.yaml:1:1: a pod is a mapping with kind, metadata and spec");
	refused("a: 1\n", "p.yaml:1:1: the document has no kind; a pod has kind: Pod");
	refused("{}\n", "p.yaml:1:1: the document has no kind; a pod has kind: Pod");
	refused("zones: []\n", "p.yaml:1:8: \"zones\" is empty; there is nothing to place");
	refused("kind: [Pod]\n", "p.yaml:1:7: kind of the document must be a single value");
	refused("apiVersion: apps/v1\nkind: Deployment\n",
		"p.yaml:1:1: the Deployment has no metadata");
	refused("kind: CronJob\nmetadata: {name: c}\nspec: {}\n",
		"p.yaml:3:7: the CronJob's spec has no jobTemplate");
	refused("kind: Podd\n",
		"p.yaml:1:7: kind Podd is not read; keep the documents with kind: Pod, or of a "
		"kind that makes pods (Deployment, StatefulSet, DaemonSet, Job, CronJob, "
		"ReplicaSet, ReplicationController), or a List of them");
	refused("kind: List\nitems:\n- kind: List\n",
		"p.yaml:3:9: a list inside a list is not read");
	refused("kind: List\n", "p.yaml:1:1: the list has no items");
	refused("kind: Pod\n", "p.yaml:1:1: the pod has no metadata");
	refused("kind: Pod\nmetadata: {}\n", "p.yaml:2:11: the pod's metadata has no name");
	refused("kind: Pod\nmetadata: {generateName: a-}\n",
		"p.yaml:2:11: the pod has a generateName only; give it a metadata.name");
	refused("kind: Pod\nmetadata: {name: a}\n", "p.yaml:1:1: the pod has no spec");
	refused("kind: Pod\nmetadata: {name: a}\nspec: {}\n",
		"p.yaml:3:7: the pod's spec has no containers");
	refused("kind: Pod\nmetadata: {name: a}\nspec: {containers: []}\n",
		"p.yaml:3:20: the pod has no containers");
	refused("kind: Pod\nmetadata: {name: a}\nspec: {containers: [7]}\n",
		"p.yaml:3:21: a container must be a mapping");
	refused("kind: Pod\nmetadata: {name: a}\nspec: {containers: {}}\n",
		"p.yaml:3:20: containers of the pod's spec must be a list");
	refused(POD("a", "", SPEC("1GiB")), "p.yaml:9:34: a memory limit must be a Kubernetes "
					    "quantity such as 512Mi or 2Gi, of "
					    "at most 4096 TiB, not \"1GiB\"");
	refused(POD("a", "", SPEC("5Pi")), "p.yaml:9:34: a memory limit must be a Kubernetes "
					   "quantity such as 512Mi or 2Gi, of "
					   "at most 4096 TiB, not \"5Pi\"");
	refused(POD("a", "", SPEC("3Pi") "  - resources: {limits: {memory: 2Pi}}\n"),
		"p.yaml:10:5: the pod's memory limits add up to more than 4096 TiB");
}

Test(pod, text_refused)
{
	char deep[400];

	refused("kind: Pod\nkind: Pod\n", "p.yaml:2:1: the key \"kind\" is there already");
	refused("kind: Pod\n<<: {a: 1}\n",
		"p.yaml:2:1: merge keys (<<) are not read; write the fields out");
	refused("kind: Pod\n? [a]\n: b\n", "p.yaml:2:3: a key must be a single value");
	refused("kind: Pod\nx: \"a\\0b\"\n", "p.yaml:2:4: a text must not contain a NUL character");
	refused("kind: Pod\nx: *nowhere\n", "p.yaml:2:4: found undefined alias");
	refused("kind: Pod\n  x: 1\n",
		"p.yaml:2:4: mapping values are not allowed in this context");
	refused("kind: Pod\nx: \x01\n", "p.yaml:2:4: control characters are not allowed");
	refused("kind: Pod\nab: \xff\n", "p.yaml:2:5: invalid leading UTF-8 octet");
	memset(deep, '[', sizeof(deep) - 1);
	deep[sizeof(deep) - 1] = '\0';
	refused(deep, "p.yaml:1:65: lists and mappings are nested too deep");
}

Test(pod, size_is_bounded)
{
	size_t size = ((size_t)16 << 20) + 1;
	char *text = malloc(size + 1);
	struct error err = {0};
	struct zone_list l;

	memset(text, '#', size);
	text[size] = '\0';
	cr_assert_eq(zone_list_parse(&l, "p.yaml", text, size, NULL, &err), ERR_INPUT);
	cr_assert_str_eq(err.text,
			 "p.yaml: is larger than 16 MiB, the most YAML that is read; split "
			 "it");
	free(text);
}
