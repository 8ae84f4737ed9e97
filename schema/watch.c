/* What homenode watch says of a host, sample by sample. */
#include "schema/keys.h"
#include "schema/schema.h"

#define WHEN COLUMN_TEXT("at", "at", "when: RFC 3339, UTC")
#define HOST COLUMN_KEY("host", "host", "its name")
#define ZONE                                                                                       \
	COLUMN_KEY("zone", "zone", "as its toolstack calls it"),                                   \
		COLUMN_KEY("id", "id",                                                             \
			   "stays the same while it lives: domain and UUID, process and start, "   \
			   "path and inode of a cgroup")

static const struct column watch[] = {
	WHEN,
	HOST,
	ZONE,
	COLUMN_KEY("kind", "kind",
		   "`xen-pvh`, `xen-hvm`, `xen-pv`, `xen-dom0`, `qemu`, `container`, `model`"),
	COLUMN_FIGURE("ours", COUNT, NEITHER, COUNTED, "ours", "1: homenode started it"),
	COLUMN_FIGURE("vcpus", COUNT, NEITHER, COUNTED, "vCPUs",
		      "online; of a container its quota of CPUs, or those it may run on"),
	COLUMN_TEXT("runs_on", "runs on",
		    "nodes whose CPUs its vCPUs may run on; empty: not known"),
	COLUMN_TEXT("prefers", "prefers", "the same, soft affinity; empty: no wish"),
	COLUMN_TEXT("told", "told",
		    "the host's node that the guest was told each of its nodes is, in their order; "
		    "empty: of one node alone, or not known"),
	COLUMN_TEXT(
		"home", "home",
		"the nodes that its placement names: those told, else those its vCPUs may run on "
		"or prefer; empty: it may run anywhere"),
	COLUMN_FIGURE("memory_bytes", BYTES, NEITHER, COUNTED, "memory", "what it has"),
	COLUMN_FIGURE("target_bytes", BYTES, NEITHER, COUNTED, "target", "of its balloon"),
	COLUMN_FIGURE("max_bytes", BYTES, NEITHER, COUNTED, "most", "that it may ever have"),
	COLUMN_TEXT("pages_by_node", "4 KiB pages by node",
		    "node, a colon, pages of 4 KiB; empty: they cannot be seen"),
	COLUMN_FIGURE("local_page_ppm", SHARE, HIGHER, COUNTED, "home",
		      "share of its pages that can be at home: what the two columns behind leave"),
	COLUMN_FIGURE("wrong_vnode_page_ppm", SHARE, LOWER, COUNTED, "wrong",
		      "share on its own nodes, but not the one that the guest was told, at least: "
		      "what a node has beyond what was told lies there"),
	COLUMN_FIGURE("off_node_page_ppm", SHARE, LOWER, COUNTED, "off",
		      "share on none of its nodes"),
	COLUMN_FIGURE("unknown_bytes", BYTES, NEITHER, COUNTED, "unknown",
		      "memory of it on nodes that the machine does not tell; in no share"),
	COLUMN_FIGURE("drift_pages", COUNT, LOWER, COUNTED, "drift",
		      "pages of 4 KiB that are away from home and were not at the last sample; "
		      "below 0: some came home or were given back"),
	COLUMN_FIGURE("slowdown_ppm", FACTOR, LOWER, PREDICTED, "slowdown",
		      "time against alone with every page at home, of this moment"),
	COLUMN_TEXT("latency_grade", "latency grade",
		    "`probed`, `firmware`, `assumed`: the worst that the prediction rests on"),
	COLUMN_TEXT("bandwidth_grade", "bandwidth grade", "the same"),
	COLUMN_TEXT(
		"io_nodes", "I/O on",
		"nodes whose CPUs serve its disks and networks: the backends' threads, QEMU's main "
		"loop; empty: not known"),
	COLUMN_FIGURE("io_away", COUNT, LOWER, COUNTED, "I/O away",
		      "1: none of these is one of its home"),
	{.name = "why",
	 .title = "why",
	 .meaning = "there is no prediction",
	 .role = ROLE_TEXT,
	 .wide = true},
};

const struct schema schema_watch =
	SCHEMA("watch", "homenode watch", "a zone of a host at a moment", watch);

static const struct column nodes[] = {
	WHEN,
	HOST,
	COLUMN_KEY("node", "node", "the host's number of it"),
	COLUMN_FIGURE("size_bytes", BYTES, NEITHER, COUNTED, "size", "of its memory"),
	COLUMN_FIGURE("free_bytes", BYTES, HIGHER, COUNTED, "free", "that nobody has"),
	COLUMN_FIGURE("used_bytes", BYTES, LOWER, COUNTED, "used", "the rest"),
	COLUMN_FIGURE("zones_bytes", BYTES, NEITHER, COUNTED, "zones",
		      "what zones have of it, as far as their pages can be seen"),
	COLUMN_FIGURE("strangers_bytes", BYTES, LOWER, COUNTED, "strangers",
		      "of that, what zones have whose home it is not"),
	COLUMN_FIGURE("zones", COUNT, NEITHER, COUNTED, "at home", "zones whose home it is"),
	COLUMN_TEXT("filled_by", "filled by", "who has most of it"),
};

const struct schema schema_watch_nodes =
	SCHEMA("watch-nodes", "homenode watch", "a node of a host at a moment", nodes);

static const struct column pages[] = {
	WHEN,
	HOST,
	ZONE,
	COLUMN_KEY("node", "node", "the host's number of it"),
	COLUMN_FIGURE("resident_bytes", BYTES, NEITHER, COUNTED, "resident", "what it has there"),
};

const struct schema schema_watch_pages =
	SCHEMA("watch-pages", "homenode watch", "a zone's memory on a node at a moment", pages);

static const struct column samples[] = {
	WHEN,
	HOST,
	COLUMN_FIGURE("zones", COUNT, NEITHER, COUNTED, "zones", "that were seen"),
	COLUMN_FIGURE("took_ns", NS, LOWER, MEASURED, "took", "time to look at the host"),
	COLUMN_FIGURE("cost_ns", NS, LOWER, MEASURED, "cost",
		      "processor time of the host that looking took, the hypervisor's too"),
	COLUMN_FIGURE("interval_ns", NS, NEITHER, COUNTED, "interval",
		      "time until the next sample: as asked for, or as long as the cost calls for"),
};

const struct schema schema_watch_samples =
	SCHEMA("watch-samples", "homenode watch", "a look at a host", samples);
