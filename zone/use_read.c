#include "zone/use_read.h"

#include <math.h>

#include "base/units.h"

static int read_share(const struct doc_value *at, const char *key, uint32_t *out, struct error *err)
{
	double v = *out / 1e6;
	int rc = doc_get_real(at, key, false, 0, 1, &v, err);

	if (!rc)
		*out = (uint32_t)floor(v * 1e6 + 0.5);
	return rc;
}

static int read_times(const struct doc_value *at, struct zone_use *u, struct error *err)
{
	static const char *const key[] = {"step", "period", "length"};
	int64_t *out[] = {&u->step_ns, &u->period_ns, &u->length_ns};

	for (int i = 0; i < 3; i++) {
		const struct doc_value *member = doc_member(at, key[i]);
		int rc = doc_get_duration(at, key[i], false, out[i], err);

		if (rc)
			return rc;
		if (member && *out[i] < NS_PER_S)
			return doc_error(member, err, "\"%s\" must be at least 1 s", key[i]);
	}
	return 0;
}

int zone_use_from_doc(const struct doc_value *at, const char *extra, struct zone_use *out,
		      struct error *err)
{
	const char *const keys[] = {"pattern", "low",	 "high",   "change", "noise", "step",
				    "period",  "length", "spread", extra,    NULL};
	const struct doc_value *high = doc_place(at, "high");
	int pattern = 0, rc = doc_known(at, "the memory use", keys, err);

	if (!rc)
		rc = doc_get_choice(at, "pattern", true, use_pattern_names, &pattern, err);
	if (rc)
		return rc;
	zone_use_init(out, (enum use_pattern)pattern);
	rc = read_share(at, "low", &out->low_ppm, err);
	if (!rc)
		rc = read_share(at, "high", &out->high_ppm, err);
	if (!rc)
		rc = read_share(at, "change", &out->change_ppm, err);
	if (!rc)
		rc = read_share(at, "noise", &out->noise_ppm, err);
	if (!rc)
		rc = read_share(at, "spread", &out->spread_ppm, err);
	if (!rc)
		rc = read_times(at, out, err);
	if (!rc && out->high_ppm < out->low_ppm)
		rc = doc_error(high, err, "\"high\" must not be below \"low\"");
	return rc;
}
