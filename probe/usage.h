/* What the program homenode-probe takes: its --help, and part of its man page. */
#ifndef PROBE_USAGE_H
#define PROBE_USAGE_H

extern const char probe_usage[];

#endif
