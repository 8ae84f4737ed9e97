/*
 * Advice as a file for the shell, which says before each step what it does, looks whether the zone
 * is still the one that was looked at, and ends where a step fails. xl.cfg's words are those of
 * emit/xl.c; virsh(1), taskset(1), migratepages(8), systemctl(1) and the files of cgroup version 2
 * otherwise.
 */
#ifndef CLI_ADVISE_EMIT_H
#define CLI_ADVISE_EMIT_H

#include <stdio.h>

#include "live/advise/advise.h"

void advise_emit(const struct live_sample *s, const struct advice *a, FILE *out);

#endif
