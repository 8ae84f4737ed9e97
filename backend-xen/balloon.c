/*
 * A balloon. libxl sets the target and comes back at once; the guest's own driver does
 * the work, or does not: in a paused domain nothing happens and nobody says so, a guest
 * without the driver never answers, and one that is asked for more than it can give goes
 * on trying. So what counts is what the domain has, looked at until it is reached.
 */
#include <libxl.h>

#include "backend-xen/machine.h"
#include "backend-xen/pause.h"
#include "base/clock.h"
#include "base/units.h"

#define LOOK_MS 50
/* A guest counts a few pages otherwise than the hypervisor: what comes this near and
 * stays for a second is there. */
#define NEAR_BYTES (64 * PAGE_BYTES)
#define SETTLED_NS NS_PER_S

int balloon_check(const struct machine *m, const struct machine_zone *z, int64_t bytes,
		  struct error *err)
{
	int64_t has = 0;
	enum domain_life life = domain_look((struct xen *)(uintptr_t)&m->xen, z->domid, &has);

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

static int set_target(struct machine *m, uint32_t domid, int64_t bytes, struct error *err)
{
	xen_log_begin(&m->xen);
	if (libxl_set_memory_target(m->xen.ctx, domid, bytes / 1024, 0, 1))
		return xen_error(&m->xen, err, ERR_MACHINE,
				 "domain %u does not get the target %lld MiB", domid,
				 (long long)(bytes / MIB));
	return 0;
}

static int not_reached(struct machine *m, const struct machine_zone *z, int64_t has, int64_t bytes,
		       enum domain_life life, struct error *err)
{
	if (life == DOMAIN_GONE || life == DOMAIN_DOWN)
		return error_set(err, ERR_MACHINE, "domain %u went away while its balloon moved",
				 z->domid);
	/* or it would go on whenever it can, and surprise everybody */
	(void)set_target(m, z->domid, has, NULL);
	return error_set(err, ERR_MACHINE,
			 "domain %u stopped at %lld KiB on its way to %lld KiB for %lld s: %s",
			 z->domid, (long long)(has / 1024), (long long)(bytes / 1024),
			 (long long)(m->options.patience_ns / NS_PER_S),
			 life == DOMAIN_PAUSED ? "it was paused"
			 : has > bytes ? "its guest has no more to give, or no balloon driver"
				       : "its guest takes no more, or has no balloon driver");
}

static bool is_near(int64_t has, int64_t bytes)
{
	return has - bytes <= NEAR_BYTES && bytes - has <= NEAR_BYTES;
}

int balloon_move(struct machine *m, struct machine_zone *z, int64_t bytes, struct error *err)
{
	int64_t has = 0, last = -1, changed_ns;
	int rc = boot_await(m, z, err);

	if (!rc)
		rc = set_target(m, z->domid, bytes, err);
	if (rc)
		return rc;
	changed_ns = monotonic_ns();
	z->resized = true;
	for (;;) {
		enum domain_life life = domain_look(&m->xen, z->domid, &has);

		has -= z->special_total;
		if (has != last)
			changed_ns = monotonic_ns();
		last = has;
		if (life == DOMAIN_RUNS && is_near(has, bytes) &&
		    (has == bytes || monotonic_ns() - changed_ns > SETTLED_NS))
			return 0;
		if (life != DOMAIN_RUNS || monotonic_ns() - changed_ns > m->options.patience_ns)
			return not_reached(m, z, has, bytes, life, err);
		if (!pause_ms(LOOK_MS))
			return error_set(err, ERR_INTERRUPTED, "stopped by a signal");
	}
}
