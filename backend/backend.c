#include "backend/backend.h"

#include <stdlib.h>

#include "backend/backend_impl.h"
#include "base/alloc.h"

unsigned backend_traits(const struct backend_ops *ops)
{
	return ops->traits;
}

/* A machine without a table of options is not asked to look for any. */
static int refuse_options(const struct backend_ops *ops, const struct backend_config *config,
			  struct error *err)
{
	char *text;
	int rc;

	if (ops->option || !config->options)
		return 0;
	text = xstrdup(config->options);
	rc = backend_options_read(ops->name, NULL, text, NULL, err);
	free(text);
	return rc;
}

int backend_open(struct backend **out, const struct backend_ops *ops,
		 const struct backend_config *config, struct error *err)
{
	int rc;

	*out = NULL;
	if (ops->absent)
		return error_set(err, ERR_CANNOT, "%s", ops->absent);
	rc = refuse_options(ops, config, err);
	return rc ? rc : ops->open(out, config, err);
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

static int refuse_host(const struct backend *b, uint32_t host, struct error *err)
{
	if (host < b->nr_hosts)
		return 0;
	return error_set(err, ERR_CANNOT, "the %s backend has %u hosts, and no host %u",
			 b->ops->name, b->nr_hosts, host);
}

static int refuse_step(const struct backend *b, const struct step *s, struct error *err)
{
	if (!(b->ops->can & s->kind))
		return error_set(err, ERR_CANNOT, "the %s backend cannot %s a zone", b->ops->name,
				 step_name(s->kind));
	return refuse_host(b, s->host, err);
}

int backend_check(struct backend *b, const struct step *s, struct error *err)
{
	int rc = refuse_step(b, s, err);

	return rc ? rc : b->ops->check(b, s, err);
}

int backend_apply(struct backend *b, const struct step *s, struct error *err)
{
	int rc = refuse_step(b, s, err);

	return rc ? rc : b->ops->apply(b, s, err);
}

int backend_apply_and_measure(struct backend *b, const struct step *s, struct measure *now,
			      struct error *err)
{
	int rc = refuse_step(b, s, err);

	now->fields = 0;
	if (rc)
		return rc;
	return b->ops->apply_and_measure ? b->ops->apply_and_measure(b, s, now, err)
					 : b->ops->apply(b, s, err);
}

int backend_wait(struct backend *b, int64_t until_ns, struct event *out, struct error *err)
{
	int rc;

	if (until_ns < b->waited_ns)
		return error_set(err, ERR_CANNOT,
				 "time does not go back: the %s backend waited until %lld ns and "
				 "is asked to wait until %lld",
				 b->ops->name, (long long)b->waited_ns, (long long)until_ns);
	rc = b->ops->wait(b, until_ns, out, err);
	/* a wall clock may be late, and the caller's next time still be before it */
	if (!rc)
		b->waited_ns = out->at_ns < until_ns ? out->at_ns : until_ns;
	return rc;
}

void backend_expect_host(const struct backend *b, uint32_t host)
{
	if (b->ops->expect_host && host < b->nr_hosts)
		b->ops->expect_host(b, host);
}

void backend_expect_zone(const struct backend *b, uint32_t slot)
{
	if (b->ops->expect_zone)
		b->ops->expect_zone(b, slot);
}

const struct host_state *backend_observe(struct backend *b, uint32_t host)
{
	BUG_ON(host >= b->nr_hosts);
	return b->ops->observe(b, host);
}

int backend_measure(struct backend *b, uint32_t host, uint32_t slot, struct measure *out,
		    struct error *err)
{
	int rc = refuse_host(b, host, err);

	return rc ? rc : b->ops->measure(b, host, slot, out, err);
}

const struct left_zone *backend_left(const struct backend *b, uint32_t number)
{
	return b->ops->left ? b->ops->left(b, number) : NULL;
}

int backend_correct(struct backend *b, const struct step *s, const int64_t *bytes,
		    struct error *err)
{
	int rc = refuse_step(b, s, err);

	if (!rc && !b->ops->correct)
		rc = error_set(err, ERR_CANNOT, "the %s backend predicts nothing to be corrected",
			       b->ops->name);
	return rc ? rc : b->ops->correct(b, s, bytes, err);
}

bool backend_bounds(const struct backend *b, uint32_t host, uint32_t slot, int64_t *least,
		    int64_t *most)
{
	BUG_ON(host >= b->nr_hosts);
	return b->ops->bounds && b->ops->bounds(b, host, slot, least, most);
}
