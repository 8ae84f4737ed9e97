#include "report/residency.h"

#include <stdlib.h>
#include <string.h>

#include "base/csv.h"

static const char *const columns[] = {"scenario", "step", "action", "zone", "node", "pages"};

#define NR_COLUMNS (sizeof(columns) / sizeof(columns[0]))

static bool has_columns(const struct csv *c)
{
	for (size_t i = 0; i < NR_COLUMNS; i++)
		if (csv_column(c, columns[i]) < 0)
			return false;
	return true;
}

bool residency_recognise(const char *path)
{
	struct csv c = {0};
	bool yes;

	/* a run's folder, or what can be read only once, is none */
	if (strcmp(path, "-") == 0 || csv_open(&c, path, NULL))
		return false;
	yes = has_columns(&c);
	csv_close(&c);
	return yes;
}

static int three_way(int64_t a, int64_t b)
{
	return (a > b) - (a < b);
}

/* scenario, step, zone; the node only when asked. */
static int order(const struct residency_row *a, const struct residency_row *b, bool node)
{
	int by = strcmp(a->scenario, b->scenario);

	if (!by)
		by = three_way(a->step, b->step);
	if (!by)
		by = strcmp(a->zone, b->zone);
	return by || !node ? by : three_way(a->node, b->node);
}

static int by_all(const void *a, const void *b)
{
	return order(a, b, true);
}

static const char *text_of(struct residency_file *f, const struct csv *c, const char *column)
{
	const struct csv_field *field = &c->field[csv_column(c, column)];

	return arena_strndup(&f->arena, field->text, field->n);
}

/* What a file has of the bound on a row, else the row's own pages. */
static int read_bound(const struct csv *c, const char *column, int64_t pages, int64_t *out,
		      struct error *err)
{
	int at = csv_column(c, column);

	*out = pages;
	if (at < 0 || !c->field[at].n)
		return 0;
	return csv_int(c, (unsigned)at, 0, INT64_MAX / 4096, out, err);
}

static int read_row(struct residency_file *f, const struct csv *c, struct error *err)
{
	unsigned node = (unsigned)csv_column(c, "node");
	struct residency_row row = {.node = -1};
	int rc = csv_int(c, (unsigned)csv_column(c, "step"), 0, INT32_MAX, &row.step, err);

	if (!rc && c->field[node].n)
		rc = csv_int(c, node, 0, INT32_MAX, &row.node, err);
	if (!rc)
		rc = csv_int(c, (unsigned)csv_column(c, "pages"), 0, INT64_MAX / 4096, &row.pages,
			     err);
	if (!rc)
		rc = read_bound(c, "least_pages", row.pages, &row.least, err);
	if (!rc)
		rc = read_bound(c, "most_pages", row.pages, &row.most, err);
	if (!rc && row.least > row.most)
		rc = csv_error(c, (unsigned)csv_column(c, "least_pages"), err,
			       "the least is above the most");
	if (rc)
		return rc;
	row.scenario = text_of(f, c, "scenario");
	row.action = text_of(f, c, "action");
	row.zone = text_of(f, c, "zone");
	residency_add(f, &row);
	return 0;
}

void residency_add(struct residency_file *f, const struct residency_row *row)
{
	f->row = grow(f->row, &f->cap, f->nr, sizeof(*f->row));
	f->row[f->nr++] = *row;
}

static int check_rows(const struct residency_file *f, struct error *err)
{
	size_t nodes = 0;

	for (size_t i = 1; i < f->nr; i++) {
		if (order(&f->row[i - 1], &f->row[i], true) == 0)
			return error_set(err, ERR_INPUT,
					 "%s: scenario %s has zone %s on node %lld twice after "
					 "step %lld",
					 f->path, f->row[i].scenario, f->row[i].zone,
					 (long long)f->row[i].node, (long long)f->row[i].step);
		nodes = order(&f->row[i - 1], &f->row[i], false) ? 0 : nodes + 1;
		if (nodes >= RESIDENCY_NODES_MAX / 2)
			return error_set(err, ERR_INPUT, "%s: zone %s is on too many nodes",
					 f->path, f->row[i].zone);
	}
	return 0;
}

int residency_finish(struct residency_file *f, struct error *err)
{
	int rc;

	if (f->nr)
		qsort(f->row, f->nr, sizeof(*f->row), by_all);
	rc = check_rows(f, err);
	if (rc)
		residency_release(f);
	return rc;
}

int residency_load(struct residency_file *out, const char *path, struct error *err)
{
	struct csv c = {0};
	bool more = true;
	int rc = csv_open(&c, path, err);

	if (rc)
		return rc;
	out->path = path;
	if (!has_columns(&c))
		rc = error_set(err, ERR_INPUT, "%s has not the columns of \"homenode rehearse\"",
			       path);
	while (!rc) {
		rc = csv_next(&c, &more, err);
		if (rc || !more)
			break;
		rc = read_row(out, &c, err);
	}
	csv_close(&c);
	if (!rc)
		return residency_finish(out, err);
	residency_release(out);
	return rc;
}

void residency_release(struct residency_file *f)
{
	free(f->row);
	arena_release(&f->arena);
	*f = (struct residency_file){0};
}

/* --- comparing ------------------------------------------------------------------ */

/* What is told of a machine or of a guest, beside zones and free memory. */
static bool is_fact(const char *zone)
{
	return zone[0] == '(' && strcmp(zone, "(free)") != 0 && strcmp(zone, "(unknown)") != 0;
}

static bool is_free(const char *zone)
{
	return strcmp(zone, "(free)") == 0;
}

/* Rows of one zone after one step, from *at on, into predicted[] or observed[]. */
static void gather(struct residency_case *c, const struct residency_file *f, size_t *at,
		   bool observed)
{
	const struct residency_row *first = &f->row[*at];

	c->scenario = first->scenario;
	c->action = first->action;
	c->zone = first->zone;
	c->step = first->step;
	for (; *at < f->nr && order(first, &f->row[*at], false) == 0; ++*at) {
		uint32_t i = 0;

		while (i < c->nr_nodes && c->node[i] != f->row[*at].node)
			i++;
		if (i == c->nr_nodes)
			c->node[c->nr_nodes++] = f->row[*at].node;
		if (observed) {
			c->observed[i] = f->row[*at].pages;
			continue;
		}
		c->predicted[i] = f->row[*at].pages;
		c->least[i] = f->row[*at].least;
		c->most[i] = f->row[*at].most;
	}
}

static int64_t total(const struct residency_case *c, const int64_t *pages)
{
	int64_t sum = 0;

	for (uint32_t i = 0; i < c->nr_nodes; i++)
		sum += pages[i];
	return sum;
}

static int64_t positive(int64_t pages)
{
	return pages > 0 ? pages : 0;
}

static void judge(struct residency_case *c)
{
	int64_t above = 0, below = 0, more = total(c, c->observed) - total(c, c->predicted);

	for (uint32_t i = 0; i < c->nr_nodes; i++) {
		above += positive(c->observed[i] - c->most[i]);
		below += positive(c->least[i] - c->observed[i]);
	}
	if (is_free(c->zone) || more > PAGES_SPECIAL_MAX || more < -PAGES_GIVEN_BACK_MAX) {
		c->outside = above + below;
		/* what a zone has more, or less, in all is not within any bound */
		if (!is_free(c->zone) && c->outside < (more < 0 ? -more : more))
			c->outside = more < 0 ? -more : more;
		return;
	}
	c->special = more;
	c->outside = more > 0 ? positive(above - more) + below : above + positive(below + more);
}

/* Against the same zone's last case in this scenario; what was there at step 0 is one. */
static void compare_with_last(const struct residency_diff *d, struct residency_case *c)
{
	const struct residency_case *last = NULL;
	int64_t given;

	for (size_t i = d->nr; i-- > 0 && !last && strcmp(d->at[i].scenario, c->scenario) == 0;)
		if (strcmp(d->at[i].zone, c->zone) == 0)
			last = &d->at[i];
	c->changed = !last || last->nr_nodes != c->nr_nodes ||
		     memcmp(last->observed, c->observed, c->nr_nodes * sizeof(c->observed[0])) != 0;
	c->news = c->changed || c->outside != last->outside;
	if (!last || is_free(c->zone))
		return;
	given = positive(total(last, last->predicted) - total(c, c->predicted));
	c->open = positive(total(c, c->most) - total(c, c->predicted));
	c->determined = positive(given - c->open);
}

static void count(struct residency_diff *d, const struct residency_case *c)
{
	if (is_free(c->zone)) {
		for (uint32_t i = 0; i < c->nr_nodes; i++) {
			int64_t off = c->observed[i] - c->predicted[i];

			off = off < 0 ? -off : off;
			d->free_off = off > d->free_off ? off : d->free_off;
		}
		return;
	}
	if (!c->news)
		return;
	d->outside += c->outside;
	d->determined += c->determined;
	d->open += c->open;
	for (uint32_t i = 0; c->changed && i < c->nr_nodes; i++)
		d->pages += c->observed[i];
	if (c->changed && c->special > 0)
		d->special += c->special;
}

void residency_compare(struct residency_diff *out, const struct residency_file *predicted,
		       const struct residency_file *observed)
{
	size_t p = 0, o = 0;

	while (p < predicted->nr || o < observed->nr) {
		struct residency_case c = {0};
		int by = p == predicted->nr  ? 1
			 : o == observed->nr ? -1
					     : order(&predicted->row[p], &observed->row[o], false);

		c.missing = by != 0;
		if (by <= 0)
			gather(&c, predicted, &p, false);
		if (by >= 0)
			gather(&c, observed, &o, true);
		if (is_fact(c.zone) || (c.step == 0 && is_free(c.zone)))
			continue;
		/* the state it began with is given, not predicted */
		if (c.step) {
			judge(&c);
			compare_with_last(out, &c);
			count(out, &c);
		}
		out->at = grow(out->at, &out->cap, out->nr, sizeof(*out->at));
		out->at[out->nr++] = c;
	}
}

void residency_diff_release(struct residency_diff *d)
{
	free(d->at);
	*d = (struct residency_diff){0};
}
