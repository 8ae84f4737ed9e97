#include "placement/device.h"

#include "placement/explain.h"

int device_check(const struct policy_input *in, struct error *err)
{
	const struct zone *z = in->zone;

	for (uint32_t i = 0; i < z->nr_devices; i++) {
		int d = host_find_device(in->host, z->device[i]);

		if (d < 0)
			return error_set(err, ERR_NO_DEVICE, "host %s has no device %s",
					 in->host->name, z->device[i]);
		if (in->state->device_taken[d])
			return error_set(err, ERR_NO_DEVICE, "device %s is taken by another zone",
					 z->device[i]);
		for (uint32_t j = 0; j < i; j++) {
			if (host_find_device(in->host, z->device[j]) == d)
				return error_set(err, ERR_NO_DEVICE,
						 "devices %s and %s are one and the same",
						 z->device[j], z->device[i]);
		}
	}
	return 0;
}

/* Usable node nearest to any of `from`; there is one on every host. */
static unsigned nearest_usable(const struct policy_input *in, nodeset from)
{
	unsigned best = NODES_MAX, node;
	uint32_t best_distance = 0;

	nodeset_for_each (node, in->host->usable_nodes) {
		uint32_t distance = UINT32_MAX;

		for (unsigned f = 0; f < in->host->nr_nodes; f++) {
			if (nodeset_has(from, f) && host_distance(in->host, f, node) < distance)
				distance = host_distance(in->host, f, node);
		}
		if (best == NODES_MAX || distance < best_distance ||
		    (distance == best_distance &&
		     in->state->free_bytes[node] > in->state->free_bytes[best])) {
			best = node;
			best_distance = distance;
		}
	}
	return best;
}

/* Usable nodes that device number i of the zone speaks for; 0: none known. */
static nodeset votes_for(const struct policy_input *in, uint32_t i)
{
	const char *name = in->zone->device[i];
	nodeset owners = in->host->device[host_find_device(in->host, name)].nodes;
	struct sentence s;
	unsigned node;

	if (!owners) {
		explain_add(in->why,
			    "device %s: nobody knows which node owns it, so it is not "
			    "looked at",
			    name);
		return 0;
	}
	if (owners & in->host->usable_nodes)
		return owners & in->host->usable_nodes;
	node = nearest_usable(in, owners);
	if (in->why) {
		sentence_set(&s, "device %s is on node ", name);
		sentence_add_nodes(&s, in->host, owners);
		sentence_add(&s,
			     ", where no zone can live (no CPUs or no memory): the nearest "
			     "usable node %u counts instead",
			     node_name(in->host, node));
		explain_add(in->why, "%s", s.text);
	}
	return nodeset_of(node);
}

static unsigned freest(const struct host_state *s, nodeset nodes)
{
	unsigned best = nodeset_lowest(nodes), node;

	nodeset_for_each (node, nodes) {
		if (s->free_bytes[node] > s->free_bytes[best])
			best = node;
	}
	return best;
}

static void explain_home(const struct policy_input *in, unsigned home, unsigned votes,
			 unsigned nr_known, bool tied)
{
	struct sentence s;

	if (!in->why)
		return;
	sentence_set(&s, "first node %u: ", node_name(in->host, home));
	if (in->zone->nr_devices == 1)
		sentence_add(&s, "nearest to device %s", in->zone->device[0]);
	else
		sentence_add(&s, "nearest to %u of %u devices", votes, nr_known);
	if (tied)
		sentence_add(&s, "; others have as many, the device listed first, then free "
				 "memory, then the lower id decide");
	explain_add(in->why, "%s", s.text);
}

bool device_home(const struct policy_input *in, unsigned *home)
{
	unsigned votes[NODES_MAX] = {0};
	unsigned most = 0, nr_known = 0, node;
	nodeset winners = 0, first = 0;

	for (uint32_t i = 0; i < in->zone->nr_devices; i++) {
		nodeset set = votes_for(in, i);

		nr_known += set != 0;
		nodeset_for_each (node, set) {
			if (++votes[node] > most)
				most = votes[node];
		}
	}
	if (!most)
		return false;
	for (node = 0; node < in->host->nr_nodes; node++) {
		if (votes[node] == most)
			winners |= nodeset_of(node);
	}
	for (uint32_t i = 0; i < in->zone->nr_devices && nodeset_count(winners) > 1; i++) {
		struct policy_input quiet = *in;

		quiet.why = NULL;
		first = votes_for(&quiet, i) & winners;
		if (first)
			break;
	}
	*home = freest(in->state, first ? first : winners);
	explain_home(in, *home, most, nr_known, nodeset_count(winners) > 1);
	return true;
}
