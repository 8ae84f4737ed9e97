#include <math.h>

#include "base/units.h"
#include "zone/workload_impl.h"

static int read_share(const struct doc_value *at, const char *key, uint32_t *out, struct error *err)
{
	double v = *out / 1e6;
	int rc = doc_get_real(at, key, false, 0, 1, &v, err);

	if (!rc)
		*out = (uint32_t)floor(v * 1e6 + 0.5);
	return rc;
}

int workload_read_balloon(struct balloon_rule *b, const struct doc_value *at, struct error *err)
{
	static const char *const keys[] = {"shrink_below", "grow_above", "headroom", "check_first",
					   "check_last",   "exchange",	 "extent",   NULL};
	const struct doc_value *first = doc_place(at, "check_first"), *above, *extent;
	int rc = doc_known(at, "the balloon", keys, err);

	above = doc_place(at, "grow_above");
	extent = doc_place(at, "extent");
	if (!rc)
		rc = read_share(at, "shrink_below", &b->shrink_below_ppm, err);
	if (!rc)
		rc = read_share(at, "grow_above", &b->grow_above_ppm, err);
	if (!rc)
		rc = read_share(at, "exchange", &b->exchange_ppm, err);
	if (!rc)
		rc = doc_get_bytes(at, "headroom", false, false, &b->headroom_bytes, err);
	if (!rc)
		rc = doc_get_bytes(at, "extent", false, false, &b->extent_bytes, err);
	if (!rc)
		rc = doc_get_duration(at, "check_first", false, &b->check_first_ns, err);
	if (!rc)
		rc = doc_get_duration(at, "check_last", false, &b->check_last_ns, err);
	if (rc)
		return rc;
	if (b->check_first_ns < NS_PER_MS || b->check_last_ns < b->check_first_ns)
		return doc_error(first, err,
				 "\"check_first\" must be at least 1 ms and not above "
				 "\"check_last\"");
	/* halving must not make a zone grow again */
	if (b->grow_above_ppm < 2 * b->shrink_below_ppm)
		return doc_error(above, err,
				 "\"grow_above\" must be at least twice \"shrink_below\", or "
				 "zones shrink and grow for ever");
	if (b->extent_bytes != PAGE_BYTES && b->extent_bytes != 2 * MIB)
		return doc_error(extent, err, "\"extent\" must be \"4KiB\" or \"2MiB\"");
	return 0;
}
