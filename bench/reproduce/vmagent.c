/*
 * VMAgent (Sheng et al. 2021, arXiv 2112.04785; mail-ecnu/VMAgent@1ffabd6,
 * vmagent/baselines.py and schedgym/sched_env.py): how many VMs of Huawei-East-1
 * first fit places on N servers of two nodes before one fits nowhere, when no VM
 * leaves ("fading").
 *
 * Published are means over 50 starts drawn from events 1000 to 9998 of the full
 * trace, without the draws. That trace had 9,117 VMs more that were never deleted;
 * the one with lifetimes, which is what there is, lacks them. So every start counts
 * here, events are rebuilt from the lifetimes, and the band is wide.
 */
#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/alloc.h"
#include "base/units.h"
#include "bench/reproduce/reproduce.h"
#include "bench/reproduce/two_node.h"

#define SPLIT_ABOVE_GB 32
#define FIRST_EVENT 1000
#define LAST_EVENT 9998
#define BAND_PERCENT 15

/* A creation is the VM's row; a deletion is NONE. At the same second creations come
 * first. */
#define NONE SIZE_MAX

static int by_value(const void *a, const void *b)
{
	int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;

	return (x > y) - (x < y);
}

/* The first `nr` events of the trace; fewer when it has fewer. */
static size_t list_events(const struct vms *v, size_t *out, size_t nr)
{
	int64_t *end_ns = xcalloc(v->nr, sizeof(*end_ns));
	size_t event = 0, vm = 0, end = 0;

	for (size_t i = 0; i < v->nr; i++)
		end_ns[i] = v->vm[i].at_ns + v->vm[i].lifetime_ns;
	qsort(end_ns, v->nr, sizeof(*end_ns), by_value);
	while (event < nr && end < v->nr) {
		bool creation = vm < v->nr && v->vm[vm].at_ns <= end_ns[end];

		out[event++] = creation ? vm++ : NONE;
		end += !creation;
	}
	free(end_ns);
	return event;
}

struct trace {
	struct vms vms; /* none leaves */
	size_t event[LAST_EVENT + 1], nr_events;
};

static int trace_load(struct trace *out, const char *path, struct error *err)
{
	int rc = vms_load(&out->vms, path, SPLIT_ABOVE_GB, err);

	if (rc)
		return rc;
	out->nr_events = list_events(&out->vms, out->event, LAST_EVENT + 1);
	for (size_t i = 0; i < out->vms.nr; i++)
		out->vms.vm[i].lifetime_ns = NS_NEVER;
	return 0;
}

/* VMs from this one on that are placed before one is not, when none leaves. */
static int fill(const struct servers *s, const struct zone_event *vm, size_t nr, double *out,
		struct error *err)
{
	struct servers_run ask = {
		.event = vm,
		.nr = nr,
		.choice = "first-fit",
		.policy = &policy_lowest_node,
		.refused = REFUSED_STOP,
	};
	struct row row;
	int rc = servers_run(s, &ask, &row, err);

	*out = (double)row.zones_placed;
	return rc;
}

struct placed {
	double mean, deviation; /* over the starts */
	size_t starts;
};

static int run(const struct trace *t, uint32_t nr, struct placed *out, struct error *err)
{
	double placed = -1, delta;
	struct servers s;
	int rc = 0;

	*out = (struct placed){0};
	servers_init(&s, nr);
	/* a start at a deletion is one at the creation after it */
	for (size_t i = t->nr_events; !rc && i-- > FIRST_EVENT;) {
		size_t vm = t->event[i];

		if (vm != NONE)
			rc = fill(&s, t->vms.vm + vm, t->vms.nr - vm, &placed, err);
		if (rc || placed < 0)
			continue;
		delta = placed - out->mean;
		out->mean += delta / (double)++out->starts;
		out->deviation += delta * (placed - out->mean);
	}
	servers_release(&s);
	if (!rc && !out->starts)
		return error_set(err, ERR_INPUT, "the trace has no creation after event %d",
				 FIRST_EVENT);
	out->deviation = rc ? 0 : sqrt(out->deviation / (double)out->starts);
	return rc;
}

/* docs/source/simulator/dataset.rst, "Fading", FirstFit. */
static const struct {
	uint32_t servers;
	double mean;
	const char *text;
} published[] = {{5, 224.5, "224.5 ± 28"}, {20, 888.0, "888.0 ± 65"}, {50, 2298.3, "2298.3 ± 19"}};

static int one_size(size_t i, const struct trace *t, bool table, struct error *err)
{
	char what[64], ours[64], error[64];
	struct placed p;
	double miss;
	int rc = run(t, published[i].servers, &p, err);

	if (rc)
		return rc;
	if (!table) {
		printf("%" PRIu32 ",%.1f,%.1f\n", published[i].servers, p.mean, p.deviation);
		return 0;
	}
	miss = (p.mean / published[i].mean - 1) * 100;
	snprintf(what, sizeof(what), "VMAgent, fading, first fit, N = %" PRIu32 ", VMs",
		 published[i].servers);
	snprintf(ours, sizeof(ours), "%.1f ± %.0f", p.mean, p.deviation);
	snprintf(error, sizeof(error), "%+.1f %%%s", miss,
		 fabs(miss) <= BAND_PERCENT ? " (band 15 %)" : ", miss");
	table_row(&(struct table_row){
		.what = what,
		.inputs = "Huawei-East-1 with lifetimes, every start",
		.published = published[i].text,
		.ours = ours,
		.error = error,
		.source = "VMAgent@1ffabd6, docs/source/simulator/dataset.rst",
	});
	return 0;
}

static int vmagent(const struct args *args, int *status, struct error *err)
{
	char *trace = input_path(args, "trace", "huawei-east-1/Huawei-East-1-lt.csv");
	struct trace t;
	int rc = trace_load(&t, trace, err);

	(void)status;
	free(trace);
	if (rc)
		return rc;
	for (size_t i = 0; !rc && i < sizeof(published) / sizeof(published[0]); i++)
		rc = one_size(i, &t, args_flag(args, "table"), err);
	vms_release(&t.vms);
	return rc;
}

static const struct option options[] = {
	{"trace", 't', "FILE", "VMs with lifetimes: vmid,cpu,mem,at,lt", false},
	OPTION_DATA,
	OPTION_TABLE,
	{0},
};

const struct command case_vmagent = {
	.name = "vmagent",
	.operands = "",
	.summary = "VMs that first fit places on 5, 20 and 50 servers until one does not fit",
	.about = "Prints servers,mean,standard deviation over all starts from event 1000 to 9998.",
	.example = "bench/reproduce/vmagent",
	.option = options,
	.run = vmagent,
};
