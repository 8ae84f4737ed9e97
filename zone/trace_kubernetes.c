/*
 * The pods of a cluster: `kubectl get pods --all-namespaces -o json`, a List, with the
 * cluster's events in the same List (`kubectl get pods,events ...`) or in another document.
 * Fields are those of kubernetes/kubernetes@815c3d8f, staging/src/k8s.io/api/core/v1/
 * types.go; a pod's size is the pod reader's word (pod.h), with all its rules and warnings.
 *
 * - A pod asks for room at its creationTimestamp (else its startTime), also one that was
 *   never scheduled.
 * - It is gone when its last container was: state.terminated.finishedAt. A pod that has ended
 *   (Succeeded, Failed) and says nothing of containers, as one that was evicted, ended at the
 *   latest change of its conditions. One that is being deleted ends at deletionTimestamp.
 * - Events: Killing with "Stopping container" is a pod's end; with any other message it is
 *   the restart of a container (pkg/kubelet/kuberuntime/kuberuntime_container.go@fbba6b47).
 *   Evicted and Preempted are ends too. They count for pods that the list still calls alive.
 *   Events of pods that no list has say when, not how large: they are counted.
 * - A zone is called namespace/name. A pod that is there twice (several lists of one cluster)
 *   is the later one.
 */
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/map.h"
#include "base/rng.h"
#include "base/units.h"
#include "zone/pod.h"
#include "zone/trace_docs.h"

struct kube_pod {
	struct zone zone;
	const char *uid; /* "" where there is none */
	int64_t at_ns, end_ns;
	bool ended; /* by its phase */
	const struct doc_value *at;
};

struct kube {
	struct doc_stream *s;
	struct pod_reader reader;
	struct kube_pod *pod;
	size_t nr, cap;
	struct map by_name; /* hash of name -> pod */
};

/* The latest pod under this name whose uid is not another; MAP_NONE: none. */
static uint32_t find_pod(const struct kube *k, const char *name, const char *uid)
{
	uint64_t hash = hash_text(name);
	uint32_t found = MAP_NONE;
	size_t at;

	for (uint32_t i = map_first(&k->by_name, hash, &at); i != MAP_NONE;
	     i = map_next(&k->by_name, hash, &at)) {
		const struct kube_pod *p = &k->pod[i];

		if (strcmp(p->zone.name, name) == 0 &&
		    (!*uid || !*p->uid || strcmp(p->uid, uid) == 0) &&
		    (found == MAP_NONE || i > found))
			found = i;
	}
	return found;
}

/* --- pods --------------------------------------------------------------------------------- */

static const char *text_of(const struct doc_value *map, const char *key)
{
	const char *text = doc_text(doc_member(map, key));

	return text ? text : "";
}

static int latest_time(const struct doc_value *map, const char *key, int64_t *latest_ns,
		       struct error *err)
{
	int64_t ns = -1;
	int rc = docs_time(map, key, &ns, err);

	if (!rc && ns > *latest_ns)
		*latest_ns = ns;
	return rc;
}

/* The latest finishedAt of a list of statuses. */
static int last_finished(const struct doc_value *status, const char *key, int64_t *latest_ns,
			 struct error *err)
{
	const struct doc_value *list = doc_member(status, key);
	int rc = 0;

	for (uint32_t i = 0; !rc && list && list->kind == DOC_LIST && i < list->nr; i++)
		rc = latest_time(doc_member(doc_member(&list->item[i], "state"), "terminated"),
				 "finishedAt", latest_ns, err);
	return rc;
}

static int last_change(const struct doc_value *status, int64_t *latest_ns, struct error *err)
{
	const struct doc_value *list = doc_member(status, "conditions");
	int rc = 0;

	for (uint32_t i = 0; !rc && list && list->kind == DOC_LIST && i < list->nr; i++)
		rc = latest_time(&list->item[i], "lastTransitionTime", latest_ns, err);
	return rc;
}

/* Of a pod whose phase says that it has ended; -1: nothing says when. */
static int read_end(const struct doc_value *status, int64_t *end_ns, struct error *err)
{
	static const char *const lists[] = {"containerStatuses", "initContainerStatuses",
					    "ephemeralContainerStatuses"};
	int rc = 0;

	*end_ns = -1;
	for (size_t i = 0; !rc && i < sizeof(lists) / sizeof(lists[0]); i++)
		rc = last_finished(status, lists[i], end_ns, err);
	return rc || *end_ns >= 0 ? rc : last_change(status, end_ns, err);
}

static int read_times(const struct doc_value *node, struct kube_pod *p, struct error *err)
{
	const struct doc_value *metadata = doc_member(node, "metadata");
	const struct doc_value *status = doc_member(node, "status");
	const char *phase = text_of(status, "phase");
	int rc;

	p->at_ns = p->end_ns = -1;
	p->ended = strcmp(phase, "Succeeded") == 0 || strcmp(phase, "Failed") == 0;
	rc = docs_time(metadata, "creationTimestamp", &p->at_ns, err);
	if (!rc && p->at_ns < 0)
		rc = docs_time(status, "startTime", &p->at_ns, err);
	if (!rc && p->at_ns < 0)
		rc = doc_error(
			node, err,
			"pod \"%.80s\" has no creationTimestamp; this is how a cluster prints "
			"it: kubectl get pods -o json",
			p->zone.name);
	if (!rc && p->ended)
		rc = read_end(status, &p->end_ns, err);
	if (!rc && p->end_ns < 0)
		rc = docs_time(metadata, "deletionTimestamp", &p->end_ns, err);
	return rc;
}

/* A pod into the list, or in the place of what an earlier list said of it. */
static void keep_pod(struct kube *k, const struct kube_pod *p)
{
	uint32_t i = find_pod(k, p->zone.name, p->uid);

	if (i != MAP_NONE) {
		stream_note(&k->s->base, "are of pods that came again later");
		k->pod[i] = *p;
		return;
	}
	map_add(&k->by_name, hash_text(p->zone.name), (uint32_t)k->nr);
	k->pod = grow(k->pod, &k->cap, k->nr, sizeof(*k->pod));
	k->pod[k->nr++] = *p;
}

static int read_pod(struct kube *k, const struct doc_value *node, struct error *err)
{
	const struct doc_value *metadata = doc_member(node, "metadata");
	const char *namespace = text_of(metadata, "namespace");
	struct kube_pod p = {.at = node};
	int rc = pod_read_one(&k->reader, node, &p.zone, err);

	if (rc)
		return rc;
	if (*namespace)
		p.zone.name =
			arena_printf(&k->s->zones.arena, "%.253s/%.253s", namespace, p.zone.name);
	p.uid = text_of(metadata, "uid");
	rc = read_times(node, &p, err);
	if (!rc)
		keep_pod(k, &p);
	return rc;
}

/* --- events ----------------------------------------------------------------------------- */

static bool ends_a_pod(const struct doc_value *event)
{
	static const char stopping[] = "Stopping container";
	const char *reason = text_of(event, "reason");
	const char *message = text_of(event, doc_member(event, "message") ? "message" : "note");

	if (strcmp(reason, "Killing") == 0)
		return strncmp(message, stopping, sizeof(stopping) - 1) == 0;
	return strcmp(reason, "Evicted") == 0 || strcmp(reason, "Preempted") == 0;
}

/* When it was last seen, by the fields of both kinds of events. */
static int event_time(const struct doc_value *event, int64_t *at_ns, struct error *err)
{
	static const char *const keys[] = {"lastTimestamp", "deprecatedLastTimestamp", "eventTime",
					   "firstTimestamp"};
	int rc = 0;

	*at_ns = -1;
	for (size_t i = 0; !rc && i < sizeof(keys) / sizeof(keys[0]); i++)
		rc = latest_time(event, keys[i], at_ns, err);
	return rc ? rc : latest_time(doc_member(event, "series"), "lastObservedTime", at_ns, err);
}

static int read_event(struct kube *k, const struct doc_value *event, struct error *err)
{
	const struct doc_value *of = doc_member(event, "involvedObject");
	const char *namespace, *name;
	struct kube_pod *p;
	int64_t at_ns;
	char full[512];
	uint32_t i;
	int rc;

	of = of ? of : doc_member(event, "regarding");
	if (strcmp(text_of(of, "kind"), "Pod") != 0)
		return 0;
	namespace = text_of(of, "namespace");
	name = text_of(of, "name");
	snprintf(full, sizeof(full), "%.250s%s%.253s", namespace, *namespace ? "/" : "", name);
	i = find_pod(k, full, text_of(of, "uid"));
	if (i == MAP_NONE) {
		stream_note(&k->s->base, "are events of pods that no list has; nothing says how "
					 "large those were");
		return 0;
	}
	if (!ends_a_pod(event))
		return 0;
	rc = event_time(event, &at_ns, err);
	p = &k->pod[i];
	/* a list that was made later and calls it alive or ended knows better */
	if (!rc && !p->ended && at_ns >= p->at_ns && at_ns > p->end_ns)
		p->end_ns = at_ns;
	return rc;
}

/* --- lists -------------------------------------------------------------------------------- */

/* `of`: what an item is when it does not say so; `events` is which of two rounds this is. */
static int read_item(struct kube *k, const struct doc_value *item, const char *of, bool events,
		     struct error *err)
{
	const char *kind = doc_member(item, "kind") ? text_of(item, "kind") : of;
	struct error own = {.code = 0};
	int rc = 0;

	if (strcmp(kind, "Pod") == 0 && !events)
		rc = read_pod(k, item, &own);
	else if (strcmp(kind, "Event") == 0 && events)
		rc = read_event(k, item, &own);
	else if (strcmp(kind, "Pod") != 0 && strcmp(kind, "Event") != 0 && !events)
		stream_note(&k->s->base, "are neither pods nor events and are passed over");
	return docs_judge(k->s, rc, &own, err);
}

static int read_root(struct kube *k, const struct doc_value *root, bool events, struct error *err)
{
	const char *kind = text_of(root, "kind");
	const struct doc_value *items = NULL;
	size_t n = strlen(kind);
	char of[64];
	int rc;

	if (root->kind != DOC_MAP)
		return doc_error(root, err, "must be a List of pods: kubectl get pods -o json");
	if (n < 4 || strcmp(kind + n - 4, "List") != 0)
		return read_item(k, root, "", events, err);
	rc = doc_get_list(root, "items", true, &items, err);
	snprintf(of, sizeof(of), "%.*s", (int)(n - 4), kind);
	for (uint32_t i = 0; !rc && i < items->nr; i++)
		rc = read_item(k, &items->item[i], of, events, err);
	return rc;
}

/* Pods first: an event may stand before its pod. */
static int read_docs(struct kube *k, struct error *err)
{
	int rc = 0;

	for (int events = 0; events < 2; events++)
		for (size_t d = 0; d < k->s->nr_docs; d++)
			for (size_t i = 0; !rc && i < k->s->doc[d].nr_roots; i++)
				rc = read_root(k, &k->s->doc[d].root[i], events, err);
	return rc;
}

/* Nodes of a zone of the cloud are a set of hosts; a pod that must be there says so. Node pools
 * have other labels with every provider. */
#define ZONE_OF_NODES "topology.kubernetes.io/zone"

static int add_pod(struct kube *k, const struct kube_pod *p, struct error *err)
{
	const struct doc_value *selector = doc_member(doc_member(p->at, "spec"), "nodeSelector");
	const char *where = doc_text(doc_member(selector, ZONE_OF_NODES));
	struct error own = {.code = 0};
	uint32_t cluster = 0;
	int rc = 0;

	if (p->ended && p->end_ns < 0)
		rc = doc_error(p->at, &own, "pod \"%.80s\" has ended, and nothing says when",
			       p->zone.name);
	else if (k->s->fleet->nr_clusters)
		rc = docs_cluster(k->s, p->at, "nodeSelector " ZONE_OF_NODES, where, &cluster,
				  &own);
	if (rc)
		return docs_judge(k->s, rc, &own, err);
	return docs_add(k->s, p->at, &p->zone, NULL, cluster, p->at_ns,
			p->end_ns < 0 ? NS_NEVER : p->end_ns, err);
}

static int add_pods(struct kube *k, struct error *err)
{
	int rc = 0;

	for (size_t i = 0; !rc && i < k->nr; i++)
		rc = add_pod(k, &k->pod[i], err);
	return rc;
}

/* What the pod reader warns of: how many lines, and the first. */
static void note_warnings(struct zone_stream_stats *stats, const char *text)
{
	const char *end = strchr(text, '\n');

	if (!end)
		return;
	snprintf(stats->first_warning, sizeof(stats->first_warning), "%.*s",
		 (int)(end - text < 255 ? end - text : 255), text);
	for (; end; end = strchr(end + 1, '\n'))
		stats->warnings++;
}

static int kubernetes_read(struct doc_stream *s, struct error *err)
{
	struct zone_reading how = {0};
	struct kube k = {.s = s, .reader = {.how = &how}};
	char *text = NULL;
	size_t size;
	int rc;

	how.warn = xmemstream(&text, &size);
	k.reader.out = &s->zones;
	rc = pod_load_rows(&k.reader, err);
	if (!rc)
		rc = read_docs(&k, err);
	if (!rc)
		rc = add_pods(&k, err);
	if (how.warn)
		xmemstream_close(how.warn);
	if (text)
		note_warnings(&s->base.stats, text);
	free(text);
	free(k.pod);
	map_release(&k.by_name);
	arena_release(&k.reader.arena);
	return rc;
}

static bool kubernetes_begins(const char *text, size_t size)
{
	static const char *const keys[] = {"apiVersion", "items", "kind", NULL};

	return docs_begin(text, size, keys);
}

static int kubernetes_open(struct zone_stream **out, const char *path, const struct workload *w,
			   bool skip_bad, struct error *err)
{
	return docs_open(out, path, w, skip_bad, kubernetes_read, err);
}

static const struct trace_column columns[] = {
	{"metadata.name", false, NULL, "names the zone, with its namespace"},
	{"metadata.creationTimestamp", false, "time", "when it asks for room"},
	{"metadata.annotations", true, NULL, "its size, as of any pod"},
	{"spec.containers", false, NULL, "the same"},
	{"spec.nodeSelector", true, NULL, "topology.kubernetes.io/zone names its cluster"},
	{"status.phase", true, NULL, "Succeeded, Failed: it has ended"},
	{"status.containerStatuses", true, "time", "terminated.finishedAt: when it ended"},
	{"status.conditions", true, "time", "the last change, where no container says when"},
	{"metadata.deletionTimestamp", true, "time", "when it will be gone"},
	{"involvedObject", true, NULL, "of an Event: whose it is"},
	{"reason", true, NULL, "of an Event: Killing, Evicted, Preempted end a pod"},
	{"lastTimestamp", true, "time", "of an Event: when"},
	{NULL, false, NULL, NULL},
};

const struct trace_format trace_kubernetes = {
	.name = "kubernetes-pods",
	.summary = "Kubernetes: kubectl get pods,events -A -o json",
	.keeps = "the whole document",
	.source = "https://github.com/kubernetes/kubernetes: staging/src/k8s.io/api/core/v1/"
		  "types.go",
	.where = "kubectl get pods,events --all-namespaces -o json",
	.takes_more = true,
	.cluster = "spec.nodeSelector",
	.column = columns,
	.begins = kubernetes_begins,
	.open_path = kubernetes_open,
};
