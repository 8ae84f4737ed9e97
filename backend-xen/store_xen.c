#include "backend-xen/store_xen.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"

/* Others may be quicker so many times. */
#define TRIES 100
/* Ours, with all that is below: it goes when nothing is left in it. */
#define OURS "/tool/homenode"

static char *read_value(void *self, const char *path, size_t *size)
{
	unsigned n = 0;
	char *value = xs_read(self, XBT_NULL, path, &n);

	*size = n;
	return value;
}

static bool hide_in(struct xs_handle *xs, xs_transaction_t t, const char *path)
{
	struct xs_permissions dom0_alone = {.id = 0, .perms = XS_PERM_NONE};

	return xs_set_permissions(xs, t, path, &dom0_alone, 1);
}

bool store_hide(struct xs_handle *xs, const char *path)
{
	return hide_in(xs, XBT_NULL, path);
}

static bool is_empty(struct xs_handle *xs, xs_transaction_t t, const char *path)
{
	unsigned nr = 1;
	char **below = xs_directory(xs, t, path, &nr);

	free(below);
	return nr == 0;
}

static bool remove_in(struct xs_handle *xs, xs_transaction_t t, const char *path)
{
	char *above = xstrdup(path);
	bool ok = xs_rm(xs, t, path);

	for (char *end; ok && (end = strrchr(above, '/')) && end != above;) {
		*end = '\0';
		if (strncmp(above, OURS, strlen(OURS)) != 0 || !is_empty(xs, t, above))
			break;
		ok = xs_rm(xs, t, above);
	}
	free(above);
	return ok;
}

static bool write_in(struct xs_handle *xs, xs_transaction_t t, const char *path, const char *value)
{
	return xs_write(xs, t, path, value, (unsigned)strlen(value)) && hide_in(xs, t, path);
}

static enum store_swap swap_in(struct xs_handle *xs, xs_transaction_t t, const char *path,
			       const char *before, const char *now)
{
	unsigned size = 0;
	char *is = xs_read(xs, t, path, &size);
	bool same = is && before && size == strlen(before) && memcmp(is, before, size) == 0;

	if (!is && errno != ENOENT)
		return STORE_FAILED;
	free(is);
	if (before ? !same : is != NULL)
		return STORE_OTHER;
	if (now ? write_in(xs, t, path, now) : !before || remove_in(xs, t, path))
		return STORE_SWAPPED;
	return STORE_FAILED;
}

static enum store_swap swap_value(void *self, const char *path, const char *before, const char *now)
{
	struct xs_handle *xs = self;

	for (int i = 0; i < TRIES; i++) {
		xs_transaction_t t = xs_transaction_start(xs);
		enum store_swap done;
		int why;

		if (!t)
			return STORE_FAILED;
		done = swap_in(xs, t, path, before, now);
		why = errno;
		if (xs_transaction_end(xs, t, done != STORE_SWAPPED)) {
			errno = why;
			return done;
		}
		if (errno != EAGAIN)
			return STORE_FAILED;
	}
	return STORE_FAILED;
}

struct store store_of(struct xs_handle *xs)
{
	static const struct store_ops ops = {.read = read_value, .swap = swap_value};

	return (struct store){&ops, xs};
}
