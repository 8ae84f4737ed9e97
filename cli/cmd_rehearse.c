/*
 * homenode rehearse: scenarios carried out on a machine; where every page is after
 * each step.
 */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/output.h"
#include "base/units.h"
#include "bench/rehearse.h"
#include "cli/backends.h"
#include "cli/command.h"
#include "host/host.h"
#include "report/residency.h"
#include "sim/sim.h"

#define PAGES_A_BLOCK 512

static const struct option options[] = {
	{"host", 'H', "HOST", "the host that scenarios name nodes of", false},
	{"backend", 'b', "BACKEND", "who carries it out, NAME[:OPTIONS] (default: sim)", false},
	{"from", 'f', "FILE", "simulator: begin with what was free in this rehearsal", false},
	{"output", 'o', "FILE", "write there, not to standard output", false},
	{0},
};

/* What another rehearsal of the same scenario found (--from). */
struct found {
	const struct residency_file *file; /* NULL: none */
	const struct host *host;
	const char *scenario;
	/* By slot and node: pages that the real zone had more when it started, less those that
	 * its guest gave back when it booted. */
	int64_t (*special)[NODES_MAX];
};

static int64_t found_pages(const struct found *f, size_t step, const char *zone, uint32_t node,
			   bool *known)
{
	for (size_t i = 0; i < f->file->nr; i++) {
		const struct residency_row *r = &f->file->row[i];

		if (r->step != (int64_t)step || r->node != f->host->node[node].os_index ||
		    strcmp(r->zone, zone) != 0 || strcmp(r->scenario, f->scenario) != 0)
			continue;
		*known = true;
		return r->pages;
	}
	return 0;
}

/* Is this balloon's target below what the zone had? */
static bool shrank(const struct scenario *s, size_t step)
{
	const struct scenario_step *what = &s->step[step - 1];
	int64_t before = s->zone[what->slot]->zone.memory_bytes;

	for (size_t i = 0; i + 1 < step; i++)
		if (s->step[i].kind == STEP_RESIZE && s->step[i].slot == what->slot)
			before = s->step[i].bytes;
	return what->bytes < before;
}

static void note_special(const struct found *f, struct backend *b, uint32_t slot)
{
	int64_t sum = 0;

	for (uint32_t n = 0; n < f->host->nr_nodes; n++)
		sum += f->special[slot][n];
	if (sum > 0 && sum <= PAGES_SPECIAL_MAX)
		sim_set_special_pages(b, slot, sum);
}

/* A zone that a balloon made smaller gave back pages of its own choice: go on from
 * those. What it has beyond its size, it has had since it started. */
static int correct(void *context, struct backend *b, const struct scenario *s, size_t step,
		   const int64_t *measured, struct error *err)
{
	const struct found *f = context;
	const struct scenario_step *what = &s->step[step - 1];
	const char *zone = s->zone[what->slot]->zone.name;
	int64_t bytes[NODES_MAX], sum = 0, had = 0;
	bool known = false;

	for (uint32_t n = 0; n < f->host->nr_nodes; n++) {
		int64_t pages = found_pages(f, step, zone, n, &known);

		if (what->kind == STEP_START)
			f->special[what->slot][n] = pages - measured[n] / PAGE_BYTES;
		bytes[n] = (pages - f->special[what->slot][n]) * PAGE_BYTES;
		sum += bytes[n];
		had += measured[n];
	}
	if (known && what->kind == STEP_START)
		note_special(f, b, what->slot);
	if (known && had > sum && had - sum <= PAGES_GIVEN_BACK_MAX * PAGE_BYTES) {
		/* the page was one of low memory, so of the first vnode */
		uint32_t node = s->zone[what->slot]->plan.vnode[0].node;

		f->special[what->slot][node] -= (had - sum) / PAGE_BYTES;
		bytes[node] += had - sum;
		sum = had;
	}
	if (!known || what->kind != STEP_RESIZE || sum != had)
		return 0;
	for (uint32_t n = 0; n < f->host->nr_nodes; n++)
		if (bytes[n] < 0)
			return 0;
	return shrank(s, step) ? sim_correct(b, 0, what->slot, bytes, err) : 0;
}

/* The simulator as a Xen host: its allocator, its overhead, a balloon whose last pages
 * go back first, and what was free. The caller frees. */
static int simulator_options(const struct found *f, const char *more, char **out, struct error *err)
{
	char *text = xasprintf("allocator=xen,exchange=0,overhead=xen%s%s", *more ? "," : "", more);
	int64_t low = 0, blocks = 0;
	bool known = f->file == NULL, any = false;

	for (uint32_t n = 0; f->file && n < f->host->nr_nodes; n++) {
		int64_t pages = found_pages(f, 0, "(free)", n, &known);
		char *longer = xasprintf("%s%s%" PRId64, text, n ? ":" : ",free=", pages);

		low += found_pages(f, 0, "(low)", n, &any);
		free(text);
		text = longer;
	}
	if (f->file) {
		char *longer = xasprintf("%s,low=%" PRId64, text, low * PAGE_BYTES);

		free(text);
		text = longer;
		any = false;
		blocks = found_pages(f, 0, "(blocks)", 0, &any) / PAGES_A_BLOCK;
	}
	if (any) {
		char *longer = xasprintf("%s,blocks=%" PRId64, text, blocks);

		free(text);
		text = longer;
	}
	*out = text;
	return known ? 0
		     : error_set(err, ERR_INPUT, "%s does not say what was free before scenario %s",
				 f->file->path, f->scenario);
}

struct session {
	const struct args *args;
	const struct backend_ops *ops;
	const char *told; /* the options behind its name */
	struct host *host;
	struct residency_file from;
	bool has_from;
	FILE *out;
};

static int one_scenario(const struct session *c, unsigned index, struct error *err)
{
	const struct host *hosts[] = {c->host};
	struct backend_config config = {.host = hosts, .nr_hosts = 1};
	struct found found = {.file = c->has_from ? &c->from : NULL, .host = c->host};
	struct rehearse_hook hook = {.after = correct, .context = &found};
	struct scenario s = {0};
	struct backend *b = NULL;
	char *text = NULL;
	int rc = scenario_load(&s, args_operand(c->args, index), c->host, err);

	if (rc)
		return rc;
	found.scenario = s.name;
	found.special = xcalloc(s.nr_zones + 1, sizeof(*found.special));
	if (c->ops == &sim_backend)
		rc = simulator_options(&found, c->told, &text, err);
	else
		text = xstrdup(c->told);
	if (!rc) {
		config.options = text;
		config.check = c->ops == &sim_backend;
		rc = backend_open(&b, c->ops, &config, err);
	}
	/* nothing is printed when the first has a mistake */
	if (!rc && index == 0)
		fprintf(c->out, "%s\n", REHEARSE_HEADER);
	if (!rc)
		rc = rehearse(&s, b, c->out, c->has_from ? &hook : NULL, err);
	backend_close(b);
	free(text);
	free(found.special);
	scenario_release(&s);
	return rc;
}

static int open_session(struct session *c, struct error *err)
{
	const char *from = args_string(c->args, "from", NULL);
	const char *backend = args_string(c->args, "backend", "sim");
	const char *host;
	int rc;

	c->ops = backend_find(backend, &c->told, err);
	if (!c->ops)
		return ERR_USAGE;
	if (from && c->ops != &sim_backend)
		return error_set(err, ERR_USAGE,
				 "--from is what the simulator begins with; %s begins as it is",
				 c->ops->name);
	host = args_string(c->args, "host", c->ops->default_host);
	if (!host)
		return error_set(err, ERR_USAGE,
				 "whose nodes? Add --host HOST; \"homenode list topologies\" names "
				 "some");
	rc = find_host(host, &c->host, err);
	if (!rc && from) {
		rc = residency_load(&c->from, from, err);
		c->has_from = !rc;
	}
	return rc;
}

static int run_rehearse(const struct args *args, int *status, struct error *err)
{
	const char *path = args_string(args, "output", NULL);
	struct session c = {.args = args, .out = stdout};
	struct output file = {0};
	int rc = open_session(&c, err);

	(void)status;
	if (!rc && path) {
		rc = output_open(&file, path, err);
		c.out = file.file;
	}
	for (unsigned i = 0; i < args_nr_operands(args) && !rc; i++)
		rc = one_scenario(&c, i, err);
	if (!rc && path)
		rc = output_commit(&file, err);
	output_abandon(&file);
	residency_release(&c.from);
	host_free(c.host);
	return rc;
}

const struct command cmd_rehearse = {
	.name = "rehearse",
	.operands = "SCENARIO...",
	.min_operands = 1,
	.max_operands = -1,
	.summary = "carry launches and balloons out; where every page is after each",
	.about = "A SCENARIO is a text file of launches, balloons and stops on nodes that it names "
		 "(docs/xen-compare.md). The same one is carried out by the simulator and by a "
		 "hypervisor; \"homenode diff\" holds the two outputs against each other. Prints "
		 "CSV.",
	.example = "homenode rehearse --host epyc-nps4-8n drift.txt",
	.option = options,
	.run = run_rehearse,
};
