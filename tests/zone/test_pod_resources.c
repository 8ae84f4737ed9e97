#define _GNU_SOURCE
#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/units.h"
#include "tests/temporary.h"
#include "zone/zone.h"

/* A pod with vCPUs given; `spec` is the inside of a flow mapping. */
#define POD(name, spec)                                                                            \
	"kind: Pod\nmetadata: {name: " name ", annotations: {dev.edera/cpu: \"2\"}}\nspec: {" spec \
	"}\n"
#define ONE(resources) POD("p", "containers: [{name: c, resources: {" resources "}}]")

static int read_as(struct zone_list *l, const char *path, const char *text, bool strict,
		   char **warnings, struct error *err)
{
	size_t size;
	struct zone_reading how = {.warn = open_memstream(warnings, &size), .strict = strict};
	int rc = zone_list_parse(l, path, text, strlen(text), &how, err);

	fclose(how.warn);
	return rc;
}

/* Read without a warning. */
static void memory_is(const char *text, int64_t bytes)
{
	struct error err = {0};
	struct zone_list l;
	char *warnings;

	cr_assert_eq(read_as(&l, "p.yaml", text, true, &warnings, &err), 0, "%s", err.text);
	cr_assert_str_eq(warnings, "", "%s", text);
	cr_assert_eq(l.zone[0].memory_bytes, bytes, "%s: %lld MiB", text,
		     (long long)(l.zone[0].memory_bytes / MIB));
	zone_list_release(&l);
	free(warnings);
}

/* Read with these warnings, which are no errors of a strict reading. */
static void warned(const char *text, int64_t bytes, const char *expected)
{
	struct error err = {0};
	struct zone_list l;
	char *warnings;

	cr_assert_eq(read_as(&l, "p.yaml", text, true, &warnings, &err), 0, "%s", err.text);
	cr_assert_str_eq(warnings, expected);
	cr_assert_eq(l.zone[0].memory_bytes, bytes, "%s: %lld MiB", text,
		     (long long)(l.zone[0].memory_bytes / MIB));
	zone_list_release(&l);
	free(warnings);
}

static void refused(const char *text, const char *sentence)
{
	struct error err = {0};
	struct zone_list l;

	cr_assert_eq(zone_list_parse(&l, "p.yaml", text, strlen(text), NULL, &err), ERR_INPUT, "%s",
		     text);
	cr_assert_str_eq(err.text, sentence);
}

/* One warning, which is the error of a strict reading. */
static void unused(const char *text, const char *place, const char *sentence)
{
	struct error err = {0};
	char *warnings, expected[1024];
	struct zone_list l;

	cr_assert_eq(read_as(&l, "p.yaml", text, false, &warnings, &err), 0, "%s", err.text);
	snprintf(expected, sizeof(expected), "%s: warning: %s\n", place, sentence);
	cr_assert_str_eq(warnings, expected);
	zone_list_release(&l);
	free(warnings);
	cr_assert_eq(read_as(&l, "p.yaml", text, true, &warnings, &err), ERR_INPUT, "%s", text);
	snprintf(expected, sizeof(expected), "%s: %s", place, sentence);
	cr_assert_str_eq(err.text, expected);
	free(warnings);
}

Test(pod_resources, quantities)
{
	memory_is(ONE("limits: {memory: \"+1Gi\"}"), GIB);
	memory_is(ONE("limits: {memory: \"2147483648000000u\"}"), 2 * GIB);
	memory_is(ONE("limits: {memory: \"2147483648000000000n\"}"), 2 * GIB);
	memory_is(ONE("limits: {memory: \"1073741824000m\"}"), GIB);
	memory_is(ONE("limits: {memory: 4096e6}"), 1000000 * PAGE_BYTES);
	memory_is(ONE("limits: {memory: 1073741824}"), GIB);
	memory_is(ONE("limits: {memory: 010000000000}"), GIB); /* octal in YAML 1.1 */
	memory_is(ONE("limits: {memory: \"01073741824\"}"), GIB); /* a text: decimal */
	memory_is(ONE("limits: {memory: 0x40000000}"), GIB);
	memory_is(ONE("limits: {memory: 0o10000000000}"), GIB);
	refused(ONE("limits: {memory: \"0x40000000\"}"),
		"p.yaml:3:60: a memory limit must be a Kubernetes quantity such as 512Mi or 2Gi, "
		"of "
		"at most 4096 TiB, not \"0x40000000\"");
	refused(ONE("limits: {memory: 1 Gi}"), "p.yaml:3:60: a memory limit must be a Kubernetes "
					       "quantity such as 512Mi or 2Gi, of "
					       "at most 4096 TiB, not \"1 Gi\"");
	refused(ONE("limits: {memory: 1e3Mi}"), "p.yaml:3:60: a memory limit must be a Kubernetes "
						"quantity such as 512Mi or 2Gi, of "
						"at most 4096 TiB, not \"1e3Mi\"");
	refused(ONE("limits: {memory: -1}"), "p.yaml:3:60: a memory limit must be a Kubernetes "
					     "quantity such as 512Mi or 2Gi, of "
					     "at most 4096 TiB, not \"-1\"");
	refused(ONE("limits: {memory: true}"), "p.yaml:3:60: a memory limit must be a Kubernetes "
					       "quantity such as 512Mi or 2Gi, of "
					       "at most 4096 TiB, not \"true\"");
}

/* spec.resources is the pod's budget, whatever its containers say. */
Test(pod_resources, pod_level)
{
	memory_is(POD("p", "resources: {limits: {cpu: 4, memory: 24Gi}}, containers: [{name: a}, "
			   "{name: b, resources: {limits: {memory: 2Gi}}}]"),
		  24 * GIB);
	memory_is(POD("p", "resources: {limits: {memory: 1Gi}}, containers: [{name: a, resources: "
			   "{limits: {memory: 2Gi}}}], initContainers: [{name: i, resources: "
			   "{limits: {memory: 3Gi}}}]"),
		  GIB);
	/* a request alone is the least */
	memory_is(POD("p", "resources: {requests: {memory: 5Gi}}, containers: [{name: a, "
			   "resources: {limits: {memory: 2Gi}}}]"),
		  5 * GIB);
	memory_is(POD("p", "resources: {requests: {memory: 1Gi}}, containers: [{name: a, "
			   "resources: {limits: {memory: 2Gi}}}]"),
		  2 * GIB);
	memory_is(POD("p", "resources: {limits: {memory: 1Gi, hugepages-2Mi: 6Gi}}, containers: "
			   "[{name: a, resources: {limits: {hugepages-2Mi: 2Gi}}}]"),
		  7 * GIB);
	unused(POD("p", "resources: {limits: {memory: 1Gi, x.com/y: 1}}, containers: [{name: a}]"),
	       "p.yaml:3:42",
	       "pod \"p\": x.com/y in the pod's own resources is not used; containers ask for "
	       "devices");
}

/* Each size of page by the rule of its own: sum of what runs, or the largest init container. */
Test(pod_resources, huge_pages)
{
	memory_is(ONE("limits: {memory: 1Gi, hugepages-1Gi: 30Gi, hugepages-2Mi: 512Mi, cpu: 4}, "
		      "requests: {memory: 1Gi, hugepages-1Gi: 30Gi, hugepages-2Mi: 512Mi, cpu: 4}"),
		  31 * GIB + 512 * MIB);
	memory_is(POD("p", "initContainers: [{name: i, resources: {limits: {memory: 1Gi, "
			   "hugepages-1Gi: 8Gi}}}], containers: [{name: a, resources: {limits: "
			   "{memory: 2Gi, hugepages-1Gi: 2Gi}}}, {name: b, resources: {limits: "
			   "{memory: 1Gi, hugepages-1Gi: 3Gi}}}]"),
		  11 * GIB);
	warned(ONE("limits: {memory: 1Gi}, requests: {hugepages-2Mi: 1Gi}"), 2 * GIB,
	       "p.yaml:3:77: warning: pod \"p\": container \"c\" has no limit of hugepages-2Mi, "
	       "its "
	       "request of 1Gi counts\n");
	warned(POD("p", "resources: {limits: {memory: 1Gi}, requests: {hugepages-1Gi: 2Gi}}, "
			"containers: [{name: c}]"),
	       3 * GIB,
	       "p.yaml:3:54: warning: pod \"p\": the pod's spec has no limit of hugepages-1Gi, its "
	       "request of 2Gi counts\n");
	warned(ONE("limits: {memory: 1Gi}, requests: {nvidia.com/gpu: 1, ephemeral-storage: 1Gi}"),
	       GIB,
	       "p.yaml:3:77: warning: pod \"p\": container \"c\" has no limit of nvidia.com/gpu, "
	       "its "
	       "request of 1 counts\n");
	refused(ONE("limits: {memory: 1Gi, hugepages-2Mi: x}"),
		"p.yaml:3:80: hugepages-2Mi must be a Kubernetes quantity such as 512Mi or 2Gi, of "
		"at most 4096 TiB, not \"x\"");
}

Test(pod_resources, overhead)
{
	memory_is(POD("p",
		      "overhead: {cpu: 250m, memory: 160Mi}, containers: [{name: c, resources: "
		      "{limits: {memory: 1Gi}}}]"),
		  GIB + 160 * MIB);
	memory_is(POD("p", "overhead: {memory: 1Gi}, resources: {limits: {memory: 4Gi}}, "
			   "containers: [{name: c}]"),
		  5 * GIB);
	unused(POD("p", "overhead: {x.com/y: 1}, containers: [{name: c, resources: "
			"{limits: {memory: 1Gi}}}]"),
	       "p.yaml:3:19", "pod \"p\": x.com/y of the overhead is not used");
}

/* A request stands in for a limit, aloud. */
Test(pod_resources, requests_without_limits)
{
	struct error err = {0};
	struct zone_list l;
	char *warnings;

	cr_assert_eq(
		read_as(&l, "p.yaml",
			POD("p", "containers: [{name: a, resources: {requests: {memory: 3Gi}}}, "
				 "{name: b, resources: {limits: {memory: 1Gi}, requests: "
				 "{memory: 512Mi}}}]"),
			true, &warnings, &err),
		0, "%s", err.text);
	cr_assert_eq(l.zone[0].memory_bytes, 4 * GIB);
	cr_assert_str_eq(
		warnings,
		"p.yaml:3:21: warning: pod \"p\": container \"a\" has no memory limit, its "
		"request of 3 GiB counts\n");
	zone_list_release(&l);
	free(warnings);
	/* a CPU limit where no annotation says how many vCPUs */
	unused("kind: Pod\nmetadata: {name: p}\nspec: {containers: [{name: c, resources: {limits: "
	       "{cpu: 4, memory: 1Gi}}}]}\n",
	       "p.yaml:2:18",
	       "pod \"p\": no dev.edera/cpu annotation, 1 vCPU assumed (CPU limits do not count)");
}

static void devices_are(const char *text, const char *expected)
{
	struct error err = {0};
	struct zone_list l;
	char *warnings, list[256] = "";

	cr_assert_eq(read_as(&l, "p.yaml", text, true, &warnings, &err), 0, "%s", err.text);
	for (uint32_t i = 0; i < l.zone[0].nr_devices; i++) {
		size_t n = strlen(list);

		snprintf(list + n, sizeof(list) - n, "%s%s", i ? " " : "", l.zone[0].device[i]);
	}
	cr_assert_str_eq(list, expected, "%s", text);
	zone_list_release(&l);
	free(warnings);
}

Test(pod_resources, devices_by_name)
{
	devices_are(ONE("limits: {memory: 1Gi, nvidia.com/gpu: 2}"), "2xgpu");
	devices_are(ONE("limits: {memory: 1Gi, gpu.intel.com/i915: 1, amd.com/gpu: 1}"), "2xgpu");
	devices_are(ONE("limits: {memory: 1Gi, amd.com/spx_nps1: 1}"), "1xgpu");
	devices_are(ONE("limits: {memory: 1Gi}, requests: {nvidia.com/gpu: 1}"), "1xgpu");
	devices_are(
		ONE("limits: {memory: 1Gi, ephemeral-storage: 9Gi, devices.kubevirt.io/kvm: 1}"),
		"");
	devices_are(ONE("limits: {memory: 1Gi, nvidia.com/mig-1g.5gb: 0}"), "");
	refused(ONE("limits: {memory: 1Gi, nvidia.com/gpu: 65}"),
		"p.yaml:3:81: nvidia.com/gpu must be a whole number of devices between 0 and 64");
}

Test(pod_resources, devices_that_are_not_looked_at)
{
	static const struct {
		const char *name, *why;
	} cases[] = {
		{"nvidia.com/mig-1g.5gb", "a slice of a GPU"},
		{"nvidia.com/gpu.shared", "a share of a GPU"},
		{"amd.com/cpx_nps4", "a partition of a GPU"},
		{"gpu.intel.com/millicores", "a share of a GPU"},
		{"openshift.io/sriovnic", "a virtual function of a NIC"},
		{"intel.com/intel_sriov_netdevice", "a virtual function of a NIC"},
		{"rdma/hca_shared_devices_a", "a share of a NIC"},
		{"habana.ai/gaudi", "of no kind that is known"},
		{"gpu", "of no kind that is known"},
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		char text[512], sentence[512];

		snprintf(text, sizeof(text), ONE("limits: {memory: 1Gi, %s: 1}"), cases[i].name);
		snprintf(sentence, sizeof(sentence),
			 "pod \"p\": the resource %s of container \"c\" is %s and is not used "
			 "(--resources FILE can say what it is)",
			 cases[i].name, cases[i].why);
		unused(text, "p.yaml:3:65", sentence);
	}
}

Test(pod_resources, claims)
{
	static const char claims[] = "resourceClaims: [{name: g, resourceClaimName: one-gpu}], "
				     "containers: [{name: c, resources: {limits: {memory: 1Gi}, "
				     "claims: [{name: g}]}}]";
	char text[512];

	snprintf(text, sizeof(text), POD("p", "%s"), claims);
	unused(text, "p.yaml:3:25",
	       "pod \"p\": the resource claim \"g\" (one-gpu) is not used; homenode/devices can "
	       "say what it is");
	snprintf(text, sizeof(text),
		 "kind: Pod\nmetadata: {name: p, annotations: {dev.edera/cpu: \"1\", "
		 "homenode/devices: 1xgpu}}\nspec: {%s}\n",
		 claims);
	devices_are(text, "1xgpu");
}

Test(pod_resources, fields_about_place)
{
	unused(POD("p", "nodeSelector: {disk: ssd}, containers: [{name: c, resources: {limits: "
			"{memory: 1Gi}}}]"),
	       "p.yaml:3:22",
	       "pod \"p\": nodeSelector chooses among the machines of a cluster and is not used");
	memory_is(POD("p", "nodeSelector: {}, affinity: null, containers: [{name: c, resources: "
			   "{limits: {memory: 1Gi}}}]"),
		  GIB);
	unused("kind: Pod\nmetadata:\n  name: p\n  annotations:\n    dev.edera/cpu: \"1\"\n"
	       "    io.katacontainers.config.hypervisor.default_memory: \"4096\"\n"
	       "spec: {containers: [{name: c, resources: {limits: {memory: 1Gi}}}]}\n",
	       "p.yaml:6:5",
	       "the annotation \"io.katacontainers.config.hypervisor.default_memory\" is Kata's "
	       "and "
	       "is not used");
}

#define FITS "resources: {limits: {memory: 1Gi}}"

/* What Kubernetes does not define is named, with what was meant. */
static const struct {
	const char *text, *place, *sentence;
} no_fields[] = {
	{POD("p", "overHead: {memory: 9Gi}, containers: [{name: c, " FITS "}]"), "p.yaml:3:8",
	 "a pod's spec has no field \"overHead\" in Kubernetes: it is not used; did you "
	 "mean "
	 "\"overhead\"?"},
	{POD("p", "containers: [{name: c, " FITS "}], INITCONTAINERS: []"), "p.yaml:3:69",
	 "a pod's spec has no field \"INITCONTAINERS\" in Kubernetes: it is not used; did "
	 "you mean \"initContainers\"?"},
	{POD("p", "containers: [{name: c, " FITS "}], container: []"), "p.yaml:3:69",
	 "a pod's spec has no field \"container\" in Kubernetes: it is not used; did you "
	 "mean \"containers\"?"},
	{POD("p", "containers: [{name: c, " FITS "}], nodeselector: {a: b}"), "p.yaml:3:69",
	 "a pod's spec has no field \"nodeselector\" in Kubernetes: it is not used; did "
	 "you "
	 "mean \"nodeSelector\"?"},
	{POD("p", "containers: [{name: c, " FITS "}], numaNode: 3"), "p.yaml:3:69",
	 "a pod's spec has no field \"numaNode\" in Kubernetes: it is not used"},
	{ONE("limits: {memory: 1Gi}, request: {memory: 3Gi}"), "p.yaml:3:66",
	 "\"resources\" of container \"c\" has no field \"request\" in Kubernetes: it is "
	 "not used; did you mean \"requests\"?"},
	{POD("p", "containers: [{name: c, " FITS ", resource: {}}]"), "p.yaml:3:67",
	 "container \"c\" has no field \"resource\" in Kubernetes: it is not used; did you "
	 "mean \"resources\"?"},
	{POD("p", "resources: {limits: {memory: 1Gi}, Limits: {}}, containers: [{name: c}]"),
	 "p.yaml:3:43",
	 "\"resources\" of a pod's spec has no field \"Limits\" in Kubernetes: it is not "
	 "used; "
	 "did "
	 "you mean \"limits\"?"},
	{"kind: Pod\nmetadata: {name: p, annotations: {dev.edera/cpu: \"2\"}, annotation: "
	 "{}}\nspec: {containers: [{name: c, " FITS "}]}\n",
	 "p.yaml:2:56",
	 "metadata has no field \"annotation\" in Kubernetes: it is not used; did you mean "
	 "\"annotations\"?"},
	{"kind: Deployment\nmetadata: {name: p}\nspec: {replica: 3, template: {metadata: "
	 "{annotations: {dev.edera/cpu: \"2\"}}, spec: {containers: [{name: c, " FITS "}]}}}\n",
	 "p.yaml:3:8",
	 "the kind's spec has no field \"replica\" in Kubernetes: it is not used; did you "
	 "mean \"replicas\"?"},
};

Test(pod_resources, fields_that_do_not_exist)
{
	for (size_t i = 0; i < sizeof(no_fields) / sizeof(no_fields[0]); i++) {
		char sentence[512];

		snprintf(sentence, sizeof(sentence), "pod \"p\": %s", no_fields[i].sentence);
		unused(no_fields[i].text, no_fields[i].place, sentence);
	}
	/* those that it defines and that bear on nothing here */
	memory_is(POD("p",
		      "dnsPolicy: Default, hostNetwork: true, tolerations: [], volumes: [], "
		      "terminationGracePeriodSeconds: 5, containers: [{name: c, image: i, env: "
		      "[], ports: [], livenessProbe: {}, " FITS "}]"),
		  GIB);
}

/* As Kubernetes' validation refuses them. */
Test(pod_resources, amounts_that_kubernetes_refuses)
{
	refused(ONE("limits: {memory: 1Gi}, requests: {memory: 3Gi}"),
		"p.yaml:3:85: container \"c\" requests 3Gi of memory, above its limit of 1Gi; "
		"Kubernetes refuses that");
	refused(ONE("limits: {memory: 1Gi, cpu: 1200m}, requests: {cpu: 1.5}"),
		"p.yaml:3:94: container \"c\" requests 1.5 of cpu, above its limit of 1200m; "
		"Kubernetes refuses that");
	memory_is(ONE("limits: {memory: 1Gi, cpu: 1500m}, requests: {cpu: 1.5}"), GIB);
	refused(ONE("limits: {memory: 1Gi, nvidia.com/gpu: \"1.5\"}"),
		"p.yaml:3:81: nvidia.com/gpu must be a whole number, not \"1.5\"");
	refused(ONE("limits: {memory: 1Gi, x.com/y: 500m}"),
		"p.yaml:3:74: x.com/y must be a whole number, not \"500m\"");
	refused(ONE("limits: {memory: 1Gi, nvidia.com/gpu: 2}, requests: {nvidia.com/gpu: 1}"),
		"p.yaml:3:112: container \"c\" requests 1 of nvidia.com/gpu with a limit of 2; "
		"Kubernetes wants both equal");
	refused(ONE("limits: {memory: 1Gi, hugepages-2Mi: 3Mi}"),
		"p.yaml:3:80: hugepages-2Mi must be a multiple of the size of its pages, not "
		"\"3Mi\"");
	refused(POD("p", "resources: {limits: {memory: 1Gi}, requests: {memory: 2Gi}}, containers: "
			 "[{name: c}]"),
		"p.yaml:3:62: the pod's spec requests 2Gi of memory, above its limit of 1Gi; "
		"Kubernetes refuses that");
	refused(POD("p", "initContainers: [{name: i, restartPolicy: always, " FITS
			 "}], containers: [{name: c, " FITS "}]"),
		"p.yaml:3:50: restartPolicy of container \"i\" must be \"Always\" (a sidecar), "
		"\"OnFailure\" or \"Never\", not \"always\"");
	memory_is(POD("p", "initContainers: [{name: i, restartPolicy: Always, " FITS
			   "}], containers: [{name: c, " FITS "}]"),
		  2 * GIB);
	memory_is(POD("p", "initContainers: [{name: i, restartPolicy: Never, " FITS
			   "}], containers: [{name: c, " FITS "}]"),
		  GIB);
}

/* What the user says goes before the table. */
Test(pod_resources, a_file_of_resources)
{
	static const char file[] = "resources:\n- {name: \"x.com/nic-*\", device: nic}\n"
				   "- {name: \"nvidia.com/mig-*\", device: gpu}\n"
				   "- {name: y.com/tuner, device: none}\n";
	static const char wrong[] = "resources: [{name: x, device: fpga}]\n";
	static const char text[] = ONE("limits: {memory: 1Gi, x.com/nic-a: 1, x.com/nic-b: 2, "
				       "nvidia.com/mig-1g.5gb: 1, y.com/tuner: 4}");
	char path[256];
	struct zone_reading how = {.strict = true, .resources = path};
	int fd = mkstemp(temporary_name(path, sizeof(path), "homenode-resources"));
	struct error err = {0};
	struct zone_list l;

	cr_assert_eq(write(fd, file, strlen(file)), (ssize_t)strlen(file));
	cr_assert_eq(zone_list_parse(&l, "p.yaml", text, strlen(text), &how, &err), 0, "%s",
		     err.text);
	cr_assert_eq(l.zone[0].nr_devices, 2);
	cr_assert_str_eq(l.zone[0].device[0], "3xnic");
	cr_assert_str_eq(l.zone[0].device[1], "1xgpu");
	zone_list_release(&l);
	cr_assert_eq(pwrite(fd, wrong, strlen(wrong), 0), (ssize_t)strlen(wrong));
	cr_assert_eq(ftruncate(fd, (off_t)strlen(wrong)), 0);
	cr_assert_eq(zone_list_parse(&l, "p.yaml", text, strlen(text), &how, &err), ERR_INPUT);
	cr_assert_not_null(strstr(err.text, ":1:31: \"device\" must be one of \"nic\", \"gpu\", "
					    "\"storage\", \"none\""));
	close(fd);
	unlink(path);
}

/* Of others that place pods, and nearly ours. */
Test(pod_resources, annotations_beside_ours)
{
	static const struct {
		const char *key, *said;
	} cases[] = {
		{"Homenode/numa-nodes",
		 "not known and ignored; did you mean \"homenode/numa-nodes\"?"},
		{"homenode.io/nodes",
		 "not known and ignored; did you mean \"homenode/numa-nodes\"?"},
		{"home-node/numa-nodes",
		 "not known and ignored; did you mean \"homenode/numa-nodes\"?"},
		{"homenode", "not known and ignored; such names begin with homenode/"},
		{"dev.Edera/cpu", "not known and ignored; did you mean \"dev.edera/cpu\"?"},
		{"edera.dev/cpu", "not known and ignored; did you mean \"dev.edera/cpu\"?"},
		{"memory-type.resource-policy.nri.io/pod", "an NRI plugin's and is not used"},
		{"memory-type.resource-policy.nri.io", "an NRI plugin's and is not used"},
		{"memory-type.cri-resource-manager.intel.com/pod",
		 "an NRI plugin's and is not used"},
		{"cpuset.crio.io", "CRI-O's and is not used"},
		{"cpu-shared.crio.io/c", "CRI-O's and is not used"},
	};
	static const char *const silent[] = {"plan.homenode/nodes", "app.kubernetes.io/name",
					     "prometheus.io/scrape", "umask.crio.io"};
	char text[512], sentence[512];

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		snprintf(text, sizeof(text),
			 "kind: Pod\nmetadata:\n  name: p\n  annotations:\n    dev.edera/cpu: "
			 "\"1\"\n    %s: x\nspec: {containers: [{name: c, " FITS "}]}\n",
			 cases[i].key);
		snprintf(sentence, sizeof(sentence), "the annotation \"%s\" is %s", cases[i].key,
			 cases[i].said);
		unused(text, "p.yaml:6:5", sentence);
	}
	for (size_t i = 0; i < sizeof(silent) / sizeof(silent[0]); i++) {
		snprintf(text, sizeof(text),
			 "kind: Pod\nmetadata: {name: p, annotations: {dev.edera/cpu: \"1\", %s: "
			 "x}}\n"
			 "spec: {containers: [{name: c, " FITS "}]}\n",
			 silent[i]);
		memory_is(text, GIB);
	}
}

/* It is opened and checked whatever is read. */
Test(pod_resources, a_file_of_resources_is_checked)
{
	static const struct {
		const char *file, *said;
	} cases[] = {
		{"resources: [{name: \"\", device: gpu}]\n",
		 ":1:20: \"\" is the name of no device"},
		{"resources: [{name: memory, device: none}]\n",
		 ":1:20: \"memory\" is the name of no device: the row can never match"},
		{"resources: [{name: cpu, device: none}]\n", ":1:20: \"cpu\" is the name"},
		{"resources: [{name: hugepages-2Mi, device: none}]\n",
		 ":1:20: \"hugepages-2Mi\" is the name"},
	};
	static const char zones[] = "{\"zones\": [{\"name\": \"a\", \"vcpus\": 1, \"memory\": "
				    "\"1GiB\"}]}";
	static const char all[] = "resources: [{name: \"*\", device: none}]\n";
	static const char huge[] = ONE("limits: {memory: 1Gi, hugepages-2Mi: 1Gi, x.com/y: 1}");
	char path[256];
	struct zone_reading how = {.resources = "/nonexistent/r.yaml"};
	struct error err = {0};
	struct zone_list l;

	cr_assert_eq(zone_list_parse(&l, "z.json", zones, strlen(zones), NULL, &err), 0, "%s",
		     err.text);
	zone_list_release(&l);
	cr_assert_eq(zone_list_parse(&l, "z.json", zones, strlen(zones), &how, &err), ERR_INPUT);
	cr_assert_not_null(strstr(err.text, "/nonexistent/r.yaml"), "%s", err.text);
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		int fd = mkstemp(temporary_name(path, sizeof(path), "homenode-resources"));

		how.resources = path;
		cr_assert_eq(write(fd, cases[i].file, strlen(cases[i].file)),
			     (ssize_t)strlen(cases[i].file));
		close(fd);
		cr_assert_eq(zone_list_parse(&l, "z.json", zones, strlen(zones), &how, &err),
			     ERR_INPUT, "%s", cases[i].file);
		cr_assert_not_null(strstr(err.text, cases[i].said), "%s", err.text);
		cr_assert_eq(zone_reading_check(&how, &err), ERR_INPUT);
		unlink(path);
	}
	/* huge pages stay memory where everything else is nothing */
	int fd = mkstemp(temporary_name(path, sizeof(path), "homenode-resources"));

	cr_assert_eq(write(fd, all, strlen(all)), (ssize_t)strlen(all));
	close(fd);
	cr_assert_eq(zone_list_parse(&l, "p.yaml", huge, strlen(huge), &how, &err), 0, "%s",
		     err.text);
	cr_assert_eq(l.zone[0].memory_bytes, 2 * GIB);
	zone_list_release(&l);
	unlink(path);
}

static void names_are(const char *text, const char *expected)
{
	struct error err = {0};
	struct zone_list l;
	char *warnings, list[256] = "";

	cr_assert_eq(read_as(&l, "p.yaml", text, false, &warnings, &err), 0, "%s", err.text);
	for (size_t i = 0; i < l.nr; i++) {
		size_t n = strlen(list);

		snprintf(list + n, sizeof(list) - n, "%s%s", i ? " " : "", l.zone[i].name);
		cr_assert_eq(l.zone[i].vcpus, 2);
		cr_assert_eq(l.zone[i].memory_bytes, GIB);
	}
	cr_assert_str_eq(list, expected, "%s", text);
	zone_list_release(&l);
	free(warnings);
}

#define TEMPLATE                                                                                   \
	"template: {metadata: {annotations: {dev.edera/cpu: \"2\"}}, spec: {containers: [{name: "  \
	"c, resources: {limits: {memory: 1Gi}}}]}}"
#define MAKER(kind, spec) "kind: " kind "\nmetadata: {name: m}\nspec: {" spec TEMPLATE "}\n"

Test(pod_resources, kinds_that_make_pods)
{
	names_are(MAKER("Deployment", "replicas: 3, "), "m-1 m-2 m-3");
	names_are(MAKER("Deployment", ""), "m");
	names_are(MAKER("ReplicaSet", "replicas: 2, "), "m-1 m-2");
	names_are(MAKER("ReplicationController", "replicas: 2, "), "m-1 m-2");
	names_are(MAKER("StatefulSet", ""), "m-0");
	names_are(MAKER("StatefulSet", "replicas: 2, ordinals: {start: 5}, "), "m-5 m-6");
	names_are(MAKER("DaemonSet", ""), "m");
	names_are(MAKER("Job", ""), "m");
	names_are(MAKER("Job", "parallelism: 4, completions: 2, "), "m-1 m-2");
	names_are("kind: CronJob\nmetadata: {name: m}\nspec: {jobTemplate: {spec: {parallelism: "
		  "2, " TEMPLATE "}}}\n",
		  "m-1 m-2");
	names_are("kind: List\nitems:\n- {kind: Deployment, metadata: {name: d}, spec: {replicas: "
		  "2, " TEMPLATE "}}\n- {kind: Job, metadata: {name: j}, spec: {" TEMPLATE "}}\n",
		  "d-1 d-2 j");
	names_are("kind: DeploymentList\nitems:\n- {metadata: {name: d}, spec: {" TEMPLATE "}}\n",
		  "d");
}

Test(pod_resources, makers_refused)
{
	refused(MAKER("Deployment", "replicas: -1, "),
		"p.yaml:3:18: replicas must be a whole number, 0 or more");
	refused(MAKER("Deployment", "replicas: 0, "),
		"p.yaml: holds no pod; there is nothing to place");
	refused(MAKER("Deployment", "replicas: 2000000000, "),
		"p.yaml:1:7: more than 1000000 pods; split the file");
	refused("kind: Deployment\nmetadata: {name: m}\nspec: {replicas: 2, template: {metadata: "
		"{annotations: {homenode/devices: nic0}}, spec: {containers: [{name: c}]}}}\n",
		"p.yaml:3:75: Deployment \"m\": 2 pods cannot have the same devices");
	unused("kind: Deployment\nmetadata: {name: m, annotations: {dev.edera/cpu: \"2\"}}\nspec: "
	       "{" TEMPLATE "}\n",
	       "p.yaml:2:35",
	       "dev.edera/cpu is the Deployment's own and does not reach its pods: write it into "
	       "the "
	       "template's metadata");
}

/* What stands beside pods may decide about them. */
Test(pod_resources, kinds_beside)
{
	unused("kind: LimitRange\n---\n" ONE("limits: {memory: 1Gi}"), "p.yaml:1:7",
	       "LimitRange is not a pod and passed over");
	unused("kind: RuntimeClass\noverhead: {podFixed: {memory: 1Gi}}\n---\n" ONE(
		       "limits: {memory: 1Gi}"),
	       "p.yaml:1:7", "RuntimeClass is not a pod and passed over");
	names_are("kind: RuntimeClass\n---\nkind: Service\n---\n" ONE("limits: {memory: 1Gi}"),
		  "p");
}

/* The same bytes, whatever the name, the encoding and the line ends. */
Test(pod_resources, encodings)
{
	static const char text[] =
		"{\"kind\":\"Pod\",\r\n\"metadata\":{\"name\":\"p\",\"annotations\":{"
		"\"dev.edera/cpu\":\"2\",\"note\":\"\\ud83d\\ude00\"}},\"spec\":{\"containers\":[{"
		"\"name\":\"c\",\"resources\":{\"limits\":{\"memory\":1073741824}}}]}}\r\n";
	static const char *const paths[] = {"p.json", "p"};
	char utf16[2 * sizeof(text)], bom[sizeof(text) + 3] = "\xef\xbb\xbf";
	size_t n = strlen(text);

	utf16[0] = '\xff';
	utf16[1] = '\xfe';
	for (size_t i = 0; i < n; i++) {
		utf16[2 + 2 * i] = text[i];
		utf16[3 + 2 * i] = '\0';
	}
	memcpy(bom + 3, text, n);
	for (int i = 0; i < 4; i++) {
		struct error err = {0};
		struct zone_list l;
		int rc = i & 2 ? zone_list_parse(&l, paths[i & 1], utf16, 2 * n + 2, NULL, &err)
			       : zone_list_parse(&l, paths[i & 1], bom, n + 3, NULL, &err);

		cr_assert_eq(rc, 0, "%s", err.text);
		cr_assert_eq(l.zone[0].memory_bytes, GIB);
		zone_list_release(&l);
	}
}
