/* Every policy there is, for the table in policies.c. */
#ifndef PLACEMENT_POLICIES_H
#define PLACEMENT_POLICIES_H

#include "placement/policy.h"

extern const struct policy policy_edera_compact;
extern const struct policy policy_edera_scatter;
extern const struct policy policy_flat;
extern const struct policy policy_libxl_plain;
extern const struct policy policy_libxl_4_17;
extern const struct policy policy_libxl_fixed;
extern const struct policy policy_xapi_any;
extern const struct policy policy_xapi_best_effort;
extern const struct policy policy_xapi_prio_mem_only;
extern const struct policy policy_nova;
extern const struct policy policy_nova_pack;
extern const struct policy policy_nova_shared;
extern const struct policy policy_k8s_none;
extern const struct policy policy_k8s_best_effort;
extern const struct policy policy_k8s_restricted;
extern const struct policy policy_k8s_single_numa_node;
extern const struct policy policy_k8s_best_effort_closest;
extern const struct policy policy_k8s_restricted_closest;
extern const struct policy policy_k8s_best_effort_distribute;
extern const struct policy policy_k8s_restricted_distribute;
extern const struct policy policy_k8s_best_effort_socket;
extern const struct policy policy_k8s_restricted_socket;
extern const struct policy policy_k8s_best_effort_16;
extern const struct policy policy_k8s_restricted_16;
extern const struct policy policy_k8s_single_numa_node_16;
extern const struct policy policy_numad;
extern const struct policy policy_incus_balanced;
extern const struct policy policy_random;
extern const struct policy policy_round_robin;
extern const struct policy policy_first_touch;
extern const struct policy policy_esxi;
extern const struct policy policy_hyper_v;
extern const struct policy policy_slit_spill;
extern const struct policy policy_mem_aware;
extern const struct policy policy_set_distance;
extern const struct policy policy_bandwidth;
extern const struct policy policy_homenode;
extern const struct policy policy_oracle;

#endif
