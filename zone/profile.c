#include <string.h>

#include "zone/zone.h"
#include "zone/zone_check.h"

/*
 * What each preset is for, and where its figures come from.
 *
 * parallelism: 16 outstanding cache lines a core is what Xeons from Skylake to
 * Granite Rapids (14.5 to 26) and Graviton 2 and 4 (14 to 15) reach at
 * saturation, by Little's law on published loaded-latency measurements (lines =
 * bandwidth x latency / 64 bytes); a pointer chaser has one by construction;
 * server code between 4 and 8.
 *
 * read_share: a STREAM triad reads two arrays and writes one, with non-temporal
 * stores: 2/3. A chaser only reads. The server presets are chosen: 3/4 and 4/5
 * are the mixes between the 2:1 and 3:1 read/write points that memory latency
 * checkers measure, and read-mostly requests.
 *
 * stall_share, sharing_share and demand are chosen, not measured: no public
 * measurement separates them by kind of workload. They are held so that
 * - one that waits for memory all the time (chase) feels a remote access whole,
 *   and one bound by bandwidth (stream) hardly, since its misses overlap;
 * - a web server lies near the 20 % loss that is reported for a wholly remote
 *   service: at a remote/local latency ratio of 1.7 the loss 1 - 1/(1 + 0.7 s)
 *   is 19 % with s = 0.35; a database, which chases its indexes, above it (0.45);
 * - sharing is nothing for partitioned programs, and a quarter of a database's
 *   accesses (a buffer pool all workers use);
 * - demands stay below what a core can draw with that parallelism at 100 ns
 *   (6 lines x 64 bytes / 100 ns = 3.8 GB/s).
 * A zone that knows better overrides single figures.
 */
static const struct zone_profile presets[] = {
	{
		.name = "stream",
		.demand_bytes_per_s = 0,
		.read_share_ppm = 666667,
		.stall_share_ppm = 100000,
		.sharing_share_ppm = 0,
		.parallelism = 16,
	},
	{
		.name = "chase",
		.demand_bytes_per_s = 0,
		.read_share_ppm = 1000000,
		.stall_share_ppm = 1000000,
		.sharing_share_ppm = 0,
		.parallelism = 1,
	},
	{
		.name = "web",
		.demand_bytes_per_s = 500000000,
		.read_share_ppm = 750000,
		.stall_share_ppm = 350000,
		.sharing_share_ppm = 100000,
		.parallelism = 6,
	},
	{
		.name = "database",
		.demand_bytes_per_s = 1500000000,
		.read_share_ppm = 800000,
		.stall_share_ppm = 450000,
		.sharing_share_ppm = 250000,
		.parallelism = 8,
	},
	{
		/* timers and health checks: 10 MB/s so that it is not counted as nothing */
		.name = "idle",
		.demand_bytes_per_s = 10000000,
		.read_share_ppm = 750000,
		.stall_share_ppm = 50000,
		.sharing_share_ppm = 0,
		.parallelism = 4,
	},
};

const char *const zone_profile_names[] = {"stream", "chase", "web", "database", "idle", NULL};

const struct zone_profile *zone_profile_find(const char *name)
{
	for (size_t i = 0; i < sizeof(presets) / sizeof(presets[0]); i++)
		if (strcmp(presets[i].name, name) == 0)
			return &presets[i];
	return NULL;
}
