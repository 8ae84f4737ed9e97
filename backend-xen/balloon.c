/*
 * A balloon. libxl sets the target and comes back at once; the guest's own driver does
 * the work, or does not: in a paused domain nothing happens and nobody says so, a guest
 * without the driver never answers, and one that is asked for more than it can give goes
 * on trying. So what counts is what the domain has, looked at until it is reached.
 */
#include <libxl.h>

#include "backend-xen/balloon_watch.h"
#include "backend-xen/machine.h"
#include "backend-xen/pause.h"
#include "base/clock.h"
#include "base/units.h"

#define LOOK_MS 50

int balloon_check(const struct machine *m, const struct machine_zone *z, int64_t bytes,
		  struct error *err)
{
	int64_t has = 0;
	enum domain_life life = domain_look_at((struct xen *)(uintptr_t)&m->xen, &z->id, &has);

	if (bytes <= 0 || bytes % PAGE_BYTES)
		return error_set(err, ERR_CANNOT, "a balloon's target is whole pages, not %lld",
				 (long long)bytes);
	if (bytes > z->most_bytes)
		return error_set(err, ERR_CANNOT,
				 "domain %u can have at most %lld MiB, not %lld MiB", z->domid,
				 (long long)(z->most_bytes / MIB), (long long)(bytes / MIB));
	if (bytes < z->least_bytes)
		return error_set(err, ERR_CANNOT,
				 "domain %u is to keep %lld MiB: with %lld MiB its guest would "
				 "starve",
				 z->domid, (long long)(z->least_bytes / MIB),
				 (long long)(bytes / MIB));
	if (life == DOMAIN_GONE || life == DOMAIN_DOWN)
		return error_set(err, ERR_MACHINE, "domain %u runs no more", z->domid);
	if (life == DOMAIN_PAUSED)
		return error_set(err, ERR_CANNOT,
				 "domain %u is paused: its balloon would not move and nobody "
				 "would say so",
				 z->domid);
	has -= z->special_total;
	if (bytes > has && bytes - has > m->state.total_free_bytes)
		return error_set(err, ERR_NO_ROOM,
				 "domain %u would need %lld MiB more, and the host has %lld MiB",
				 z->domid, (long long)((bytes - has) / MIB),
				 (long long)(m->state.total_free_bytes / MIB));
	return 0;
}

/* Guests take their time: it may have become another's meanwhile. */
static int set_target(struct machine *m, const struct domain_id *id, int64_t bytes,
		      struct error *err)
{
	int rc = owner_still(m, id, err);

	if (rc)
		return rc;
	xen_log_begin(&m->xen);
	if (libxl_set_memory_target(m->xen.ctx, id->domid, bytes / 1024, 0, 1))
		return xen_error(&m->xen, err, ERR_MACHINE,
				 "domain %u does not get the target %lld MiB", id->domid,
				 (long long)(bytes / MIB));
	return 0;
}

static const char *why_not(const struct balloon_watch *w, enum domain_life life,
			   enum balloon_way way)
{
	if (life == DOMAIN_PAUSED)
		return "it was paused";
	if (way == BALLOON_CRAWLS)
		return "its guest goes on, but so slowly that it is not waited for";
	return w->has_bytes > w->target_bytes
		       ? "its guest has no more to give, or no balloon driver"
		       : "its guest takes no more, or has no balloon driver";
}

static int not_reached(struct machine *m, const struct machine_zone *z,
		       const struct balloon_watch *w, enum domain_life life, enum balloon_way way,
		       struct error *err)
{
	int64_t since = way == BALLOON_CRAWLS ? w->begin_ns : w->changed_ns;

	if (life == DOMAIN_GONE || life == DOMAIN_DOWN)
		return error_set(err, ERR_MACHINE, "domain %u went away while its balloon moved",
				 z->domid);
	/* or it would go on whenever it can, and surprise everybody */
	(void)set_target(m, &z->id, w->has_bytes, NULL);
	return error_set(err, ERR_MACHINE,
			 "domain %u %s at %lld KiB on its way to %lld KiB %s %lld s: %s", z->domid,
			 way == BALLOON_CRAWLS ? "was" : "stopped",
			 (long long)(w->has_bytes / 1024), (long long)(w->target_bytes / 1024),
			 way == BALLOON_CRAWLS ? "after" : "for",
			 (long long)((monotonic_ns() - since) / NS_PER_S), why_not(w, life, way));
}

int balloon_move(struct machine *m, struct machine_zone *z, int64_t bytes, struct error *err)
{
	struct balloon_watch w;
	int64_t has = 0;
	int rc = boot_await(m, z, err);

	(void)domain_look_at(&m->xen, &z->id, &has);
	if (!rc)
		rc = set_target(m, &z->id, bytes, err);
	if (rc)
		return rc;
	balloon_watch_begin(&w, has - z->special_total, bytes, m->options.patience_ns,
			    monotonic_ns());
	z->resized = true;
	for (;;) {
		enum domain_life life = domain_look_at(&m->xen, &z->id, &has);
		enum balloon_way way =
			balloon_watch_look(&w, has - z->special_total, monotonic_ns());

		if (life == DOMAIN_RUNS && way == BALLOON_THERE)
			return 0;
		if (life != DOMAIN_RUNS || way != BALLOON_MOVES)
			return not_reached(m, z, &w, life, way, err);
		if (!pause_ms(m->xen.stop, LOOK_MS))
			return error_set(err, ERR_INTERRUPTED,
					 "stopped by a signal while the balloon of domain %u moved",
					 z->domid);
	}
}
