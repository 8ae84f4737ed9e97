/*
 * What Kubernetes would not take: fields that it does not define, and amounts that
 * its validation refuses.
 *	fields		V1PodSpec, V1Container, V1ResourceRequirements, V1ObjectMeta and
 *			the specs of the kinds that make pods (kubernetes-client/python,
 *			kubernetes/docs, commit 02124c4e)
 *	amounts		ValidateResourceRequirements() and
 *			validateResourceQuantityHugePageValue(),
 *			kubernetes/kubernetes, pkg/apis/core/validation/validation.go;
 *			IsExtendedResourceName(), pkg/apis/core/v1/helper/helpers.go
 */
#include <string.h>
#include <strings.h>

#include "base/nearest.h"
#include "base/units.h"
#include "zone/pod.h"

static const char *const object_fields[] = {"apiVersion", "kind",   "metadata",
					    "spec",	  "status", NULL};

static const char *const metadata_fields[] = {
	"annotations",
	"clusterName", /* until 1.23 */
	"creationTimestamp",
	"deletionGracePeriodSeconds",
	"deletionTimestamp",
	"finalizers",
	"generateName",
	"generation",
	"labels",
	"managedFields",
	"name",
	"namespace",
	"ownerReferences",
	"resourceVersion",
	"selfLink",
	"uid",
	NULL,
};

static const char *const spec_fields[] = {
	"activeDeadlineSeconds",
	"affinity",
	"automountServiceAccountToken",
	"containers",
	"dnsConfig",
	"dnsPolicy",
	"enableServiceLinks",
	"ephemeralContainers",
	"hostAliases",
	"hostIPC",
	"hostNetwork",
	"hostPID",
	"hostUsers",
	"hostname",
	"hostnameOverride",
	"imagePullSecrets",
	"initContainers",
	"nodeName",
	"nodeSelector",
	"os",
	"overhead",
	"preemptionPolicy",
	"priority",
	"priorityClassName",
	"readinessGates",
	"resourceClaims",
	"resources",
	"restartPolicy",
	"runtimeClassName",
	"schedulerName",
	"schedulingGates",
	"schedulingGroup",
	"securityContext",
	"serviceAccount",
	"serviceAccountName",
	"setHostnameAsFQDN",
	"shareProcessNamespace",
	"subdomain",
	"terminationGracePeriodSeconds",
	"tolerations",
	"topologySpreadConstraints",
	"volumes",
	"workloadRef", /* 1.35 */
	NULL,
};

static const char *const container_fields[] = {
	"args",
	"command",
	"env",
	"envFrom",
	"image",
	"imagePullPolicy",
	"lifecycle",
	"livenessProbe",
	"name",
	"ports",
	"readinessProbe",
	"resizePolicy",
	"resources",
	"restartPolicy",
	"restartPolicyRules",
	"securityContext",
	"startupProbe",
	"stdin",
	"stdinOnce",
	"terminationMessagePath",
	"terminationMessagePolicy",
	"tty",
	"volumeDevices",
	"volumeMounts",
	"workingDir",
	NULL,
};

static const char *const resources_fields[] = {"claims", "limits", "requests", NULL};

/* Of all kinds that make pods, and of a CronJob's jobTemplate.spec. */
static const char *const maker_fields[] = {
	"activeDeadlineSeconds",
	"backoffLimit",
	"backoffLimitPerIndex",
	"completionMode",
	"completions",
	"concurrencyPolicy",
	"failedJobsHistoryLimit",
	"jobTemplate",
	"managedBy",
	"manualSelector",
	"maxFailedIndexes",
	"minReadySeconds",
	"ordinals",
	"parallelism",
	"paused",
	"persistentVolumeClaimRetentionPolicy",
	"podFailurePolicy",
	"podManagementPolicy",
	"podReplacementPolicy",
	"progressDeadlineSeconds",
	"replicas",
	"revisionHistoryLimit",
	"schedule",
	"selector",
	"serviceName",
	"startingDeadlineSeconds",
	"strategy",
	"successPolicy",
	"successfulJobsHistoryLimit",
	"suspend",
	"template",
	"templateGeneration",
	"timeZone",
	"ttlSecondsAfterFinished",
	"updateStrategy",
	"volumeClaimTemplates",
	NULL,
};

static const char *const *const fields[] = {
	[POD_OBJECT] = object_fields,	    [POD_METADATA] = metadata_fields,
	[POD_SPEC] = spec_fields,	    [POD_CONTAINER] = container_fields,
	[POD_RESOURCES] = resources_fields, [POD_MAKER] = maker_fields,
};

const char *pod_near(const char *text, const char *const *names)
{
	for (size_t i = 0; names[i]; i++)
		if (strcasecmp(names[i], text) == 0)
			return names[i];
	return nearest_name(text, names);
}

int pod_check_fields(const struct pod_reader *r, const char *pod, const struct doc_value *map,
		     enum pod_map which, const char *where, struct error *err)
{
	int rc = 0;

	for (uint32_t i = 0; !rc && map && map->kind == DOC_MAP && i < map->nr; i++) {
		struct doc_value key = doc_key(map, i);
		const char *near;

		if (name_index(fields[which], key.text) >= 0)
			continue;
		near = pod_near(key.text, fields[which]);
		rc = pod_unused(r, &key, err,
				"pod \"%.80s\": %s has no field \"%.80s\" in Kubernetes: it is not "
				"used%s%s%s",
				pod, where, key.text, near ? "; did you mean \"" : "",
				near ? near : "", near ? "\"?" : "");
	}
	return rc;
}

/* A resource of a device plugin or another controller: whole, and not lent twice. */
static bool is_extended(const char *name)
{
	return strchr(name, '/') && !strstr(name, "kubernetes.io/") &&
	       strncmp(name, "requests.", strlen("requests.")) != 0;
}

static bool thousandths(const struct doc_value *v, int64_t *out)
{
	if (v->kind == DOC_INT) {
		*out = v->integer < INT64_MAX / 1000 ? v->integer * 1000 : INT64_MAX;
		return v->integer >= 0;
	}
	return (v->kind == DOC_TEXT || v->kind == DOC_REAL) && k8s_thousandths_parse(v->text, out);
}

/* What is no quantity is found where it is read. */
static int check_amount(const char *name, const struct doc_value *v, struct error *err)
{
	int64_t amount, page;

	if (v->kind >= DOC_LIST || !thousandths(v, &amount))
		return 0;
	if (is_extended(name) && amount % 1000)
		return doc_error(v, err, "%.80s must be a whole number, not \"%.80s\"", name,
				 v->text);
	if (pod_is_huge_pages(name) && k8s_bytes_parse(name + strlen("hugepages-"), &page) &&
	    page > 0 && page < INT64_MAX / 1000 && amount % (page * 1000))
		return doc_error(v, err,
				 "%.80s must be a multiple of the size of its pages, not \"%.80s\"",
				 name, v->text);
	return 0;
}

static int check_pair(const char *name, const struct doc_value *request,
		      const struct doc_value *limit, const char *where, struct error *err)
{
	int64_t most, least;

	if (request->kind >= DOC_LIST || limit->kind >= DOC_LIST || !thousandths(limit, &most) ||
	    !thousandths(request, &least))
		return 0;
	if ((is_extended(name) || pod_is_huge_pages(name)) && least != most)
		return doc_error(
			request, err,
			"%s requests %.40s of %.80s with a limit of %.40s; Kubernetes wants "
			"both equal",
			where, request->text, name, limit->text);
	if (least <= most)
		return 0;
	return doc_error(request, err,
			 "%s requests %.40s of %.80s, above its limit of %.40s; Kubernetes refuses "
			 "that",
			 where, request->text, name, limit->text);
}

int pod_check_amounts(const struct doc_value *limits, const struct doc_value *requests,
		      const char *where, struct error *err)
{
	int rc = 0;

	for (uint32_t i = 0; !rc && limits && i < limits->nr; i++)
		rc = check_amount(limits->member[i].key, &limits->member[i].value, err);
	for (uint32_t i = 0; !rc && requests && i < requests->nr; i++) {
		const char *name = requests->member[i].key;
		const struct doc_value *request = &requests->member[i].value;
		const struct doc_value *limit = pod_member(limits, name);

		rc = check_amount(name, request, err);
		if (!rc && limit && request->kind != DOC_NULL)
			rc = check_pair(name, request, limit, where, err);
	}
	return rc;
}
