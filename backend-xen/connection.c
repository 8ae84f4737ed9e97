#include "backend-xen/connection.h"

#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/output.h"

/* Xen prints a dump into its ring at once; a reader that asks for less than all
 * would see the tail only. */
#define RING_MAX ((unsigned)1 << 20)

static struct xen_log *log_of(xentoollog_logger *logger)
{
	return (struct xen_log *)(void *)logger;
}

static void append(struct xen_log *l, const char *text)
{
	size_t n = strlen(text), room = sizeof(l->text) - 1 - l->used;

	n = n < room ? n : room;
	memcpy(l->text + l->used, text, n);
	l->used += n;
	l->text[l->used] = '\0';
}

PRINTF_LIKE(5, 0)
static void log_message(xentoollog_logger *logger, xentoollog_level level, int errnoval,
			const char *context, const char *format, va_list al)
{
	struct xen_log *l = log_of(logger);
	char line[300];

	(void)context;
	if (level < XTL_ERROR)
		return;
	vsnprintf(line, sizeof(line), format, al);
	line[strcspn(line, "\n")] = '\0';
	append(l, l->used ? "; " : "");
	append(l, line);
	if (errnoval > 0 && !strstr(line, strerror(errnoval))) {
		append(l, ": ");
		append(l, strerror(errnoval));
	}
}

static void log_progress(xentoollog_logger *logger, const char *context, const char *doing,
			 int percent, unsigned long done, unsigned long total)
{
	(void)logger, (void)context, (void)doing, (void)percent, (void)done, (void)total;
}

static void log_destroy(xentoollog_logger *logger)
{
	(void)logger; /* a member of struct xen */
}

void xen_log_begin(struct xen *x)
{
	x->log.used = 0;
	x->log.text[0] = '\0';
}

int xen_error(struct xen *x, struct error *err, int code, const char *fmt, ...)
{
	const char *first = strstr(x->log.text, "; ");
	char what[ERROR_TEXT_MAX];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(what, sizeof(what), fmt, ap);
	va_end(ap);
	/* what was logged first is the cause, the rest its consequences */
	return error_set(err, code, "%.400s%s%.*s", what, x->log.used ? ": " : "",
			 (int)(first ? first - x->log.text : XEN_LOG_MAX), x->log.text);
}

/* What libxl would say in many lines of its own. */
static int check_dom0(struct error *err)
{
	char *capabilities = NULL;
	size_t size;
	int rc = 0;

	if (access("/proc/xen", F_OK) && access("/sys/hypervisor", F_OK))
		return error_set(err, ERR_CANNOT,
				 "this machine does not run under Xen (no /proc/xen): boot the "
				 "hypervisor and run homenode in its dom0");
	if (file_read("/proc/xen/capabilities", 4096, &capabilities, &size, NULL))
		return error_set(err, ERR_CANNOT,
				 "/proc/xen/capabilities cannot be read: mount xenfs on /proc/xen, "
				 "and run this in dom0");
	if (!strstr(capabilities, "control_d"))
		rc = error_set(err, ERR_CANNOT,
			       "this is a guest of Xen, not its dom0: only dom0 launches zones");
	free(capabilities);
	if (!rc && access("/dev/xen/privcmd", R_OK | W_OK))
		rc = error_set(err, ERR_CANNOT, "/dev/xen/privcmd: %s%s", strerror(errno),
			       errno == EACCES ? "; run this as root" : "; load xen-privcmd");
	return rc;
}

int xen_connect(struct xen *x, struct error *err)
{
	int rc = check_dom0(err);

	memset(x, 0, sizeof(*x));
	x->log.logger = (xentoollog_logger){log_message, log_progress, log_destroy};
	if (rc)
		return rc;
	x->xs = xs_open(0);
	if (!x->xs)
		return error_set(err, ERR_MACHINE,
				 "xenstore does not answer (%s): is xenstored "
				 "running? (systemctl start xenstored)",
				 strerror(errno));
	x->xch = xc_interface_open(&x->log.logger, &x->log.logger, 0);
	if (!x->xch)
		rc = xen_error(x, err, ERR_MACHINE, "the hypervisor cannot be asked");
	if (!rc && libxl_ctx_alloc(&x->ctx, LIBXL_VERSION, 0, &x->log.logger))
		rc = xen_error(x, err, ERR_MACHINE, "libxl cannot be used");
	if (rc)
		xen_disconnect(x);
	return rc;
}

void xen_disconnect(struct xen *x)
{
	if (x->ctx)
		libxl_ctx_free(x->ctx);
	if (x->xch)
		xc_interface_close(x->xch);
	if (x->xs)
		xs_close(x->xs);
	x->ctx = NULL;
	x->xch = NULL;
	x->xs = NULL;
}

char *xen_store_read(struct xen *x, const char *path)
{
	unsigned size;

	return xs_read(x->xs, XBT_NULL, path, &size);
}

/* Reads from `*index` on to the end of the ring; text NULL: to pass over it. */
static int read_ring(struct xen *x, uint32_t *index, char **text, size_t *size, struct error *err)
{
	char *buffer = xmalloc(RING_MAX);
	unsigned n = RING_MAX - 1;

	if (xc_readconsolering(x->xch, buffer, &n, 0, 1, index)) {
		free(buffer);
		return xen_error(x, err, ERR_MACHINE,
				 "the hypervisor's console ring cannot be "
				 "read");
	}
	buffer[n] = '\0';
	if (!text) {
		free(buffer);
		return 0;
	}
	*text = buffer;
	*size = n;
	return 0;
}

int xen_ring(struct xen *x, char **text, size_t *size, struct error *err)
{
	uint32_t index = 0;

	return read_ring(x, &index, text, size, err);
}

int xen_dump(struct xen *x, char key, char **text, size_t *size, struct error *err)
{
	char keys[2] = {key, '\0'};
	uint32_t index = 0;
	int rc;

	xen_log_begin(x);
	rc = read_ring(x, &index, NULL, NULL, err);
	if (rc)
		return rc;
	if (xc_send_debug_keys(x->xch, keys))
		return xen_error(x, err, ERR_MACHINE,
				 "the hypervisor does not take the debug "
				 "key %s",
				 keys);
	return read_ring(x, &index, text, size, err);
}
