/*
 * A fleet in clusters: sets of hosts with a name, none in two of them. A zone belongs to one
 * and goes to no host of another; which one the workload says: a column of its trace, a member
 * of an event or a size, or a trace for each. So what happens in one cluster is none of the
 * others' business, and a row can be run cluster by cluster (bench/clusters/).
 */
#ifndef ZONE_CLUSTERS_H
#define ZONE_CLUSTERS_H

#include <stddef.h>
#include <stdint.h>

#include "zone/initial.h"

#define CLUSTERS_MAX 1000
#define CLUSTER_NONE UINT32_MAX

struct workload;
struct fleet_spec;
struct fleet_group;

/* Hosts of the fleet, one behind the other. */
struct fleet_cluster {
	const char *name;
	uint32_t first_host, nr_hosts;
	/* Of the fleet's, what is this cluster's, its hosts counted from 0; NULL: nothing. */
	const struct fleet_initial *initial;
	const struct fleet_racks *racks;
	/* Where its zones come from: a workload of this trace alone, with an arena of its own;
	 * NULL: the workload's zones name their clusters. All have one, or none. */
	struct workload *own;
};

/* The cluster of that name; CLUSTER_NONE: there is none. */
uint32_t fleet_find_cluster(const struct fleet_spec *f, const char *name, size_t n);
/* "a, b and 3 more" */
const char *fleet_cluster_names(const struct fleet_spec *f, char *buf, size_t size);
/* What is noted of zones of a trace that name one where the fleet has no list of them. */
const char *fleet_cluster_note(const struct fleet_spec *f);

/* Of a workload's "fleet": the list "clusters". Fills nr_clusters and the groups of hosts. */
int clusters_from_doc(struct workload *w, const struct doc_value *fleet,
		      int (*read_group)(const struct doc_value *at, struct arena *a,
					struct fleet_group *out, struct error *err),
		      struct error *err) MUST_USE;
/* Has each cluster of the "fleet" a "trace", which is read with read_trace()? ERR_INPUT where only
 * some have. */
int clusters_read_traces(struct workload *w, const struct doc_value *fleet, bool *out,
			 int (*read_trace)(struct workload *w, const struct doc_value *at,
					   struct error *err),
			 struct error *err) MUST_USE;
void clusters_release(struct workload *w);

struct zone_stream;
/* The zones of all of a workload whose clusters have a trace each: in the order of time, at one
 * time in that of the clusters. */
int clusters_open(struct zone_stream **out, const struct workload *w, bool skip_bad,
		  struct error *err) MUST_USE;
/* Once the fleet's initial state and racks are known: each cluster's part of them. */
int clusters_share(struct workload *w, const struct doc_value *fleet, struct error *err) MUST_USE;
/* Which cluster a member "cluster" names; required where the fleet has clusters, an error
 * where it has none. */
int cluster_from_doc(const struct fleet_spec *f, const struct doc_value *at, uint32_t *out,
		     struct error *err) MUST_USE;

#endif
