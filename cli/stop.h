/*
 * Ending early by a signal: commands that keep what they have, or take away what is half
 * written, look at this flag.
 */
#ifndef CLI_STOP_H
#define CLI_STOP_H

#include <stdatomic.h>

/* True once SIGINT, SIGTERM, SIGHUP or SIGQUIT came. The second signal, whichever it is, ends
 * the program the ordinary way. */
void stop_on_signals(void);
const atomic_bool *stop_flag(void);

#endif
