/*
 * Any bytes as a shared library that may leave a function to others: nothing outside them is
 * looked at.
 *	build/clang/tests/fuzz/fuzz_elf -max_len=16384 -max_total_time=60 CORPUS
 */
#include <stdlib.h>
#include <string.h>

#include "backend-xen/elf_imports.h"
#include "base/alloc.h"
#include "base/error.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	/* of exactly this size, so that the sanitizer sees what is behind it */
	uint8_t *copy = xmalloc(size + !size);

	memcpy(copy, data, size);
	BUG_ON(elf_imports(copy, size, "xc_domain_create") && size < 64);
	free(copy);
	return 0;
}
