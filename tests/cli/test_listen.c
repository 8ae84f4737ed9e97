/* The port of homenode watch, by clients that are slow, hostile or many. */
#include <arpa/inet.h>
#include <criterion/criterion.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/clock.h"
#include "cli/watch_listen.h"

static struct listener *l;
static unsigned port;

/* On a port that nobody has. */
static void begin(void)
{
	struct error err;
	char where[32];

	for (port = 20000 + (unsigned)getpid() % 20000; port < 60000; port++) {
		snprintf(where, sizeof(where), "127.0.0.1:%u", port);
		if (listener_open(&l, where, &err) == 0)
			break;
	}
	cr_assert_not_null(l, "%s", err.text);
	listener_set(l, "# EOF\n");
}

static int client(void)
{
	struct sockaddr_in to = {.sin_family = AF_INET, .sin_port = htons((uint16_t)port)};
	int fd = socket(AF_INET, SOCK_STREAM, 0);

	to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	cr_assert_eq(connect(fd, (struct sockaddr *)&to, sizeof(to)), 0);
	return fd;
}

/* What the loop of the command does, for so long. */
static void serve_for(int64_t ns)
{
	int64_t until = monotonic_ns() + ns;

	while (monotonic_ns() < until) {
		struct pollfd fd[LISTENER_FDS];
		int64_t wake = monotonic_ns() + 5 * NS_PER_MS;
		unsigned nr = listener_wants(l, fd, &wake);

		cr_assert_leq(nr, LISTENER_FDS);
		(void)poll(fd, nr, 5);
		listener_serve(l);
	}
}

static void say(int fd, const char *text)
{
	cr_assert_eq(write(fd, text, strlen(text)), (ssize_t)strlen(text));
}

/* All that it says until it closes; NULL: it has not closed. */
static char *answer(int fd)
{
	static char text[65536];
	size_t n = 0;
	ssize_t got;

	serve_for(300 * NS_PER_MS);
	fcntl(fd, F_SETFL, O_NONBLOCK);
	while ((got = read(fd, text + n, sizeof(text) - 1 - n)) > 0)
		n += (size_t)got;
	text[n] = '\0';
	close(fd);
	return got == 0 ? text : NULL;
}

static void expect(const char *request, const char *status, const char *body)
{
	int fd = client();
	char *text;

	say(fd, request);
	text = answer(fd);
	cr_assert_not_null(text, "%s is not answered", request);
	cr_expect_eq(strncmp(text, status, strlen(status)), 0, "%s: %s", request, text);
	cr_expect(strstr(text, body), "%s: %s", request, text);
}

Test(listen, answers)
{
	begin();
	expect("GET /metrics HTTP/1.1\r\nHost: x\r\n\r\n", "HTTP/1.1 200 ", "\r\n\r\n# EOF\n");
	expect("GET /metrics?x HTTP/1.0\r\n\r\n", "HTTP/1.1 200 ", "version=0.0.4");
	expect("GET /metrics HTTP/1.1\r\naccept: "
	       "text/plain;q=0.5,application/openmetrics-text\r\n\r\n",
	       "HTTP/1.1 200 ", "application/openmetrics-text; version=1.0.0");
	expect("GET /metricsx HTTP/1.1\r\n\r\n", "HTTP/1.1 404 ", "/metrics");
	expect("POST /metrics HTTP/1.1\r\n\r\n", "HTTP/1.1 405 ", "GET");
	expect("HEAD /metrics HTTP/1.1\r\n\r\n", "HTTP/1.1 200 ", "Content-Length: 6\r\n");
	expect("\r\n\r\n", "HTTP/1.1 405 ", "");
	listener_close(l);
}

/* Those who say nothing fill every place; once their time is over the next is answered. */
Test(listen, slow_clients)
{
	int idle[LISTENER_FDS], fd;
	int64_t began;

	begin();
	for (int i = 0; i < LISTENER_FDS; i++)
		idle[i] = client();
	began = monotonic_ns();
	serve_for(800 * NS_PER_MS);
	for (int i = 0; i < LISTENER_FDS - 1; i++)
		say(idle[i], "G");
	serve_for(5 * NS_PER_S);
	cr_expect_geq(monotonic_ns() - began, 5 * NS_PER_S);
	fd = client();
	say(fd, "GET /metrics HTTP/1.0\r\n\r\n");
	cr_expect_not_null(answer(fd), "slow clients hold it");
	for (int i = 0; i < LISTENER_FDS; i++)
		close(idle[i]);
	listener_close(l);
}

/* A request without an end, and one who goes away in the middle of the answer. */
Test(listen, hostile_clients)
{
	char *text, much[9000];
	int fd;

	begin();
	memset(much, 'x', sizeof(much));
	fd = client();
	cr_assert_eq(write(fd, much, sizeof(much)), (ssize_t)sizeof(much));
	serve_for(200 * NS_PER_MS);
	close(fd);
	text = xmalloc((size_t)8 << 20);
	memset(text, 'y', ((size_t)8 << 20) - 1);
	text[((size_t)8 << 20) - 1] = '\0';
	listener_set(l, text);
	free(text);
	fd = client();
	say(fd, "GET /metrics HTTP/1.0\r\n\r\n");
	serve_for(100 * NS_PER_MS);
	close(fd);
	serve_for(100 * NS_PER_MS);
	listener_set(l, "# EOF\n");
	expect("GET /metrics HTTP/1.0\r\n\r\n", "HTTP/1.1 200 ", "# EOF\n");
	listener_close(l);
}

/* Loopback alone. */
Test(listen, addresses)
{
	static const char *const bad[] = {
		"0.0.0.0:9464", "192.168.1.1:9464", "[::]:9464", "host:9464",	 "127.0.0.1",
		"127.0.0.1:",	":99999",	    "",		 "127.0.0.1:1x", "127.0.0.1:-1"};
	struct listener *other;
	struct error err;
	char *same;

	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		cr_expect_eq(listener_open(&l, bad[i], &err), ERR_USAGE, "%s is taken", bad[i]);
		cr_expect(strstr(err.text, "this machine alone"), "%s", err.text);
	}
	begin();
	same = xasprintf("localhost:%u", port);
	cr_expect_eq(listener_open(&other, same, &err), ERR_MACHINE);
	cr_expect(strstr(err.text, "in use"), "%s", err.text);
	free(same);
	listener_close(l);
}
