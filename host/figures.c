#include "host/figures.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define FIGURES_MAX 16384 /* three matrices of 64 nodes, and more */

enum dimension { TIME, RATE, COUNT };

static const struct {
	const char *name, *what;
	enum dimension dimension;
	bool check;
} kinds[FIGURE_KINDS] = {
	[FIGURE_LATENCY] = {"latency", "latency", TIME, false},
	[FIGURE_READ] = {"read", "read bandwidth", RATE, false},
	[FIGURE_WRITE] = {"write", "write bandwidth", RATE, false},
	[FIGURE_MIX] = {"mix", "mixed bandwidth", RATE, false},
	[FIGURE_LOADED] = {"loaded", "latency under load", TIME, false},
	[FIGURE_PORT_READ] = {"port-read", "read bandwidth of an L3", RATE, false},
	[FIGURE_PORT_WRITE] = {"port-write", "write bandwidth of an L3", RATE, false},
	[FIGURE_LINK] = {"link", "bandwidth between packages", RATE, false},
	[FIGURE_HOT] = {"hot", "bandwidth of one node to all", RATE, true},
	[FIGURE_LINES] = {"lines", "lines in flight", COUNT, false},
	[FIGURE_STREAM_COPY] = {"stream-copy", "STREAM copy", RATE, true},
	[FIGURE_STREAM_SCALE] = {"stream-scale", "STREAM scale", RATE, true},
	[FIGURE_STREAM_ADD] = {"stream-add", "STREAM add", RATE, true},
	[FIGURE_STREAM_TRIAD] = {"stream-triad", "STREAM triad", RATE, true},
};

/* ns; bytes a ns, that is GB/s; lines */
static const struct {
	double least, most;
	const char *bounds;
} dimensions[] = {
	[TIME] = {1, 1e6, "1 ns to 1 ms"},
	[RATE] = {0.001, 1e5, "1 MB/s to 100 TB/s"},
	[COUNT] = {1, 1024, "1 to 1024 lines"},
};

void figures_begin(struct figures *f, const char *tool, const char *machine)
{
	*f = (struct figures){0};
	f->tool = arena_strdup(&f->arena, tool ? tool : "");
	f->machine = arena_strdup(&f->arena, machine ? machine : "");
	f->date = arena_strdup(&f->arena, "");
}

void figures_release(struct figures *f)
{
	free(f->figure);
	arena_release(&f->arena);
	*f = (struct figures){0};
}

static void keep(struct figures *f, const struct figure *figure)
{
	struct figure *to;

	f->figure = grow(f->figure, &f->cap, f->nr, sizeof(*f->figure));
	to = &f->figure[f->nr++];
	*to = *figure;
	to->tool = figure->tool ? arena_strdup(&f->arena, figure->tool) : NULL;
	to->path = figure->path ? arena_strdup(&f->arena, figure->path) : NULL;
}

void figures_copy(struct figures *out, const struct figures *f)
{
	figures_begin(out, f->tool, f->machine);
	out->date = arena_strdup(&out->arena, f->date ? f->date : "");
	for (size_t i = 0; i < f->nr; i++)
		keep(out, &f->figure[i]);
}

const char *figure_kind_name(enum figure_kind k)
{
	return kinds[k].name;
}

bool figure_kind_of(const char *name, enum figure_kind *out)
{
	for (int k = 0; k < FIGURE_KINDS; k++) {
		if (strcmp(kinds[k].name, name) != 0)
			continue;
		*out = (enum figure_kind)k;
		return true;
	}
	return false;
}

bool figure_is_check(enum figure_kind k)
{
	return kinds[k].check;
}

static int refuse(const struct figure *f, struct error *err, const char *sentence)
{
	if (f->path)
		return error_at(err, ERR_INPUT, f->path, f->line, f->column, "%s", sentence);
	return error_set(err, ERR_INPUT, "%s", sentence);
}

/* "of node 0 to node 1", for messages; to[64] */
static const char *between(const struct figure *f, char *to)
{
	const char *what = f->kind == FIGURE_LINK ? "package" : "node";

	if (f->from == FIGURE_ALL && f->to == FIGURE_ALL)
		return "of all nodes";
	if (f->from == f->to)
		snprintf(to, 64, "of %s %u", what, f->from);
	else if (f->from == FIGURE_ALL)
		snprintf(to, 64, "of all nodes to node %u", f->to);
	else
		snprintf(to, 64, "from %s %u to %s %u", what, f->from, what, f->to);
	return to;
}

static int check(const struct figure *f, struct error *err)
{
	enum dimension d = kinds[f->kind].dimension;
	char sentence[256], nodes[64];

	if (!isfinite(f->value) || f->value < dimensions[d].least || f->value > dimensions[d].most)
		snprintf(sentence, sizeof(sentence),
			 "%s %s: %g %s is no such figure (%s); what is not known is null or left "
			 "out, and a wrong unit looks like this",
			 kinds[f->kind].what, between(f, nodes), f->value,
			 d == TIME   ? "ns"
			 : d == RATE ? "GB/s"
				     : "lines",
			 dimensions[d].bounds);
	else if (!(f->read_share >= 0 && f->read_share <= 1))
		snprintf(sentence, sizeof(sentence), "%s %s: a read share of %g is not 0 to 1",
			 kinds[f->kind].what, between(f, nodes), f->read_share);
	else if (!(f->load >= 0 && f->load <= dimensions[RATE].most))
		snprintf(sentence, sizeof(sentence),
			 "%s %s: a load of %g GB/s is not 0 to 100 TB/s", kinds[f->kind].what,
			 between(f, nodes), f->load);
	else
		return 0;
	return refuse(f, err, sentence);
}

static bool same_number(double a, double b)
{
	return fabs(a - b) <= 1e-9 * fmax(fabs(a), fabs(b));
}

static bool same_subject(const struct figure *a, const struct figure *b)
{
	return a->kind == b->kind && a->from == b->from && a->to == b->to &&
	       same_number(a->read_share, b->read_share) && same_number(a->load, b->load) &&
	       a->offered == b->offered && a->firmware == b->firmware;
}

int figures_add(struct figures *f, const struct figure *figure, struct error *err)
{
	char sentence[256], nodes[64];
	int rc = f->nr < FIGURES_MAX ? check(figure, err)
				     : refuse(figure, err, "there are more figures than any machine has");

	for (size_t i = 0; !rc && i < f->nr; i++) {
		const struct figure *old = &f->figure[i];

		if (!same_subject(old, figure))
			continue;
		if (same_number(old->value, figure->value))
			return 0;
		snprintf(sentence, sizeof(sentence),
			 "%s %s is given twice, %.6g and %.6g: leave one of them out",
			 kinds[figure->kind].what, between(figure, nodes), old->value,
			 figure->value);
		return refuse(figure, err, sentence);
	}
	if (!rc)
		keep(f, figure);
	return rc;
}
