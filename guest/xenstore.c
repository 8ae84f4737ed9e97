#include "guest/xenstore.h"

#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#define PAYLOAD_MAX 4096

enum { TYPE_READ = 2, TYPE_WATCH = 4, TYPE_WRITE = 11, TYPE_WATCH_EVENT = 15, TYPE_ERROR = 16 };

struct header {
	uint32_t type, request, transaction, length;
};

struct message {
	struct header header;
	char payload[PAYLOAD_MAX];
};

bool xenstore_init(struct xenstore *s)
{
	s->fd = open("/dev/xen/xenbus", O_RDWR | O_CLOEXEC);
	return s->fd >= 0;
}

void xenstore_release(struct xenstore *s)
{
	if (s->fd >= 0)
		close(s->fd);
	s->fd = -1;
}

static bool read_whole(int fd, void *buf, size_t size)
{
	char *at = buf;

	while (size > 0) {
		ssize_t n = read(fd, at, size);

		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			return false;
		at += n;
		size -= (size_t)n;
	}
	return true;
}

static bool receive(struct xenstore *s, struct message *m)
{
	return read_whole(s->fd, &m->header, sizeof(m->header)) &&
	       m->header.length <= PAYLOAD_MAX && read_whole(s->fd, m->payload, m->header.length);
}

/* Two strings as the payload; a watch's events that arrive meanwhile are passed over:
 * callers read what they watch after each answer. */
static bool ask(struct xenstore *s, uint32_t type, const char *a, size_t a_size, const char *b,
		size_t b_size, struct message *m)
{
	size_t size = a_size + b_size;

	if (s->fd < 0 || size > PAYLOAD_MAX)
		return false;
	m->header = (struct header){.type = type, .length = (uint32_t)size};
	memcpy(m->payload, a, a_size);
	if (b_size)
		memcpy(m->payload + a_size, b, b_size);
	/* the driver takes a message in any pieces, and wants it all before it answers */
	if (write(s->fd, m, sizeof(m->header) + size) != (ssize_t)(sizeof(m->header) + size))
		return false;
	do {
		if (!receive(s, m))
			return false;
	} while (m->header.type == TYPE_WATCH_EVENT);
	return m->header.type == type;
}

bool xenstore_write(struct xenstore *s, const char *path, const char *value)
{
	struct message m;

	return ask(s, TYPE_WRITE, path, strlen(path) + 1, value, strlen(value), &m);
}

bool xenstore_read(struct xenstore *s, const char *path, char *out, size_t size)
{
	struct message m;
	size_t n;

	if (!ask(s, TYPE_READ, path, strlen(path) + 1, NULL, 0, &m))
		return false;
	n = m.header.length < size - 1 ? m.header.length : size - 1;
	memcpy(out, m.payload, n);
	out[n] = '\0';
	return true;
}

bool xenstore_watch(struct xenstore *s, const char *path)
{
	static const char token[] = "homenode";
	struct message m;

	return ask(s, TYPE_WATCH, path, strlen(path) + 1, token, sizeof(token), &m);
}

bool xenstore_wait(struct xenstore *s)
{
	struct message m;

	do {
		if (!receive(s, &m))
			return false;
	} while (m.header.type != TYPE_WATCH_EVENT);
	return true;
}

bool xenstore_write_text(struct xenstore *s, const char *path, const char *head, const char *text)
{
	char part[XENSTORE_VALUE_MAX + 1], name[256];
	size_t length = strlen(text), at = 0;
	unsigned count = 0;

	for (; at < length; count++) {
		size_t n = length - at < XENSTORE_VALUE_MAX ? length - at : XENSTORE_VALUE_MAX;

		memcpy(part, text + at, n);
		part[n] = '\0';
		snprintf(name, sizeof(name), "%s/%u", path, count);
		if (!xenstore_write(s, name, part))
			return false;
		at += n;
	}
	snprintf(part, sizeof(part), "%s %u", head, count);
	return xenstore_write(s, path, part);
}
