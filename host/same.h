/* A host file held against a machine that is there, and what was measured of it taken over. */
#ifndef HOST_SAME_H
#define HOST_SAME_H

#include "host/host.h"

/*
 * Are both the same machine: nodes, their CPUs, memory and distances? ERR_INPUT names what
 * differs, three things at most, and how many more.
 *
 * Memory need not be the same to the byte: a kernel that keeps some for itself, and a hypervisor
 * that counts the hole below 4 GiB as the node's, differ by an eighth of a node at most or, of
 * nodes from 8 GiB on, by 4 GiB. Distances that either of them assumed are not compared; nor
 * is memory that a file did not say.
 */
int host_same(const struct host *file, const struct host *live, struct error *err) MUST_USE;

/*
 * What `path` knows of the machine `live` becomes live's: FIGURES.json, or any host file with
 * figures in it (homenode calibrate), which must be of the same machine. `live` stays what it
 * is in all else, its name and path included. ERR_INPUT: another machine, or a file without a
 * figure.
 */
int host_take_file(struct host *live, const char *path, struct error *err) MUST_USE;

#endif
