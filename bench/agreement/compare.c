#include "bench/agreement/compare.h"

#include <ctype.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>

#include "base/clock.h"
#include "base/rng.h"
#include "base/stats.h"
#include "base/units.h"

#define OUTPUT_MAX 65536
#define CPU_SHARE_MIN 0.97 /* of a run's time: with less, others had the CPU */

/* The number in `text`, or a negative one when it is not there. */
static double find_number(const char *text, const struct reading *r)
{
	const char *at = strstr(text, r->key);

	if (!at)
		return -1;
	at += strlen(r->key);
	for (unsigned field = 1; *at; field++) {
		char *end;
		double x;

		while (*at && !isdigit((unsigned char)*at))
			at++;
		x = strtod(at, &end);
		if (end == at)
			break;
		if (field == r->field)
			return x * r->unit;
		at = end;
	}
	return -1;
}

static double children_cpu_s(void)
{
	struct rusage u;

	if (getrusage(RUSAGE_CHILDREN, &u) != 0)
		return 0;
	return (double)u.ru_utime.tv_sec + (double)u.ru_stime.tv_sec +
	       ((double)u.ru_utime.tv_usec + (double)u.ru_stime.tv_usec) / 1e6;
}

struct answer {
	char text[OUTPUT_MAX];
	int status;
	double cpu_share; /* of the time that it took */
};

static int ask(const char *command, struct answer *out, struct error *err)
{
	double cpu_s = children_cpu_s();
	int64_t begin = monotonic_ns();
	FILE *f = popen(command, "r");
	size_t n;

	if (!f)
		return error_set(err, ERR_MACHINE, "no shell can be started");
	n = fread(out->text, 1, sizeof(out->text) - 1, f);
	out->text[n] = '\0';
	while (fgetc(f) != EOF)
		;
	out->status = pclose(f);
	out->cpu_share = (children_cpu_s() - cpu_s) * 1e9 / (double)(monotonic_ns() - begin + 1);
	return 0;
}

static bool take_values(struct comparison *c, const struct answer *theirs,
			const struct answer *ours)
{
	double their[VALUES_MAX], our[VALUES_MAX];

	for (uint32_t i = 0; i < c->nr_values; i++) {
		their[i] = find_number(theirs->text, &c->value[i].theirs);
		our[i] = find_number(ours->text, &c->value[i].ours);
		if (their[i] <= 0 || our[i] <= 0)
			return false;
	}
	for (uint32_t i = 0; i < c->nr_values; i++) {
		struct value *v = &c->value[i];

		v->log_ratio[c->rounds] = log(our[i] / their[i]);
		v->their_sum += their[i];
		v->our_sum += our[i];
	}
	c->rounds++;
	return true;
}

/* Both programs of a round get the frames that the one before has just given back, which
 * may be good or bad ones for its arrays and not for the other's. Memory held meanwhile,
 * another amount in each round, makes that chance instead of a bias. */
static void *hold(uint64_t most, struct rng *rng)
{
	size_t bytes = (size_t)rng_below(rng, most + 1) + 1;
	void *at = malloc(bytes);

	if (at) /* else it is as it was */
		memset(at, 1, bytes);
	return at;
}

/* Who goes first changes, so that neither always finds the other's caches. */
static int run_both(struct comparison *c, bool ours_first, struct error *err)
{
	static struct answer theirs, ours;
	int rc = 0;

	if (ours_first)
		rc = ask(c->our_command, &ours, err);
	if (!rc)
		rc = ask(c->their_command, &theirs, err);
	if (!rc && !ours_first)
		rc = ask(c->our_command, &ours, err);
	if (rc)
		return rc;
	if (WIFSIGNALED(theirs.status) || WIFSIGNALED(ours.status))
		c->spoiled++;
	else if (theirs.status != 0 || ours.status != 0)
		c->broken = theirs.status ? "it failed" : "homenode-probe failed";
	else if (theirs.cpu_share < CPU_SHARE_MIN || ours.cpu_share < CPU_SHARE_MIN)
		c->spoiled++;
	else if (!take_values(c, &theirs, &ours))
		c->broken = "it prints something else than it used to";
	return 0;
}

static int run_round(struct comparison *c, uint64_t most, struct rng *rng, struct error *err)
{
	void *held = hold(most, rng);
	int rc = run_both(c, (c->rounds + c->spoiled) % 2, err);

	free(held);
	return rc;
}

enum verdict compare_judge(const struct comparison *c, const struct value *v, double *low,
			   double *high)
{
	double claim = (double)v->claim_ppm / 1e6;
	struct interval i;

	*low = *high = 0;
	if (c->rounds < ROUNDS_MIN)
		return v->claim_ppm ? UNDECIDED : UNCLAIMED;
	i = interval_of(v->log_ratio, c->rounds);
	*low = exp(i.mean - i.half);
	*high = exp(i.mean + i.half);
	if (!v->claim_ppm)
		return UNCLAIMED;
	if (*low >= 1 - claim && *high <= 1 + claim)
		return AGREES;
	if (*high < 1 - claim || *low > 1 + claim)
		return DIFFERS;
	return UNDECIDED;
}

/* All that is claimed is decided; of what is not, the interval is as narrow as 5 %. */
static bool decided(const struct comparison *c)
{
	for (uint32_t i = 0; i < c->nr_values; i++) {
		double low, high;
		enum verdict v = compare_judge(c, &c->value[i], &low, &high);

		if (v == UNDECIDED || low <= 0 || (v == UNCLAIMED && high / low > 1.1))
			return false;
	}
	return true;
}

int compare_run(struct comparison *c, const struct limits *limits, struct error *err)
{
	int64_t begin = monotonic_ns();
	struct rng rng;
	int rc = 0;

	rng_seed(&rng, 1, "agreement");
	while (!rc && !c->broken && !(limits->stop && atomic_load(limits->stop)) && !decided(c) &&
	       c->rounds + c->spoiled < limits->rounds && monotonic_ns() - begin < limits->time_ns)
		rc = run_round(c, limits->held_bytes, &rng, err);
	return rc;
}
