/*
 * Azure's VMs of 2017, as re-encoded for "Generating complex, realistic cloud workloads using
 * recurrent neural networks" (SOSP'21; github.com/huaweicloud/trace_generation_rnn, INPUT.md),
 * in two forms:
 *
 * azure-v1-batches: a line a step of 300 s, "300 g,|,b,m": flavours by letter (flav_map.txt), |
 *	ends the batch of one tenant. A second file has lifetimes at the same places: "U15" a
 *	VM that ended, in bin 15 (v1.interval_map.txt), "C46" one that was still there.
 * azure-v1-vms: the two expanded, arrival_s,vcpu,mem_gb,batch,life_lo_s,life_hi_s,censored.
 *
 * A lifetime is known to a range; its middle is taken. VMs that were still there stay. There is
 * no initial population, VMs have no names, batches are not used. A GB is read as a GiB.
 */
#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "base/input.h"
#include "base/units.h"
#include "zone/trace_rows.h"

#define RANGE "have a lifetime that is known to a range: its middle is taken"
#define CENSORED "were still there when the record ended: they stay"
#define BATCH "come in batches of one tenant, by which nothing is placed"

enum { ARRIVAL, VCPU, MEMORY, BATCHES, LOW, HIGH, CENSOR };

static int vm_row(struct trace_stream *t, struct error *err)
{
	struct zone_event *e = &t->base.event;
	int64_t vcpus = 0, bytes = 0, low = 0, high = 0, censored = 0;
	int rc = trace_read_time(t, ARRIVAL, err);

	if (!rc)
		rc = csv_int(&t->csv, (unsigned)t->column[VCPU], 1, ZONE_VCPUS_MAX, &vcpus, err);
	if (!rc)
		rc = csv_decimal(&t->csv, (unsigned)t->column[MEMORY], GIB, ZONE_MEMORY_MAX_BYTES,
				 &bytes, err);
	if (!rc)
		rc = csv_seconds(&t->csv, (unsigned)t->column[LOW], &low, err);
	if (!rc)
		rc = csv_seconds(&t->csv, (unsigned)t->column[HIGH], &high, err);
	if (!rc)
		rc = csv_int(&t->csv, (unsigned)t->column[CENSOR], 0, 1, &censored, err);
	if (!rc && high < low)
		rc = csv_error(&t->csv, (unsigned)t->column[HIGH], err,
			       "the lifetime's range ends before it begins");
	if (!rc)
		rc = trace_set_zone(t, VCPU, vcpus * 1000, MEMORY, bytes, err);
	if (rc)
		return rc;
	trace_note(t, BATCH);
	if (censored)
		trace_note(t, CENSORED);
	else if (low < high)
		trace_note(t, RANGE);
	e->lifetime_ns = censored ? NS_NEVER : low + (high - low) / 2;
	trace_number_name(t);
	e->id = t->nr_zones;
	return 0;
}

static const struct trace_layout vms = {
	.column =
		{
			[ARRIVAL] = {"arrival_s", false, "s", "when it starts"},
			[VCPU] = {"vcpu", false, "vCPUs", "its size"},
			[MEMORY] = {"mem_gb", false, "GiB", "its memory"},
			[BATCHES] = {"batch", false, NULL, "of one tenant: not used"},
			[LOW] = {"life_lo_s", false, "s", "how long it lives: at least"},
			[HIGH] = {"life_hi_s", false, "s", "at most; the middle is taken"},
			[CENSOR] = {"censored", false, NULL, "1: it stays"},
		},
	.place = {[ZONE_FIELD_VCPUS] = VCPU + 1, [ZONE_FIELD_MEMORY] = MEMORY + 1},
	.sorted = true,
	.time = ARRIVAL + 1,
	.row = vm_row,
};

static int vms_open(struct zone_stream **out, struct csv *csv, const struct workload *w,
		    bool skip_bad, struct error *err)
{
	return trace_stream_open(out, sizeof(struct trace_stream), csv, &vms, w, skip_bad, err);
}

#define SOURCE "https://github.com/huaweicloud/trace_generation_rnn"
#define LICENCE "CC BY 4.0"

const struct trace_format trace_azure_vms = {
	.name = "azure-v1-vms",
	.summary = "Azure 2017 re-encoded and expanded: 259,159 VMs (dev)",
	.source = SOURCE,
	.licence = LICENCE,
	.where = SOURCE " (input/), expanded",
	.layout = {&vms},
	.open = vms_open,
};

/* --- lines of batches -------------------------------------------------------------- */

/* A line of the densest step has some 40,000 characters. */
#define LINE_MAX_BYTES ((size_t)1 << 20)

/* flav_map.txt, a to p */
static const struct flavour {
	uint32_t vcpus;
	int64_t bytes;
} flavours[] = {
	{1, GIB * 3 / 4}, {1, GIB * 7 / 4}, {1, 2 * GIB},     {16, 112 * GIB},
	{2, 14 * GIB},	  {2, 16 * GIB},    {2, GIB * 7 / 2}, {2, 4 * GIB},
	{4, 28 * GIB},	  {4, 32 * GIB},    {4, 7 * GIB},     {4, 8 * GIB},
	{8, 14 * GIB},	  {8, 16 * GIB},    {8, 56 * GIB},    {8, 64 * GIB},
};

#define FLAVOURS (sizeof(flavours) / sizeof(flavours[0]))

/* A text file by lines. */
struct lines {
	const char *path;
	FILE *file;
	struct input *in;
	char *text; /* LINE_MAX_BYTES + 1 */
	size_t begin, end;
	bool at_end;
	unsigned long line;
	char *p; /* in the current line, which is NUL-terminated */
};

struct batches {
	struct trace_stream rows; /* without a table: for notes, names and the zone */
	struct lines vm, life; /* life.path NULL: there is none */
	int64_t at_ns;
	bool lost; /* nothing more can be read */
};

static int lines_open(struct lines *l, const char *path, struct error *err)
{
	l->path = path;
	l->file = strcmp(path, "-") == 0 ? stdin : fopen(path, "r");
	if (!l->file)
		return error_at(err, ERR_INPUT, path, 0, 0, "cannot be opened");
	l->in = input_new(l->file);
	l->text = xmalloc(LINE_MAX_BYTES + 1);
	return 0;
}

static void lines_close(struct lines *l)
{
	input_free(l->in);
	if (l->file && l->file != stdin)
		fclose(l->file);
	free(l->text);
}

/* *more = false at the end. */
static int lines_next(struct lines *l, bool *more, struct error *err)
{
	char *end;
	size_t got;
	int rc;

	while (!(end = memchr(l->text + l->begin, '\n', l->end - l->begin)) && !l->at_end) {
		memmove(l->text, l->text + l->begin, l->end - l->begin);
		l->end -= l->begin;
		l->begin = 0;
		if (l->end == LINE_MAX_BYTES)
			return error_at(err, ERR_INPUT, l->path, l->line + 1, 0,
					"the line is longer than 1 MiB");
		rc = input_read(l->in, l->text + l->end, LINE_MAX_BYTES - l->end, &got, err);
		if (rc)
			return error_at(err, rc, l->path, l->line, 0, "cannot read on: %s",
					input_problem(l->in));
		l->end += got;
		l->at_end = !got;
	}
	*more = end || l->begin < l->end;
	if (!*more)
		return 0;
	l->p = l->text + l->begin;
	end = end ? end : l->text + l->end;
	*end = '\0';
	l->begin = (size_t)(end - l->text) + (end < l->text + l->end);
	l->line++;
	return 0;
}

static int line_error(const struct lines *l, struct error *err, const char *what)
{
	return error_at(err, ERR_INPUT, l->path, l->line, 0, "%s, not \"%.20s\"", what, l->p);
}

/* "300 " at the begin of a line. */
static int read_step(struct lines *l, int64_t *out_s, struct error *err)
{
	char *end;
	unsigned long long s;

	if (!isdigit((unsigned char)*l->p))
		return line_error(l, err, "a line must begin with its time in seconds");
	s = strtoull(l->p, &end, 10);
	if (*end != ' ' || s > (unsigned long long)TIME_MAX_S)
		return line_error(l, err, "a line must begin with its time in seconds");
	l->p = end + 1;
	*out_s = (int64_t)s;
	return 0;
}

/* On to the next step, in both files. */
static int next_step(struct batches *b, bool *more, struct error *err)
{
	int64_t at_s = 0, life_s = 0;
	bool life = true;
	int rc = lines_next(&b->vm, more, err);

	if (!rc && b->life.path)
		rc = lines_next(&b->life, &life, err);
	b->lost = rc != 0;
	if (rc || !*more)
		return rc;
	b->lost = !life;
	if (!life)
		return error_at(err, ERR_INPUT, b->life.path, 0, 0,
				"ends before the file of flavours does");
	rc = read_step(&b->vm, &at_s, err);
	if (!rc && b->life.path)
		rc = read_step(&b->life, &life_s, err);
	if (rc)
		return rc;
	if (b->life.path && at_s != life_s)
		return error_at(err, ERR_INPUT, b->life.path, b->life.line, 0,
				"is of %lld s, the line of flavours of %lld s", (long long)life_s,
				(long long)at_s);
	if (at_s * NS_PER_S < b->at_ns)
		return error_at(err, ERR_INPUT, b->vm.path, b->vm.line, 0,
				"the line is before the one above it");
	b->at_ns = at_s * NS_PER_S;
	return 0;
}

/* Commas and ends of batches. */
static void skip_between(struct lines *l)
{
	l->p += strspn(l->p, ",| \r");
}

/* v1.interval_map.txt: exact steps up to an hour, hours up to a day, days up to ten, more. */
static int64_t bin_middle_ns(int64_t bin, bool *exact)
{
	int64_t high_s = bin <= 12   ? bin * 300
			 : bin <= 35 ? (bin - 11) * 3600
			 : bin <= 44 ? (bin - 34) * 86400
				     : 20 * 86400;
	int64_t wide_s = bin <= 12 ? 0 : bin <= 35 ? 3600 : bin <= 44 ? 86400 : 10 * 86400;

	*exact = bin <= 12;
	return wide_s ? (high_s - (wide_s - 300) / 2) * NS_PER_S : high_s * NS_PER_S;
}

/* "U15" or "C46". */
static int read_life(struct batches *b, struct error *err)
{
	struct zone_event *e = &b->rows.base.event;
	struct lines *l = &b->life;
	bool censored = *l->p == 'C', exact;
	char *end;
	long bin;

	if (!censored && *l->p != 'U')
		return line_error(l, err, "a lifetime must be U or C and its bin");
	bin = strtol(l->p + 1, &end, 10);
	if (!isdigit((unsigned char)l->p[1]) || bin > 46)
		return line_error(l, err, "a lifetime's bin must be 0 to 46");
	l->p = end;
	e->lifetime_ns = censored ? NS_NEVER : bin_middle_ns(bin, &exact);
	if (censored)
		trace_note(&b->rows, CENSORED);
	else if (!exact)
		trace_note(&b->rows, RANGE);
	return 0;
}

static int read_vm(struct batches *b, struct error *err)
{
	struct trace_stream *t = &b->rows;
	unsigned letter = (unsigned)(*b->vm.p - 'a');
	int64_t vcpus;

	if (letter >= FLAVOURS || (b->vm.p[1] && !strchr(",\r", b->vm.p[1])))
		return line_error(&b->vm, err, "a flavour must be a letter from a to p");
	b->vm.p++;
	t->base.event.lifetime_ns = NS_NEVER;
	if (b->life.path) {
		skip_between(&b->life);
		if (read_life(b, err))
			return ERR_INPUT;
	} else {
		trace_note(t, "have no lifetime (\"lifetimes\" of the trace, a file of its own): "
			      "they stay");
	}
	vcpus = ((int64_t)flavours[letter].vcpus * t->vcpu_scale_milli + 999) / 1000;
	if (vcpus > ZONE_VCPUS_MAX)
		return line_error(&b->vm, err, "at most 4096 vCPUs are possible");
	t->zone.vcpus = t->zone.vcpus_max = (uint32_t)vcpus;
	t->zone.memory_bytes = t->zone.memory_initial_bytes = flavours[letter].bytes;
	t->zone.memory_min_bytes = zone_default_min(flavours[letter].bytes);
	trace_note(t, BATCH);
	trace_number_name(t);
	return 0;
}

/* On to the next VM that is read; *more = false at the end. */
static int next_vm(struct batches *b, bool *more, struct error *err)
{
	int rc;

	*more = true;
	while (!b->vm.p || (skip_between(&b->vm), !*b->vm.p)) {
		rc = next_step(b, more, err);
		if (rc || !*more)
			return rc;
	}
	return read_vm(b, err);
}

static void skip_field(struct lines *l)
{
	if (l->p)
		l->p += strcspn(l->p, ",");
}

static int batches_next(struct zone_stream *s, const struct zone_event **out, struct error *err)
{
	struct batches *b = (struct batches *)s;
	struct error own = {.code = 0};
	bool more;
	int rc;

	*out = NULL;
	while ((rc = next_vm(b, &more, &own)) == ERR_INPUT && b->rows.skip_bad && !b->lost) {
		if (!s->stats.bad_rows++)
			snprintf(s->stats.first_bad, sizeof(s->stats.first_bad), "%.*s",
				 (int)sizeof(s->stats.first_bad) - 1, own.text);
		skip_field(&b->vm);
		skip_field(&b->life);
	}
	if (rc && err)
		*err = own;
	if (rc || !more)
		return rc;
	s->event.at_ns = b->at_ns;
	s->event.kind = ZONE_EVENT_START;
	s->event.zone = &b->rows.zone;
	s->event.id = b->rows.nr_zones++;
	*out = &s->event;
	return 0;
}

static void batches_close(struct zone_stream *s)
{
	struct batches *b = (struct batches *)s;

	lines_close(&b->vm);
	lines_close(&b->life);
	free(b);
}

static int batches_open(struct zone_stream **out, const char *path, const struct workload *w,
			bool skip_bad, struct error *err)
{
	static const struct zone_stream_ops ops = {batches_next, batches_close};
	struct batches *b = xcalloc(1, sizeof(*b));
	int rc = lines_open(&b->vm, path, err);

	if (!rc && w->sort)
		rc = error_set(err, ERR_USAGE,
			       "%s: --sort: lines of format azure-v1-batches are steps, and have a "
			       "second file beside them; they are not sorted",
			       path);
	if (!rc && w->lifetimes_path)
		rc = lines_open(&b->life, w->lifetimes_path, err);
	b->rows.base.ops = &ops;
	b->rows.skip_bad = skip_bad;
	b->rows.vcpu_scale_milli = w->vcpu_scale_milli;
	zone_init(&b->rows.zone);
	if (rc)
		batches_close(&b->rows.base);
	else
		*out = &b->rows.base;
	return rc;
}

/* "300 g,|,b" */
static bool batches_begin(const char *text, size_t size)
{
	size_t i = 0;

	while (i < size && isdigit((unsigned char)text[i]))
		i++;
	return i && i + 3 < size && text[i] == ' ' && text[i + 1] >= 'a' && text[i + 1] <= 'p' &&
	       text[i + 2] == ',' && (text[i + 3] == '|' || islower((unsigned char)text[i + 3]));
}

static const struct trace_column batch_columns[] = {
	{"time", false, "s", "when a line's zones start"},
	{"flavours", false, NULL, "a to p, a zone a letter; | ends a batch"},
	{"lifetimes", true, NULL, "a second file: U or C and a bin each"},
	{NULL, false, NULL, NULL},
};

const struct trace_format trace_azure_batches = {
	.name = "azure-v1-batches",
	.summary = "Azure 2017 re-encoded: flavours by step and batch, as text",
	.source = SOURCE,
	.licence = LICENCE,
	.where = SOURCE " (input/)",
	.has_lifetimes = true,
	.column = batch_columns,
	.begins = batches_begin,
	.open_path = batches_open,
};
