/*
 * How far a guest is, by its own word in xenstore. Its kernel announces that it listens: Linux
 * writes "1" to control/feature-poweroff (drivers/xen/manage.c) in the same round of notifications
 * in which its balloon driver begins to watch memory/target. The first process of a zone of ours
 * (guest/init.c) reports in data/homenode/report, "VERSION PARTS".
 *
 * All of that is the guest's to write. What it can gain by lying is that its balloon is moved, and
 * waited for, before it can move; what no kernel and no program of ours writes counts for nothing.
 */
#ifndef BACKEND_XEN_BOOT_STAGE_H
#define BACKEND_XEN_BOOT_STAGE_H

#include <stdint.h>

#include "backend-xen/store.h"

enum boot_stage { BOOT_SILENT, BOOT_LISTENS, BOOT_REPORTS };

#define BOOT_LIE_MAX 160

/* `lie`: what it says that cannot be, for a person; "": nothing. */
enum boot_stage boot_stage(const struct store *s, uint32_t domid, char lie[BOOT_LIE_MAX]);

#endif
