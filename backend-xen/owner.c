#include "backend-xen/owner.h"

#include <errno.h>
#include <fcntl.h>
#include <libxl_utils.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/output.h"

#define MARK "homenode"
#define MARK_BYTES 8
#define LOCK_FOLDER "/run/homenode"

int owner_uuid(libxl_uuid *out, struct error *err)
{
	uint8_t bytes[16] = MARK;
	int fd = open("/dev/urandom", O_RDONLY);
	ssize_t n = fd < 0 ? -1 : read(fd, bytes + MARK_BYTES, sizeof(bytes) - MARK_BYTES);

	if (fd >= 0)
		close(fd);
	if (n != (ssize_t)sizeof(bytes) - MARK_BYTES)
		return error_set(err, ERR_MACHINE, "/dev/urandom: %s", strerror(errno));
	bytes[8] = (uint8_t)((bytes[8] & 0x3f) | 0x80); /* RFC 4122, the variant */
	memcpy(libxl_uuid_bytearray(out), bytes, sizeof(bytes));
	return 0;
}

bool owner_is_ours(const libxl_uuid *uuid)
{
	return memcmp(libxl_uuid_bytearray_const(uuid), MARK, MARK_BYTES) == 0;
}

/* Field 22 of /proc/PID/stat (proc(5)); 0: no such process. */
static unsigned long long start_time(long pid)
{
	char *path = xasprintf("/proc/%ld/stat", pid), *text = NULL, *at;
	unsigned long long value = 0;
	size_t size;

	if (!file_read(path, 4096, &text, &size, NULL)) {
		/* the name in parentheses may hold anything */
		at = strrchr(text, ')');
		for (int field = 2; at && field < 22; field++)
			at = strchr(at + 1, ' ');
		value = at ? strtoull(at, NULL, 10) : 0;
	}
	free(text);
	free(path);
	return value;
}

char *owner_text(void)
{
	return xasprintf("%ld %llu", (long)getpid(), start_time((long)getpid()));
}

/* Is the process that "PID START" names still there? A text that is none: no. */
static bool is_alive(const char *text)
{
	char *end;
	long pid = strtol(text, &end, 10);
	unsigned long long start = *end == ' ' ? strtoull(end, NULL, 10) : 0;

	return pid > 0 && start && start_time(pid) == start;
}

static bool is_orphan(struct xen *x, const libxl_dominfo *d)
{
	char *path, *text;
	bool alive;

	if (!d->domid || !owner_is_ours(&d->uuid))
		return false;
	path = xasprintf("/local/domain/%u/homenode/owner", d->domid);
	text = xen_store_read(x, path);
	/* killed before xenstore knew of it: nobody else can own it, unless it is
	 * being launched right now, which the lock excludes */
	alive = text && is_alive(text);
	free(text);
	free(path);
	return !alive;
}

static void name_orphan(struct xen *x, struct orphan *o)
{
	char *path = xasprintf("/local/domain/%u/name", o->domid);
	char *name = xen_store_read(x, path);

	snprintf(o->name, sizeof(o->name), "%s", name ? name : "(no name)");
	free(name);
	free(path);
}

int owner_orphans(struct xen *x, struct orphan **out, size_t *nr, struct error *err)
{
	int nr_domains = 0;
	libxl_dominfo *d;
	size_t cap = 0;

	*out = NULL;
	*nr = 0;
	xen_log_begin(x);
	d = libxl_list_domain(x->ctx, &nr_domains);
	if (!d)
		return xen_error(x, err, ERR_MACHINE, "the domains cannot be listed");
	for (int i = 0; i < nr_domains; i++) {
		if (!is_orphan(x, &d[i]))
			continue;
		*out = grow(*out, &cap, *nr, sizeof(**out));
		(*out)[*nr] = (struct orphan){
			.domid = d[i].domid,
			.memory_bytes = (int64_t)d[i].current_memkb * 1024,
		};
		name_orphan(x, &(*out)[(*nr)++]);
	}
	libxl_dominfo_list_free(d, nr_domains);
	return 0;
}

int owner_adopt(struct xen *x, uint32_t domid, struct error *err)
{
	char *path = xasprintf("/local/domain/%u/homenode/owner", domid), *text = owner_text();
	bool ok = xs_write(x->xs, XBT_NULL, path, text, (unsigned)strlen(text));
	int rc =
		ok ? 0
		   : error_set(err, ERR_MACHINE, "%s cannot be written: %s", path, strerror(errno));

	free(text);
	free(path);
	return rc;
}

int owner_lock(int *fd, struct error *err)
{
	static const char path[] = LOCK_FOLDER "/launch.lock";
	struct flock whole = {.l_type = F_WRLCK, .l_whence = SEEK_SET};

	*fd = -1;
	if (mkdir(LOCK_FOLDER, 0755) && errno != EEXIST)
		return error_set(err, ERR_MACHINE, LOCK_FOLDER ": %s", strerror(errno));
	*fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
	if (*fd < 0)
		return error_set(err, ERR_MACHINE, "%s: %s", path, strerror(errno));
	while (fcntl(*fd, F_SETLKW, &whole)) {
		if (errno == EINTR)
			continue;
		owner_unlock(fd);
		return error_set(err, ERR_MACHINE, "%s: %s", path, strerror(errno));
	}
	return 0;
}

void owner_unlock(int *fd)
{
	if (*fd >= 0)
		close(*fd);
	*fd = -1;
}
