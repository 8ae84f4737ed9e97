#include "bench/recorded.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/input.h"
#include "base/text.h"
#include "base/units.h"
#include "live/as_plan.h"
#include "zone/profile.h"

/* More than a domain has beside what its balloon is set to. */
#define SPECIAL_MOST_BYTES (32 * PAGE_BYTES)

struct tracked {
	char *id; /* NULL: it is gone */
	uint32_t slot;
	int64_t has_bytes; /* after its last step */
	int64_t beside_bytes; /* that it has beside its target */
	int64_t last_bytes; /* in the last sample */
};

struct loading {
	struct recorded *out;
	struct tracked *zone;
	size_t nr, cap;
	nodeset unknown; /* nothing yet */
};

static void note(struct recorded *r, const char *format, ...) PRINTF_LIKE(2, 3);
static void note(struct recorded *r, const char *format, ...)
{
	va_list args;
	char text[512];

	va_start(args, format);
	vsnprintf(text, sizeof(text), format, args);
	va_end(args);
	r->note = grow(r->note, &r->cap_notes, r->nr_notes, sizeof(*r->note));
	r->note[r->nr_notes++] = xstrdup(text);
}
