/*
 * Takes the place of linux.c where libnuma was not there at build time.
 */
#include "backend-linux/linux.h"

static int absent_open(struct backend **out, const struct backend_config *config, struct error *err)
{
	(void)out, (void)config;
	return error_set(err, ERR_CANNOT,
			 "this program was built without libnuma, which the linux backend needs: "
			 "install libnuma-dev and build again");
}

static void absent_close(struct backend *b)
{
	(void)b;
}

static int64_t absent_now_ns(const struct backend *b)
{
	(void)b;
	return 0;
}

static int absent_step(struct backend *b, const struct step *s, struct error *err)
{
	(void)s;
	return absent_open(&b, NULL, err);
}

static int absent_wait(struct backend *b, int64_t until_ns, struct event *out, struct error *err)
{
	(void)until_ns, (void)out;
	return absent_open(&b, NULL, err);
}

static const struct host_state *absent_observe(struct backend *b, uint32_t host)
{
	(void)b, (void)host;
	return NULL;
}

static int absent_measure(struct backend *b, uint32_t host, uint32_t slot, struct measure *out,
			  struct error *err)
{
	(void)host, (void)slot, (void)out;
	return absent_open(&b, NULL, err);
}

const struct backend_ops linux_backend = {
	.name = "linux",
	.summary = "this machine; not in this build, which lacks libnuma (libnuma-dev)",
	.open = absent_open,
	.close = absent_close,
	.now_ns = absent_now_ns,
	.check = absent_step,
	.apply = absent_step,
	.wait = absent_wait,
	.observe = absent_observe,
	.measure = absent_measure,
};
