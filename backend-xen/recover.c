/*
 * What runs that were killed left behind, and what becomes of it. A zone that is adopted runs on.
 * Of one that is this workload's, as was written beside it when it was launched, the loop is told
 * (backend_left()), and it goes on when its START comes; the others are stopped when the run ends.
 */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "backend-xen/balloon_watch.h"
#include "backend-xen/machine.h"
#include "backend-xen/store_xen.h"
#include "base/alloc.h"
#include "base/units.h"

/* Whom a run that was killed left, what becomes of it, and where its memory is. */
static void say_orphan(struct machine *m, const struct orphan *o, const char *what)
{
	char *where;

	if (!m->say)
		return;
	where = residency_text(m, o->id.domid);
	machine_say(m, "zone %s (domain %u), left by a run that was killed, %s: %s", o->name,
		    o->id.domid, what, where);
	free(where);
}

static int refuse(const struct orphan *o, size_t nr, struct error *err)
{
	return error_set(err, ERR_MACHINE,
			 "%zu zone%s of a run that was killed %s still here (%s%s): end %s with "
			 "--recover destroy, or take %s over with --recover adopt",
			 nr, nr == 1 ? "" : "s", nr == 1 ? "is" : "are", o[0].name,
			 nr == 1 ? "" : ", ...", nr == 1 ? "it" : "them", nr == 1 ? "it" : "them");
}

/* --- what is written beside a zone ------------------------------------------------------ */

/* Where toolstack pages are: of no meaning to anybody else. */
#define BESIDE_MAX 1024
/* What xenstore takes in one message, with the path before it. */
#define LEFT_MAX (STORE_VALUE_MAX - sizeof("/local/domain/4294967295/homenode/left"))

static char *beside_path(uint32_t domid, const char *key)
{
	return xasprintf("/local/domain/%u/homenode/%s", domid, key);
}

static int write_beside(struct machine *m, uint32_t domid, const char *key, const char *text,
			struct error *err)
{
	struct store s = store_of(m->xen.xs);
	char *path = beside_path(domid, key);
	int rc = 0;

	if (s.ops->swap(s.self, path, NULL, text) != STORE_SWAPPED)
		rc = error_set(err, ERR_MACHINE, "%s cannot be written", path);
	free(path);
	return rc;
}

/* "EXACT TOTAL BYTES...", the last by host node. */
static char *special_text(const struct machine *m, const struct machine_zone *z)
{
	char *text = xasprintf("%d %" PRId64, z->exact, z->special_total), *more;

	for (unsigned n = 0; n < m->host->nr_nodes; n++) {
		more = xasprintf("%s %" PRId64, text, z->special_bytes[n]);
		free(text);
		text = more;
	}
	return text;
}

int recover_note(struct machine *m, const struct machine_zone *z, const struct step *s,
		 struct error *err)
{
	char *left = m->workload && s->ordinal
			     ? left_zone_text(s->plan, m->workload, m->seed, s->ordinal)
			     : NULL;
	char *special;
	int rc;

	/* too long for xenstore: nobody goes on with it */
	if (!left || strlen(left) > LEFT_MAX) {
		free(left);
		return 0;
	}
	special = special_text(m, z);
	rc = write_beside(m, z->domid, "left", left, err);
	if (!rc)
		rc = write_beside(m, z->domid, "special", special, err);
	free(special);
	free(left);
	return rc;
}

static bool read_special(const char *text, unsigned nr_nodes, struct machine_zone *out)
{
	uint64_t exact, bytes, sum = 0;

	if (!digits_parse(&text, ' ', 1, &exact) ||
	    !digits_parse(&text, ' ', SPECIAL_BYTES_MAX * NODES_MAX, &bytes))
		return false;
	out->exact = exact;
	out->special_total = (int64_t)bytes;
	for (unsigned n = 0; n < nr_nodes; n++) {
		if (!digits_parse(&text, n + 1 < nr_nodes ? ' ' : '\0', SPECIAL_BYTES_MAX, &bytes))
			return false;
		out->special_bytes[n] = (int64_t)bytes;
		sum += bytes;
	}
	return !exact || sum == (uint64_t)out->special_total;
}

static bool read_beside(struct machine *m, uint32_t domid, const char *key, size_t max, char *out)
{
	struct store s = store_of(m->xen.xs);
	char *path = beside_path(domid, key);
	bool ok = store_text(&s, path, max, out) == STORE_TEXT;

	free(path);
	return ok;
}

/* What is known of it, if it was this workload's. */
static void recognize(struct machine *m, struct adopted *a)
{
	char left[STORE_VALUE_MAX + 1], special[BESIDE_MAX + 1];
	uint32_t domid = a->orphan.id.domid;

	a->known = m->workload && read_beside(m, domid, "left", STORE_VALUE_MAX, left) &&
		   read_beside(m, domid, "special", BESIDE_MAX, special) &&
		   left_zone_read(&a->left, left, m->host) &&
		   read_special(special, m->host->nr_nodes, &a->zone) &&
		   strcmp(a->left.workload, m->workload) == 0 && a->left.seed == m->seed;
}

/* --- at the beginning --------------------------------------------------------------------- */

static void say_adopted(struct machine *m, const struct adopted *a)
{
	char *what = a->known ? xasprintf("is adopted, and was zone %" PRIu64 " of this workload",
					  a->left.ordinal)
			      : xstrdup("is adopted, and was none of this workload's");

	say_orphan(m, &a->orphan, what);
	free(what);
}

/* First it is ours, so that nobody else does the same. */
static int take(struct machine *m, const struct orphan *o, struct error *err)
{
	struct adopted *a;
	int rc = owner_claim(m, o, err);

	if (rc)
		return rc;
	if (m->options.recover == RECOVER_DESTROY) {
		say_orphan(m, o, "is destroyed");
		return domain_destroy(&m->xen, &o->id, lease_keeper_id(m->lease), err);
	}
	a = &m->adopted[m->nr_adopted++];
	a->orphan = *o;
	recognize(m, a);
	say_adopted(m, a);
	return 0;
}

static int recover_locked(struct machine *m, struct error *err)
{
	struct orphan *o;
	size_t nr;
	int rc = owner_orphans(m, m->options.recover != RECOVER_REFUSE, &o, &nr, err);

	if (rc)
		return rc;
	if (nr && m->options.recover == RECOVER_REFUSE)
		rc = refuse(o, nr, err);
	m->adopted = xcalloc(nr ? nr : 1, sizeof(*m->adopted));
	for (size_t i = 0; !rc && i < nr; i++)
		rc = take(m, &o[i], err);
	free(o);
	return rc;
}

int recover_begin(struct machine *m, struct error *err)
{
	int rc = owner_lock(m, err);

	if (!rc)
		rc = recover_locked(m, err);
	owner_unlock(m);
	return rc;
}

/* --- zones that go on --------------------------------------------------------------------- */

/* The number-th that is this workload's, from 0. */
static struct adopted *known_at(const struct machine *m, uint32_t number)
{
	for (size_t i = 0; i < m->nr_adopted; i++)
		if (m->adopted[i].known && number-- == 0)
			return &m->adopted[i];
	return NULL;
}

const struct left_zone *xen_left(const struct backend *b, uint32_t number)
{
	const struct adopted *a = known_at((const struct machine *)(const void *)b, number);

	return a ? &a->left : NULL;
}

int recover_check(struct machine *m, const struct step *s, struct error *err)
{
	const struct adopted *a = known_at(m, s->left - 1);
	enum domain_life life;

	if (!a || a->goes_on)
		return error_set(err, ERR_CANNOT, "no zone number %u was left that could go on",
				 s->left);
	life = domain_look_at(&m->xen, &a->orphan.id, NULL);
	if (life == DOMAIN_GONE || life == DOMAIN_DOWN)
		return error_set(err, ERR_CANNOT, "domain %u has ended meanwhile",
				 a->orphan.id.domid);
	return owner_still(m, &a->orphan.id, err);
}

/* As it was when it had just been launched. */
static void fill_zone(struct machine_zone *z, const struct adopted *a)
{
	const struct left_zone *l = &a->left;

	*z = a->zone;
	z->id = a->orphan.id;
	z->most_bytes = l->most_bytes;
	z->least_bytes = l->least_bytes;
	machine_zone_plan(z, &l->plan);
	memcpy(z->part, l->plan.memory, l->plan.nr_memory * sizeof(*z->part));
	z->nr_parts = z->exact ? l->plan.nr_memory : 0;
	/* a balloon may have moved, whoever moved it */
	z->resized = l->boot_bytes < l->most_bytes;
}

/* What it has is what it boots with, or becomes that. */
static int move_to_boot(struct machine *m, struct machine_zone *z, int64_t boot_bytes,
			struct error *err)
{
	int64_t has = 0;

	if (!z->resized)
		return 0;
	(void)domain_look_at(&m->xen, &z->id, &has);
	return llabs(has - z->special_total - boot_bytes) > BALLOON_NEAR_PAGES * PAGE_BYTES
		       ? balloon_move(m, z, boot_bytes, err)
		       : 0;
}

int recover_go_on(struct machine *m, const struct step *s, struct machine_zone *z,
		  struct error *err)
{
	struct adopted *a = known_at(m, s->left - 1);
	int rc = recover_check(m, s, err);

	if (rc)
		return rc;
	fill_zone(z, a);
	/* killed just before it was */
	if (domain_look_at(&m->xen, &z->id, NULL) == DOMAIN_PAUSED)
		rc = domain_unpause(&m->xen, z->domid, err);
	if (!rc)
		rc = probe_quiet(m, z, err);
	if (!rc)
		rc = move_to_boot(m, z, a->left.boot_bytes, err);
	if (rc)
		return rc;
	z->live = a->goes_on = true;
	say_orphan(m, &a->orphan, "goes on");
	return 0;
}

void recover_end(struct machine *m)
{
	struct error err;

	for (size_t i = 0; i < m->nr_adopted; i++) {
		const struct orphan *o = &m->adopted[i].orphan;

		if (m->adopted[i].goes_on)
			continue;
		say_orphan(m, o, "is stopped with this run");
		if (domain_destroy(&m->xen, &o->id, lease_keeper_id(m->lease), &err))
			machine_say(m, "%s", err.text);
	}
	free(m->adopted);
}
