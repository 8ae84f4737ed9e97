/* Devices asked for by class: which are dealt out, and where that puts the zone. */
#include <criterion/criterion.h>
#include <string.h>

#include "tests/placement/hosts.h"

struct rig {
	struct host *h;
	struct host_state s;
	struct plan p;
	char text[ERROR_TEXT_MAX];
};

/* Four nodes of 4 CPUs and 4 GiB; gpu0, gpu1, ... on these nodes, a NIC on node 3. */
static void rig(struct rig *r, const int *node, unsigned nr)
{
	static const unsigned cpus[] = {4, 4, 4, 4};
	static const int64_t bytes[] = {4 * GIB, 4 * GIB, 4 * GIB, 4 * GIB};
	struct host *h = test_host(4, cpus, bytes, 20);
	char name[16];

	memset(r, 0, sizeof(*r));
	for (unsigned i = 0; i < nr; i++) {
		snprintf(name, sizeof(name), "gpu%u", i);
		test_host_device(h, name, "", node[i] < 0 ? 0 : nodeset_of((unsigned)node[i]));
		h->device[i].class = DEVICE_GPU;
	}
	test_host_device(h, "nic0", "", nodeset_of(3));
	h->device[nr].class = DEVICE_NIC;
	r->h = test_host_done(h);
	host_state_init(&r->s, r->h);
}

static void done(struct rig *r)
{
	host_state_release(&r->s);
	host_free(r->h);
}

static struct zone asking(const char *const *device, uint32_t nr)
{
	struct zone z = test_zone("z", 2, GIB);

	z.device = device;
	z.nr_devices = nr;
	return z;
}

static const char *names(const struct plan *p)
{
	static char text[256];

	text[0] = '\0';
	for (uint32_t i = 0; i < p->nr_devices; i++)
		snprintf(text + strlen(text), sizeof(text) - strlen(text), "%s%s", i ? "," : "",
			 plan_device_name(p, i));
	return text;
}

static void expect(struct rig *r, const char *policy, const struct zone *z, const char *nodes,
		   const char *devices)
{
	cr_assert_eq(test_place(policy, &r->s, z, &r->p, r->text), 0, "%s", r->text);
	cr_assert_str_eq(test_nodes(&r->p), nodes, "%s: nodes %s", policy, test_nodes(&r->p));
	cr_assert_str_eq(names(&r->p), devices, "%s: devices %s", policy, names(&r->p));
}

static void refuse(struct rig *r, const char *policy, const struct zone *z, int code,
		   const char *words)
{
	cr_assert_eq(test_place(policy, &r->s, z, &r->p, r->text), code, "%s", r->text);
	cr_assert(strstr(r->text, words), "\"%s\" lacks \"%s\"", r->text, words);
}

Test(devices, first_node_has_most_of_them)
{
	static const int node[] = {0, 2, 2, 3};
	static const char *const one[] = {"1xgpu"}, *const two[] = {"2xgpu"},
				 *const three[] = {"3xgpu"}, *const nic[] = {"1xnic"};
	struct zone z;
	struct rig r;

	rig(&r, node, 4);
	z = asking(one, 1);
	expect(&r, "edera-compact", &z, "0", "gpu0");
	host_state_set_free(&r.s, 0, 2 * GIB); /* of equals the one with most memory */
	expect(&r, "edera-compact", &z, "2", "gpu1");
	z = asking(two, 1);
	expect(&r, "edera-compact", &z, "2", "gpu1,gpu2");
	z = asking(three, 1);
	expect(&r, "edera-scatter", &z, "2", "gpu1,gpu2,gpu0");
	z = asking(nic, 1);
	expect(&r, "edera-compact", &z, "3", "nic0");
	done(&r);
}

Test(devices, all_are_dealt_out_once_and_come_back)
{
	static const int node[] = {0, 2, 2, 3};
	static const char *const one[] = {"1xgpu"}, *const three[] = {"3xgpu"};
	struct zone z = asking(three, 1), last = asking(one, 1);
	struct plan first, second;
	struct rig r;

	rig(&r, node, 4);
	expect(&r, "edera-compact", &z, "2", "gpu1,gpu2,gpu0");
	first = r.p;
	host_state_take(&r.s, &first);
	refuse(&r, "edera-compact", &z, ERR_NO_DEVICE,
	       "3 of class gpu asked, host test has 4 and 1 of them free");
	expect(&r, "edera-compact", &last, "3", "gpu3");
	second = r.p;
	host_state_take(&r.s, &second);
	refuse(&r, "libxl", &last, ERR_NO_DEVICE, "1 of class gpu asked, host test has 4 and 0");
	for (unsigned d = 0; d < 4; d++)
		cr_assert_eq(r.s.device_taken[d], 1);
	host_state_give(&r.s, &first);
	expect(&r, "edera-compact", &z, "2", "gpu1,gpu2,gpu0");
	host_state_give(&r.s, &second);
	for (unsigned d = 0; d < 4; d++)
		cr_assert_eq(r.s.device_taken[d], 0);
	done(&r);
}

Test(devices, named_ones_are_not_dealt_out)
{
	static const int node[] = {2, 2, 0};
	static const char *const both[] = {"gpu0", "1xgpu", "nic0"}, *const late[] = {"2xgpu",
										      "gpu1"};
	static const char *const many[] = {"gpu0", "3xgpu"};
	struct zone z = asking(both, 3);
	struct rig r;

	rig(&r, node, 3);
	expect(&r, "edera-compact", &z, "2", "gpu0,gpu1,nic0");
	z = asking(late, 2);
	expect(&r, "edera-compact", &z, "2", "gpu0,gpu2,gpu1");
	z = asking(many, 2);
	refuse(&r, "edera-compact", &z, ERR_NO_DEVICE, "3 of class gpu asked");
	done(&r);
}

Test(devices, unknown_places_come_last)
{
	static const int node[] = {-1, 1};
	static const char *const one[] = {"1xgpu"}, *const two[] = {"2xgpu"};
	struct zone z = asking(one, 1);
	struct rig r;

	rig(&r, node, 2);
	expect(&r, "edera-compact", &z, "1", "gpu1");
	z = asking(two, 1);
	expect(&r, "edera-compact", &z, "1", "gpu1,gpu0");
	done(&r);
}

/* Who does not look at devices gets the nearest to where it went. */
Test(devices, the_blind_get_the_nearest)
{
	static const int node[] = {3, 0};
	static const char *const one[] = {"1xgpu"};
	struct zone z = asking(one, 1);
	struct rig r;

	rig(&r, node, 2);
	expect(&r, "libxl", &z, "0", "gpu1");
	r.s.device_taken[1] = 1;
	expect(&r, "libxl", &z, "0", "gpu0");
	done(&r);
}

/* The device manager: masks with enough free ones, preferred at the width that all
 * devices of the class would need, taken ones included. */
Test(devices, kubelet_counts_free_ones)
{
	static const int node[] = {1, 1, 0};
	static const char *const two[] = {"2xgpu"};
	struct zone z = asking(two, 1);
	struct rig r;

	rig(&r, node, 3);
	expect(&r, "k8s-single-numa-node", &z, "1", "gpu0,gpu1");
	expect(&r, "k8s-restricted", &z, "1", "gpu0,gpu1");
	r.s.device_taken[1] = 1;
	refuse(&r, "k8s-single-numa-node", &z, ERR_INFEASIBLE, "TopologyAffinityError");
	refuse(&r, "k8s-restricted", &z, ERR_INFEASIBLE, "TopologyAffinityError");
	cr_assert_eq(test_place("k8s-best-effort", &r.s, &z, &r.p, r.text), 0, "%s", r.text);
	cr_assert_eq(r.p.nr_devices, 2);
	done(&r);
}

/* PCI requests must be had on the guest's cells. */
Test(devices, nova_needs_them_on_its_cells)
{
	static const int node[] = {2, 3, 3};
	static const char *const two[] = {"2xgpu"}, *const three[] = {"3xgpu"};
	struct zone z = asking(two, 1);
	struct rig r;

	rig(&r, node, 3);
	z.numa_nodes = 1;
	expect(&r, "nova", &z, "3", "gpu1,gpu2");
	r.s.device_taken[1] = 1;
	refuse(&r, "nova", &z, ERR_NO_ROOM, "no such set has the devices' nodes");
	z.numa_nodes = 2;
	expect(&r, "nova", &z, "3,2", "gpu2,gpu0"); /* the NIC counts on node 3 */
	r.s.device_taken[1] = 0;
	z = asking(three, 1);
	z.numa_nodes = 2;
	expect(&r, "nova", &z, "3,2", "gpu1,gpu2,gpu0");
	done(&r);
}

/* Under every policy a plan has as many as were asked for, free, of the class, once. */
Test(devices, every_policy)
{
	static const int node[] = {0, 1, 1, 2};
	static const char *const list[] = {"2xgpu", "nic0"};
	struct zone z = asking(list, 2);
	struct rig r;

	rig(&r, node, 4);
	r.s.device_taken[0] = 1;
	for (size_t i = 0; policies[i]; i++) {
		struct policy_input in = {.host = r.h, .state = &r.s, .zone = &z};
		struct rng rng;

		rng_seed(&rng, 1, policies[i]->name);
		in.rng = &rng;
		if (policy_place(policies[i], &in, &r.p, NULL))
			continue;
		cr_assert_eq(r.p.nr_devices, 3, "%s", policies[i]->name);
		cr_assert_eq(r.p.device[2], 4, "%s", policies[i]->name);
		cr_assert_neq(r.p.device[0], r.p.device[1], "%s", policies[i]->name);
		for (int d = 0; d < 2; d++)
			cr_assert(r.p.device[d] >= 1 && r.p.device[d] <= 3, "%s",
				  policies[i]->name);
	}
	done(&r);
}
