/*
 * How a PVH domain gets the memory and the tables that its plan says, from a libxl
 * that cannot do it.
 *
 * Stock libxl (4.17 to 4.20, and the development branch of August 2026) fails to build
 * any PVH domain with vNUMA: it takes the hypervisor's answer to a sizing call for an
 * error, and would write a matrix of nr^2 distances into room for nr. And it has no way
 * to add ACPI tables. docs/upstream-xen.md has both.
 *
 * So libxl is told nothing of vNUMA and builds a plain domain, and two functions that it
 * calls on the way, both of other libraries, are ours:
 *
 *	xc_dom_boot_mem_init()		of libxenguest, which allocates the memory: we fill in
 *	  the ranges and the nodes of struct xc_dom_image that it honours anyway, so that it
 *	  asks for each piece on exactly its node, tell the hypervisor the vNUMA layout, and
 *	  take the ranges out again before libxl looks at them;
 *	xc_domain_set_memory_map()	of libxenctrl, which libxl calls with the guest's e820
 *	  once the ACPI tables are made and not yet loaded: we add our pages to the list of
 *	  what is to be loaded (xc_dom_image.acpi_modules) and to the e820.
 *
 * struct xc_dom_image is the same in 4.17 and 4.20.
 *
 * A dynamic linker gives libxl the executable's definition of these names; each calls the
 * library's own, and with no build under way does nothing else. hooks_usable() looks
 * whether that holds for the libraries this process runs with.
 */
#ifndef BACKEND_XEN_LIBXL_HOOKS_H
#define BACKEND_XEN_LIBXL_HOOKS_H

#include "backend-xen/guest_build.h"

/* ERR_CANNOT: another version, or libxl does not call through the executable. Looks
 * once, then remembers. */
int hooks_usable(struct error *err) MUST_USE;

/*
 * The domain that this thread builds next is built as `b` says; between the two calls
 * `b` must stay. `built`: libxl says that it is. hooks_end() returns 0, or why the build
 * is not what was asked (libxl's own error, if any, is then the consequence). Calling
 * begin again without end is a bug.
 */
void hooks_begin(const struct guest_build *b, const struct host *host);
int hooks_end(bool built, struct error *err) MUST_USE;

#endif
