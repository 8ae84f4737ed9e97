/* Bytes as a file, for what reads files: one name, written anew for each input. */
#ifndef TESTS_FUZZ_FILE_OF_H
#define TESTS_FUZZ_FILE_OF_H

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/error.h"
#include "tests/temporary.h"

static const char *file_of(const uint8_t *data, size_t size)
{
	static char path[256];
	FILE *f;

	if (!path[0]) {
		int fd = mkstemp(temporary_name(path, sizeof(path), "fuzz"));

		BUG_ON(fd < 0);
		close(fd);
	}
	f = fopen(path, "wb");
	BUG_ON(!f || fwrite(data, 1, size, f) != size || fclose(f) != 0);
	return path;
}

#endif
