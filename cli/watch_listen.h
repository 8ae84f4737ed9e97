/*
 * One text at http://127.0.0.1:PORT/metrics, for Prometheus. It takes only connections of this
 * machine. A client that is slow is dropped, and none can have it do more than a little:
 * a few at a time, a small request, so many answers a second.
 */
#ifndef CLI_WATCH_LISTEN_H
#define CLI_WATCH_LISTEN_H

#include <poll.h>
#include <stdint.h>

#include "base/error.h"

#define LISTENER_FDS 9

struct listener;

/* `where`: "127.0.0.1:PORT", "[::1]:PORT", "localhost:PORT" or a port. ERR_USAGE: another address;
 * ERR_MACHINE: the port cannot be had. */
int listener_open(struct listener **out, const char *where, struct error *err) MUST_USE;
void listener_close(struct listener *l); /* NULL is fine */
/* What it answers from now on; copied. */
void listener_set(struct listener *l, const char *text);
/* What to wait for, at most LISTENER_FDS; *until_ns (of the monotonic clock) becomes earlier where
 * it must be called by then. */
unsigned listener_wants(struct listener *l, struct pollfd *out, int64_t *until_ns);
/* Does what can be done without waiting. */
void listener_serve(struct listener *l);

#endif
