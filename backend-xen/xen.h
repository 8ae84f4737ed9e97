/*
 * A Xen host, driven from its dom0 through libxl, libxenctrl and xenstore. Built
 * without those libraries (libxen-dev on Debian), everything here exists and says
 * how to get them (absent.c).
 *
 * What it can do: START builds a PVH domain, RESIZE moves its balloon, PROBE runs
 * the probe inside it, STOP destroys it, measure asks the hypervisor where its pages
 * are. Xen cannot move memory, and pinning never changes here.
 *
 * Options: options.c. With recover=adopt, zones that a killed run left keep running and count
 * as taken; those of this workload go on when their START comes, the others are stopped when this
 * run ends (recover.c).
 *
 * Domains carry the zone's name where it is free, else NAME-SLOT, and are known as
 * ours by the first half of their UUID ("homenode" in ASCII, so from the hypercall
 * that makes them on) and by /local/domain/ID/homenode in xenstore. No other domain
 * is ever changed: before one is, its UUID is looked at, and before one is destroyed whose it is.
 * Two homenodes that launch at the same moment take turns (a lock in xenstore, as their leases are:
 * lease.h); another toolstack that takes the memory in between makes the
 * launch fail, since memory is asked for on exactly the planned nodes.
 */
#ifndef BACKEND_XEN_XEN_H
#define BACKEND_XEN_XEN_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

#include "backend/backend.h"
#include "backend/backend_impl.h"

extern const struct backend_ops xen_backend;

/* The host that this dom0 controls, named "xen": nodes, CPUs, memory, distances and
 * packages as the hypervisor knows them, PCI devices as dom0 does. ERR_CANNOT: built
 * without libxl, or this is no Xen dom0; ERR_MACHINE. */
int xen_host_load(struct host **out, struct error *err) MUST_USE;

/* The same as an hwloc XML file that host_load() reads back. */
int xen_host_xml(FILE *out, struct error *err) MUST_USE;

/* What is free right now and whose vCPUs run where; dom0 and all other domains
 * included. `s` was made by host_state_init() for the host of xen_host_load(). */
int xen_host_state(struct host_state *s, struct error *err) MUST_USE;

/* CPUs of the machine that each of dom0's vCPUs may run on, by its number; empty: it is
 * offline. The caller frees *out. */
int xen_dom0_vcpus(struct cpuset **out, uint32_t *nr, struct error *err) MUST_USE;

/* The allocator's free pages per node and zone (debug key H) as JSON: docs/xen.md. */
int xen_heap_print(FILE *out, struct error *err) MUST_USE;

#endif
