/* Lines of an xl.cfg that put a zone where libhomenode would:
 *	cc xl.c $(pkg-config --cflags --libs libhomenode) -o xl && ./xl host.xml web 16 24576 */
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
	struct hn_host *host;
	struct hn_zone *zone;
	struct hn_plan *plan = hn_plan_new();
	struct hn_state *state;

	if (argc != 5) {
		fprintf(stderr, "usage: %s HOST.xml NAME VCPUS MIB\n", argv[0]);
		return 2;
	}
	must(hn_host_load(&host, argv[1], &err));
	state = hn_state_new(
		host); /* a toolstack says here what is free: hn_state_set_free_bytes() */
	zone = hn_zone_new(argv[2]);
	must(hn_zone_set_vcpus(zone, (uint32_t)atoi(argv[3]), (uint32_t)atoi(argv[3]), &err));
	must(hn_zone_set_static_memory(zone, atoll(argv[4]) << 20, &err));
	must(hn_place(hn_policy_find("edera-compact"), state, zone, 0, plan, &err));

	printf("name = \"%s\"\nvcpus = %s\nmemory = %s\ncpus = [", argv[2], argv[3], argv[4]);
	for (unsigned v = 0; v < hn_plan_vnodes(plan); v++) {
		struct hn_vnode vnode = {.size = sizeof(vnode)};
		char cpus[4096];

		must(hn_plan_vnode(plan, v, &vnode, &err));
		hn_plan_cpus(plan, v, cpus, sizeof(cpus));
		for (unsigned i = 0; i < vnode.vcpus; i++)
			printf("%s\"%s\"", v || i ? ", " : " ", cpus);
	}
	printf(" ]\n");
	hn_plan_free(plan);
	hn_zone_free(zone);
	hn_state_free(state);
	hn_host_free(host);
	return 0;
}
