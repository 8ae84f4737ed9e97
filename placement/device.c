#include "placement/device.h"

#include <string.h>

#include "placement/explain.h"

static int check_named(const struct policy_input *in, uint32_t i, struct error *err)
{
	const struct zone *z = in->zone;
	int d = host_find_device(in->host, z->device[i]);

	if (d < 0)
		return error_set(err, ERR_NO_DEVICE, "host %s has no device %s", in->host->name,
				 z->device[i]);
	if (in->state->device_taken[d])
		return error_set(err, ERR_NO_DEVICE, "device %s is taken by another zone",
				 z->device[i]);
	for (uint32_t j = 0; j < i; j++) {
		if (host_find_device(in->host, z->device[j]) == d)
			return error_set(err, ERR_NO_DEVICE,
					 "devices %s and %s are one and the same", z->device[j],
					 z->device[i]);
	}
	return 0;
}

bool device_free(const struct policy_input *in, enum zone_device_class class, unsigned d)
{
	return plan_device_is(&in->host->device[d], class) && !in->state->device_taken[d] &&
	       !plan_zone_names(in->zone, in->host, d);
}

static int check_class(const struct policy_input *in, enum zone_device_class class, uint32_t wanted,
		       struct error *err)
{
	uint32_t nr = 0, nr_free = 0;

	for (unsigned d = 0; d < in->host->nr_devices; d++) {
		nr += plan_device_is(&in->host->device[d], class);
		nr_free += device_free(in, class, d);
	}
	if (nr_free >= wanted)
		return 0;
	return error_set(err, ERR_NO_DEVICE,
			 "%u of class %s asked, host %s has %u and %u of them free", wanted,
			 zone_device_class_name(class), in->host->name, nr, nr_free);
}

int device_check(const struct policy_input *in, struct error *err)
{
	const struct zone *z = in->zone;
	uint32_t wanted[ZONE_DEVICE_CLASSES] = {0};
	int rc = 0;

	for (uint32_t i = 0; !rc && i < z->nr_devices; i++) {
		enum zone_device_class class;
		uint32_t count;

		if (zone_device_any(z->device[i], &class, &count))
			wanted[class] += count;
		else
			rc = check_named(in, i, err);
	}
	for (int c = 0; !rc && c < ZONE_DEVICE_CLASSES; c++) {
		if (wanted[c])
			rc = check_class(in, (enum zone_device_class)c, wanted[c], err);
	}
	return rc;
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

/* Usable nodes that the device speaks for; 0: none known. */
static nodeset nodes_near(const struct policy_input *in, unsigned device)
{
	nodeset owners = in->host->device[device].nodes;

	if (!owners || owners & in->host->usable_nodes)
		return owners & in->host->usable_nodes;
	return nodeset_of(nearest_usable(in, owners));
}

static nodeset votes_for_named(const struct policy_input *in, uint32_t i)
{
	const char *name = in->zone->device[i];
	unsigned device = (unsigned)host_find_device(in->host, name);
	nodeset owners = in->host->device[device].nodes, near = nodes_near(in, device);
	struct sentence s;

	if (!owners) {
		explain_add(in->why,
			    "device %s: nobody knows which node owns it, so it is not "
			    "looked at",
			    name);
	} else if (in->why && !(owners & in->host->usable_nodes)) {
		sentence_set(&s, "device %s is on node ", name);
		sentence_add_nodes(&s, in->host, owners);
		sentence_add(&s,
			     ", where no zone can live (no CPUs or no memory): the nearest "
			     "usable node %u counts instead",
			     node_name(in->host, nodeset_lowest(near)));
		explain_add(in->why, "%s", s.text);
	}
	return near;
}

/* How many of entry i's devices each node has near it: of so many of a class, as many
 * of the free ones as are asked for. Returns the nodes that have most. */
static nodeset votes_for(const struct policy_input *in, uint32_t i, unsigned votes[NODES_MAX])
{
	enum zone_device_class class;
	uint32_t count;
	unsigned most = 0, node;
	nodeset best = 0;

	memset(votes, 0, NODES_MAX * sizeof(*votes));
	if (!zone_device_any(in->zone->device[i], &class, &count)) {
		best = votes_for_named(in, i);
		nodeset_for_each (node, best)
			votes[node] = 1;
		return best;
	}
	for (unsigned d = 0; d < in->host->nr_devices; d++) {
		nodeset near = device_free(in, class, d) ? nodes_near(in, d) : 0;

		nodeset_for_each (node, near)
			votes[node] += votes[node] < count;
	}
	for (node = 0; node < in->host->nr_nodes; node++) {
		if (votes[node] > most) {
			most = votes[node];
			best = 0;
		}
		if (most && votes[node] == most)
			best |= nodeset_of(node);
	}
	return best;
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
	enum zone_device_class class;
	struct sentence s;
	uint32_t count;

	if (!in->why)
		return;
	sentence_set(&s, "first node %u: ", node_name(in->host, home));
	if (in->zone->nr_devices == 1 && zone_device_any(in->zone->device[0], &class, &count))
		sentence_add(&s, "nearest to %u free %s of %u asked", votes,
			     zone_device_class_name(class), count);
	else if (in->zone->nr_devices == 1)
		sentence_add(&s, "nearest to device %s", in->zone->device[0]);
	else
		sentence_add(&s, "nearest to %u of %u devices", votes, nr_known);
	if (tied)
		sentence_add(&s, "; others have as many, the device listed first, then free "
				 "memory, then the lower id decide");
	explain_add(in->why, "%s", s.text);
}

/* Of the nodes with most votes, those that the entry listed first prefers. */
static nodeset first_choice(const struct policy_input *in, nodeset winners)
{
	struct policy_input quiet = *in;
	unsigned votes[NODES_MAX];

	quiet.why = NULL;
	for (uint32_t i = 0; i < in->zone->nr_devices && nodeset_count(winners) > 1; i++) {
		nodeset preferred = votes_for(&quiet, i, votes) & winners;

		if (preferred)
			return preferred;
	}
	return winners;
}

static unsigned asked_for(const char *text)
{
	enum zone_device_class class;
	uint32_t count;

	return zone_device_any(text, &class, &count) ? count : 1;
}

bool device_home(const struct policy_input *in, unsigned *home)
{
	unsigned votes[NODES_MAX] = {0}, mine[NODES_MAX];
	unsigned most = 0, nr_known = 0, node;
	nodeset winners = 0;

	for (uint32_t i = 0; i < in->zone->nr_devices; i++) {
		nodeset set = votes_for(in, i, mine);

		nr_known += set ? asked_for(in->zone->device[i]) : 0;
		for (node = 0; node < in->host->nr_nodes; node++) {
			votes[node] += mine[node];
			if (votes[node] > most)
				most = votes[node];
		}
	}
	if (!most)
		return false;
	for (node = 0; node < in->host->nr_nodes; node++) {
		if (votes[node] == most)
			winners |= nodeset_of(node);
	}
	*home = freest(in->state, first_choice(in, winners));
	explain_home(in, *home, most, nr_known, nodeset_count(winners) > 1);
	return true;
}
