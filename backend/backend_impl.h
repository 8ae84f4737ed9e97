/*
 * For the machines behind the seam (sim/, backend-linux/, backend-xen/, and
 * backend/'s own recorder and replay). Callers include backend/backend.h.
 *
 * Every function is required where not said otherwise; the table is static const. The wrappers of
 * backend.h have already refused what is outside `can`, hosts that do not exist, and waiting
 * backwards.
 */
#ifndef BACKEND_BACKEND_IMPL_H
#define BACKEND_BACKEND_IMPL_H

#include "backend/backend.h"
#include "backend/options.h"

struct backend_ops {
	const char *name; /* as given to --backend */
	const char *summary; /* one line for `homenode list backends` */
	/* A sentence that says what this build lacks and how to get it; open refuses with it, and
	 * no function is there. NULL: the backend is there. */
	const char *absent;
	unsigned can; /* STEP_* bits; constant */
	unsigned traits; /* BACKEND_* bits */
	/* The one host it drives, as --host names it; NULL: as many as the config has. */
	const char *default_host;
	/* Who hands out memory, as --allocator names it; NULL: the option "allocator" says. */
	const char *allocator;
	const struct backend_option *option; /* ends with a zeroed entry; NULL: none */
	/* Which of "SRAT SLIT HMAT CPUID" a zone on it can be told truly, blank separated;
	 * "" with the reason in `why` when none. NULL: its zones are told nothing. */
	void (*tells)(char *out, size_t size, struct error *why);
	int (*open)(struct backend **out, const struct backend_config *config, struct error *err);
	void (*close)(struct backend *b);
	int64_t (*now_ns)(const struct backend *b);
	int (*check)(struct backend *b, const struct step *s, struct error *err);
	int (*apply)(struct backend *b, const struct step *s, struct error *err);
	int (*wait)(struct backend *b, int64_t until_ns, struct event *out, struct error *err);
	const struct host_state *(*observe)(struct backend *b, uint32_t host);
	int (*measure)(struct backend *b, uint32_t host, uint32_t slot, struct measure *out,
		       struct error *err);
};

/* First member of every machine's own struct; open fills it in. `ops` is the
 * table that was opened, or the machine's own copy of it with a narrower mask
 * (a recorder has the mask of what it wraps). */
struct backend {
	const struct backend_ops *ops;
	uint32_t nr_hosts;
};

#endif
