/* Stands in for this room where libxl's headers are not there. */
#include "backend-xen/live.h"
#include "backend-xen/options.h"
#include "backend-xen/xen.h"

#define ABSENT                                                                                     \
	"this homenode was built without Xen's libraries: install libxen-dev and build it again"

static int absent(struct error *err)
{
	return error_set(err, ERR_CANNOT, "%s", ABSENT);
}

const struct backend_ops xen_backend = {
	.name = "xen",
	.summary = "a Xen host, from its dom0 (not in this build: libxen-dev was missing)",
	.absent = ABSENT,
	.traits = BACKEND_FIXED_HOST | BACKEND_OWN_ALLOCATOR,
	.default_host = "xen",
	.allocator = "xen",
	.option = machine_option,
};

static int open_nothing(struct live_source **out, const struct live_where *where, struct error *err)
{
	(void)where;
	*out = NULL;
	return absent(err);
}

const struct live_source_ops live_xen = {
	.name = "xen",
	.summary = "the host whose dom0 this is (not in this build: libxen-dev was missing)",
	.open = open_nothing,
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
