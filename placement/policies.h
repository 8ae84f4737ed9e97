/* Every policy there is, for the table in policies.c. */
#ifndef PLACEMENT_POLICIES_H
#define PLACEMENT_POLICIES_H

#include "placement/policy.h"

extern const struct policy policy_edera_compact;
extern const struct policy policy_edera_scatter;
extern const struct policy policy_flat;

#endif
