#include "backend/backend.h"

#include "backend/backend_impl.h"

int backend_open(struct backend **out, const struct backend_ops *ops,
		 const struct backend_config *config, struct error *err)
{
	*out = NULL;
	return ops->open(out, config, err);
}

void backend_close(struct backend *b)
{
	if (b)
		b->ops->close(b);
}

const char *backend_name(const struct backend *b)
{
	return b->ops->name;
}

unsigned backend_can(const struct backend *b)
{
	return b->ops->can;
}

int64_t backend_now_ns(const struct backend *b)
{
	return b->ops->now_ns(b);
}

static int refuse_outside_can(const struct backend *b, const struct step *s, struct error *err)
{
	if (!(b->ops->can & s->kind))
		return error_set(err, ERR_CANNOT, "the %s backend cannot %s a zone", b->ops->name,
				 step_name(s->kind));
	BUG_ON(s->host >= b->nr_hosts);
	return 0;
}

int backend_check(struct backend *b, const struct step *s, struct error *err)
{
	int rc = refuse_outside_can(b, s, err);

	return rc ? rc : b->ops->check(b, s, err);
}

int backend_apply(struct backend *b, const struct step *s, struct error *err)
{
	int rc = refuse_outside_can(b, s, err);

	return rc ? rc : b->ops->apply(b, s, err);
}

int backend_wait(struct backend *b, int64_t until_ns, struct event *out, struct error *err)
{
	return b->ops->wait(b, until_ns, out, err);
}

const struct host_state *backend_observe(struct backend *b, uint32_t host)
{
	BUG_ON(host >= b->nr_hosts);
	return b->ops->observe(b, host);
}

int backend_measure(struct backend *b, uint32_t host, uint32_t slot, struct measure *out,
		    struct error *err)
{
	BUG_ON(host >= b->nr_hosts);
	return b->ops->measure(b, host, slot, out, err);
}
