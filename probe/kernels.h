/*
 * Loops that read and write memory at the rate of the hardware, by vector
 * instructions: each instruction set is a file of its own, built with its own flags,
 * and the widest that this processor has is chosen when the program runs.
 *
 *	read		loads only
 *	write		ordinary stores: the line is read before it is written
 *	write-nt	non-temporal stores: nothing is read
 *	copy, copy-nt	a = b
 *	triad, triad-nt	a = b + 3 c
 *	mix-3-1, mix-2-1, mix-1-1
 *			all lines are read and one of 3, 2, 1 is changed in place, so that
 *			exactly so many lines cross the bus in either direction, whatever
 *			a store costs
 *
 * Bytes are counted as the bus moves them where that is known (read, write-nt, mixes)
 * and as STREAM counts them otherwise: what the program asks for.
 */
#ifndef PROBE_KERNELS_H
#define PROBE_KERNELS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum kernel_op {
	KERNEL_READ,
	KERNEL_WRITE,
	KERNEL_WRITE_NT,
	KERNEL_COPY,
	KERNEL_COPY_NT,
	KERNEL_TRIAD,
	KERNEL_TRIAD_NT,
	KERNEL_MIX_3_1,
	KERNEL_MIX_2_1,
	KERNEL_MIX_1_1,
	KERNEL_OPS
};

#define KERNEL_GRAIN_BYTES 1536 /* spans are whole multiples: 8 lines and 12 lines fit */

/* Pieces of memory on cache lines; read, write and mixes use `a` alone. */
struct kernel_span {
	char *a, *b, *c;
	size_t bytes; /* of each */
};

struct kernel_set {
	const char *name; /* "avx512", "avx2", "sse2", "neon", "plain" */
	bool (*usable)(void); /* by this processor and kernel */
	/* Returns something of what was read, so that reading cannot be left out. */
	uint64_t (*run[KERNEL_OPS])(const struct kernel_span *s);
	bool non_temporal; /* false: its -nt loops store as the others do */
};

/* Sets that were built, widest first; ends with {NULL}. One of the files
 * kernels_x86.c, kernels_arm.c, kernels_other.c has it. */
extern const struct kernel_set *const kernel_sets[];

/* The one called `name`, NULL: the widest usable one; NULL when there is none. */
const struct kernel_set *kernels_choose(const char *name);

const char *kernel_name(enum kernel_op op); /* "read", "mix-3-1", ... */
bool kernel_parse(enum kernel_op *out, const char *name);
bool kernel_is_non_temporal(enum kernel_op op);
/* Arrays that it needs: 1, 2 or 3. */
unsigned kernel_arrays(enum kernel_op op);
/* What it moves over a span of so many bytes. */
int64_t kernel_moves_bytes(enum kernel_op op, size_t bytes);
/* Share of reads in it, ppm; -1 where it depends on what a store costs. */
int64_t kernel_read_ppm(enum kernel_op op);

#endif
