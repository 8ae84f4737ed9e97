#include "live/source.h"

#include "base/clock.h"
#include "host/same.h"

int live_source_open(struct live_source **out, const struct live_source_ops *ops,
		     const struct live_where *where, struct error *err)
{
	int rc = ops->open(out, where, err);

	if (rc)
		return rc;
	(*out)->ops = ops;
	(*out)->opened_at_ns = clock_ns(CLOCK_REALTIME);
	(*out)->opened_ns = monotonic_ns();
	if (where->figures)
		rc = host_take_file((*out)->host, where->figures, err);
	if (rc) {
		live_source_close(*out);
		*out = NULL;
	}
	return rc;
}

int live_source_sample(struct live_source *s, struct live_sample *out, bool *more,
		       struct error *err)
{
	int64_t began_ns = monotonic_ns(), cpu_ns = process_cpu_ns();
	int rc;

	*more = true;
	s->beside_ns = 0;
	live_sample_init(out, s->host);
	rc = s->ops->sample(s, out, more, err);
	if (rc)
		live_sample_release(out);
	if (rc || s->ops->recorded)
		return rc;
	out->at_ns = s->opened_at_ns + (began_ns - s->opened_ns);
	out->took_ns = monotonic_ns() - began_ns;
	out->cost_ns = process_cpu_ns() - cpu_ns + s->beside_ns;
	return 0;
}

void live_source_close(struct live_source *s)
{
	if (s)
		s->ops->close(s);
}
