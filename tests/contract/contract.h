/*
 * What every backend must do, whatever machine is behind it: one body, run on
 * each of them. A machine that cannot be had here is skipped with a sentence.
 */
#ifndef TESTS_CONTRACT_CONTRACT_H
#define TESTS_CONTRACT_CONTRACT_H

#include "backend/backend.h"

/*
 * A machine under test: `open` gives a backend with the hosts that it is told. What is
 * left 0 is what a simulated fleet of two eight-node hosts gets.
 */
struct contract_machine {
	const char *name;
	/* Says what did not hold, and does not return. */
	void (*broken)(const char *what);
	struct backend *(*open)(const struct host *const *host, uint32_t nr_hosts);
	const struct host *host; /* all hosts are this one; NULL: an eight-node host */
	uint32_t nr_hosts; /* 0: two */
	int64_t unit_bytes; /* zones have a few of these, at most 8; 0: 1 GiB */
	int random_steps; /* starts and stops by chance; 0: 4000 */
	/* What a real machine cannot do exactly; 0 each: everything is, to the page. */
	int64_t grain_bytes; /* a zone's memory is whole ones; 0: pages */
	int64_t floor_bytes; /* a guest needs so much to run */
	int64_t slack_bytes; /* others take and give back so much meanwhile */
	int64_t overhead_bytes; /* at most what a zone costs its host beside its memory */
	uint32_t most_vcpus; /* of a zone; 0: as the host has CPUs */
	bool no_devices; /* none is passed through */
};

/* Runs the whole body on a fresh backend. Needs no test library. */
void contract_check(const struct contract_machine *m);

#endif
