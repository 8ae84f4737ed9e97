/* Commands that answer in rows. */
#include "schema/keys.h"
#include "schema/schema.h"

static const struct column capacity[] = {
	COLUMN_KEY("flavor", "flavor", "as it was asked for"),
	COLUMN_KEY("policy", "policy", "its name"),
	COLUMN_FIGURE("fit", COUNT, HIGHER, COUNTED, "fit",
		      "how many it placed (at most `--most`)"),
	COLUMN_FIGURE("formula", COUNT, NEITHER, COUNTED, "formula",
		      "how many a closed form says; empty where none is known for this policy and "
		      "zone. Where memory may spill and vCPUs are counted by host the sums decide: "
		      "min(free memory / memory, (vCPU limit - vCPUs) / vCPUs). Where a zone lives "
		      "on one node and may not spill: the sum over nodes of min(free memory / "
		      "memory, free CPUs / vCPUs)"),
	COLUMN_FIGURE("local", COUNT, HIGHER, COUNTED, "local",
		      "how many of `fit` have all their memory local"),
	COLUMN_FIGURE("local_bound", COUNT, NEITHER, COUNTED, "bound",
		      "the most that any placement with even shares on different nodes keeps "
		      "local: over k nodes with room for c(i) shares each, min over j < k of (sum "
		      "of all c but the j largest) / (k - j), all rounded down"),
	COLUMN_FIGURE("spilled_bytes", BYTES, LOWER, COUNTED, "spilled", "of all that were placed"),
	COLUMN_TEXT("refused_by", "refused by", "the next one's refusal, by its name"),
	{.name = "reason",
	 .title = "reason",
	 .meaning = "the same in the policy's own words; when `--most` was reached, that",
	 .role = ROLE_TEXT,
	 .wide = true},
};

const struct schema schema_capacity =
	SCHEMA("capacity", "homenode capacity", "a flavour and policy", capacity);

#define SIZE_KEY                                                                                   \
	COLUMN_KEY("workload", "workload", "its name"),                                            \
		COLUMN_KEY("what_if", "what if",                                                   \
			   "the case: empty as things are, else what `--arrivals` or `--what-if` " \
			   "said"),                                                                \
		COLUMN_KEY("topology", "topology",                                                 \
			   "the shape of host that is counted; of a mix both, with `+` between"),  \
		COLUMN_KEY("policy", "policy", "its name"),                                        \
		COLUMN_KEY("memory_policy", "memory",                                              \
			   "`as-asked`, `static` or `dynamic`: what every zone was made"),         \
		COLUMN_KEY("seed", "seed", "of the workload and of policies that draw")

static const struct column size[] = {
	SIZE_KEY,
	COLUMN_FIGURE("zones", COUNT, NEITHER, COUNTED, "zones", "in the workload"),
	COLUMN_FIGURE("most_live_zones", COUNT, NEITHER, COUNTED, "most at once",
		      "most of them alive at once, if none were refused"),
	COLUMN_FIGURE("hosts_by_sums", COUNT, NEITHER, COUNTED, "by sums",
		      "what the fullest moment calls for in CPUs (times overcommit) and memory "
		      "(less dom0; where balloons move, the least that zones may be left with), "
		      "whichever is more: no policy takes all zones with less; of a mix, beside "
		      "the other shape's hosts"),
	COLUMN_FIGURE("hosts", COUNT, LOWER, COUNTED, "hosts",
		      "the smallest number found that meets the goals, as do the next `--around` "
		      "numbers, while one less does not; of a mix, all hosts; empty: none does"),
	COLUMN_TEXT("mix", "mix", "so many of each shape: `3xA+2xB`"),
	COLUMN_FIGURE("refused_ppm", SHARE, LOWER, COUNTED, "refused",
		      "zones turned away, of those that came, with so many hosts"),
	COLUMN_FIGURE("local_page_ppm", SHARE, HIGHER, COUNTED, "local",
		      "of the run with so many, as in `summary.csv`"),
	COLUMN_FIGURE("mean_distance_centi", SLIT, LOWER, COUNTED, "distance", "the same"),
	COLUMN_FIGURE("slowdown_ppm", FACTOR, LOWER, PREDICTED, "slowdown", "the same"),
	COLUMN_FIGURE("short_ppm", SHARE, LOWER, COUNTED, "short",
		      "changes of a zone's memory that got less than they asked for, of all; "
		      "empty: no balloon moved"),
	COLUMN_FIGURE("below_refused_ppm", SHARE, NEITHER, COUNTED, "refused below",
		      "refused with one host less (of the shape that is counted)"),
	COLUMN_FIGURE("below_local_page_ppm", SHARE, NEITHER, COUNTED, "local below",
		      "local memory with one host less"),
	COLUMN_FIGURE("zones_per_host_milli", MILLI, HIGHER, COUNTED, "zones/host",
		      "zones placed at the moment with the most, by hosts"),
	COLUMN_FIGURE("vcpus_per_host_milli", MILLI, HIGHER, COUNTED, "vCPUs/host",
		      "the same of vCPUs"),
	COLUMN_FIGURE("memory_per_host_bytes", BYTES, HIGHER, COUNTED, "memory/host",
		      "the same of memory, as far as zones may grow"),
	COLUMN_FIGURE("price_per_hour_micro", EUR, LOWER, COUNTED, "price/h",
		      "of all hosts; empty where a shape has no price"),
	COLUMN_FIGURE("price_per_vcpu_hour_micro", EUR, LOWER, COUNTED, "price/vCPU-h",
		      "of all hosts from the beginning to the end of the run, by vCPU-hours of "
		      "zones that were placed"),
	COLUMN_FIGURE("cheapest", COUNT, NEITHER, COUNTED, "cheapest",
		      "1: the cheapest that was found for this case, policy, memory and seed"),
	COLUMN_FIGURE("more_hosts", COUNT, LOWER, COUNTED, "more hosts",
		      "hosts beyond those of the base case; empty in it"),
	COLUMN_FIGURE("more_price_micro", EUR, LOWER, COUNTED, "more price",
		      "the same of the price of an hour"),
	COLUMN_FIGURE("unchanged_refused_ppm", SHARE, LOWER, COUNTED, "refused as is",
		      "refused in this case with the base's number of hosts"),
	COLUMN_FIGURE("unchanged_local_page_ppm", SHARE, HIGHER, COUNTED, "local as is",
		      "local memory with these"),
	COLUMN_FIGURE("tried", COUNT, NEITHER, COUNTED, "tried",
		      "numbers that the search asked for"),
	COLUMN_FIGURE("uneven", COUNT, NEITHER, COUNTED, "uneven",
		      "1: near the answer a larger number was seen to miss goals that a smaller "
		      "one meets, so numbers that were not tried may do"),
	COLUMN_TEXT("why", "why", "no number does: which goal is missed, and by which zone"),
};

const struct schema schema_size = SCHEMA(
	"size", "homenode size", "a case, shape of host or mix, policy, memory and seed", size);

static const struct column around[] = {
	SIZE_KEY,
	COLUMN_FIGURE("hosts", COUNT, LOWER, COUNTED, "hosts", "a number near the answer"),
	COLUMN_FIGURE("meets", COUNT, HIGHER, COUNTED, "meets", "1: it meets the goals"),
	COLUMN_FIGURE("refused_ppm", SHARE, LOWER, COUNTED, "refused", "as above"),
	COLUMN_FIGURE("local_page_ppm", SHARE, HIGHER, COUNTED, "local", "as above"),
	COLUMN_FIGURE("mean_distance_centi", SLIT, LOWER, COUNTED, "distance", "as above"),
};

const struct schema schema_around =
	SCHEMA("around", "homenode size", "a number of hosts near an answer", around);

static const struct column compare[] = {
	COLUMN_KEY("case", "case",
		   "without ZONES: profile, whether its data is shared between vnodes, whether "
		   "there are neighbours; else empty"),
	COLUMN_KEY("policy", "policy", "its name"),
	COLUMN_KEY("zone", "zone", "its name"),
	COLUMN_FIGURE("placed", COUNT, HIGHER, COUNTED, "placed",
		      "the zone's place is found: 1, or 0 and nothing further"),
	COLUMN_TEXT("nodes", "nodes", "in the order chosen, with blanks between"),
	COLUMN_FIGURE("mean_distance_centi", SLIT, LOWER, COUNTED, "distance",
		      "SLIT distance between a vCPU and a page of it"),
	COLUMN_FIGURE("bandwidth_bytes_per_s", BYTES_PER_S, HIGHER, PREDICTED, "GB/s",
		      "achieved memory traffic, of one moment"),
	COLUMN_FIGURE("latency_ps", PS, LOWER, PREDICTED, "ns", "mean latency of an access"),
	COLUMN_FIGURE("slowdown_ppm", FACTOR, LOWER, PREDICTED, "slowdown",
		      "time against alone with every page at home; 1: none lost"),
	COLUMN_FIGURE("remote_ppm", SHARE, LOWER, PREDICTED, "remote", "traffic to other nodes"),
	COLUMN_FIGURE("cause_remote_ppm", SHARE, NEITHER, PREDICTED, "lost: remote",
		      "what the time was lost to, as in a run's summary (in JSON: `causes_ppm`, by "
		      "name)"),
	COLUMN_FIGURE("cause_controller_ppm", SHARE, NEITHER, PREDICTED, "lost: controllers",
		      "the same"),
	COLUMN_FIGURE("cause_port_ppm", SHARE, NEITHER, PREDICTED, "lost: ports", "the same"),
	COLUMN_FIGURE("cause_fabric_ppm", SHARE, NEITHER, PREDICTED, "lost: fabric", "the same"),
	COLUMN_FIGURE("cause_link_ppm", SHARE, NEITHER, PREDICTED, "lost: links", "the same"),
	COLUMN_FIGURE("cause_cores_ppm", SHARE, NEITHER, PREDICTED, "lost: cores", "the same"),
	COLUMN_FIGURE("spilled_bytes", BYTES, LOWER, COUNTED, "spill",
		      "memory off its own nodes at launch"),
	COLUMN_FIGURE("map_cost_ppm", SHARE, LOWER, PREDICTED, "map cost",
		      "time above what it would be if pages were where the guest thinks they are"),
	COLUMN_TEXT("latency_grade", "latency grade",
		    "`probed`, `firmware`, `assumed`: the worst that the figures rest on"),
	COLUMN_TEXT("bandwidth_grade", "bandwidth grade", "the same"),
	COLUMN_FIGURE("day_local_page_ppm", SHARE, HIGHER, COUNTED, "day local",
		      "over 24 hours, where some zone or neighbour has dynamic memory (in JSON: "
		      "`day`)"),
	COLUMN_FIGURE("day_slowdown_ppm", FACTOR, LOWER, PREDICTED, "day slowdown", "the same"),
	COLUMN_FIGURE("day_balloon_steps", COUNT, NEITHER, COUNTED, "day balloon steps",
		      "the same"),
	COLUMN_FIGURE("day_balloon_failures", COUNT, LOWER, COUNTED, "day balloon failures",
		      "the same"),
};

const struct schema schema_compare =
	SCHEMA("compare", "homenode compare", "a case, zone and policy", compare);

static const struct column launches[] = {
	COLUMN_KEY("policy", "policy", "its name"),
	COLUMN_KEY("zone", "zone", "its name"),
	COLUMN_FIGURE("launches", COUNT, NEITHER, COUNTED, "launches", "how often it was tried"),
	COLUMN_FIGURE("placed", COUNT, HIGHER, COUNTED, "placed", "how often it found a place"),
	COLUMN_FIGURE("p5_ppm", SHARE, HIGHER, PREDICTED, "p5",
		      "performance, 1 / slowdown, that 5 % of the launches do not exceed; empty: "
		      "it was never placed"),
	COLUMN_FIGURE("p50_ppm", SHARE, HIGHER, PREDICTED, "p50", "the same, 50 %"),
	COLUMN_FIGURE("p95_ppm", SHARE, HIGHER, PREDICTED, "p95", "the same, 95 %"),
	COLUMN_FIGURE("swing_ppm", SHARE, LOWER, PREDICTED, "swing", "(p95 - p5) / p50"),
};

const struct schema schema_launches =
	SCHEMA("launches", "homenode compare --launches", "a policy and zone", launches);

static const struct column figures[] = {
	COLUMN_KEY("figure", "figure", "what was measured, as --figures names it"),
	COLUMN_KEY("kind", "kind", "by which loop"),
	COLUMN_KEY("node", "node", "whose CPUs; of link the package; empty: every node's"),
	COLUMN_KEY("memory_node", "memory", "where the memory is; of link the package"),
	COLUMN_KEY("count", "count", "of port threads, of lines chains, of link directions"),
	COLUMN_FIGURE("level_ppm", SHARE, NEITHER, COUNTED, "level",
		      "of loaded: what the load was to get, as a share of the most that it can"),
	COLUMN_FIGURE("distance", COUNT, NEITHER, COUNTED, "distance",
		      "SLIT, as the firmware says"),
	COLUMN_FIGURE("load_bytes_per_s", BYTES_PER_S, NEITHER, MEASURED, "load",
		      "of loaded: what the load got meanwhile, median"),
	COLUMN_FIGURE("latency_ps", PS, LOWER, MEASURED, "latency",
		      "between two loads, median sample"),
	COLUMN_FIGURE("latency_half_95_ps", PS, LOWER, MEASURED, "latency_95",
		      "half of the 95 % confidence interval of the mean"),
	COLUMN_FIGURE("latency_best_ps", PS, LOWER, MEASURED, "latency_best", "best sample"),
	COLUMN_FIGURE("latency_worst_ps", PS, LOWER, MEASURED, "latency_worst", "worst sample"),
	COLUMN_FIGURE("rate_bytes_per_s", BYTES_PER_S, HIGHER, MEASURED, "rate", "median sample"),
	COLUMN_FIGURE("rate_half_95_bytes_per_s", BYTES_PER_S, LOWER, MEASURED, "rate_95",
		      "half of the 95 % confidence interval of the mean"),
	COLUMN_FIGURE("rate_best_bytes_per_s", BYTES_PER_S, HIGHER, MEASURED, "rate_best",
		      "best sample"),
	COLUMN_FIGURE("rate_worst_bytes_per_s", BYTES_PER_S, HIGHER, MEASURED, "rate_worst",
		      "worst sample"),
	COLUMN_FIGURE("predicted_bytes_per_s", BYTES_PER_S, HIGHER, PREDICTED, "predicted",
		      "of stream and hot: by the cost model, from the other figures"),
	COLUMN_FIGURE("lines_milli", MILLI, HIGHER, MEASURED, "lines",
		      "of lines: loads in flight: what one chain takes a load over what these "
		      "take"),
	COLUMN_FIGURE("samples", COUNT, HIGHER, COUNTED, "samples", "that count"),
	COLUMN_FIGURE("again", COUNT, LOWER, COUNTED, "again",
		      "1: lay apart from its like and was measured again"),
	COLUMN_TEXT("note", "note", "why there is no figure"),
};

const struct schema schema_figures =
	SCHEMA("figures", "homenode probe", "a figure of this machine's memory", figures);

static const struct column guests[] = {
	COLUMN_KEY("name", "name", "as -name or libvirt has it"),
	COLUMN_KEY("pid", "pid", "the process"),
	COLUMN_FIGURE("vcpus", COUNT, NEITHER, COUNTED, "vCPUs", "threads of vCPUs"),
	COLUMN_FIGURE("memory_bytes", BYTES, NEITHER, COUNTED, "memory",
		      "the process's pages that are resident"),
	COLUMN_TEXT("vcpu_cpus", "may run on",
		    "vCPU or vCPUs, a colon, the CPUs that they may run on"),
	COLUMN_TEXT("pages_by_node", "4 KiB pages by node",
		    "node, a colon, pages of 4 KiB; empty: not this user's to see"),
	COLUMN_TEXT("io_cpus", "served on",
		    "CPUs that its other threads and vhost's, which serve its devices, may run on"),
};

const struct schema schema_guests =
	SCHEMA("guests", "homenode show this --zones", "a guest of QEMU", guests);

static const struct column advice_zones[] = {
	COLUMN_KEY("zone", "zone", "its name"),
	COLUMN_KEY("kind", "kind", "what runs it: `xen-pvh`, `qemu`, `container`, ..."),
	COLUMN_FIGURE("vcpus", COUNT, NEITHER, COUNTED, "vCPUs", "online"),
	COLUMN_TEXT("runs_on", "runs on",
		    "nodes whose CPUs its vCPUs may run on, or prefer; `any`: all of several"),
	COLUMN_FIGURE("at_home_ppm", SHARE, HIGHER, COUNTED, "at home",
		      "of its pages, those on these nodes"),
	COLUMN_FIGURE("slowdown_ppm", FACTOR, LOWER, PREDICTED, "slowdown",
		      "time against alone with every page at home"),
	COLUMN_FIGURE("latency_ps", PS, LOWER, PREDICTED, "ns", "mean latency of an access"),
	COLUMN_FIGURE("lost_vcpus_milli", MILLI, LOWER, PREDICTED, "lost vCPUs",
		      "vCPUs x (1 - 1 / slowdown)"),
	COLUMN_TEXT("cause", "loses to",
		    "`drifted pages`: part of them is elsewhere; `wrong node`: most of them are; "
		    "`no home`: its vCPUs run anywhere; `crowded node`: others fetch from there "
		    "too; or why it is not known"),
	COLUMN_TEXT(
		"policy_nodes", "policy",
		"nodes where `--policy` would have put it; empty: refused, or not to be changed"),
	COLUMN_TEXT("then_nodes", "then on", "nodes that it runs on after the steps"),
	COLUMN_FIGURE("then_slowdown_ppm", FACTOR, LOWER, PREDICTED, "then", "slowdown after them"),
	{.name = "fixed",
	 .title = "not changed",
	 .meaning = "why it is not changed",
	 .role = ROLE_TEXT,
	 .wide = true},
};

const struct schema schema_advice_zones =
	SCHEMA("advice-zones", "homenode advise", "a zone on the host", advice_zones);

static const struct column advice_steps[] = {
	COLUMN_KEY("step", "step", "its number; each needs those before"),
	COLUMN_TEXT("change", "change", "`pin`, `move`, `restart` or `shrink`"),
	COLUMN_TEXT("zone", "zone", "its name"),
	COLUMN_TEXT("nodes", "nodes", "that its vCPUs run on then"),
	COLUMN_FIGURE("memory_bytes", BYTES, NEITHER, COUNTED, "memory", "that it has then"),
	COLUMN_FIGURE("static", COUNT, NEITHER, COUNTED, "static",
		      "1: with its maximum, and no balloon"),
	COLUMN_FIGURE("with_next", COUNT, NEITHER, COUNTED, "with next",
		      "1: it stops before the zone of the next step starts"),
	COLUMN_FIGURE("gain_vcpus_milli", MILLI, HIGHER, PREDICTED, "gain",
		      "of what all zones lose; empty: together with the next"),
	COLUMN_FIGURE("moved_bytes", BYTES, LOWER, COUNTED, "moved",
		      "copied, handed out anew or given up"),
	COLUMN_FIGURE("down", COUNT, LOWER, COUNTED, "down", "1: the zone is down meanwhile"),
	COLUMN_TEXT("what", "what", "in words"),
	COLUMN_TEXT("cost", "cost", "the same"),
	COLUMN_TEXT("risk", "risk", "the same"),
};

const struct schema schema_advice_steps = SCHEMA(
	"advice-steps", "homenode advise", "a change, in the order to make them", advice_steps);
