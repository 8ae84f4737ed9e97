/*
 * SPANE (INFOCOM 2025, arXiv 2504.14946): total waiting time of VMs on N servers
 * of two nodes, under first fit and under balance fit, over 1,000 episodes of
 * Huawei-East-1; the trimmed mean, as its baseline_flex.py publishes it for N from
 * 2 to 9 (ChanTinPing/SPANE@f1d7df9, result/flex/result_baseline.txt).
 *
 * VMs queue in the order of arrival; the head waits until it fits. An episode's
 * length is found by first fit on empty servers: up to the first VM that does not
 * fit at the moment its predecessor has been placed, before anything else has
 * left, and 40 more.
 */
#include <ctype.h>
#include <inttypes.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/output.h"
#include "base/units.h"
#include "bench/reproduce/reproduce.h"
#include "bench/reproduce/two_node.h"

#define SPLIT_ABOVE_GB 10
#define VMS_MORE 40
#define TRIM 0.1
#define SERVER_COUNTS_MAX 64

enum rule { FIRST_FIT, BALANCE_FIT, RULES };
static const struct {
	const char *choice;
	const struct policy *policy;
} rules[] = {{"first-fit", &policy_lowest_node}, {"balance-fit", &policy_emptier_node}};

/*
 * Every VM, and after each the one that follows it, which looks in and is gone again: the
 * first of those that finds no room ends the episode's length. Nobody of the episode waits
 * before that.
 */
static struct zone_event *look_ahead(const struct vms *v)
{
	struct zone_event *pair = xcalloc(2 * v->nr, sizeof(*pair));

	for (size_t i = 0; i < v->nr; i++) {
		pair[2 * i] = v->vm[i];
		if (i + 1 == v->nr)
			break;
		pair[2 * i + 1] = v->vm[i + 1];
		pair[2 * i + 1].at_ns = v->vm[i].at_ns;
		pair[2 * i + 1].lifetime_ns = 0;
		pair[2 * i + 1].id += v->nr;
	}
	return pair;
}

/* VMs of the episode that starts at this VM; 0: the trace ends before it does. */
static int episode_length(const struct servers *s, const struct vms *v,
			  const struct zone_event *pair, size_t start, size_t *out,
			  struct error *err)
{
	size_t left = v->nr - start;
	struct servers_run ask = {
		.event = pair + 2 * start,
		.nr = 2 * left - 1,
		.choice = rules[FIRST_FIT].choice,
		.policy = rules[FIRST_FIT].policy,
		.refused = REFUSED_STOP,
	};
	struct row row;
	int rc = servers_run(s, &ask, &row, err);

	*out = (size_t)row.first_refusal_zone / 2 + VMS_MORE;
	if (!row.first_refusal_zone || *out + 1 >= left)
		*out = 0;
	return rc;
}

static int total_wait_s(const struct servers *s, const struct zone_event *vm, size_t length,
			enum rule rule, int64_t *out, struct error *err)
{
	struct servers_run ask = {
		.event = vm,
		.nr = length,
		.choice = rules[rule].choice,
		.policy = rules[rule].policy,
		.refused = REFUSED_QUEUE,
	};
	struct row row;
	int rc = servers_run(s, &ask, &row, err);

	BUG_ON(!rc && row.zones_placed != (int64_t)length);
	*out = row.queue_wait_s;
	return rc;
}

struct starts {
	size_t *at;
	size_t nr, cap;
};

/* Rows of the trace, one a line. */
static int starts_load(struct starts *out, const char *path, size_t nr_vms, struct error *err)
{
	char *text = NULL, *p, *end;
	size_t size;
	unsigned long line = 1;
	int rc = file_read(path, (size_t)64 * MIB, &text, &size, err);

	*out = (struct starts){0};
	for (p = text; !rc && p < text + size; p = end + 1, line++) {
		unsigned long long at;

		end = p + strcspn(p, "\n");
		*end = '\0';
		if (!p[strspn(p, " \t\r")])
			continue;
		p += strspn(p, " \t");
		at = isdigit((unsigned char)*p) ? strtoull(p, &p, 10) : ULLONG_MAX;
		if (p[strspn(p, " \t\r")] || at >= nr_vms) {
			rc = error_at(err, ERR_INPUT, path, line, 0,
				      "not a row of the trace; 0 to %zu are", nr_vms - 1);
			break;
		}
		out->at = grow(out->at, &out->cap, out->nr, sizeof(*out->at));
		out->at[out->nr++] = (size_t)at;
	}
	if (!rc && !out->nr)
		rc = error_set(err, ERR_INPUT, "%s: no episode in the file", path);
	free(text);
	return rc;
}

static int by_value(const void *a, const void *b)
{
	int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;

	return (x > y) - (x < y);
}

/* The sum is exact, so the mean is rounded once. */
static double trimmed_mean(int64_t *value, size_t nr, double trim)
{
	size_t cut = (size_t)((double)nr * trim);
	int64_t sum = 0;

	qsort(value, nr, sizeof(*value), by_value);
	for (size_t i = cut; i < nr - cut; i++)
		sum += value[i];
	return (double)sum / (double)(nr - 2 * cut);
}

/* The shortest decimal that reads back as the same number, never without a point:
 * as Python prints it, and so as it is published. */
static const char *exact_text(double x, char *buf, size_t size)
{
	double back;

	for (int digits = 1; digits <= 17; digits++) {
		snprintf(buf, size, "%.*g", digits, x);
		back = strtod(buf, NULL);
		if (!(back < x) && !(back > x))
			break;
	}
	if (strchr(buf, 'e'))
		snprintf(buf, size, "%.0f", x);
	if (!strchr(buf, '.'))
		snprintf(buf + strlen(buf), size - strlen(buf), ".0");
	return buf;
}

struct inputs {
	struct vms vms;
	struct zone_event *pair;
	struct starts starts;
};

static void inputs_release(struct inputs *in)
{
	vms_release(&in->vms);
	free(in->pair);
	free(in->starts.at);
}

static int inputs_load(struct inputs *out, const struct args *args, struct error *err)
{
	char *trace = input_path(args, "trace", "huawei-east-1/Huawei-East-1-lt.csv");
	char *starts = input_path(args, "starts", "huawei-east-1/spane_start_index.txt");
	int rc;

	*out = (struct inputs){0};
	rc = vms_load(&out->vms, trace, SPLIT_ABOVE_GB, err);
	if (!rc)
		rc = starts_load(&out->starts, starts, out->vms.nr, err);
	if (!rc)
		out->pair = look_ahead(&out->vms);
	free(trace);
	free(starts);
	return rc;
}

struct ask {
	uint32_t servers;
	double trim; /* of the episodes, at either end */
	bool each; /* print a line an episode */
};

static int run_episode(const struct inputs *in, const struct servers *s, size_t start,
		       size_t *length, int64_t wait_s[RULES], struct error *err)
{
	int rc = episode_length(s, &in->vms, in->pair, start, length, err);

	if (!rc && !*length)
		rc = error_set(err, ERR_INPUT,
			       "%" PRIu32 " servers: the episode from row %zu on needs more VMs "
			       "than the trace has behind it; take fewer servers or earlier starts",
			       s->nr, start);
	for (int p = 0; !rc && p < RULES; p++)
		rc = total_wait_s(s, in->vms.vm + start, *length, (enum rule)p, &wait_s[p], err);
	return rc;
}

static int run(const struct inputs *in, const struct ask *ask, double mean[RULES],
	       struct error *err)
{
	size_t nr = in->starts.nr, length;
	int64_t *all_s[RULES] = {xcalloc(nr, sizeof(int64_t)), xcalloc(nr, sizeof(int64_t))};
	int64_t wait_s[RULES];
	struct servers s;
	int rc = 0;

	servers_init(&s, ask->servers);
	for (size_t i = 0; !rc && i < nr; i++) {
		rc = run_episode(in, &s, in->starts.at[i], &length, wait_s, err);
		for (int p = 0; !rc && p < RULES; p++)
			all_s[p][i] = wait_s[p];
		if (!rc && ask->each)
			printf("%zu,%zu,%zu,%" PRId64 ",%" PRId64 "\n", i, in->starts.at[i], length,
			       wait_s[FIRST_FIT], wait_s[BALANCE_FIT]);
	}
	for (int p = 0; p < RULES; p++) {
		mean[p] = rc ? 0 : trimmed_mean(all_s[p], nr, ask->trim);
		free(all_s[p]);
	}
	servers_release(&s);
	return rc;
}

/* As published, text and all; the means of all episodes are in baseline.py. */
#define FLEX "SPANE@f1d7df9, result/flex/result_baseline.txt"
#define PLAIN "SPANE@f1d7df9, baseline.py"
static const struct {
	struct ask ask;
	const char *mean[RULES], *source;
} published[] = {
	{{2, TRIM, false}, {"53866.53875", "38610.82625"}, FLEX},
	{{3, TRIM, false}, {"52483.255", "38832.1"}, FLEX},
	{{4, TRIM, false}, {"44461.2425", "37829.27625"}, FLEX},
	{{5, TRIM, false}, {"89822.5225", "86009.90875"}, FLEX},
	{{5, 0, false}, {"362634.624", "336486.767"}, PLAIN},
	{{6, TRIM, false}, {"67176.55", "62643.88"}, FLEX},
	{{7, TRIM, false}, {"129369.66375", "118267.32125"}, FLEX},
	{{8, TRIM, false}, {"182132.76875", "176528.5075"}, FLEX},
	{{9, TRIM, false}, {"201328.98", "181041.9925"}, FLEX},
};

static int print_table(const struct inputs *in, struct error *err)
{
	static const char *const name[] = {"first fit", "balance fit"};

	for (size_t i = 0; i < sizeof(published) / sizeof(published[0]); i++) {
		const struct ask *ask = &published[i].ask;
		double mean[RULES];
		char ours[64], what[64];
		int rc = run(in, ask, mean, err);

		if (rc)
			return rc;
		for (int p = 0; p < RULES; p++) {
			exact_text(mean[p], ours, sizeof(ours));
			snprintf(what, sizeof(what), "SPANE, %s, N = %" PRIu32 "%s, s", name[p],
				 ask->servers, ask->trim > 0 ? "" : ", untrimmed");
			table_row(&(struct table_row){
				.what = what,
				.inputs = "Huawei-East-1 with lifetimes, 1,000 starts",
				.published = published[i].mean[p],
				.ours = ours,
				.error = strcmp(ours, published[i].mean[p]) == 0 ? "none" : "miss",
				.source = published[i].source,
			});
		}
	}
	return 0;
}

/* "5" or "2,3,4" into `out`. */
static int parse_servers(const char *text, uint32_t *out, size_t *nr, struct error *err)
{
	for (*nr = 0; *nr < SERVER_COUNTS_MAX; text++) {
		char *end;
		unsigned long n = isdigit((unsigned char)*text) ? strtoul(text, &end, 10) : 0;

		if (!n || n > SERVERS_MAX || (*end && *end != ','))
			break;
		out[(*nr)++] = (uint32_t)n;
		if (!*end)
			return 0;
		text = end;
	}
	return error_set(err, ERR_USAGE,
			 "--servers wants a number from 1 to %d, or up to %d of them with commas",
			 SERVERS_MAX, SERVER_COUNTS_MAX);
}

static int print_means(const struct inputs *in, const struct args *args, struct error *err)
{
	uint32_t servers[SERVER_COUNTS_MAX];
	size_t nr;
	int rc = parse_servers(args_string(args, "servers", ""), servers, &nr, err);

	for (size_t i = 0; !rc && i < nr; i++) {
		struct ask ask = {servers[i], args_flag(args, "untrimmed") ? 0 : TRIM,
				  args_flag(args, "episodes")};
		double mean[RULES];
		char text[RULES][64];

		rc = run(in, &ask, mean, err);
		if (!rc && !ask.each)
			printf("%" PRIu32 ",%s,%s\n", servers[i],
			       exact_text(mean[FIRST_FIT], text[0], sizeof(text[0])),
			       exact_text(mean[BALANCE_FIT], text[1], sizeof(text[1])));
	}
	return rc;
}

static int spane(const struct args *args, int *status, struct error *err)
{
	struct inputs in;
	int rc = inputs_load(&in, args, err);

	(void)status;
	if (!rc)
		rc = args_flag(args, "table") ? print_table(&in, err) : print_means(&in, args, err);
	inputs_release(&in);
	return rc;
}

static const struct option options[] = {
	{"servers", 'N', "N,...", "servers of two nodes of 40 CPUs and 90 GB", false},
	{"trace", 't', "FILE", "VMs with lifetimes: vmid,cpu,mem,at,lt", false},
	{"starts", 's', "FILE", "the row each episode starts at, one a line", false},
	{"episodes", 0, NULL, "a line an episode: episode,start,vms,first_fit,balance_fit", false},
	{"untrimmed", 0, NULL, "the mean of all episodes", false},
	OPTION_DATA,
	OPTION_TABLE,
	{0},
};

const struct command case_spane = {
	.name = "spane",
	.operands = "",
	.summary = "total waiting time of Huawei-East-1 on N servers",
	.about = "Prints N,first_fit,balance_fit: the mean over the episodes, less a tenth at "
		 "either "
		 "end, of the sum of the VMs' waits, in seconds. The published table has N = 2 to "
		 "9.",
	.example = "bench/reproduce/spane --servers 5",
	.option = options,
	.run = spane,
};
