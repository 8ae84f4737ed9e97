/*
 * The way to the hypervisor: one libxl context, one libxenctrl handle, one xenstore
 * connection. What libxl and libxc have to say is kept, never printed: the first
 * errors of a call become the cause in our own sentence.
 */
#ifndef BACKEND_XEN_CONNECTION_H
#define BACKEND_XEN_CONNECTION_H

#include <libxl.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>
#include <xenctrl.h>
#include <xenstore.h>
#include <xentoollog.h>

#include "backend-xen/dump.h"
#include "base/error.h"

#define XEN_LOG_MAX 480

struct xen_log {
	xentoollog_logger logger; /* first: libxl hands it back */
	char text[XEN_LOG_MAX]; /* errors since xen_log_begin(), separated by "; " */
	size_t used;
};

struct xen {
	struct xen_log log;
	libxl_ctx *ctx;
	xc_interface *xch;
	struct xs_handle *xs;
	int64_t last_wait_ns; /* for what dies, once `stop` is set; 0: not yet */
	const atomic_bool *stop; /* ends every wait once it is set; NULL: nobody sets one */
};

/* ERR_CANNOT: no Xen, a guest of Xen, no privilege; ERR_MACHINE: a daemon is missing.
 * `x` must stay where it is until xen_close(). */
int xen_connect(struct xen *x, struct error *err) MUST_USE;
void xen_disconnect(struct xen *x); /* zeroed is fine */

/* Forget what was logged; before a call whose failure is to be told. */
void xen_log_begin(struct xen *x);
/* "WHAT: cause", the cause as logged since xen_log_begin(); returns `code`. */
int xen_error(struct xen *x, struct error *err, int code, const char *fmt, ...) PRINTF_LIKE(4, 5);

/* A value of xenstore, NUL-terminated, the caller frees; NULL: not there. */
char *xen_store_read(struct xen *x, const char *path) MUST_USE;

/* Sends a debug key and returns what the hypervisor printed since; the caller frees.
 * Whoever else reads the ring is not disturbed. */
int xen_dump(struct xen *x, char key, char **text, size_t *size, struct error *err) MUST_USE;
/* All that the console ring still holds. */
int xen_ring(struct xen *x, char **text, size_t *size, struct error *err) MUST_USE;

#endif
