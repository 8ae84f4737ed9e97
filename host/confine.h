/*
 * A process that reads what nobody checked gives up what it does not need for that (private to
 * host/): from then on it may read files, have memory, write to what is open and end. A call of
 * any other kind fails with EPERM: no file is written or removed, no program run, no socket made,
 * no process started or signalled. By seccomp(2), through libseccomp; without that library, or
 * where the kernel has no filters, nothing is given up.
 */
#ifndef HOST_CONFINE_H
#define HOST_CONFINE_H

#include <stdbool.h>

/* Of this process, for good. False: it is as free as before. */
bool confine_process(void);

#endif
