/* The seven zones of the seed's host under the peers' policies, cumulative; a
 * refused zone leaves no trace. Rows are the published reference. */
#include <criterion/criterion.h>
#include <string.h>

#include "tests/placement/hosts.h"

#define G(n) ((int64_t)(n)*GIB)
#define ALL "0,1,2,3,4,5,6,7"
#define FAIL NULL

/* The row's device is nic0 alone: the host's other devices are taken away. */
static struct host *row_host(void)
{
	struct host *h = test_host_seed();

	h->device[0].class = DEVICE_NIC;
	h->nr_devices = 1;
	return h;
}

static void check_row(const char *policy, const char *const want[7], const char *refusal)
{
	static const char *const nic[] = {"nic0"};
	struct zone z[7] = {
		test_zone("A", 4, G(6)),   test_zone("B", 4, G(6)), test_zone("C", 32, G(24)),
		test_zone("D", 8, G(20)),  test_zone("E", 4, G(4)), test_zone("F", 16, G(12)),
		test_zone("G", 48, G(30)),
	};
	struct host *h = row_host();
	struct policy_memory *m;
	struct host_state s;

	z[4].nr_devices = 1;
	z[4].device = nic;
	host_state_init(&s, h);
	m = policy_memory_new(policy_find(policy), &s);
	for (unsigned i = 0; i < 7; i++) {
		struct policy_input in = {.host = h, .state = &s, .zone = &z[i], .memory = m};
		struct error err = {0};
		struct plan p;
		int rc = policy_place(policy_find(policy), &in, &p, &err);

		if (!want[i]) {
			cr_assert_neq(rc, 0, "%s %s: %s", policy, z[i].name, test_nodes(&p));
			cr_assert(strstr(err.text, refusal), "%s %s: %s", policy, z[i].name,
				  err.text);
			continue;
		}
		cr_assert_eq(rc, 0, "%s %s: %s", policy, z[i].name, err.text);
		cr_assert_str_eq(test_nodes(&p), want[i], "%s %s: %s", policy, z[i].name,
				 test_nodes(&p));
		host_state_take(&s, &p);
		policy_note_start(m, i, &p);
	}
	policy_memory_free(m);
	host_state_release(&s);
	host_free(h);
}

#define ROW(name, policy, refusal, ...)                                                            \
	Test(golden_rows, name)                                                                    \
	{                                                                                          \
		static const char *const want[7] = {__VA_ARGS__};                                  \
                                                                                                   \
		check_row(policy, want, refusal);                                                  \
	}

ROW(libxl, "libxl", "", "0", "1", "2,3", "4,5", "6", "7", "0,1,6")
ROW(libxl_4_17, "libxl-4.17", "", "0", "1", "2,3", "4,5", "6", "7", "0,1,6")
ROW(libxl_fixed, "libxl-fixed", "", "0", "1", "2,3", "4,5", "6", "7", "0,1,6")
ROW(xapi, "xapi-best-effort", "", "0", "1", ALL, ALL, "0", ALL, ALL)
ROW(nova, "nova", "NUMATopologyFilter", "0", "1", "2,3", FAIL, "5", "4", FAIL)
ROW(nova_pack, "nova-pack", "NUMATopologyFilter", "0", "0", "1,2", FAIL, "5", "3", "4,6,7")
ROW(k8s_best_effort, "k8s-best-effort", "violates NUMA node allocation", "0", "0", "1,2", "3,4",
    "5", "6", FAIL)
ROW(k8s_restricted, "k8s-restricted", "TopologyAffinityError", "0", "0", "1,2", FAIL, "5", "3",
    FAIL)
ROW(k8s_single, "k8s-single-numa-node", "TopologyAffinityError", "0", "0", FAIL, FAIL, "5", "1",
    FAIL)
ROW(numad, "numad", "", "0", "1", "2,3", "4,5", "6", "7", "0,4,5,6,7")
/* The published row has E and F refused and G on 4, 5, 6: the failed start of D keeps
 * its memory there (test_incus.c); here a refused zone leaves no trace. */
ROW(incus, "incus-balanced", "Cannot allocate memory", "0", "1", "2,3", FAIL, "4", "5", "0,6,7")
ROW(round_robin, "round-robin", "", "0", "1", "2,3", "4", "5", "6", "7,0,1")
ROW(slit_spill, "slit-spill", "", "0", "1", "2,3", "4", "5", "6", "7,5,6")
ROW(homenode, "homenode", "", "0", "1", "2,3", "6,4", "5", "7", "4,5,6,7,0")
