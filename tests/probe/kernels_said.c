#include "tests/probe/kernels_said.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define BYTES ((size_t)4 * KERNEL_GRAIN_BYTES)
#define GUARD 64

/* Three arrays with a line before and after each that nothing may touch. */
struct arrays {
	char *memory;
	struct kernel_span span;
};

static double *doubles(char *at)
{
	return (double *)(void *)at;
}

static void make(struct arrays *out)
{
	size_t each = BYTES + (size_t)2 * GUARD;

	out->memory = aligned_alloc(64, 3 * each);
	if (!out->memory)
		abort();
	memset(out->memory, 0x5a, 3 * each);
	out->span = (struct kernel_span){.a = out->memory + GUARD,
					 .b = out->memory + each + GUARD,
					 .c = out->memory + 2 * each + GUARD,
					 .bytes = BYTES};
	for (size_t i = 0; i < BYTES / sizeof(double); i++) {
		doubles(out->span.a)[i] = 1.5;
		doubles(out->span.b)[i] = (double)i;
		doubles(out->span.c)[i] = (double)(2 * i);
	}
}

static bool guards_stand(const struct arrays *x)
{
	size_t each = BYTES + (size_t)2 * GUARD;

	for (size_t i = 0; i < 3; i++)
		for (size_t g = 0; g < GUARD; g++)
			if (x->memory[i * each + g] != 0x5a ||
			    x->memory[i * each + GUARD + BYTES + g] != 0x5a)
				return false;
	return true;
}

/* a[i] = constant + i * slope */
static bool is_line(const struct arrays *x, double constant, double slope)
{
	for (size_t i = 0; i < BYTES / sizeof(double); i++) {
		double want = constant + slope * (double)i, is = doubles(x->span.a)[i];

		if (is < want || is > want)
			return false;
	}
	return true;
}

/* Of `per` lines one is changed, and that whole. */
static bool is_mixed(const struct arrays *x, size_t per)
{
	size_t changed = 0;
	double was = 1.5;

	for (size_t line = 0; line < BYTES / 64; line++) {
		size_t words = 0;

		for (size_t i = 0; i < 8; i++)
			words += memcmp(x->span.a + line * 64 + i * 8, &was, 8) != 0;
		if (words != 0 && words != 8)
			return false;
		changed += words == 8;
	}
	return changed == BYTES / 64 / per;
}

static bool is_right(const struct arrays *x, enum kernel_op op, uint64_t sum)
{
	uint64_t word;

	switch (op) {
	case KERNEL_READ:
		memcpy(&word, x->span.a, sizeof(word));
		return sum == word * (BYTES / 8) && is_line(x, 1.5, 0);
	case KERNEL_WRITE:
	case KERNEL_WRITE_NT:
		return is_line(x, 1, 0);
	case KERNEL_COPY:
	case KERNEL_COPY_NT:
		return is_line(x, 0, 1);
	case KERNEL_TRIAD:
	case KERNEL_TRIAD_NT:
		return is_line(x, 0, 7);
	case KERNEL_MIX_3_1:
		return is_mixed(x, 3);
	case KERNEL_MIX_2_1:
		return is_mixed(x, 2);
	case KERNEL_MIX_1_1:
		return is_mixed(x, 1);
	case KERNEL_OPS:
		break;
	}
	return false;
}

bool kernel_does_as_said(const struct kernel_set *set, enum kernel_op op, char *why, size_t size)
{
	struct arrays x;
	bool right, beside;

	make(&x);
	right = is_right(&x, op, set->run[op](&x.span));
	beside = !guards_stand(&x);
	free(x.memory);
	snprintf(why, size, "%s %s %s", set->name, kernel_name(op),
		 beside ? "writes beside its arrays" : "left something else than it should");
	return right && !beside;
}
