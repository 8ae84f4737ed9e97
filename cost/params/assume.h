/* What a person may know better than the host's file. */
#ifndef COST_PARAMS_ASSUME_H
#define COST_PARAMS_ASSUME_H

#include <stdbool.h>

#include "base/error.h"

/* 0: not said. Bytes a ns. */
struct cost_assume {
	/* The nodes of a package share all its channels, as with "L3 cache as NUMA
	 * domain" on one node a socket. */
	bool package_controllers;
	double fabric, read, write, port_read, port_write, link, path;
	double local_latency_ns;
};

/* "controllers=package,fabric=124GB,latency=104": the names of the struct's
 * members, sizes a second (a node's for read and write). ERR_USAGE. */
int cost_assume_parse(const char *text, struct cost_assume *out, struct error *err) MUST_USE;

#endif
