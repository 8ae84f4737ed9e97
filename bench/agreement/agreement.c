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
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/table.h"
#include "base/terminal.h"
#include "base/units.h"
#include "bench/agreement/peers.h"
#include "probe/machine.h"

#define ARRAY_FACTOR 4 /* STREAM's rule: bytes of an array per byte of cache */
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
					   : ARRAY_FACTOR * machine_last_cache_bytes(NULL, &one,
										     &from));
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
	static const char *const word[] = {
		[AGREES] = "agrees", [DIFFERS] = "differs", [UNDECIDED] = "undecided", [UNCLAIMED] = "-"};

	return word[v];
}

static void print_row(struct table *t, const struct comparison *c, const struct value *v)
{
	double low, high, n = c->rounds ? c->rounds : 1;
	enum verdict verdict = compare_judge(c, v, &low, &high);
	bool time = v->theirs.unit == 1; /* nanoseconds */
	double one = time ? 1 : 1e9;

	table_cell(t, "%s", v->name);
	if (c->rounds) {
		table_cell(t, "%.2f", v->our_sum / n / one);
		table_cell(t, "%.2f", v->their_sum / n / one);
	} else {
		table_cell(t, "-");
		table_cell(t, "-");
	}
	table_cell(t, "%s", time ? "ns" : "GB/s");
	if (low > 0)
		table_cell(t, "%.3f to %.3f", low, high);
	else
		table_cell(t, "-");
	if (v->claim_ppm)
		table_cell(t, "%.0f %%", (double)v->claim_ppm / 1e4);
	else
		table_cell(t, "-");
	table_cell(t, "%u+%u", c->rounds, c->spoiled);
	table_cell(t, "%s", c->broken ? c->broken : word_of(verdict));
	table_end_row(t);
}

/* Exit status. */
static int print_results(const struct comparison *c, size_t nr)
{
	static const char *const head[] = {"beside", "ours", "theirs", "unit",
					   "ratio",  "claim", "rounds", "verdict"};
	struct table *t = table_new();
	int status = 0;

	for (size_t i = 0; i < sizeof(head) / sizeof(head[0]); i++)
		table_cell(t, "%s", head[i]);
	table_end_row(t);
	for (size_t i = 0; i < nr; i++)
		for (uint32_t v = 0; v < c[i].nr_values; v++) {
			double low, high;

			print_row(t, &c[i], &c[i].value[v]);
			if (c[i].value[v].claim_ppm &&
			    (c[i].broken ||
			     compare_judge(&c[i], &c[i].value[v], &low, &high) != AGREES))
				status = 1;
		}
	table_print(t, stdout, 0);
	puts("ratio: ours over theirs, 95 % interval of the geometric mean; rounds: counted + "
	     "spoiled\n(others had the CPU for more than 3 % of it)");
	table_free(t);
	return status;
}

static int compare_all(const struct options *o, const struct setup *s, int *status,
		       struct error *err)
{
	const struct limits limits = {.rounds = (uint32_t)o->rounds, .time_ns = o->time_ns};
	struct comparison *c = NULL;
	size_t nr = 0;
	int rc = peers_list(&c, &nr, s, stderr, err);

	for (size_t i = 0; !rc && i < nr; i++) {
		fprintf(stderr, "%zu of %zu: %s\n", i + 1, nr, c[i].value[0].name);
		rc = compare_run(&c[i], &limits, err);
	}
	if (!rc)
		*status = print_results(c, nr);
	peers_free(c, nr);
	return rc;
}

static int work(const struct options *o, const char *self, int *status, struct error *err)
{
	char folder[] = "/tmp/homenode-agreement-XXXXXX";
	char *probe = find_probe(self), *remove;
	struct setup s = {.stream = o->stream, .multichase = o->multichase, .folder = folder};
	int rc = settle(o, &s, err);

	s.probe = probe;
	if (!rc && !mkdtemp(folder))
		rc = error_set(err, ERR_MACHINE, "no folder can be made in /tmp");
	if (!rc) {
		rc = compare_all(o, &s, status, err);
		remove = xasprintf("rm -rf %s", folder);
		if (system(remove) != 0)
			fprintf(stderr, "homenode-agreement: %s is left behind\n", folder);
		free(remove);
	}
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
