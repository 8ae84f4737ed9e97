#include "probe/kernels.h"

#include <string.h>

#include "base/compiler.h"

/* Lines that are moved of `per` lines of a span. */
static const struct {
	const char *name;
	unsigned arrays, moved, per;
	int64_t read_ppm;
} ops[] = {
	[KERNEL_READ] = {"read", 1, 1, 1, 1000000},
	[KERNEL_WRITE] = {"write", 1, 1, 1, -1},
	[KERNEL_WRITE_NT] = {"write-nt", 1, 1, 1, 0},
	[KERNEL_COPY] = {"copy", 2, 2, 1, -1},
	[KERNEL_COPY_NT] = {"copy-nt", 2, 2, 1, 500000},
	[KERNEL_TRIAD] = {"triad", 3, 3, 1, -1},
	[KERNEL_TRIAD_NT] = {"triad-nt", 3, 3, 1, 666667},
	[KERNEL_MIX_3_1] = {"mix-3-1", 1, 4, 3, 750000},
	[KERNEL_MIX_2_1] = {"mix-2-1", 1, 3, 2, 666667},
	[KERNEL_MIX_1_1] = {"mix-1-1", 1, 2, 1, 500000},
};

const struct kernel_set *kernels_choose(const char *name)
{
	for (const struct kernel_set *const *s = kernel_sets; *s; s++)
		if ((!name || strcmp((*s)->name, name) == 0) && (*s)->usable())
			return *s;
	return NULL;
}

const char *kernel_name(enum kernel_op op)
{
	return ops[op].name;
}

bool kernel_parse(enum kernel_op *out, const char *name)
{
	for (unsigned i = 0; i < KERNEL_OPS; i++)
		if (strcmp(ops[i].name, name) == 0) {
			*out = (enum kernel_op)i;
			return true;
		}
	return false;
}

bool kernel_is_non_temporal(enum kernel_op op)
{
	return op == KERNEL_WRITE_NT || op == KERNEL_COPY_NT || op == KERNEL_TRIAD_NT;
}

unsigned kernel_arrays(enum kernel_op op)
{
	return ops[op].arrays;
}

int64_t kernel_moves_bytes(enum kernel_op op, size_t bytes)
{
	return (int64_t)(bytes * ops[op].moved / ops[op].per);
}

int64_t kernel_read_ppm(enum kernel_op op)
{
	return ops[op].read_ppm;
}
