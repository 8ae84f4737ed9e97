/* <cputune> and <numatune> of a libvirt domain, on a host that is built by calls:
 *	cc libvirt.c $(pkg-config --cflags --libs libhomenode) -o libvirt && ./libvirt 12 */
#include <homenode/homenode.h>
#include <stdio.h>
#include <stdlib.h>

static struct hn_error err;

static void must(int rc)
{
	if (!rc)
		return;
	fprintf(stderr, "%s\n", err.text);
	exit(1);
}

int main(int argc, char **argv)
{
	uint32_t vcpus = argc > 1 ? (uint32_t)atoi(argv[1]) : 12;
	struct hn_host *host = hn_host_new("two-sockets", 2);
	struct hn_zone *zone = hn_zone_new("guest");
	struct hn_plan *plan = hn_plan_new();
	struct hn_state *state;

	must(hn_host_set_node(host, 0, 0, 0, "0-7", 64LL << 30, &err));
	must(hn_host_set_node(host, 1, 1, 1, "8-15", 64LL << 30, &err));
	must(hn_host_finish(host, &err));
	state = hn_state_new(host);
	must(hn_zone_set_vcpus(zone, vcpus, vcpus, &err));
	must(hn_zone_set_static_memory(zone, 8LL << 30, &err));
	must(hn_place(hn_policy_find("edera-compact"), state, zone, 0, plan, &err));

	printf("<cputune>\n");
	for (unsigned v = 0; v < hn_plan_vnodes(plan); v++) {
		struct hn_vnode vnode = {.size = sizeof(vnode)};
		char cpus[4096];

		must(hn_plan_vnode(plan, v, &vnode, &err));
		hn_plan_cpus(plan, v, cpus, sizeof(cpus));
		for (uint32_t i = 0; i < vnode.vcpus; i++)
			printf("  <vcpupin vcpu='%u' cpuset='%s'/>\n", vnode.first_vcpu + i, cpus);
	}
	printf("</cputune>\n<numatune>\n");
	for (unsigned v = 0; v < hn_plan_vnodes(plan); v++) {
		struct hn_vnode vnode = {.size = sizeof(vnode)};

		must(hn_plan_vnode(plan, v, &vnode, &err));
		printf("  <memnode cellid='%u' mode='preferred' nodeset='%u'/>\n", v,
		       hn_host_node_number(host, vnode.node));
	}
	printf("</numatune>\n");
	hn_plan_free(plan);
	hn_zone_free(zone);
	hn_state_free(state);
	hn_host_free(host);
	return 0;
}
