#include "backend-xen/vcpu_cpus.h"

#include <libxl_utils.h>

#include "base/alloc.h"

struct cpuset vcpu_cpus(const libxl_bitmap *map)
{
	struct cpuset cpus = {{0}};

	for (int c = 0; c < (int)map->size * 8 && c < CPUS_MAX; c++)
		if (libxl_bitmap_test(map, c))
			cpuset_add(&cpus, (unsigned)c);
	return cpus;
}

int vcpu_cpus_of_dom0(struct xen *x, struct cpuset **out, uint32_t *nr, struct error *err)
{
	int nr_vcpus = 0, nr_cpus = 0;
	libxl_vcpuinfo *v;

	*out = NULL;
	*nr = 0;
	xen_log_begin(x);
	v = libxl_list_vcpu(x->ctx, 0, &nr_vcpus, &nr_cpus);
	if (!v)
		return xen_error(x, err, ERR_MACHINE, "dom0's vCPUs cannot be listed");
	*out = xcalloc((size_t)nr_vcpus + 1, sizeof(**out));
	for (int i = 0; i < nr_vcpus; i++)
		if (v[i].online)
			(*out)[i] = vcpu_cpus(&v[i].cpumap);
	*nr = (uint32_t)nr_vcpus;
	libxl_vcpuinfo_list_free(v, nr_vcpus);
	return 0;
}
