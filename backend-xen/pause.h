/* The wall clock of a backend that waits for real machines. */
#ifndef BACKEND_XEN_PAUSE_H
#define BACKEND_XEN_PAUSE_H

#include <stdbool.h>
#include <stdint.h>

int64_t clock_ns(void); /* CLOCK_MONOTONIC */
/* False: a signal ended it early. */
bool pause_ms(int64_t ms);

#endif
