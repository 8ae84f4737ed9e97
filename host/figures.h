/*
 * Figures of what a machine's memory does, from wherever people have them: a flat list
 * of facts, each with its kind, the nodes it is about, and the place it was read at. A
 * reader of a format (host/figures_formats.h) adds facts; figures_apply() makes them a
 * host's; figures_text() makes FIGURES.json (docs/calibrate.md).
 *
 *	struct figures f = {0};
 *	figures_begin(&f, "homenode probe", machine);
 *	figures_add(&f, &(struct figure){.kind = FIGURE_READ, .from = 0, .to = 1,
 *					 .value = 76.6}, &err);
 *	char *text = figures_text(&f);
 *	figures_release(&f);
 */
#ifndef HOST_FIGURES_H
#define HOST_FIGURES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/alloc.h"
#include "base/error.h"
#include "host/host.h"

enum figure_kind {
	FIGURE_DISTANCE, /* SLIT, which firmware says */
	FIGURE_LATENCY, /* idle */
	FIGURE_READ, /* bandwidth of reads alone */
	FIGURE_WRITE, /* of writes alone, lines not fetched */
	FIGURE_MIX, /* of both, at read_share */
	FIGURE_LOADED, /* latency at `load` */
	FIGURE_PORT_READ, /* CPUs of one L3 of node `from` alone */
	FIGURE_PORT_WRITE,
	FIGURE_LINK, /* from, to: packages; all CPUs of one read the other's memory */
	FIGURE_HOT, /* all CPUs of the machine read node `to`'s memory */
	FIGURE_LINES, /* in flight, of one core */
	FIGURE_STREAM_COPY, /* as STREAM counts */
	FIGURE_STREAM_SCALE,
	FIGURE_STREAM_ADD,
	FIGURE_STREAM_TRIAD,
	FIGURE_KINDS
};

/* As `from` and `to`: every node with CPUs, each on its own memory, at once. */
#define FIGURE_ALL UINT32_MAX

struct figure {
	enum figure_kind kind;
	uint32_t from, to; /* os_index of nodes (LINK: packages), or FIGURE_ALL */
	double value; /* ns, bytes a ns (= GB/s), SLIT's unit, or lines; > 0 */
	double read_share; /* MIX, LOADED */
	double load; /* LOADED: bytes a ns */
	bool offered; /* LOADED: that is what was asked for, not what got through */
	bool firmware; /* what firmware says; else measured */
	const char *tool; /* NULL: the list's; kept by the list's arena */
	const char *path; /* where it was read; NULL: made by code */
	unsigned long line, column;
};

struct figures {
	struct figure *figure;
	size_t nr, cap;
	char *machine, *tool, *date; /* "" or NULL: not said; of the arena */
	struct arena arena;
};

/* Zeroed is empty. The texts are copied; NULL is fine. */
void figures_begin(struct figures *f, const char *tool, const char *machine);
/* All facts and texts of another list. */
void figures_copy(struct figures *out, const struct figures *f);
void figures_release(struct figures *f); /* zeroed is fine */

/*
 * A copy of the fact. ERR_INPUT where it cannot be: not above 0, out of all bounds (a
 * latency of 1 ns to 1 ms, a bandwidth of 1 MB/s to 100 TB/s, lines 1 to 1024, shares
 * 0 to 1), or another value than a fact of the same file, kind, nodes and share that is
 * there. The same value again is not kept twice.
 */
int figures_add(struct figures *f, const struct figure *figure, struct error *err) MUST_USE;

/* "latency", "read", ... as in FIGURES.json. */
const char *figure_kind_name(enum figure_kind k);
bool figure_kind_of(const char *name, enum figure_kind *out) MUST_USE;
/* Kept to compare with; not used by the model. */
bool figure_is_check(enum figure_kind k);

/* Adds all of `from`, with its texts where `f` has none. */
int figures_join(struct figures *f, const struct figures *from, struct error *err) MUST_USE;
/*
 * Adds all of `from` to what the host has, in the place of its facts of the same kind
 * and nodes, and makes them the host's matrices; the host is finished. `from` is empty
 * after success. ERR_INPUT: a node that the host does not have, CPUs or memory that the
 * node does not have.
 */
int host_take_figures(struct host *h, struct figures *from, struct error *err) MUST_USE;
/* A part of host_finish(): the host's facts into its matrices, with warnings where they
 * are odd. */
int figures_apply(struct host *h, struct error *err) MUST_USE;
/* The host's fact, which its matrices may not have, or NULL. */
const struct figure *host_figure(const struct host *h, enum figure_kind kind, uint32_t from,
				 uint32_t to);
/* Every known measured cell of the matrices as a fact too, where there is none. */
void figures_of_matrices(struct figures *f, const struct host *h);

/* FIGURES.json. ERR_INPUT with file:line:column; on failure `f` is released. */
int figures_load(struct figures *f, const char *path, struct error *err) MUST_USE;
/* The same from memory; `path` for messages. */
int figures_parse(struct figures *f, const char *path, const char *text, size_t size,
		  struct error *err) MUST_USE;
/* One that figures_load() reads to the same facts; the caller frees. */
char *figures_text(const struct figures *f) MUST_USE;
/* The same on one line. */
char *figures_line(const struct figures *f) MUST_USE;

#endif
