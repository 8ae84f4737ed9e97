#include "backend-xen/owner.h"

#include <errno.h>
#include <libxl_utils.h>
#include <stdlib.h>
#include <string.h>

#include "backend-xen/machine.h"
#include "backend-xen/pause.h"
#include "backend-xen/store_xen.h"
#include "base/alloc.h"
#include "base/clock.h"

#define MARK "homenode"
#define MARK_BYTES 8
#define LOOK_MS 100
/* From here on a person wonders. */
#define SAY_NS (4 * NS_PER_S)

int owner_uuid(libxl_uuid *out, struct error *err)
{
	uint8_t bytes[DOMAIN_UUID_BYTES] = MARK;
	int rc = lease_random(bytes + MARK_BYTES, sizeof(bytes) - MARK_BYTES, err);

	if (rc)
		return rc;
	bytes[8] = (uint8_t)((bytes[8] & 0x3f) | 0x80); /* RFC 4122, the variant */
	memcpy(libxl_uuid_bytearray(out), bytes, sizeof(bytes));
	return 0;
}

bool owner_is_ours(const libxl_uuid *uuid)
{
	return memcmp(libxl_uuid_bytearray_const(uuid), MARK, MARK_BYTES) == 0;
}

static const char *key_path(uint32_t domid, const char *key, char out[LEASE_TEXT_MAX])
{
	snprintf(out, LEASE_TEXT_MAX, "/local/domain/%u/%s", domid, key);
	return out;
}

int owner_hide(struct xen *x, uint32_t domid, struct error *err)
{
	static const char *const key[] = {"homenode", "homenode/owner", "homenode/zone"};
	char path[LEASE_TEXT_MAX];

	for (size_t i = 0; i < sizeof(key) / sizeof(key[0]); i++)
		if (!store_hide(x->xs, key_path(domid, key[i], path)))
			return error_set(err, ERR_MACHINE, "%s cannot be kept from guests: %s",
					 path, strerror(errno));
	return 0;
}

bool owner_is(struct xen *x, uint32_t domid, const char *lease)
{
	struct store s = store_of(x->xs);
	char path[LEASE_TEXT_MAX], owner[LEASE_TEXT_MAX];

	return store_text(&s, key_path(domid, "homenode/owner", path), sizeof(owner) - 1, owner) ==
		       STORE_TEXT &&
	       strcmp(owner, lease) == 0;
}

int owner_still(struct machine *m, const struct domain_id *id, struct error *err)
{
	struct xen *x = &m->xen;
	enum domain_life life = domain_look_at(x, id, NULL);

	if (life == DOMAIN_GONE || life == DOMAIN_DOWN ||
	    owner_is(x, id->domid, lease_keeper_id(m->lease)))
		return 0;
	return error_set(err, ERR_MACHINE,
			 "domain %u is not this run's any more: another homenode has taken it over",
			 id->domid);
}

/* --- whose run is dead ------------------------------------------------------------------- */

/* All that may be such, and the leases that say so. */
struct candidates {
	struct orphan *orphan;
	size_t nr, cap;
	struct lease_watch *lease;
	size_t nr_leases, cap_leases;
};

static struct lease_watch *lease_of(const struct candidates *c, const struct orphan *o)
{
	for (size_t i = 0; i < c->nr_leases; i++)
		if (strcmp(c->lease[i].id, o->owner) == 0)
			return &c->lease[i];
	return NULL;
}

/* One without an owner was killed before xenstore knew of it: it is not being launched right now,
 * which the lock excludes. */
static void add_candidate(struct candidates *c, struct xen *x, const libxl_dominfo *d)
{
	struct store s = store_of(x->xs);
	struct orphan o = {.id.domid = d->domid, .memory_bytes = (int64_t)d->current_memkb * 1024};
	char path[LEASE_TEXT_MAX];
	enum store_value value = store_text(&s, key_path(d->domid, "homenode/owner", path),
					    sizeof(o.owner) - 1, o.owner);

	if (value == STORE_ODD || value == STORE_UNREADABLE)
		return;
	memcpy(o.id.uuid, libxl_uuid_bytearray_const(&d->uuid), sizeof(o.id.uuid));
	if (store_text(&s, key_path(d->domid, "name", path), sizeof(o.name) - 1, o.name) ==
	    STORE_ABSENT)
		memcpy(o.name, "(no name)", sizeof("(no name)"));
	c->orphan = grow(c->orphan, &c->cap, c->nr, sizeof(*c->orphan));
	c->orphan[c->nr++] = o;
	if (!lease_is_id(o.owner) || lease_of(c, &o))
		return;
	c->lease = grow(c->lease, &c->cap_leases, c->nr_leases, sizeof(*c->lease));
	c->lease[c->nr_leases] = (struct lease_watch){.life = LEASE_UNKNOWN};
	memcpy(c->lease[c->nr_leases++].id, o.owner, LEASE_ID_MAX);
}

static int gather(struct candidates *c, struct xen *x, struct error *err)
{
	int nr = 0;
	libxl_dominfo *d;

	xen_log_begin(x);
	d = libxl_list_domain(x->ctx, &nr);
	if (!d)
		return xen_error(x, err, ERR_MACHINE, "the domains cannot be listed");
	/* what dies has lost its directory already, and whoever ended it waits for it */
	for (int i = 0; i < nr; i++)
		if (d[i].domid && !d[i].dying && owner_is_ours(&d[i].uuid))
			add_candidate(c, x, &d[i]);
	libxl_dominfo_list_free(d, nr);
	return 0;
}

static bool all_known(struct candidates *c, struct machine *m)
{
	struct store s = store_of(m->xen.xs);
	bool all = true;

	for (size_t i = 0; i < c->nr_leases; i++) {
		lease_look(&c->lease[i], &s, lease_keeper_place(m->lease), monotonic_ns());
		all &= c->lease[i].life != LEASE_UNKNOWN;
	}
	return all;
}

static int watch_leases(struct candidates *c, struct machine *m, struct error *err)
{
	int64_t say_ns = monotonic_ns() + SAY_NS;

	while (!all_known(c, m)) {
		if (monotonic_ns() > say_ns) {
			machine_say(m,
				    "zones of a run that does not show itself are here: %d s at "
				    "most until it is taken for dead",
				    (int)(LEASE_EXPIRES_NS / NS_PER_S));
			say_ns = INT64_MAX;
		}
		if (!pause_ms(m->xen.stop, LOOK_MS))
			return error_set(err, ERR_INTERRUPTED,
					 "stopped by a signal while it was looked whether another "
					 "run still lives");
	}
	return 0;
}

static bool is_orphan(const struct candidates *c, const struct orphan *o)
{
	const struct lease_watch *lease = lease_of(c, o);

	return !lease || lease->life == LEASE_DEAD;
}

int owner_orphans(struct machine *m, bool bury, struct orphan **out, size_t *nr, struct error *err)
{
	struct candidates c = {.nr = 0};
	struct store s = store_of(m->xen.xs);
	int rc = gather(&c, &m->xen, err);

	*out = NULL;
	*nr = 0;
	if (!rc)
		rc = watch_leases(&c, m, err);
	for (size_t i = 0; !rc && bury && i < c.nr_leases; i++)
		if (c.lease[i].life == LEASE_DEAD)
			(void)lease_bury(&c.lease[i], &s);
	for (size_t i = 0; !rc && i < c.nr; i++)
		if (is_orphan(&c, &c.orphan[i]))
			c.orphan[(*nr)++] = c.orphan[i];
	free(c.lease);
	if (rc)
		free(c.orphan);
	else
		*out = c.orphan;
	return rc;
}

int owner_claim(struct machine *m, const struct orphan *o, struct error *err)
{
	struct store s = store_of(m->xen.xs);
	char path[LEASE_TEXT_MAX];

	switch (s.ops->swap(s.self, key_path(o->id.domid, "homenode/owner", path),
			    *o->owner ? o->owner : NULL, lease_keeper_id(m->lease))) {
	case STORE_SWAPPED:
		return 0;
	case STORE_OTHER:
		return error_set(err, ERR_MACHINE,
				 "zone %s (domain %u) has just been taken over by another homenode",
				 o->name, o->id.domid);
	case STORE_FAILED:
	default:
		return error_set(err, ERR_MACHINE, "%s cannot be written: %s", path,
				 strerror(errno));
	}
}

int owner_alive(const struct machine *m, struct error *err)
{
	if (!lease_keeper_lost(m->lease))
		return 0;
	return error_set(err, ERR_MACHINE,
			 "this run stood still for so long that another homenode took it for dead: "
			 "its zones are not its own any more, and it leaves them alone");
}

/* --- the launch lock --------------------------------------------------------------------- */

int owner_lock(struct machine *m, struct error *err)
{
	struct store s = store_of(m->xen.xs);
	struct launch_lock lock = {.id = lease_keeper_id(m->lease)};
	int64_t say_ns = monotonic_ns() + SAY_NS;
	int rc;

	for (;;) {
		rc = launch_try(&lock, &s, lease_keeper_place(m->lease), monotonic_ns(), &m->locked,
				err);
		if (rc || m->locked)
			return rc;
		if (monotonic_ns() > say_ns) {
			machine_say(m, "waits for another homenode that launches a zone");
			say_ns = INT64_MAX;
		}
		if (!pause_ms(m->xen.stop, LOOK_MS))
			return error_set(err, ERR_INTERRUPTED,
					 "stopped by a signal while another homenode launched");
	}
}

void owner_unlock(struct machine *m)
{
	struct store s = store_of(m->xen.xs);
	struct launch_lock lock = {.id = lease_keeper_id(m->lease)};

	if (m->locked)
		launch_release(&lock, &s);
	m->locked = false;
}
