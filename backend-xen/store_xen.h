/* xenstore itself behind backend-xen/store.h. */
#ifndef BACKEND_XEN_STORE_XEN_H
#define BACKEND_XEN_STORE_XEN_H

#include <xenstore.h>

#include "backend-xen/store.h"

struct store store_of(struct xs_handle *xs);

/* Nobody but dom0 reads it from now on. */
bool store_hide(struct xs_handle *xs, const char *path);

#endif
