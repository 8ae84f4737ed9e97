#include "probe/conditions.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/units.h"
#include "probe/machine.h"

#define STEAL_MAX_PPM 1000 /* of the time of all CPUs */
#define CLOCK_MAX_PPM 50000 /* between the slowest and the fastest */
#define TEXT_MAX 512

static const char *proc_of(const char *proc)
{
	return proc ? proc : "/proc";
}

/* The number after `key` in a file of "key number" lines, -1 without. */
static int64_t count_of(const char *proc, const char *file, const char *key)
{
	char path[256], line[256], name[128];
	long long value, found = -1;
	FILE *f;

	snprintf(path, sizeof(path), "%s/%s", proc_of(proc), file);
	f = fopen(path, "re");
	while (f && found < 0 && fgets(line, sizeof(line), f))
		if (sscanf(line, "%127s %lld", name, &value) == 2 && strcmp(name, key) == 0)
			found = value;
	if (f)
		fclose(f);
	return found;
}

/* The first line of /proc/stat: user nice system idle iowait irq softirq steal. */
static void take_ticks(struct conditions *out, const char *proc)
{
	long long tick[8];
	char line[256];

	out->steal_ticks = out->all_ticks = -1;
	if (!machine_read(proc_of(proc), line, sizeof(line), "stat") ||
	    sscanf(line, "cpu %lld %lld %lld %lld %lld %lld %lld %lld", &tick[0], &tick[1],
		   &tick[2], &tick[3], &tick[4], &tick[5], &tick[6], &tick[7]) != 8)
		return;
	out->steal_ticks = tick[7];
	out->all_ticks = 0;
	for (int i = 0; i < 8; i++)
		out->all_ticks += tick[i];
}

static int64_t setting(const char *root, const char *file)
{
	char text[64];

	return machine_read(root, text, sizeof(text), "%s", file) ? strtoll(text, NULL, 10) : -1;
}

static void take_clocks(struct conditions *out, const char *sysfs, const struct cpuset *cpus)
{
	char text[64];

	out->slowest_khz = out->fastest_khz = -1;
	for (unsigned c = cpuset_next(cpus, 0); c != CPUSET_NONE; c = cpuset_next(cpus, c + 1)) {
		int64_t khz;

		if (machine_read(sysfs, text, sizeof(text),
				 "devices/system/cpu/cpu%u/cpufreq/scaling_governor", c) &&
		    strcmp(text, "performance") != 0)
			snprintf(out->governor, sizeof(out->governor), "%.31s", text);
		if (!machine_read(sysfs, text, sizeof(text),
				  "devices/system/cpu/cpu%u/cpufreq/scaling_cur_freq", c))
			continue;
		khz = strtoll(text, NULL, 10);
		if (out->slowest_khz < 0 || khz < out->slowest_khz)
			out->slowest_khz = khz;
		out->fastest_khz = khz > out->fastest_khz ? khz : out->fastest_khz;
	}
}

void conditions_take(struct conditions *out, const char *sysfs, const char *proc,
		     const struct cpuset *cpus)
{
	int64_t in = count_of(proc, "vmstat", "pswpin");
	int64_t to = count_of(proc, "vmstat", "pswpout");

	*out = (struct conditions){
		.hinted_pages = count_of(proc, "vmstat", "numa_pages_migrated"),
		.swapped_pages = in < 0 || to < 0 ? -1 : in + to,
		.preempted = machine_preempted(),
		.running = count_of(proc, "stat", "procs_running"),
		.balancing = setting(proc_of(proc), "sys/kernel/numa_balancing"),
		.ksm = setting(sysfs, "kernel/mm/ksm/run"),
	};
	take_ticks(out, proc);
	take_clocks(out, sysfs, cpus);
}

struct judge {
	void (*say)(void *context, const char *sentence);
	void *context;
};

static void judge_time(const struct conditions *b, const struct conditions *a, int64_t threads,
		       const struct judge *j)
{
	int64_t all = a->all_ticks - b->all_ticks, steal = a->steal_ticks - b->steal_ticks;
	char text[TEXT_MAX], share[32];

	if (a->steal_ticks >= 0 && b->steal_ticks >= 0 && all > 0 &&
	    ppm(steal, all) > STEAL_MAX_PPM) {
		snprintf(text, sizeof(text),
			 "the hypervisor took %s %% of the CPUs' time: figures are what is left",
			 decimal_text(ppm(steal, all), 10000, 1, share, sizeof(share)));
		j->say(j->context, text);
	}
	if (a->preempted - b->preempted > threads) {
		snprintf(text, sizeof(text),
			 "CPUs were taken away %" PRId64 " times: the machine is not quiet",
			 a->preempted - b->preempted);
		j->say(j->context, text);
	}
	if (b->running > 1) {
		snprintf(text, sizeof(text),
			 "%" PRId64 " other threads wanted a CPU before measuring began",
			 b->running - 1);
		j->say(j->context, text);
	}
}

static void judge_memory(const struct conditions *b, const struct conditions *a,
			 const struct judge *j)
{
	char text[TEXT_MAX];

	if (a->balancing > 0)
		j->say(j->context, "NUMA balancing is on and takes pages' mappings away; "
				   "kernel.numa_balancing=0 turns it off");
	if (b->hinted_pages >= 0 && a->hinted_pages > b->hinted_pages) {
		snprintf(text, sizeof(text),
			 "NUMA balancing moved %" PRId64 " pages of the machine meanwhile",
			 a->hinted_pages - b->hinted_pages);
		j->say(j->context, text);
	}
	if (b->swapped_pages >= 0 && a->swapped_pages > b->swapped_pages) {
		snprintf(text, sizeof(text), "%" PRId64 " pages were swapped meanwhile",
			 a->swapped_pages - b->swapped_pages);
		j->say(j->context, text);
	}
	if (a->ksm == 1)
		j->say(j->context, "the kernel merges equal pages (KSM): echo 0 into "
				   "/sys/kernel/mm/ksm/run stops it");
}

static void judge_clocks(const struct conditions *a, const struct judge *j)
{
	char text[TEXT_MAX];

	if (*a->governor) {
		snprintf(text, sizeof(text),
			 "the clocks' governor is %s, not performance: idle latency may hold "
			 "the time that waking takes",
			 a->governor);
		j->say(j->context, text);
	}
	if (a->slowest_khz > 0 &&
	    ppm(a->fastest_khz - a->slowest_khz, a->fastest_khz) > CLOCK_MAX_PPM) {
		snprintf(text, sizeof(text),
			 "the CPUs' clocks were between %" PRId64 " and %" PRId64 " MHz",
			 a->slowest_khz / 1000, a->fastest_khz / 1000);
		j->say(j->context, text);
	}
}

void conditions_judge(const struct conditions *before, const struct conditions *after,
		      int64_t threads, void (*say)(void *context, const char *sentence),
		      void *context)
{
	const struct judge j = {.say = say, .context = context};

	judge_time(before, after, threads, &j);
	judge_memory(before, after, &j);
	judge_clocks(after, &j);
}
