/*
 * homenode-agreement: is what the probe says what others say, on this machine?
 *
 *	bench/agreement/run [--stream FILE.c] [--multichase DIR] [--cpu N] [--bytes SIZE]
 *			    [--rounds N] [--time TIME]
 *
 * The probe beside STREAM, multichase (built from sources that the caller has) and what
 * Debian packages of the kind: likwid, mbw, sysbench, stress-ng. Exit status 0: all that is
 * claimed is so; 1: something is not, or noise does not let it be said.
 */
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/units.h"
#include "bench/agreement/peers.h"
#include "probe/machine.h"
#include "probe/stream.h"

#define ROUNDS 30
#define TIME_NS (600 * NS_PER_S)

static const char usage[] =
	"usage: homenode-agreement [OPTION]...\n"
	"\n"
	"  --stream FILE.c     STREAM's source, which is built and run\n"
	"  --multichase DIR    multichase's source\n"
	"  --cpu N             where all run, one thread each (default: the first)\n"
	"  --bytes SIZE        one of STREAM's arrays (default: four times the caches)\n"
	"  --rounds N          of each comparison at most (default 30)\n"
	"  --time TIME         of each comparison at most (default 10m)\n";

static atomic_bool stop_asked; /* lock-free, so good for a handler */

static void on_signal(int number)
{
	(void)number;
	atomic_store(&stop_asked, true);
}

/* The second signal ends the program the ordinary way. */
static void stop_on_signals(void)
{
	struct sigaction action = {.sa_handler = on_signal};

	sigemptyset(&action.sa_mask);
	action.sa_flags = (int)SA_RESETHAND;
	sigaction(SIGINT, &action, NULL);
	sigaction(SIGTERM, &action, NULL);
}

struct options {
	const char *stream, *multichase;
	int64_t cpu, bytes, rounds, time_ns;
};

static int take_number(const char *name, const char *value, int64_t max, int64_t *out,
		       struct error *err)
{
	char *end;
	long long n = strtoll(value, &end, 10);

	if (end == value || *end || n < 0 || n > max)
		return error_set(err, ERR_USAGE, "%s is between 0 and %lld, not \"%s\"", name,
				 (long long)max, value);
	*out = n;
	return 0;
}

static int take(struct options *o, const char *name, const char *value, struct error *err)
{
	if (!value)
		return error_set(err, ERR_USAGE, "%s needs a value, or is no option; --help", name);
	if (strcmp(name, "--stream") == 0)
		o->stream = value;
	else if (strcmp(name, "--multichase") == 0)
		o->multichase = value;
	else if (strcmp(name, "--cpu") == 0)
		return take_number(name, value, CPUS_MAX - 1, &o->cpu, err);
	else if (strcmp(name, "--rounds") == 0)
		return take_number(name, value, ROUNDS_MAX, &o->rounds, err);
	else if (strcmp(name, "--bytes") == 0 && bytes_parse_option(value, &o->bytes) &&
		 o->bytes >= MIB && o->bytes <= 1024 * GIB)
		return 0;
	else if (strcmp(name, "--time") == 0 && duration_parse(value, &o->time_ns))
		return 0;
	else
		return error_set(err, ERR_USAGE, "%s %s: not understood; --help", name, value);
	return 0;
}

/* Everything on one CPU: the children inherit it. */
static int settle(const struct options *o, struct setup *s, struct error *err)
{
	struct cpuset cpus, one = {{0}};
	const char *from;
	int rc = machine_cpus_allowed(&cpus, err);

	if (rc)
		return rc;
	s->cpu = o->cpu >= 0 ? (unsigned)o->cpu : cpuset_next(&cpus, 0);
	cpuset_add(&one, s->cpu);
	s->array_bytes = (size_t)(o->bytes ? o->bytes
					   : STREAM_CACHE_FACTOR *
						     machine_last_cache_bytes(NULL, &one, &from));
	s->array_bytes -= s->array_bytes % (size_t)MIB;
	return machine_pin(&one, err);
}

/* The probe lies beside this program. */
static char *find_probe(const char *self)
{
	const char *slash = strrchr(self, '/');

	return slash ? xasprintf("%.*s/homenode-probe", (int)(slash - self), self)
		     : xstrdup("homenode-probe");
}

static const char *word_of(enum verdict v)
{
	static const char *const word[] = {[AGREES] = "agrees",
					   [DIFFERS] = "differs",
					   [UNDECIDED] = "undecided",
					   [UNCLAIMED] = "-"};

	return word[v];
}

static void print_heading(void)
{
	printf("%-22s %9s %9s %-4s  %-15s %5s %7s  %s\n", "beside", "ours", "theirs", "unit",
	       "ratio", "claim", "rounds", "verdict");
	fflush(stdout);
}

/* Returns whether it is as claimed, if anything is. */
static bool print_row(const struct comparison *c, const struct value *v)
{
	double low, high, n = c->rounds;
	enum verdict verdict = compare_judge(c, v, &low, &high);
	bool time = v->theirs.unit == 1; /* nanoseconds */
	double one = time ? 1 : 1e9;
	char ours[32] = "-", theirs[32] = "-", ratio[48] = "-", claim[16] = "-", rounds[32];

	if (c->rounds) {
		snprintf(ours, sizeof(ours), "%.2f", v->our_sum / n / one);
		snprintf(theirs, sizeof(theirs), "%.2f", v->their_sum / n / one);
	}
	if (low > 0)
		snprintf(ratio, sizeof(ratio), "%.3f to %.3f", low, high);
	if (v->claim_ppm)
		snprintf(claim, sizeof(claim), "%.0f %%", (double)v->claim_ppm / 1e4);
	snprintf(rounds, sizeof(rounds), "%u+%u", c->rounds, c->spoiled);
	printf("%-22s %9s %9s %-4s  %-15s %5s %7s  %s\n", v->name, ours, theirs,
	       time ? "ns" : "GB/s", ratio, claim, rounds,
	       c->broken ? c->broken : word_of(verdict));
	fflush(stdout);
	return !v->claim_ppm || (!c->broken && verdict == AGREES);
}

static int compare_all(const struct options *o, const struct setup *s, int *status,
		       struct error *err)
{
	const struct limits limits = {.rounds = (uint32_t)o->rounds,
				      .time_ns = o->time_ns,
				      .held_bytes =
					      3 * s->array_bytes, /* as much again as STREAM has */
				      .stop = &stop_asked};
	struct comparison *c = NULL;
	size_t nr = 0;
	int rc = peers_list(&c, &nr, s, stderr, err);

	if (!rc)
		print_heading();
	stop_on_signals();
	for (size_t i = 0; !rc && i < nr; i++) {
		rc = compare_run(&c[i], &limits, err);
		for (uint32_t v = 0; !rc && v < c[i].nr_values; v++)
			*status |= !print_row(&c[i], &c[i].value[v]);
	}
	if (!rc)
		puts("ratio: ours over theirs, 95 % interval of the geometric mean; rounds: "
		     "counted + "
		     "spoiled\n(others had the CPU for more than 3 % of the time)");
	peers_free(c, nr);
	return rc;
}

static int work(const struct options *o, const char *self, int *status, struct error *err)
{
	const char *tmp = getenv("TMPDIR");
	char *folder = xasprintf("%s/homenode-agreement-XXXXXX", tmp && *tmp ? tmp : "/tmp");
	char *probe = find_probe(self), *remove;
	struct setup s = {.stream = o->stream, .multichase = o->multichase, .folder = folder};
	int rc = settle(o, &s, err);

	s.probe = probe;
	if (!rc && !mkdtemp(folder))
		rc = error_set(err, ERR_MACHINE, "the folder %s cannot be made", folder);
	if (!rc) {
		rc = compare_all(o, &s, status, err);
		remove = xasprintf("rm -rf %s", folder);
		if (system(remove) != 0)
			fprintf(stderr, "homenode-agreement: %s is left behind\n", folder);
		free(remove);
	}
	free(folder);
	free(probe);
	return rc;
}

int main(int argc, char **argv)
{
	struct options o = {.cpu = -1, .rounds = ROUNDS, .time_ns = TIME_NS};
	struct error err = {0};
	int status = 0, rc = 0;

	for (int i = 1; !rc && i < argc; i += 2) {
		if (strcmp(argv[i], "--help") == 0)
			return fputs(usage, stdout) < 0;
		rc = take(&o, argv[i], argv[i + 1], &err);
	}
	if (!rc)
		rc = work(&o, argv[0], &status, &err);
	if (rc)
		fprintf(stderr, "homenode-agreement: %s\n", err.text);
	return rc ? error_exit_status(rc) : status;
}
