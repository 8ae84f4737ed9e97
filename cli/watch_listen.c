#include "cli/watch_listen.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/clock.h"

#define CLIENTS (LISTENER_FDS - 1)
#define REQUEST_MOST 8192
#define PATIENCE_NS (5 * NS_PER_S) /* from the first byte to the last */
#define PAUSE_NS (50 * NS_PER_MS) /* between two connections that are taken */

struct client {
	int fd; /* -1: none */
	int64_t until_ns;
	char request[REQUEST_MOST];
	size_t nr_request;
	char *answer; /* NULL: the request is not whole yet */
	size_t nr_answer, sent;
};

struct listener {
	int fd;
	int64_t next_ns; /* no connection is taken before */
	char *text;
	struct client client[CLIENTS];
};

static int bad_address(const char *where, struct error *err)
{
	return error_set(err, ERR_USAGE,
			 "--listen takes an address of this machine alone, as 127.0.0.1:9464, not "
			 "\"%s\": whoever else is to see it needs a proxy that asks who they are",
			 where);
}

/* A number of 0 to 65535; -1. */
static long port_of(const char *text)
{
	char *end;
	long port = strtol(text, &end, 10);

	return *text >= '0' && *text <= '9' && !*end && port <= 65535 ? port : -1;
}

/* The address in `where`; false: none of this machine alone. */
static bool read_address(const char *where, struct sockaddr_storage *out, socklen_t *size)
{
	struct sockaddr_in *four = (struct sockaddr_in *)(void *)out;
	struct sockaddr_in6 *six = (struct sockaddr_in6 *)(void *)out;
	const char *colon = strrchr(where, ':');
	char host[64];
	long port = port_of(colon ? colon + 1 : where);

	snprintf(host, sizeof(host), "%.*s", (int)(colon ? colon - where : 0), where);
	memset(out, 0, sizeof(*out));
	if (port < 0)
		return false;
	if (strcmp(host, "[::1]") == 0) {
		six->sin6_family = AF_INET6;
		six->sin6_addr = in6addr_loopback;
		six->sin6_port = htons((uint16_t)port);
		*size = sizeof(*six);
		return true;
	}
	if (!*host || strcmp(host, "localhost") == 0)
		snprintf(host, sizeof(host), "127.0.0.1");
	four->sin_family = AF_INET;
	four->sin_port = htons((uint16_t)port);
	*size = sizeof(*four);
	return inet_pton(AF_INET, host, &four->sin_addr) == 1 &&
	       ntohl(four->sin_addr.s_addr) >> 24 == 127;
}

static bool set_flags(int fd)
{
	return fcntl(fd, F_SETFL, O_NONBLOCK) == 0 && fcntl(fd, F_SETFD, FD_CLOEXEC) == 0;
}

int listener_open(struct listener **out, const char *where, struct error *err)
{
	struct sockaddr_storage address;
	struct listener *l;
	socklen_t size;
	int one = 1, fd;

	*out = NULL;
	if (!read_address(where, &address, &size))
		return bad_address(where, err);
	fd = socket(address.ss_family, SOCK_STREAM, 0);
	if (fd < 0 || !set_flags(fd) ||
	    setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &one, sizeof(one)) != 0 ||
	    bind(fd, (struct sockaddr *)&address, size) != 0 || listen(fd, CLIENTS) != 0) {
		int rc = error_set(err, ERR_MACHINE, "--listen %s: %s", where, strerror(errno));

		if (fd >= 0)
			close(fd);
		return rc;
	}
	l = xcalloc(1, sizeof(*l));
	l->fd = fd;
	l->text = xstrdup("");
	for (int i = 0; i < CLIENTS; i++)
		l->client[i].fd = -1;
	*out = l;
	return 0;
}

static void drop(struct client *c)
{
	close(c->fd);
	free(c->answer);
	c->fd = -1;
	c->answer = NULL;
}

void listener_close(struct listener *l)
{
	if (!l)
		return;
	for (int i = 0; i < CLIENTS; i++)
		if (l->client[i].fd >= 0)
			drop(&l->client[i]);
	close(l->fd);
	free(l->text);
	free(l);
}

void listener_set(struct listener *l, const char *text)
{
	free(l->text);
	l->text = xstrdup(text);
}

static struct client *free_client(struct listener *l)
{
	for (int i = 0; i < CLIENTS; i++)
		if (l->client[i].fd < 0)
			return &l->client[i];
	return NULL;
}

unsigned listener_wants(struct listener *l, struct pollfd *out, int64_t *until_ns)
{
	int64_t now = monotonic_ns();
	unsigned nr = 0;

	for (int i = 0; i < CLIENTS; i++) {
		const struct client *c = &l->client[i];

		if (c->fd < 0)
			continue;
		out[nr++] = (struct pollfd){c->fd, c->answer ? POLLOUT : POLLIN, 0};
		if (c->until_ns < *until_ns)
			*until_ns = c->until_ns;
	}
	if (!free_client(l))
		return nr;
	if (l->next_ns <= now)
		out[nr++] = (struct pollfd){l->fd, POLLIN, 0};
	else if (l->next_ns < *until_ns)
		*until_ns = l->next_ns;
	return nr;
}

static void take_client(struct listener *l)
{
	struct client *c = free_client(l);
	int64_t now = monotonic_ns();
	int fd = c && l->next_ns <= now ? accept(l->fd, NULL, NULL) : -1;

	if (fd < 0)
		return;
	l->next_ns = now + PAUSE_NS;
	if (!set_flags(fd)) {
		close(fd);
		return;
	}
	*c = (struct client){.fd = fd, .until_ns = now + PATIENCE_NS};
}

static char *answer_of(const char *status, const char *type, const char *text, bool head)
{
	return xasprintf("HTTP/1.1 %s\r\nContent-Type: %s\r\nContent-Length: %zu\r\n"
			 "Connection: close\r\n\r\n%s",
			 status, type, strlen(text), head ? "" : text);
}

/* Who asks for OpenMetrics is told that it is; the text is Prometheus' older form too. */
static const char *type_of(const char *request)
{
	for (const char *line = strstr(request, "\r\n"); line; line = strstr(line + 2, "\r\n")) {
		size_t n = strcspn(line + 2, "\r\n");
		char *value;
		bool found;

		if (strncasecmp(line + 2, "accept:", 7) != 0)
			continue;
		value = xstrndup(line + 2, n);
		found = strstr(value, "application/openmetrics-text");
		free(value);
		if (found)
			return "application/openmetrics-text; version=1.0.0; charset=utf-8";
	}
	return "text/plain; version=0.0.4; charset=utf-8";
}

static void answer(struct listener *l, struct client *c)
{
	bool head = strncmp(c->request, "HEAD ", 5) == 0;
	const char *path = c->request + (head ? 5 : 4);
	size_t n;

	if (!head && strncmp(c->request, "GET ", 4) != 0) {
		c->answer = answer_of("405 Method Not Allowed", "text/plain", "GET alone\n", false);
		return;
	}
	n = strcspn(path, " ?\r\n");
	if (n == strlen("/metrics") && strncmp(path, "/metrics", n) == 0)
		c->answer = answer_of("200 OK", type_of(c->request), l->text, head);
	else
		c->answer = answer_of("404 Not Found", "text/plain", "what there is is /metrics\n",
				      head);
}

static void read_request(struct listener *l, struct client *c)
{
	ssize_t n = recv(c->fd, c->request + c->nr_request, REQUEST_MOST - 1 - c->nr_request, 0);

	if (n < 0 && (errno == EAGAIN || errno == EWOULDBLOCK || errno == EINTR))
		return;
	if (n <= 0) {
		drop(c);
		return;
	}
	c->nr_request += (size_t)n;
	c->request[c->nr_request] = '\0';
	if (strstr(c->request, "\r\n\r\n") || strstr(c->request, "\n\n"))
		answer(l, c);
	else if (c->nr_request == REQUEST_MOST - 1)
		c->answer = answer_of("431 Request Header Fields Too Large", "text/plain",
				      "that is too much of a request\n", false);
	if (c->answer)
		c->nr_answer = strlen(c->answer);
}

static void send_answer(struct client *c)
{
	ssize_t n = send(c->fd, c->answer + c->sent, c->nr_answer - c->sent, MSG_NOSIGNAL);

	if (n < 0 && (errno == EAGAIN || errno == EWOULDBLOCK || errno == EINTR))
		return;
	c->sent += n > 0 ? (size_t)n : 0;
	if (n >= 0 && c->sent < c->nr_answer)
		return;
	/* what it still has to say is not read: closing would then reset what it has not read */
	shutdown(c->fd, SHUT_WR);
	drop(c);
}

void listener_serve(struct listener *l)
{
	int64_t now = monotonic_ns();

	take_client(l);
	for (int i = 0; i < CLIENTS; i++) {
		struct client *c = &l->client[i];

		if (c->fd >= 0 && !c->answer)
			read_request(l, c);
		if (c->fd >= 0 && c->answer)
			send_answer(c);
		if (c->fd >= 0 && c->until_ns <= now)
			drop(c);
	}
}
