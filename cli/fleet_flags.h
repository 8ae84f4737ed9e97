/*
 * The fleet part of matrix_flags.h; its rules, which are there without a matrix too:
 * --choice --cpu-overcommit --dom0-memory --dom0-vcpus.
 */
#ifndef CLI_FLEET_FLAGS_H
#define CLI_FLEET_FLAGS_H

#include "cli/matrix_flags.h"

/* Options into c->workload's fleet and rules. */
int choose_fleet(struct chosen *c, const struct args *args, const struct backend_ops *backend,
		 struct error *err) MUST_USE;
/* The rules alone, into w's fleet. */
int choose_fleet_rules(struct workload *w, const struct args *args, struct error *err) MUST_USE;
/* Loads its hosts; warnings go to standard error unless quiet. */
int load_fleet(struct chosen *c, bool quiet, struct error *err) MUST_USE;
/* Sizes that are parts of a machine are parts of the largest of these hosts, unless the
 * workload says of what; said on standard error, unless quiet. */
void scale_to_hosts(struct workload *w, struct host *const *host, uint32_t nr, bool quiet);
/* Says on standard error which fleet stands in for that of a bare trace, which names none;
 * nothing when --host was given, --quiet, or the workload is no bare trace. */
void say_assumed_fleet(const struct workload *w, const struct args *args);
/* The same where how many is the question. */
void say_assumed_shape(const struct workload *w, const struct args *args);

#endif
