#include <stdlib.h>

#include "base/alloc.h"
#include "base/event_queue.h"
#include "bench/loop/departures.h"
#include "bench/speed/speed.h"

#define NODES 8

uint64_t floor_queue(struct arrival *a, size_t nr)
{
	struct departures q = {0};
	uint64_t events = 0;

	for (size_t i = 0; i < nr || departures_next_ns(&q) != NS_NEVER; events++) {
		if (i < nr && a[i].at_ns < departures_next_ns(&q)) {
			departures_push(&q, a[i].at_ns + a[i].lifetime_ns, i, (uint32_t)i);
			i++;
		} else {
			(void)departures_pop(&q);
		}
	}
	departures_release(&q);
	return events;
}

uint64_t floor_heap(struct arrival *a, size_t nr)
{
	struct event_queue q = {0};
	uint64_t events = 0;

	for (size_t i = 0; i < nr || q.nr; events++) {
		if (i < nr && a[i].at_ns < event_queue_next_ns(&q)) {
			event_queue_push(&q, a[i].at_ns + a[i].lifetime_ns, (uint32_t)i);
			i++;
		} else {
			(void)event_queue_pop(&q);
		}
	}
	event_queue_release(&q);
	return events;
}

struct plain_node {
	int64_t bytes;
	int32_t vcpus;
};

/* First host whose freest node with room takes it; false: none. */
static int scan(struct plain_node *node, uint32_t hosts, struct arrival *a)
{
	for (uint32_t h = 0; h < hosts; h++) {
		struct plain_node *best = NULL;

		for (uint32_t n = h * NODES; n < (h + 1) * NODES; n++) {
			if (node[n].vcpus < (int32_t)a->vcpus || node[n].bytes < a->bytes)
				continue;
			if (!best || node[n].bytes > best->bytes)
				best = &node[n];
		}
		if (best) {
			best->bytes -= a->bytes;
			best->vcpus -= (int32_t)a->vcpus;
			a->node = (uint32_t)(best - node);
			return 1;
		}
	}
	return 0;
}

uint64_t floor_linear_scan(struct arrival *a, size_t nr, uint32_t hosts)
{
	struct plain_node *node = xcalloc((size_t)hosts * NODES, sizeof(*node));
	struct event_queue q = {0};
	uint64_t events = 0;

	for (size_t i = 0; i < (size_t)hosts * NODES; i++)
		node[i] = (struct plain_node){.bytes = 16 * GIB, .vcpus = 16};
	for (size_t i = 0; i < nr || q.nr; events++) {
		if (i < nr && a[i].at_ns < event_queue_next_ns(&q)) {
			if (scan(node, hosts, &a[i]))
				event_queue_push(&q, a[i].at_ns + a[i].lifetime_ns, (uint32_t)i);
			i++;
		} else {
			const struct arrival *gone = &a[event_queue_pop(&q).slot];

			node[gone->node].bytes += gone->bytes;
			node[gone->node].vcpus += (int32_t)gone->vcpus;
		}
	}
	event_queue_release(&q);
	free(node);
	return events;
}
