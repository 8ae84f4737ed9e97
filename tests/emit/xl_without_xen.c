/* Preloaded into xl(1), so that `xl -N create` reads a configuration where there is no
 * hypervisor: devices that open, and a host of 64 nodes and 512 CPUs. */
#define _GNU_SOURCE
#include <fcntl.h>
#include <libxl.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

struct xs_handle;
struct xc_interface_core;

struct xs_handle *xs_open(unsigned long flags);
void xs_close(struct xs_handle *h);
int xc_get_max_cpus(struct xc_interface_core *x);
int xc_get_max_nodes(struct xc_interface_core *x);

#define NODES 64
#define CPUS 512

int open(const char *path, int flags, ...)
{
	va_list args;
	int mode;

	va_start(args, flags);
	mode = flags & O_CREAT ? va_arg(args, int) : 0;
	va_end(args);
	if (strncmp(path, "/dev/xen/", strlen("/dev/xen/")) == 0)
		path = "/dev/null";
	return openat(AT_FDCWD, path, flags, mode);
}

struct xs_handle *xs_open(unsigned long flags)
{
	(void)flags;
	return calloc(1, 4096);
}

void xs_close(struct xs_handle *h)
{
	free(h);
}

int xc_get_max_cpus(struct xc_interface_core *x)
{
	(void)x;
	return CPUS;
}

int xc_get_max_nodes(struct xc_interface_core *x)
{
	(void)x;
	return NODES;
}

int libxl_get_physinfo(libxl_ctx *ctx, libxl_physinfo *out)
{
	(void)ctx;
	out->nr_nodes = NODES;
	out->nr_cpus = CPUS;
	return 0;
}
