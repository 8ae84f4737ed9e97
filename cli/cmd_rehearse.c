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
#include "bench/recorded.h"
#include "bench/rehearse.h"
#include "cli/backends.h"
#include "cli/command.h"
#include "host/host.h"
#include "live/recording.h"
#include "report/residency.h"

#define PAGES_A_BLOCK 512

static const struct option options[] = {
	{"host", 'H', "HOST", "the host that scenarios name nodes of", false},
	{"backend", 'b', "BACKEND", "who carries it out, NAME[:OPTIONS] (default: sim)", false},
	{"from", 'f', "FILE", "simulator: begin with what was free in this rehearsal", false},
	{"for", 0, "TIME", "of a recording: its first TIME (default: 1h)", false},
	OPTION_FORMAT("csv", "what a rehearsal is written as"),
	{"output", 'o', "FILE", "write there, not to standard output", false},
	{0},
};

/* What another rehearsal of the same scenario found (--from). */
struct found {
	const struct residency_file *file; /* NULL: none */
	const struct host *host;
	const char *scenario;
};

static bool found_pages(const struct found *f, size_t step, const char *zone, uint32_t node,
			int64_t *out)
{
	for (size_t i = 0; i < f->file->nr; i++) {
		const struct residency_row *r = &f->file->row[i];

		if (r->step != (int64_t)step || r->node != f->host->node[node].os_index ||
		    strcmp(r->zone, zone) != 0 || strcmp(r->scenario, f->scenario) != 0)
			continue;
		*out = r->pages;
		return true;
	}
	return false;
}

static bool found_bytes(void *context, size_t step, const char *zone, uint32_t node, int64_t *out)
{
	int64_t pages;

	if (!found_pages(context, step, zone, node, &pages))
		return false;
	*out = pages * PAGE_BYTES;
	return true;
}

/* What a model of a host begins with. */
struct start {
	char *free, *low, *blocks, *guests; /* NULL: not known */
};

static void start_release(struct start *s)
{
	free(s->free);
	free(s->low);
	free(s->blocks);
	free(s->guests);
}

/* Pages of row "(WHAT ZONE)" after its START; false: there is none. */
static bool guest_pages(const struct found *f, size_t step, const char *what, const char *zone,
			uint32_t node, int64_t *out)
{
	char *name = xasprintf("(%s %s)", what, zone);
	bool known = found_pages(f, step, name, node, out);

	free(name);
	return known;
}

/* What guests said, as option "guests" of the simulator wants it. */
static void guests_read(struct start *out, const struct found *f, const struct scenario *s)
{
	for (size_t i = 0; i < s->nr_steps; i++) {
		const struct scenario_step *step = &s->step[i];
		const char *zone = s->zone[step->slot]->zone.name;

		for (uint32_t n = 0; step->kind == STEP_START && n < f->host->nr_nodes; n++) {
			char *before = out->guests;
			int64_t least, most, broken;

			if (!guest_pages(f, i + 1, "least", zone, n, &least) ||
			    !guest_pages(f, i + 1, "most", zone, n, &most) ||
			    !guest_pages(f, i + 1, "broken", zone, n, &broken))
				continue;
			out->guests = xasprintf("%s%s%" PRIu32 "/%" PRIu32 "/%" PRId64 "/%" PRId64
						"/%" PRId64,
						before ? before : "", before ? ":" : "", step->slot,
						n, least, most, broken);
			free(before);
		}
	}
}

static int start_read(struct start *out, const struct found *f, const struct scenario *s,
		      struct error *err)
{
	int64_t low = 0, pages;
	bool known = false;

	for (uint32_t n = 0; n < f->host->nr_nodes; n++) {
		char *before = out->free;

		pages = 0;
		known |= found_pages(f, 0, "(free)", n, &pages);
		out->free = xasprintf("%s%s%" PRId64, n ? before : "", n ? ":" : "", pages);
		free(before);
		if (found_pages(f, 0, "(low)", n, &pages))
			low += pages;
	}
	out->low = xasprintf("%" PRId64, low * PAGE_BYTES);
	if (found_pages(f, 0, "(blocks)", 0, &pages))
		out->blocks = xasprintf("%" PRId64, pages / PAGES_A_BLOCK);
	guests_read(out, f, s);
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
	int64_t span_ns; /* of a recording */
	FILE *out;
};

/* A model stands for a Xen host: its allocator, its overhead, a balloon whose last pages
 * go back first, and what was free. The caller frees. */
static int options_for(const struct session *c, const struct found *f, const struct scenario *s,
		       char **out, struct error *err)
{
	struct start start = {0};
	int rc = f->file ? start_read(&start, f, s, err) : 0;
	const struct backend_offer offer[] = {
		{"allocator", "xen"},	  {"exchange", "0"},
		{"overhead", "xen"},	  {"free", start.free},
		{"low", start.low},	  {"blocks", start.blocks},
		{"guests", start.guests}, {0},
	};

	if (!rc)
		*out = backend_options_text(c->ops, offer, c->told);
	start_release(&start);
	return rc;
}

static int one_scenario(const struct session *c, unsigned index, struct error *err)
{
	const struct host *hosts[] = {c->host};
	struct backend_config config = {.host = hosts, .nr_hosts = 1, .check = true};
	struct found f = {.file = c->has_from ? &c->from : NULL, .host = c->host};
	struct rehearse_found found = {.bytes = found_bytes, .context = &f};
	struct scenario s = {0};
	struct backend *b = NULL;
	char *text = NULL;
	int rc = scenario_load(&s, args_operand(c->args, index), c->host, err);

	if (rc)
		return rc;
	f.scenario = s.name;
	rc = options_for(c, &f, &s, &text, err);
	config.options = text;
	if (!rc)
		rc = backend_open(&b, c->ops, &config, err);
	/* nothing is printed when the first has a mistake */
	if (!rc && index == 0)
		fprintf(c->out, "%s\n", REHEARSE_HEADER);
	if (!rc)
		rc = rehearse(&s, b, c->out, c->has_from ? &found : NULL, err);
	backend_close(b);
	free(text);
	scenario_release(&s);
	return rc;
}

/* --- a recording ------------------------------------------------------------------- */

/* What the machine itself had; rows come by step. */
struct recorded_search {
	const struct recorded *recorded;
	size_t at; /* of the step that was asked for last */
};

static bool recorded_bytes(void *context, size_t step, const char *zone, uint32_t node,
			   int64_t *out)
{
	struct recorded_search *f = context;
	const struct recorded *r = f->recorded;

	if (f->at < r->nr_rows && r->row[f->at].step > step)
		f->at = 0;
	while (f->at < r->nr_rows && r->row[f->at].step < step)
		f->at++;
	for (size_t i = f->at; i < r->nr_rows && r->row[i].step == step; i++) {
		if (!r->row[i].zone || r->row[i].node != node || strcmp(r->row[i].zone, zone) != 0)
			continue;
		*out = r->row[i].bytes;
		return true;
	}
	return false;
}

/* A model stands for the host of the recording, as it was in its first sample. */
static char *options_for_recorded(const struct session *c, const struct recorded *r)
{
	char *there = xasprintf("%" PRIu32, r->scenario.nr_there), *list = NULL, *text;

	for (uint32_t n = 0; n < r->host->nr_nodes; n++) {
		char *before = list;

		list = xasprintf("%s%s%" PRId64, n ? before : "", n ? ":" : "",
				 r->free_bytes[n] / PAGE_BYTES);
		free(before);
	}
	text = backend_options_text(c->ops,
				    (const struct backend_offer[]){
					    {"allocator", "xen"},
					    {"exchange", "0"},
					    {"overhead", "xen"},
					    {"there", there},
					    {"free", list},
					    {0},
				    },
				    c->told);
	free(list);
	free(there);
	return text;
}

static int one_recording(const struct session *c, unsigned index, struct error *err)
{
	struct recorded r = {0};
	struct recorded_search search = {.recorded = &r};
	unsigned nr_not_taken = 0;
	struct rehearse_found found = {
		.bytes = recorded_bytes,
		.context = &search,
		.nr_not_taken = &nr_not_taken,
	};
	struct backend_config config = {.nr_hosts = 1, .check = true};
	struct backend *b = NULL;
	char *text = NULL;
	int rc = recorded_load(&r, args_operand(c->args, index), c->span_ns, err);

	if (rc)
		return rc;
	for (uint32_t i = 0; i < r.nr_notes && !args_flag(c->args, "quiet"); i++)
		print_warning(r.note[i]);
	config.host = &r.host;
	config.options = text = options_for_recorded(c, &r);
	rc = backend_open(&b, c->ops, &config, err);
	if (!rc && index == 0)
		fprintf(c->out, "%s\n", REHEARSE_HEADER);
	if (!rc)
		rc = rehearse(&r.scenario, b, c->out, &found, err);
	if (!rc && nr_not_taken && !args_flag(c->args, "quiet"))
		fprintf(stderr,
			"homenode: warning: after %u steps a zone has memory where the model has "
			"none free; it goes on from what it predicted\n",
			nr_not_taken);
	backend_close(b);
	free(text);
	recorded_release(&r);
	return rc;
}

static unsigned nr_recorded(const struct args *args)
{
	unsigned nr = 0;

	for (unsigned i = 0; i < args_nr_operands(args); i++)
		nr += recording_recognise(args_operand(args, i));
	return nr;
}

/* Whoever carries a recording out begins as its host was. */
static int check_recorded(const struct session *c, const char *from, struct error *err)
{
	if (!c->ops->correct)
		return error_set(err, ERR_USAGE,
				 "a recording says how a model begins; %s begins as it is",
				 c->ops->name);
	if (nr_recorded(c->args) < args_nr_operands(c->args))
		return error_set(err, ERR_USAGE,
				 "recordings and scenarios go into rehearsals of their own");
	if (from || args_typed(c->args, "host"))
		return error_set(err, ERR_USAGE,
				 "a recording has its own host and what was free on it: leave --%s "
				 "out",
				 from ? "from" : "host");
	return 0;
}

static int open_session(struct session *c, struct error *err)
{
	const char *from = args_string(c->args, "from", NULL);
	const char *backend = args_string(c->args, "backend", backends[0]->name);
	const char *host;
	int rc;

	c->ops = backend_find(backend, &c->told, err);
	if (!c->ops)
		return ERR_USAGE;
	if (from && !c->ops->correct)
		return error_set(err, ERR_USAGE,
				 "--from is what a model begins with; %s begins as it is",
				 c->ops->name);
	c->span_ns = 3600 * NS_PER_S;
	rc = args_duration(c->args, "for", &c->span_ns, err);
	if (rc || nr_recorded(c->args))
		return rc ? rc : check_recorded(c, from, err);
	if (args_given(c->args, "for"))
		return error_set(
			err, ERR_USAGE,
			"--for is how much of a recording; a scenario is carried out whole");
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
		rc = c.host ? one_scenario(&c, i, err) : one_recording(&c, i, err);
	if (!rc && path)
		rc = output_commit(&file, err);
	output_abandon(&file);
	residency_release(&c.from);
	host_free(c.host);
	return rc;
}

const struct command cmd_rehearse = {
	.name = "rehearse",
	.operands = "SCENARIO|RECORDING...",
	.min_operands = 1,
	.max_operands = -1,
	.summary = "carry out launches and balloons, page by page",
	.about = "A SCENARIO is a text file of launches, balloons and stops on nodes that it names "
		 "(docs/xen-compare.md). The same one is carried out by the simulator and by a "
		 "hypervisor; \"homenode diff\" holds the two outputs against each other. Of a "
		 "RECORDING (homenode watch xen --record) the first sample is the beginning, and "
		 "launches, ends and balloons are those of the later ones: the simulator predicts "
		 "where every page is then, and diff holds it against the recording itself. "
		 "Prints CSV.",
	.example = "homenode rehearse --host epyc-nps4-8n docs/examples/drift.txt",
	.option = options,
	.run = run_rehearse,
};
