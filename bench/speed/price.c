/*
 * What the cost model takes of a run's speed: ten hours of the replay, without it, with it,
 * and with it but nothing looked up, one after the other, so that the ratios mean
 * something on a busy machine too.
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/alloc.h"
#include "base/clock.h"
#include "base/table.h"
#include "base/units.h"
#include "bench/accounts/pricing.h"
#include "bench/loop/run.h"
#include "bench/speed/median.h"
#include "bench/speed/speed.h"
#include "sim/sim.h"

#define RUNS 3
#define HOSTS 1000

static void fail(const struct error *err)
{
	fprintf(stderr, "homenode-speed: %s\n", err->text);
	exit(3);
}

/* One replay in three ways, and what the books of its prices say of themselves. */
struct prices {
	double without[RUNS], with[RUNS], anew[RUNS]; /* thousand events a second */
	struct ledger_reuse reuse;
	struct run_result result, result_anew; /* of a run with prices */
};

static double one_run(struct run_input *in, struct run_result *result)
{
	int64_t start = process_cpu_ns();
	struct error err;

	if (run_row(in, result, &err))
		fail(&err);
	return (double)result->row.events / (double)(process_cpu_ns() - start) * 1e6;
}

/* The row's own books of prices stay shut: these are ours to look into afterwards. */
static double one_priced(struct run_input *in, bool anew, struct run_result *result,
			 struct ledger_reuse *reuse)
{
	struct pricing books = {0};
	const struct observer observer = {&pricing_observer, &books};
	struct run_input priced = *in;
	double rate;

	pricing_init(&books, in->host, in->nr_hosts);
	if (anew)
		ledger_forget(books.ledger);
	priced.observer = &observer;
	priced.nr_observers = 1;
	rate = one_run(&priced, result);
	ledger_reuse(books.ledger, reuse);
	pricing_release(&books);
	return rate;
}

static void measure(struct run_input *in, struct prices *p)
{
	struct ledger_reuse unused;
	struct run_result result;

	for (int i = 0; i < RUNS; i++) {
		p->without[i] = one_run(in, &result);
		p->with[i] = one_priced(in, false, &p->result, &p->reuse);
		p->anew[i] = one_priced(in, true, &p->result_anew, &unused);
	}
	BUG_ON(p->result.row.slowdown_ppm != p->result_anew.row.slowdown_ppm ||
	       p->result.row.swing_ppm != p->result_anew.row.swing_ppm ||
	       p->result.row.bandwidth_bytes_per_s != p->result_anew.row.bandwidth_bytes_per_s);
}

static double looked_up(uint64_t asked, uint64_t made)
{
	return asked ? 100.0 * (double)(asked - made) / (double)asked : 0;
}

static void print_prices(struct table *t, struct prices *p)
{
	const struct ledger_reuse *r = &p->reuse;
	double without = median(p->without, RUNS), with = median(p->with, RUNS);
	double anew = median(p->anew, RUNS);

	table_cell(t, "%" PRId64, p->result.row.events);
	table_cell(t, "%.0f", without);
	table_cell(t, "%.0f", with);
	table_cell(t, "%.1f", without / with);
	table_cell(t, "%.0f", anew);
	table_cell(t, "%.1f", with / anew);
	table_cell(t, "%.1f", looked_up(r->rates, r->rates_made));
	table_cell(t, "%.1f", looked_up(r->steps, r->steps_made));
	table_cell(t, "%.1f", looked_up(r->components, r->components_solved));
	table_cell(t, "%.1f", (double)r->bytes / (double)MIB);
	table_end_row(t);
}

static void one_row(struct table *t, const char *path, const char *policy, int64_t hours,
		    const struct host *const *host)
{
	struct workload w = {0};
	struct run_input in = {.backend = &sim_backend, .seed = 1, .host = host, .nr_hosts = HOSTS};
	struct prices prices;
	struct error err;

	if (workload_load(&w, path, NULL, &err))
		fail(&err);
	w.duration_ns = hours * NS_PER_HOUR;
	in.workload = &w;
	in.policy = policy_find(policy);
	in.topology = "epyc-nps4-8n";
	measure(&in, &prices);
	table_cell(t, "%s", w.name);
	table_cell(t, "%s", policy);
	print_prices(t, &prices);
	workload_release(&w);
}

static struct table *headed(void)
{
	static const char *const column[] = {
		"workload", "policy", "events",	 "K/s without", "with",	       "times the time",
		"anew",	    "is x",   "rates %", "steps %",	"solutions %", "kept MiB"};
	struct table *t = table_new();

	for (size_t i = 0; i < sizeof(column) / sizeof(column[0]); i++)
		table_cell(t, "%s", column[i]);
	table_end_row(t);
	return t;
}

void speed_price(void)
{
	const struct host **host = xcalloc(HOSTS, sizeof(struct host *));
	struct table *t = headed();
	struct host *model;
	struct error err;

	if (host_load(&model, "topologies/epyc-nps4-8n.xml", &err))
		fail(&err);
	for (uint32_t i = 0; i < HOSTS; i++)
		host[i] = model;
	one_row(t, "bench/speed/replay.json", "edera-compact", 10, host);
	one_row(t, "bench/speed/replay-profiles.json", "edera-compact", 10, host);
	one_row(t, "bench/speed/replay-profiles.json", "homenode", 10, host);
	one_row(t, "bench/speed/replay.json", "flat", 2, host);
	one_row(t, "bench/speed/replay-profiles.json", "flat", 1, host);
	printf("\nthe cost model in a run, %d eight-node hosts (CPU time, median of %d), and with "
	       "all\n"
	       "worked out anew (looked up is x as fast); of what is asked for is looked up: "
	       "rates\n"
	       "of zones on a node, steps of a node from state to state, solutions of connected "
	       "flows:\n",
	       HOSTS, RUNS);
	table_print(t, stdout, 2);
	table_free(t);
	free(host);
	host_free(model);
}
