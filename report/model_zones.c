/*
 * zones.csv on the page, to replay a run: per row of the summary each figure of its zones as a
 * column of small numbers, differences where they are smaller, as base64. Times are in ticks
 * (a second in runs of a day and more), memory by node in MiB. Which rows there is room for:
 * what is recommended and the baseline, then one seed of each policy, then the rest.
 *
 * report/page/replay.js reads it; its head lists the columns.
 */
#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "base/units.h"
#include "report/model.h"
#include "schema/schema.h"

#define REFUSED_LISTED 1500 /* of a row */
#define PARTS_MAX 64
#define NAMES_MAX ((size_t)600000) /* characters, of all rows */

enum packed {
	PACKED_NUMBER, /* difference to the one before */
	PACKED_START, /* the same, in ticks */
	PACKED_LIFE, /* ticks */
	PACKED_HOST,
	PACKED_SHAPE, /* in "shapes" */
	PACKED_NODES, /* in "nodes" */
	PACKED_PAGES, /* parts, then node and MiB of each; 0 parts: all memory on its first node */
	PACKED_SPILLED, /* MiB */
	PACKED_LOCAL, /* per mille + 1; 0: unknown */
	PACKED_SLOWDOWN, /* 1e-4 above 1, signed, as its code + 1; 0: unknown */
	PACKED_OUTCOME, /* in "outcomes" */
	NR_PACKED
};

static const char *const packed_name[NR_PACKED] = {
	"number", "start", "life",  "host",	"shape",   "node_list",
	"pages",  "spill", "local", "slowdown", "outcome",
};

enum column_of_zone {
	ZONE,
	NAME,
	OUTCOME,
	HOST,
	NODES,
	VCPUS,
	MEMORY,
	SPILLED,
	START,
	END,
	SEED,
	NR_NEEDED,
	CODE = NR_NEEDED,
	LOCAL,
	PAGES,
	SLOWDOWN,
	ASKED,
	ASKED_HOST,
	FREE_HOST,
	FREE_NODE,
	FREE_VCPUS,
	REASON,
	NR_COLUMNS
};

static const char *const column_name[NR_COLUMNS] = {
	"zone",
	"name",
	"outcome",
	"host",
	"nodes",
	"vcpus",
	"memory_bytes",
	"spilled_bytes",
	"start_ns",
	"end_ns",
	"seed",
	"error",
	"local_page_ppm",
	"pages_by_node",
	"slowdown_ppm",
	"hosts_asked",
	"asked_host",
	"most_host_free_bytes",
	"most_node_free_bytes",
	"most_host_free_vcpus",
	"reason",
};

struct zone {
	int64_t number, start_ns, end_ns, host, vcpus, memory_bytes, spilled_bytes, local_ppm,
		slowdown_ppm;
	uint32_t nodes, outcome; /* words */
	const char *name; /* NULL: z<number - 1>, as generators name them */
	size_t pages, nr_parts; /* in row_zones.part; 0: not known */
};

struct refused {
	int64_t number, start_ns, vcpus, memory_bytes, hosts_asked, asked_host, host_free_bytes,
		node_free_bytes, host_free_vcpus;
	uint32_t code; /* words */
	const char *reason;
};

struct part {
	int64_t node, pages;
};

struct row_zones {
	struct zone *zone;
	struct refused *refused;
	struct part *part;
	size_t nr, cap, nr_refused, cap_refused, nr_parts, cap_parts;
	int64_t nr_all_refused;
};

/* Texts that repeat, by number. */
struct words {
	const char **text;
	uint32_t nr;
	size_t cap;
};

struct zones {
	struct csv csv;
	int column[NR_COLUMNS];
	struct row_zones *row;
	size_t nr_rows;
	struct words nodes, outcomes, codes;
	int64_t end_ns;
	size_t names; /* characters of names that are written */
	struct arena arena;
};

/* A few dozen words at most, but for lists of nodes, where the newest are looked at first. */
static uint32_t word_of(struct zones *z, struct words *w, int column)
{
	const struct csv_field f = z->csv.field[column];

	for (uint32_t i = w->nr; i-- > 0;)
		if (strlen(w->text[i]) == f.n && memcmp(w->text[i], f.text, f.n) == 0)
			return i;
	w->text = grow(w->text, &w->cap, w->nr, sizeof(*w->text));
	w->text[w->nr] = arena_strndup(&z->arena, f.text, f.n);
	return w->nr++;
}

static bool is(const struct zones *z, int column, const char *text)
{
	const struct csv_field *f = &z->csv.field[column];

	return f->n == strlen(text) && memcmp(f->text, text, f->n) == 0;
}

static int number(struct zones *z, enum column_of_zone c, int64_t *out, struct error *err)
{
	return model_field(&z->csv, z->column[c], out, err);
}

/* The same where it has to be known. */
static int figure(struct zones *z, enum column_of_zone c, int64_t *out, struct error *err)
{
	return csv_int(&z->csv, (unsigned)z->column[c], 0, INT64_MAX, out, err);
}

static int64_t digits(const char **p, const char *end)
{
	int64_t v = 0;

	if (*p == end || !isdigit((unsigned char)**p))
		return -1;
	while (*p < end && isdigit((unsigned char)**p) && v < INT64_MAX / 10 - 9)
		v = v * 10 + (*(*p)++ - '0');
	return v;
}

/* "4:262144 0:1024" */
static int read_pages(struct zones *z, struct row_zones *r, struct zone *out, struct error *err)
{
	int column = z->column[PAGES];
	const char *p, *end;

	out->pages = r->nr_parts;
	if (column < 0)
		return 0;
	p = z->csv.field[column].text;
	end = p + z->csv.field[column].n;
	while (p < end) {
		struct part part = {.node = digits(&p, end), .pages = -1};

		if (part.node >= 0 && p < end && *p == ':') {
			p++;
			part.pages = digits(&p, end);
		}
		if (part.pages < 0 || part.node > 4095 || part.pages > INT64_MAX / PAGE_BYTES ||
		    (p < end && *p != ' ') || out->nr_parts == PARTS_MAX)
			return csv_error(&z->csv, (unsigned)column, err,
					 "node:pages, with blanks between, are expected");
		r->part = grow(r->part, &r->cap_parts, r->nr_parts, sizeof(*r->part));
		r->part[r->nr_parts++] = part;
		out->nr_parts++;
		p += p < end;
	}
	return 0;
}

static const char *name_of(struct zones *z, int64_t number)
{
	const struct csv_field *f = &z->csv.field[z->column[NAME]];
	char plain[32];

	snprintf(plain, sizeof(plain), "z%lld", (long long)(number - 1));
	if (is(z, z->column[NAME], plain))
		return NULL;
	return arena_strndup(&z->arena, f->text, f->n);
}

static int take_zone(struct zones *z, struct row_zones *r, struct error *err)
{
	struct zone out = {.nodes = word_of(z, &z->nodes, z->column[NODES]),
			   .outcome = word_of(z, &z->outcomes, z->column[OUTCOME])};
	int rc = figure(z, ZONE, &out.number, err);

	if (!rc)
		rc = figure(z, START, &out.start_ns, err);
	if (!rc)
		rc = figure(z, END, &out.end_ns, err);
	if (!rc)
		rc = csv_int(&z->csv, (unsigned)z->column[HOST], 0, 10000000, &out.host, err);
	if (!rc)
		rc = figure(z, VCPUS, &out.vcpus, err);
	if (!rc)
		rc = figure(z, MEMORY, &out.memory_bytes, err);
	if (!rc)
		rc = figure(z, SPILLED, &out.spilled_bytes, err);
	if (!rc)
		rc = number(z, LOCAL, &out.local_ppm, err);
	if (!rc)
		rc = number(z, SLOWDOWN, &out.slowdown_ppm, err);
	if (!rc)
		rc = read_pages(z, r, &out, err);
	if (rc)
		return rc;
	out.name = name_of(z, out.number);
	z->end_ns = out.end_ns > z->end_ns ? out.end_ns : z->end_ns;
	r->zone = grow(r->zone, &r->cap, r->nr, sizeof(*r->zone));
	r->zone[r->nr++] = out;
	return 0;
}

static int take_refused(struct zones *z, struct row_zones *r, struct error *err)
{
	static const struct csv_field none = {"", 0};
	struct refused out = {0};
	const struct csv_field *f;
	int rc = figure(z, ZONE, &out.number, err);

	if (!rc)
		rc = figure(z, START, &out.start_ns, err);
	if (!rc)
		rc = figure(z, VCPUS, &out.vcpus, err);
	if (!rc)
		rc = figure(z, MEMORY, &out.memory_bytes, err);
	if (!rc)
		rc = number(z, ASKED, &out.hosts_asked, err);
	if (!rc)
		rc = number(z, ASKED_HOST, &out.asked_host, err);
	if (!rc)
		rc = number(z, FREE_HOST, &out.host_free_bytes, err);
	if (!rc)
		rc = number(z, FREE_NODE, &out.node_free_bytes, err);
	if (!rc)
		rc = number(z, FREE_VCPUS, &out.host_free_vcpus, err);
	if (rc)
		return rc;
	z->end_ns = out.start_ns > z->end_ns ? out.start_ns : z->end_ns;
	if (r->nr_all_refused++ >= REFUSED_LISTED)
		return 0;
	out.code = z->column[CODE] < 0 ? 0 : word_of(z, &z->codes, z->column[CODE]);
	f = z->column[REASON] < 0 ? &none : &z->csv.field[z->column[REASON]];
	out.reason = arena_strndup(&z->arena, f->text, f->n);
	r->refused = grow(r->refused, &r->cap_refused, r->nr_refused, sizeof(*r->refused));
	r->refused[r->nr_refused++] = out;
	return 0;
}

static int read_lines(struct zones *z, const struct sheet *sheet, struct error *err)
{
	struct model_row which = {.sheet = sheet};
	bool more = true;
	int rc = 0;

	for (int i = 0; i < NR_COLUMNS; i++) {
		z->column[i] = csv_column(&z->csv, column_name[i]);
		if (z->column[i] < 0 && i < NR_NEEDED)
			return model_column(&z->csv, column_name[i], &z->column[i], err);
	}
	while (!rc && more) {
		size_t row;

		rc = csv_next(&z->csv, &more, err);
		if (rc || !more)
			break;
		row = model_row_of(&which, &z->csv);
		if (row == SHEET_NO_ROW)
			continue;
		if (is(z, z->column[OUTCOME], "refused"))
			rc = take_refused(z, &z->row[row], err);
		else
			rc = take_zone(z, &z->row[row], err);
	}
	return rc;
}

static int by_number(const void *a, const void *b)
{
	const struct zone *x = a, *y = b;

	return (x->number > y->number) - (x->number < y->number);
}

static int refused_by_number(const void *a, const void *b)
{
	const struct refused *x = a, *y = b;

	return (x->number > y->number) - (x->number < y->number);
}

struct shape {
	int64_t vcpus, memory_bytes;
};

/* What a row's zones look like when they are packed. */
struct packed_row {
	struct varints column[NR_PACKED];
	struct shape *shape;
	size_t nr_shapes, cap_shapes;
};

static size_t shape_of(struct packed_row *p, const struct zone *z)
{
	for (size_t i = p->nr_shapes; i-- > 0;)
		if (p->shape[i].vcpus == z->vcpus && p->shape[i].memory_bytes == z->memory_bytes)
			return i;
	p->shape = grow(p->shape, &p->cap_shapes, p->nr_shapes, sizeof(*p->shape));
	p->shape[p->nr_shapes] = (struct shape){z->vcpus, z->memory_bytes};
	return p->nr_shapes++;
}

static uint64_t mebibytes(int64_t bytes)
{
	return (uint64_t)((bytes + MIB / 2) / MIB);
}

static void pack_pages(struct varints *to, const struct row_zones *r, const struct zone *z,
		       const char *nodes)
{
	const struct part *part = &r->part[z->pages];
	bool plain = z->nr_parts == 1 && part->node == strtoll(nodes, NULL, 10) &&
		     part->pages * PAGE_BYTES == z->memory_bytes;

	varint_add(to, plain ? 0 : z->nr_parts + 1);
	for (size_t i = 0; !plain && i < z->nr_parts; i++) {
		varint_add(to, (uint64_t)part[i].node);
		varint_add(to, mebibytes(part[i].pages * PAGE_BYTES));
	}
}

static void pack_zone(struct packed_row *p, const struct zones *all, const struct row_zones *r,
		      const struct zone *z, const struct zone *before, int64_t tick_ns)
{
	struct varints *c = p->column;
	int64_t start = z->start_ns / tick_ns, slow = (z->slowdown_ppm - 1000000) / 100;

	varint_add_signed(&c[PACKED_NUMBER], z->number - (before ? before->number : 0));
	varint_add_signed(&c[PACKED_START], start - (before ? before->start_ns / tick_ns : 0));
	varint_add(&c[PACKED_LIFE], (uint64_t)(z->end_ns / tick_ns - start));
	varint_add(&c[PACKED_HOST], (uint64_t)z->host);
	varint_add(&c[PACKED_SHAPE], shape_of(p, z));
	varint_add(&c[PACKED_NODES], z->nodes);
	pack_pages(&c[PACKED_PAGES], r, z, all->nodes.text[z->nodes]);
	varint_add(&c[PACKED_SPILLED], mebibytes(z->spilled_bytes));
	varint_add(&c[PACKED_LOCAL],
		   is_known(z->local_ppm) ? (uint64_t)(z->local_ppm + 500) / 1000 + 1 : 0);
	varint_add(&c[PACKED_SLOWDOWN], !is_known(z->slowdown_ppm) ? 0
					: slow < 0		   ? ((uint64_t)-slow << 1) + 2
								   : ((uint64_t)slow << 1) + 1);
	varint_add(&c[PACKED_OUTCOME], z->outcome);
}

static void pack_row(struct packed_row *p, const struct zones *z, struct row_zones *r,
		     int64_t tick_ns)
{
	if (r->nr)
		qsort(r->zone, r->nr, sizeof(*r->zone), by_number);
	if (r->nr_refused)
		qsort(r->refused, r->nr_refused, sizeof(*r->refused), refused_by_number);
	for (size_t i = 0; i < r->nr; i++)
		pack_zone(p, z, r, &r->zone[i], i ? &r->zone[i - 1] : NULL, tick_ns);
}

static size_t packed_size(const struct packed_row *p)
{
	size_t n = p->nr_shapes * 16;

	for (int c = 0; c < NR_PACKED; c++)
		n += (p->column[c].nr + 2) / 3 * 4;
	return n;
}

static void release_packed(struct packed_row *p)
{
	for (int c = 0; c < NR_PACKED; c++)
		varint_release(&p->column[c]);
	free(p->shape);
}

/* Without names a zone is called by its number; of many there is no room for theirs. */
static void write_names(struct model_out *m, struct zones *z, const struct row_zones *r)
{
	size_t n = 0;

	for (size_t i = 0; i < r->nr; i++)
		n += r->zone[i].name ? strlen(r->zone[i].name) + 3 : 0;
	if (!n || z->names + n > NAMES_MAX)
		return;
	z->names += n;
	model_open(m, "names", '[');
	for (size_t i = 0; i < r->nr; i++)
		model_text(m, NULL, r->zone[i].name);
	model_close(m, ']');
}

static void write_packed(struct model_out *m, struct zones *z, const struct packed_row *p,
			 const struct row_zones *r)
{
	size_t nr = r->nr;

	model_open(m, "zones", '{');
	model_int(m, "nr", (int64_t)nr);
	for (int c = 0; c < NR_PACKED; c++)
		model_bytes(m, packed_name[c], p->column[c].byte, p->column[c].nr);
	model_open(m, "shapes", '[');
	for (size_t i = 0; i < p->nr_shapes; i++) {
		model_int(m, NULL, p->shape[i].vcpus);
		model_int(m, NULL, p->shape[i].memory_bytes);
	}
	model_close(m, ']');
	write_names(m, z, r);
	model_close(m, '}');
}

static void write_refused(struct model_out *m, const struct zones *z, const struct row_zones *r)
{
	model_open(m, "refused", '[');
	for (size_t i = 0; i < r->nr_refused; i++) {
		const struct refused *f = &r->refused[i];

		model_open(m, NULL, '[');
		model_int(m, NULL, f->number);
		model_int(m, NULL, f->start_ns / NS_PER_S);
		model_int(m, NULL, f->vcpus);
		model_int(m, NULL, f->memory_bytes);
		model_text(m, NULL, z->column[CODE] < 0 ? "" : z->codes.text[f->code]);
		model_text(m, NULL, f->reason);
		model_figure(m, NULL, f->hosts_asked);
		model_figure(m, NULL, f->asked_host);
		model_figure(m, NULL, f->host_free_bytes);
		model_figure(m, NULL, f->node_free_bytes);
		model_figure(m, NULL, f->host_free_vcpus);
		model_close(m, ']');
	}
	model_close(m, ']');
}

/* Is `name` one of "a,b,c"? */
static bool is_listed(const char *list, const char *name)
{
	size_t n = strlen(name);

	while (*list) {
		size_t word = strcspn(list, ",");

		if (word == n && strncmp(list, name, n) == 0)
			return true;
		list += word + (list[word] == ',');
	}
	return false;
}

/* When a row's turn is: 0 for those that matter most, which have an order of their own, 1 for those
 * with the first row's seed, 2. */
static int turn_of(const struct sheet *s, size_t row, const struct page_run *run)
{
	for (size_t i = 0; i < run->nr_first; i++)
		if (run->first[i] == row)
			return 0;
	return sheet_same(s, 0, row, "seed") ? 1 : 2;
}

/* Did somebody ask for its zones? Everybody's, where nobody said. */
static bool is_wanted(const struct sheet *s, size_t row, const char *policies)
{
	return !policies || is_listed(policies, sheet_text(s, row, sheet_column(s, "policy")));
}

static void write_words(struct model_out *m, const char *key, const struct words *w)
{
	model_open(m, key, '[');
	for (uint32_t i = 0; i < w->nr; i++)
		model_text(m, NULL, w->text[i]);
	model_close(m, ']');
}

static int by_time(const void *a, const void *b)
{
	int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;

	return (x > y) - (x < y);
}

/* The most zones alive at once, and when; those that leave at an instant are gone before
 * others come. */
static void write_peak(struct model_out *m, const struct row_zones *r)
{
	int64_t *start = xcalloc(r->nr + 1, sizeof(*start)),
		*end = xcalloc(r->nr + 1, sizeof(*end));
	size_t most = 0, gone = 0;
	int64_t at = 0;

	for (size_t i = 0; i < r->nr; i++) {
		start[i] = r->zone[i].start_ns;
		end[i] = r->zone[i].end_ns;
	}
	if (r->nr) {
		qsort(start, r->nr, sizeof(*start), by_time);
		qsort(end, r->nr, sizeof(*end), by_time);
	}
	for (size_t i = 0; i < r->nr; i++) {
		while (gone < i && end[gone] <= start[i])
			gone++;
		if (i + 1 - gone > most) {
			most = i + 1 - gone;
			at = start[i];
		}
	}
	model_int(m, "peak_live", (int64_t)most);
	model_int(m, "peak_s", at / NS_PER_S);
	free(end);
	free(start);
}

static void write_row(struct model_out *m, struct zones *z, size_t i, int64_t tick_ns, bool wanted,
		      size_t *size)
{
	struct packed_row p = {0};

	model_open(m, NULL, '{');
	model_int(m, "row", (int64_t)i);
	pack_row(&p, z, &z->row[i], tick_ns);
	if (wanted && *size + packed_size(&p) <= MODEL_ZONES_MAX) {
		*size += packed_size(&p);
		write_packed(m, z, &p, &z->row[i]);
	}
	write_peak(m, &z->row[i]);
	model_int(m, "nr_refused", z->row[i].nr_all_refused);
	write_refused(m, z, &z->row[i]);
	model_close(m, '}');
	release_packed(&p);
}

static void write_rows(struct model_out *m, struct zones *z, const struct page_run *run,
		       const char *policies)
{
	const struct sheet *s = &run->dir->summary;
	/* ticks of a run: not many more than a million */
	int64_t tick_ns = z->end_ns >= NS_PER_DAY / 2 ? NS_PER_S : NS_PER_MS;
	size_t size = 0;

	model_open(m, "zones", '{');
	model_int(m, "tick_ns", tick_ns);
	model_int(m, "end_ticks", z->end_ns / tick_ns);
	write_words(m, "nodes", &z->nodes);
	write_words(m, "outcomes", &z->outcomes);
	model_open(m, "rows", '[');
	for (size_t i = 0; i < run->nr_first; i++)
		if (is_wanted(s, run->first[i], policies))
			write_row(m, z, run->first[i], tick_ns, true, &size);
	for (int turn = 1; turn < 3; turn++)
		for (size_t i = 0; i < s->nr; i++)
			if (turn_of(s, i, run) == turn && is_wanted(s, i, policies))
				write_row(m, z, i, tick_ns, true, &size);
	for (size_t i = 0; i < s->nr; i++)
		if (!is_wanted(s, i, policies))
			write_row(m, z, i, tick_ns, false, &size);
	model_close(m, ']');
	model_close(m, '}');
}

int model_zones(struct model_out *m, const struct page_run *run, const char *policies,
		struct error *err)
{
	struct zones z = {.nr_rows = run->dir->summary.nr};
	int rc = csv_open(&z.csv, run->dir->zones, err);

	if (rc)
		return rc;
	z.row = xcalloc(z.nr_rows + 1, sizeof(*z.row));
	rc = read_lines(&z, &run->dir->summary, err);
	if (!rc && z.nr_rows)
		write_rows(m, &z, run, policies);
	for (size_t i = 0; i < z.nr_rows; i++) {
		free(z.row[i].zone);
		free(z.row[i].refused);
		free(z.row[i].part);
	}
	free(z.row);
	free(z.nodes.text);
	free(z.outcomes.text);
	free(z.codes.text);
	arena_release(&z.arena);
	csv_close(&z.csv);
	return rc;
}
