#include "base/nearest.h"

#include <stddef.h>
#include <string.h>

/* Damerau-free edit distance, given up above `limit`. */
static unsigned edit_distance(const char *a, const char *b, unsigned limit)
{
	unsigned row[65];
	size_t na = strlen(a), nb = strlen(b);

	if (na > 64 || nb > 64)
		return limit + 1;
	for (size_t j = 0; j <= nb; j++)
		row[j] = (unsigned)j;
	for (size_t i = 1; i <= na; i++) {
		unsigned diagonal = row[0];

		row[0] = (unsigned)i;
		for (size_t j = 1; j <= nb; j++) {
			unsigned keep = row[j], best = diagonal + (a[i - 1] != b[j - 1]);

			if (row[j] + 1 < best)
				best = row[j] + 1;
			if (row[j - 1] + 1 < best)
				best = row[j - 1] + 1;
			row[j] = best;
			diagonal = keep;
		}
	}
	return row[nb];
}

const char *nearest_name(const char *text, const char *const *names)
{
	const char *best = NULL;
	unsigned limit = (unsigned)strlen(text) / 3 + 1, least = limit + 1;

	for (size_t i = 0; names[i]; i++) {
		unsigned d = edit_distance(text, names[i], limit);

		if (d < least) {
			least = d;
			best = names[i];
		}
	}
	return best;
}

int name_index(const char *const *names, const char *text)
{
	for (int i = 0; names[i]; i++)
		if (strcmp(names[i], text) == 0)
			return i;
	return -1;
}
