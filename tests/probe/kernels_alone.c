/* Every loop of every set of this processor, as a program of its own: status 1 and a line for
 * each that does something else than it is named for. */
#include <stdio.h>

#include "tests/probe/kernels_said.h"

int main(void)
{
	int status = 0;
	char why[256];

	for (const struct kernel_set *const *s = kernel_sets; *s; s++) {
		if (!(*s)->usable())
			continue;
		printf("%s\n", (*s)->name);
		for (unsigned op = 0; op < KERNEL_OPS; op++)
			if (!kernel_does_as_said(*s, (enum kernel_op)op, why, sizeof(why)))
				status = puts(why) >= 0;
	}
	return status;
}
