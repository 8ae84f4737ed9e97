/*
 * A guest that boots. Its kernel announces in xenstore that it listens (boot_stage.h). From then
 * on a target is heard. But a kernel that hears one before user space runs carries it
 * out first ("Waiting for initial ballooning down having finished"), page by page with
 * both the balloon and the rest of the boot running, each page a TLB flush on the
 * other's CPU: on the emulated host three minutes instead of seconds. So a guest is
 * ready when its user space reports (guest/init.c), or, with another user space, when
 * it listens and its vCPUs have gone idle or it has been listening for a while.
 */
#include "backend-xen/boot_stage.h"
#include "backend-xen/machine.h"
#include "backend-xen/pause.h"
#include "backend-xen/store_xen.h"
#include "base/clock.h"
#include "base/units.h"

#define LOOK_MS 100
/* Listening and for so long using less than a tenth of a CPU. */
#define IDLE_NS (2 * NS_PER_S)
/* Listening, and busy for other reasons than its boot. */
#define BUSY_NS (20 * NS_PER_S)

/* Once a zone: it says something of itself, and it is not so. */
static void say_lie(struct machine *m, struct machine_zone *z, const char *lie)
{
	if (!*lie || z->lied)
		return;
	z->lied = true;
	machine_say(m, "domain %u is not believed: %s, which no zone's first process writes",
		    z->domid, lie);
}

static enum boot_stage stage(struct machine *m, struct machine_zone *z)
{
	struct store s = store_of(m->xen.xs);
	char lie[BOOT_LIE_MAX];
	enum boot_stage at = boot_stage(&s, z->domid, lie);

	say_lie(m, z, lie);
	return at;
}

static int never(const struct machine *m, uint32_t domid, struct error *err)
{
	return error_set(err, ERR_MACHINE,
			 "domain %u has no balloon to move: in %lld s its kernel did not begin to "
			 "listen to xenstore (it did not boot, or is built without Xen's "
			 "drivers); its memory is as it was",
			 domid, (long long)(m->options.patience_ns / NS_PER_S));
}

int boot_await(struct machine *m, struct machine_zone *z, struct error *err)
{
	int64_t begin = monotonic_ns(), listens = 0, quiet = 0, cpu_ns = 0;

	while (!z->booted) {
		enum boot_stage at = stage(m, z);
		enum domain_life life = domain_look_at(&m->xen, &z->id, NULL);
		int64_t now = monotonic_ns(), used = domain_cpu_ns(&m->xen, z->domid);

		if (life != DOMAIN_RUNS)
			return error_set(err, ERR_MACHINE, "domain %u %s while it booted", z->domid,
					 life == DOMAIN_PAUSED ? "was paused" : "went away");
		if (at == BOOT_LISTENS && !listens)
			listens = quiet = now;
		if (used - cpu_ns > LOOK_MS * NS_PER_MS / 10)
			quiet = now;
		cpu_ns = used;
		z->booted = at == BOOT_REPORTS ||
			    (listens && (now - quiet > IDLE_NS || now - listens > BUSY_NS));
		if (at == BOOT_SILENT && now - begin > m->options.patience_ns)
			return never(m, z->domid, err);
		if (!z->booted && !pause_ms(m->xen.stop, LOOK_MS))
			return error_set(err, ERR_INTERRUPTED,
					 "stopped by a signal while domain %u booted", z->domid);
	}
	return 0;
}
