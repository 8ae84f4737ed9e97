/*
 * Record and replay: what passed between a caller and a machine, as text, so
 * that a run on a Xen host becomes a test that needs none.
 *
 * The recorder wraps any open backend and writes one line a call: the question,
 * the answer, and after every change the new state of the host it touched: also what
 * changed by itself, since others use a live machine too.
 * Replay is itself a backend: it answers the same questions in the same order
 * from the file, and stops with ERR_INPUT at file:line when the caller asks
 * something else. Format: docs/formats.md, "Recorded runs".
 */
#ifndef BACKEND_RECORD_H
#define BACKEND_RECORD_H

#include "backend/backend.h"

/*
 * *out records everything passed to `inner` into `path` and owns `inner` from
 * now on (on failure too: it is then closed). The file is complete, and appears
 * under its name, when it is kept or the recorder closed without a write error.
 */
int recorder_open(struct backend **out, struct backend *inner, const char *path,
		  const struct backend_config *config, struct error *err) MUST_USE;

/* What was recorded appears under its name; nothing but close may follow. ERR_MACHINE: it cannot
 * be written. Any other backend keeps nothing. */
int recorder_keep(struct backend *b, struct error *err) MUST_USE;

/* options: the recorded file's path. The hosts of the config must be those of the record. */
extern const struct backend_ops replay_backend;

#endif
