#include "backend-xen/lease.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/output.h"

#define PID_MAX INT32_MAX

void lease_place_here(struct lease_place *out)
{
	char *boot = NULL;
	struct stat s;
	size_t size;

	*out = (struct lease_place){.boot = "-", .pid = (uint64_t)getpid()};
	if (!file_read("/proc/sys/kernel/random/boot_id", sizeof(out->boot), &boot, &size, NULL)) {
		boot[strcspn(boot, " \n")] = '\0';
		if (*boot && strlen(boot) < sizeof(out->boot))
			memcpy(out->boot, boot, strlen(boot) + 1);
	}
	free(boot);
	/* of whatever PID namespace /proc is, this link is our own */
	if (stat("/proc/self/ns/pid", &s) == 0)
		out->pid_namespace = (uint64_t)s.st_ino;
}

int lease_random(uint8_t *out, size_t size, struct error *err)
{
	int fd = open("/dev/urandom", O_RDONLY | O_CLOEXEC), rc = 0;

	if (fd < 0 || read(fd, out, size) != (ssize_t)size)
		rc = error_set(err, ERR_MACHINE, "/dev/urandom: %s", strerror(errno));
	if (fd >= 0)
		close(fd);
	return rc;
}

int lease_draw(char out[LEASE_ID_MAX + 1], struct error *err)
{
	uint8_t bytes[LEASE_ID_MAX / 2];
	int rc = lease_random(bytes, sizeof(bytes), err);

	if (rc)
		return rc;
	for (size_t i = 0; i < sizeof(bytes); i++)
		snprintf(out + 2 * i, 3, "%02x", bytes[i]);
	return 0;
}

bool lease_is_id(const char *text)
{
	return strspn(text, "0123456789abcdef") == LEASE_ID_MAX && !text[LEASE_ID_MAX];
}

const char *lease_path(const char *id, char *out)
{
	snprintf(out, LEASE_TEXT_MAX, "/tool/homenode/lease/%s", id);
	return out;
}

const char *lease_text(uint64_t beat, const struct lease_place *place, char out[LEASE_TEXT_MAX])
{
	snprintf(out, LEASE_TEXT_MAX, "%" PRIu64 " %s %" PRIu64 " %" PRIu64, beat, place->boot,
		 place->pid_namespace, place->pid);
	return out;
}

bool lease_parse(const char *text, uint64_t *beat, struct lease_place *place)
{
	size_t n;

	if (!digits_parse(&text, ' ', UINT64_MAX, beat))
		return false;
	n = strcspn(text, " ");
	if (!n || n >= sizeof(place->boot) || text[n] != ' ')
		return false;
	memcpy(place->boot, text, n);
	place->boot[n] = '\0';
	text += n + 1;
	return digits_parse(&text, ' ', UINT64_MAX, &place->pid_namespace) &&
	       digits_parse(&text, '\0', PID_MAX, &place->pid) && place->pid;
}

/* Would we see the process if there was one, and is there none? */
static bool is_gone(const char *text, const struct lease_place *here)
{
	struct lease_place there;
	uint64_t beat;

	if (!lease_parse(text, &beat, &there) || !here->pid_namespace ||
	    there.pid_namespace != here->pid_namespace || strcmp(here->boot, "-") == 0 ||
	    strcmp(here->boot, there.boot) != 0)
		return false;
	return kill((pid_t)there.pid, 0) && errno == ESRCH;
}

void lease_look(struct lease_watch *w, const struct store *s, const struct lease_place *here,
		int64_t now_ns)
{
	char path[LEASE_TEXT_MAX], now[LEASE_TEXT_MAX];
	enum store_value value;

	if (w->life != LEASE_UNKNOWN)
		return;
	value = store_text(s, lease_path(w->id, path), sizeof(now) - 1, now);
	if (value == STORE_UNREADABLE || !w->looked) {
		/* what cannot be seen has not stood still */
		w->since_ns = now_ns;
	} else if (strcmp(now, w->seen) != 0 && value != STORE_ABSENT) {
		w->life = LEASE_ALIVE;
	}
	if (value == STORE_UNREADABLE)
		return;
	w->looked = true;
	memcpy(w->seen, now, sizeof(now));
	if (w->life == LEASE_UNKNOWN && (value == STORE_ABSENT || is_gone(now, here) ||
					 now_ns - w->since_ns >= LEASE_EXPIRES_NS))
		w->life = LEASE_DEAD;
}

bool lease_bury(struct lease_watch *w, const struct store *s)
{
	char path[LEASE_TEXT_MAX];

	if (!*w->seen ||
	    s->ops->swap(s->self, lease_path(w->id, path), w->seen, NULL) == STORE_SWAPPED)
		return true;
	w->life = LEASE_ALIVE;
	return false;
}

static int no_lock(struct error *err, const char *why)
{
	return error_set(err, ERR_MACHINE, "%s in xenstore, of which one homenode launches: %s",
			 LAUNCH_PATH, why);
}

/* From whom it was seen with, NULL: from nobody. */
static int take_lock(const struct launch_lock *l, const struct store *s, const char *from,
		     bool *held, struct error *err)
{
	enum store_swap done = s->ops->swap(s->self, LAUNCH_PATH, from, l->id);

	*held = done == STORE_SWAPPED;
	return done == STORE_FAILED ? no_lock(err, strerror(errno)) : 0;
}

int launch_try(struct launch_lock *l, const struct store *s, const struct lease_place *here,
	       int64_t now_ns, bool *held, struct error *err)
{
	char holder[LEASE_ID_MAX + 1];
	int rc = take_lock(l, s, NULL, held, err);

	if (rc || *held)
		return rc;
	switch (store_text(s, LAUNCH_PATH, sizeof(holder) - 1, holder)) {
	case STORE_UNREADABLE:
		return no_lock(err, strerror(errno));
	case STORE_ABSENT:
		return 0;
	case STORE_ODD:
		return no_lock(err, "it names no lease; remove it (xenstore-rm)");
	case STORE_TEXT:
		break;
	}
	if (strcmp(l->holder.id, holder) != 0 || l->holder.life == LEASE_ALIVE) {
		/* one that lives now may die while it is waited for */
		l->holder = (struct lease_watch){.life = LEASE_UNKNOWN};
		memcpy(l->holder.id, holder, sizeof(holder));
	}
	lease_look(&l->holder, s, here, now_ns);
	return l->holder.life == LEASE_DEAD ? take_lock(l, s, holder, held, err) : 0;
}

void launch_release(const struct launch_lock *l, const struct store *s)
{
	/* whoever took it for that of a dead one keeps it */
	(void)s->ops->swap(s->self, LAUNCH_PATH, l->id, NULL);
}
