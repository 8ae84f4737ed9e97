/* This process's own lease (lease.h): made, kept alive by a thread, and taken back. */
#ifndef BACKEND_XEN_LEASE_KEEPER_H
#define BACKEND_XEN_LEASE_KEEPER_H

#include <stdbool.h>

#include "backend-xen/lease.h"

struct lease_keeper;

int lease_keeper_begin(struct lease_keeper **out, struct error *err) MUST_USE;
const char *lease_keeper_id(const struct lease_keeper *k);
const struct lease_place *lease_keeper_place(const struct lease_keeper *k);
/* Somebody took it away: this process stood still for so long that it was taken for dead. */
bool lease_keeper_lost(const struct lease_keeper *k);
void lease_keeper_end(struct lease_keeper *k); /* NULL is fine */

#endif
