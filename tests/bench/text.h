/* A workload from text, for tests of the loop. */
#ifndef TESTS_BENCH_TEXT_H
#define TESTS_BENCH_TEXT_H

#include "zone/workload.h"

/* Load JSON as a workload called "w"; the test fails when that does. */
void load_text(struct workload *out, const char *text);

#endif
