/* Stands in for this room where libxl's headers are not there. */
#include "backend-xen/xen.h"

static int absent(struct error *err)
{
	return error_set(err, ERR_CANNOT,
			 "this homenode was built without Xen's libraries: install libxen-dev and "
			 "build it again");
}

static int absent_open(struct backend **out, const struct backend_config *config, struct error *err)
{
	(void)out, (void)config;
	return absent(err);
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
	(void)b, (void)s;
	return absent(err);
}

static int absent_wait(struct backend *b, int64_t until_ns, struct event *out, struct error *err)
{
	(void)b, (void)until_ns, (void)out;
	return absent(err);
}

static const struct host_state *absent_observe(struct backend *b, uint32_t host)
{
	(void)b, (void)host;
	return NULL;
}

static int absent_measure(struct backend *b, uint32_t host, uint32_t slot, struct measure *out,
			  struct error *err)
{
	(void)b, (void)host, (void)slot, (void)out;
	return absent(err);
}

const struct backend_ops xen_backend = {
	.name = "xen",
	.summary = "a Xen host, from its dom0 (not in this build: libxen-dev was missing)",
	.can = 0,
	.open = absent_open,
	.close = absent_close,
	.now_ns = absent_now_ns,
	.check = absent_step,
	.apply = absent_step,
	.wait = absent_wait,
	.observe = absent_observe,
	.measure = absent_measure,
};

int xen_host_load(struct host **out, struct error *err)
{
	*out = NULL;
	return absent(err);
}

int xen_host_xml(FILE *out, struct error *err)
{
	(void)out;
	return absent(err);
}

int xen_host_state(struct host_state *s, struct error *err)
{
	(void)s;
	return absent(err);
}

int xen_heap_print(FILE *out, struct error *err)
{
	(void)out;
	return absent(err);
}

void xen_tells(char *out, size_t size, struct error *err)
{
	(void)absent(err);
	if (size)
		out[0] = '\0';
}
