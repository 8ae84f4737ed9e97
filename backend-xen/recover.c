/*
 * What runs that were killed left behind, and what becomes of it.
 */
#include <stdlib.h>

#include "backend-xen/machine.h"

/* Whom a run that was killed left, where its memory is, and what becomes of it. */
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

/* First it is ours, so that nobody else does the same. */
static int take(struct machine *m, const struct orphan *o, struct error *err)
{
	bool ends = m->options.recover == RECOVER_DESTROY;
	int rc = owner_claim(m, o, err);

	if (rc)
		return rc;
	say_orphan(m, o, ends ? "is destroyed" : "is adopted");
	return ends ? domain_destroy(&m->xen, &o->id, lease_keeper_id(m->lease), err) : 0;
}

static int recover_locked(struct machine *m, struct error *err)
{
	struct orphan *o;
	size_t nr;
	int rc = owner_orphans(m, m->options.recover != RECOVER_REFUSE, &o, &nr, err);

	if (!rc && nr && m->options.recover == RECOVER_REFUSE)
		rc = refuse(o, nr, err);
	for (size_t i = 0; !rc && i < nr; i++)
		rc = take(m, &o[i], err);
	if (!rc && m->options.recover == RECOVER_ADOPT) {
		m->adopted = o;
		m->nr_adopted = nr;
	} else {
		free(o);
	}
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

void recover_end(struct machine *m)
{
	struct error err;

	for (size_t i = 0; i < m->nr_adopted; i++) {
		say_orphan(m, &m->adopted[i], "is stopped with this run");
		if (domain_destroy(&m->xen, &m->adopted[i].id, lease_keeper_id(m->lease), &err))
			machine_say(m, "%s", err.text);
	}
	free(m->adopted);
}
