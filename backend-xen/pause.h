/* Waiting for a real machine. */
#ifndef BACKEND_XEN_PAUSE_H
#define BACKEND_XEN_PAUSE_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

/* False, within a tenth of a second: `stop` was set, now or before. NULL: nobody sets one, and a
 * signal that interrupts it counts. */
bool pause_ms(const atomic_bool *stop, int64_t ms);

#endif
