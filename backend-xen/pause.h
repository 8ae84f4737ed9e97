/* Waiting for a real machine. */
#ifndef BACKEND_XEN_PAUSE_H
#define BACKEND_XEN_PAUSE_H

#include <stdbool.h>
#include <stdint.h>

/* False: a signal ended it early. */
bool pause_ms(int64_t ms);

#endif
