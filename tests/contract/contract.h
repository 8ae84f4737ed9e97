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
	struct backend *(*open)(const struct host *const *host, uint32_t nr_hosts);
	const struct host *host; /* all hosts are this one; NULL: an eight-node host */
	uint32_t nr_hosts; /* 0: two */
	int64_t unit_bytes; /* zones have a few of these, at most 8; 0: 1 GiB */
	int random_steps; /* starts and stops by chance; 0: 4000 */
};

/* Runs the whole body on a fresh backend; Criterion assertions fail the test. */
void contract_check(const struct contract_machine *m);

#endif
