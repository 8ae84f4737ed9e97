/*
 * What every backend must do, whatever machine is behind it: one body, run on
 * each of them. A machine that cannot be had here is skipped with a sentence.
 */
#ifndef TESTS_CONTRACT_CONTRACT_H
#define TESTS_CONTRACT_CONTRACT_H

#include "backend/backend.h"

/* A machine under test: gives an open backend with `nr_hosts` >= 1 hosts. */
struct contract_machine {
	const char *name;
	struct backend *(*open)(const struct host *const *host, uint32_t nr_hosts);
};

/* Runs the whole body on a fresh backend; Criterion assertions fail the test. */
void contract_check(const struct contract_machine *m);

#endif
