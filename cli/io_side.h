/* Where the disks and networks of a live Xen host's zones are served. */
#ifndef CLI_IO_SIDE_H
#define CLI_IO_SIDE_H

#include <stdio.h>

#include "plan/io_service.h"

/* Of a host that is not Xen, with *out zeroed, nothing is known: zones that run here as programs
 * serve their own. ERR_CANNOT, ERR_MACHINE: `out` is zeroed. */
int io_side_load(struct io_service *out, const struct host *h, struct error *err) MUST_USE;

/* Domains of this Xen host with backends in dom0, and the nodes that these may run on. */
int io_side_print(const struct host *h, FILE *out, struct error *err) MUST_USE;

#endif
