/* What a run leaves beside its summary. */
#include "schema/keys.h"
#include "schema/schema.h"

static const struct column timeline[] = {
	KEY,
	COLUMN_KEY("time_s", "time", "seconds since the start"),
	COLUMN_FIGURE("live_zones", COUNT, NEITHER, COUNTED, "live zones", "zones that run"),
	COLUMN_FIGURE("waiting_zones", COUNT, LOWER, COUNTED, "waiting zones",
		      "zones that wait in line"),
	COLUMN_FIGURE("vcpus", COUNT, NEITHER, COUNTED, "vCPUs", "of live zones"),
	COLUMN_FIGURE("resident_bytes", BYTES, NEITHER, COUNTED, "resident", "memory of zones"),
	COLUMN_FIGURE("free_bytes", BYTES, NEITHER, COUNTED, "free",
		      "memory of the fleet that nobody has"),
	COLUMN_FIGURE("local_page_ppm", SHARE, HIGHER, COUNTED, "local memory",
		      "as in the summary, of this moment; empty while nothing is resident"),
	COLUMN_FIGURE("own_page_ppm", SHARE, HIGHER, COUNTED, "on own nodes", "the same"),
	COLUMN_FIGURE("mean_distance_centi", SLIT, LOWER, COUNTED, "distance", "the same"),
	COLUMN_FIGURE("zones_placed", COUNT, HIGHER, COUNTED, "zones placed", "since the start"),
	COLUMN_FIGURE("zones_refused", COUNT, LOWER, COUNTED, "zones refused", "since the start"),
	COLUMN_FIGURE("zone_local_p5_ppm", SHARE, HIGHER, COUNTED, "local memory, p5",
		      "local share of the live zones: 5 % of them are at or below it; empty while "
		      "none lives"),
	COLUMN_FIGURE("zone_local_p50_ppm", SHARE, HIGHER, COUNTED, "local memory, median",
		      "the same, 50 %"),
	COLUMN_FIGURE("zone_local_p95_ppm", SHARE, HIGHER, COUNTED, "local memory, p95",
		      "the same, 95 %"),
	COLUMN_FIGURE("balloon_steps", COUNT, NEITHER, COUNTED, "balloon steps", "since the start"),
	COLUMN_FIGURE("balloon_failures", COUNT, LOWER, COUNTED, "balloon failures",
		      "since the start"),
	COLUMN_TEXT("node_resident_bytes", "resident by node",
		    "what zones and dom0 hold on the first, second, ... node of all hosts "
		    "together, blanks between"),
};

const struct schema schema_timeline = SCHEMA("timeline", "timeline.csv",
					     "a step of the workload's `timeline_step`: the state "
					     "at that time, before what happens then",
					     timeline);

static const struct column zones[] = {
	KEY,
	COLUMN_KEY("zone", "zone", "number in order of arrival, from 1"),
	COLUMN_TEXT("name", "name", "its name"),
	COLUMN_TEXT("outcome", "outcome",
		    "`stopped`, `exited` (by itself), `live` (at the end of the run) or `refused`"),
	COLUMN_TEXT("error", "error", "of a refused zone: as in the output of plan"),
	COLUMN_FIGURE("host", COUNT, NEITHER, COUNTED, "host",
		      "number of the host in the fleet, from 0"),
	COLUMN_TEXT("nodes", "nodes", "its nodes in the order chosen, with blanks between"),
	COLUMN_FIGURE("vcpus", COUNT, NEITHER, COUNTED, "vCPUs", "at launch"),
	COLUMN_FIGURE("memory_bytes", BYTES, NEITHER, COUNTED, "memory", "at launch"),
	COLUMN_FIGURE("spilled_bytes", BYTES, LOWER, COUNTED, "spilled",
		      "at launch, memory off its own nodes"),
	COLUMN_FIGURE("start_ns", NS, NEITHER, COUNTED, "start",
		      "since the start of the run; for a refused zone the time of the refusal"),
	COLUMN_FIGURE("end_ns", NS, NEITHER, COUNTED, "end", "the same"),
	COLUMN_FIGURE("local_page_ppm", SHARE, HIGHER, COUNTED, "local memory",
		      "over its life; empty where that was no time"),
	COLUMN_FIGURE("mean_distance_centi", SLIT, LOWER, COUNTED, "distance", "when it ended"),
	COLUMN_FIGURE("off_home_page_s", COUNT, LOWER, COUNTED, "page-seconds off home",
		      "as in the summary"),
	COLUMN_FIGURE("balloon_steps", COUNT, NEITHER, COUNTED, "balloon steps",
		      "as in the summary"),
	COLUMN_FIGURE("balloon_failures", COUNT, LOWER, COUNTED, "balloon failures",
		      "as in the summary"),
	COLUMN_FIGURE("s_to_90", SECONDS, NEITHER, COUNTED, "time to 90 %",
		      "until its local share fell below 90 %; empty: never"),
	COLUMN_FIGURE("s_to_75", SECONDS, NEITHER, COUNTED, "time to 75 %", "the same, 75 %"),
	COLUMN_FIGURE("s_to_50", SECONDS, NEITHER, COUNTED, "time to 50 %", "the same, 50 %"),
	COLUMN_TEXT("pages_by_node", "pages by node",
		    "its pages on each node at its end: `4:262144 0:1024`; empty: the machine does "
		    "not know"),
	COLUMN_FIGURE("bandwidth_bytes_per_s", BYTES_PER_S, HIGHER, PREDICTED, "traffic",
		      "as in the summary, of its life; empty without a cost model"),
	COLUMN_FIGURE("memory_latency_ps", PS, LOWER, PREDICTED, "latency", "the same"),
	COLUMN_FIGURE("slowdown_ppm", FACTOR, LOWER, PREDICTED, "slowdown", "the same"),
	COLUMN_FIGURE("remote_traffic_ppm", SHARE, LOWER, PREDICTED, "remote traffic", "the same"),
	COLUMN_FIGURE("cause_remote_ppm", SHARE, NEITHER, PREDICTED, "lost: remote", "the same"),
	COLUMN_FIGURE("cause_controller_ppm", SHARE, NEITHER, PREDICTED, "lost: controllers",
		      "the same"),
	COLUMN_FIGURE("cause_port_ppm", SHARE, NEITHER, PREDICTED, "lost: ports", "the same"),
	COLUMN_FIGURE("cause_fabric_ppm", SHARE, NEITHER, PREDICTED, "lost: fabric", "the same"),
	COLUMN_FIGURE("cause_link_ppm", SHARE, NEITHER, PREDICTED, "lost: links", "the same"),
	COLUMN_FIGURE("cause_cores_ppm", SHARE, NEITHER, PREDICTED, "lost: cores", "the same"),
	COLUMN_FIGURE("hosts_asked", COUNT, NEITHER, COUNTED, "hosts asked",
		      "of a refused zone: how many hosts had its memory and vCPUs free in sum and "
		      "still said no"),
	COLUMN_FIGURE("asked_host", COUNT, NEITHER, COUNTED, "asked host", "the first of them"),
	COLUMN_FIGURE("most_host_free_bytes", BYTES, NEITHER, COUNTED, "free on a host",
		      "of a refused zone: the most that any one host had free at that time"),
	COLUMN_FIGURE("most_node_free_bytes", BYTES, NEITHER, COUNTED, "free on a node",
		      "the same of a node"),
	COLUMN_FIGURE("most_host_free_vcpus", COUNT, NEITHER, COUNTED, "vCPUs free on a host",
		      "the same of vCPUs"),
	COLUMN_TEXT("reason", "reason",
		    "of a refused zone: the word of the first host that was asked, or what was "
		    "short where none was asked; with the rule of its group, where that excluded "
		    "hosts with room"),
};

const struct schema schema_zones =
	SCHEMA("zones", "zones.csv",
	       "a zone, in the order in which they end; zones alive at the end come last", zones);

#define PROBED_ZONE                                                                                \
	COLUMN_KEY("zone", "zone", "number in order of arrival, from 1"),                          \
		COLUMN_TEXT("name", "name", "its name"),                                           \
		COLUMN_TEXT("nodes", "nodes", "as in `zones.csv`"),                                \
		COLUMN_FIGURE("vcpus", COUNT, NEITHER, COUNTED, "vCPUs", "of the zone"),           \
		COLUMN_FIGURE("memory_bytes", BYTES, NEITHER, COUNTED, "memory",                   \
			      "resident when it was probed")
#define TRIAD                                                                                      \
	COLUMN_FIGURE("triad_bytes_per_s", BYTES_PER_S, HIGHER, MEASURED, "triad",                 \
		      "STREAM's triad on all vCPUs of the zone; empty: not measured")
#define CHASE                                                                                      \
	COLUMN_FIGURE("chase_ps", PS, LOWER, MEASURED, "pointer chase",                            \
		      "latency of a hop; empty: not measured")
#define PREDICTED_TRIAD                                                                            \
	COLUMN_FIGURE("predicted_triad_bytes_per_s", BYTES_PER_S, HIGHER, PREDICTED,               \
		      "predicted triad",                                                           \
		      "the cost model's, for the zone alone on the host, every vCPU streaming")
#define PREDICTED_CHASE                                                                            \
	COLUMN_FIGURE("predicted_chase_ps", PS, LOWER, PREDICTED, "predicted chase",               \
		      "the same, every vCPU chasing")

static const struct column probes[] = {
	KEY, PROBED_ZONE, TRIAD, CHASE, PREDICTED_TRIAD, PREDICTED_CHASE,
};

const struct schema schema_probes =
	SCHEMA("probes", "probes.csv", "a probe, sorted by key, zone and seed", probes);

static const struct column measured[] = {
	KEY_BUT_SEED,
	PROBED_ZONE,
	COLUMN_FIGURE("repeats", COUNT, NEITHER, COUNTED, "repeats",
		      "probes that the means are of; 0: the machine cannot measure"),
	TRIAD,
	COLUMN_FIGURE("triad_half_95_bytes_per_s", BYTES_PER_S, LOWER, MEASURED, "triad, +-",
		      "half the width of the 95 % confidence interval of the mean; empty below two "
		      "repeats"),
	PREDICTED_TRIAD,
	CHASE,
	COLUMN_FIGURE("chase_half_95_ps", PS, LOWER, MEASURED, "pointer chase, +-", "the same"),
	PREDICTED_CHASE,
};

const struct schema schema_measured =
	SCHEMA("measured", "measured.csv",
	       "a zone over all seeds, which are the repeats (`--repeats`)", measured);

static const struct column contention[] = {
	KEY,
	COLUMN_KEY("zone", "zone", "number in order of arrival, from 1"),
	COLUMN_KEY(
		"point", "point",
		"what the zone does: `latency` (one vCPU follows pointers), `read`, `write` (past "
		"the caches) or `mix` (two reads a write), all vCPUs at once"),
	COLUMN_KEY("level_percent", "level",
		   "what each neighbour asks for, of what the model says it would get alone; 100: "
		   "as much as it can get; they do the same as the zone, and read while it follows "
		   "pointers"),
	COLUMN_TEXT("name", "name", "its name"),
	COLUMN_TEXT("nodes", "nodes", "as in `zones.csv`"),
	COLUMN_FIGURE("vcpus", COUNT, NEITHER, COUNTED, "vCPUs", "of the zone"),
	COLUMN_FIGURE("neighbours", COUNT, NEITHER, COUNTED, "neighbours",
		      "zones that make traffic meanwhile"),
	COLUMN_FIGURE("point_ps", PS, LOWER, MEASURED, "latency",
		      "of a hop; empty: another point, or not measured"),
	COLUMN_FIGURE("predicted_point_ps", PS, LOWER, PREDICTED, "predicted latency",
		      "the cost model's, for the same state of the host"),
	COLUMN_FIGURE("point_bytes_per_s", BYTES_PER_S, HIGHER, MEASURED, "bandwidth",
		      "of all vCPUs together; empty: another point, or not measured"),
	COLUMN_FIGURE("predicted_point_bytes_per_s", BYTES_PER_S, HIGHER, PREDICTED,
		      "predicted bandwidth", "the cost model's, for the same state of the host"),
	COLUMN_FIGURE("load_bytes_per_s", BYTES_PER_S, NEITHER, MEASURED, "load",
		      "what the neighbours got meanwhile, together"),
	COLUMN_FIGURE("predicted_load_bytes_per_s", BYTES_PER_S, NEITHER, PREDICTED,
		      "predicted load", "the cost model's"),
	COLUMN_FIGURE("error_ppm", SHARE, NEITHER, MEASURED, "error",
		      "what was measured against what was predicted, less 1; empty: not measured"),
	COLUMN_FIGURE("stated_error_ppm", SHARE, LOWER, PREDICTED, "stated error",
		      "that 95 of 100 are within, as the model says of itself: of a bandwidth, or "
		      "of a latency against the idle one"),
	COLUMN_TEXT("reason", "reason", "why it was not measured"),
};

const struct schema schema_contention = SCHEMA(
	"contention", "contention.csv",
	"a zone measured among its neighbours, sorted by key, zone, point and level", contention);
