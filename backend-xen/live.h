/* A Xen host as a source of samples: all of its domains, dom0 too, whoever started them. */
#ifndef BACKEND_XEN_LIVE_H
#define BACKEND_XEN_LIVE_H

#include "live/source.h"

/* Without libxl, it opens nothing and says how to get it (absent.c). */
extern const struct live_source_ops live_xen;

#endif
