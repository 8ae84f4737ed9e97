#include "plan/io_service.h"

#include <stdlib.h>

#include "base/alloc.h"

void io_service_init(struct io_service *s, const struct host *h, const struct cpuset *vcpu,
		     uint32_t nr_vcpus, const struct cpuset *threads)
{
	*s = (struct io_service){.nr_vcpus = nr_vcpus, .nodes = host_nodes_of(h, threads)};
	s->vcpu_nodes = xcalloc(nr_vcpus + 1, sizeof(*s->vcpu_nodes));
	for (uint32_t i = 0; i < nr_vcpus; i++)
		s->vcpu_nodes[i] = host_nodes_of(h, &vcpu[i]);
}

void io_service_release(struct io_service *s)
{
	free(s->vcpu_nodes);
	*s = (struct io_service){0};
}

enum io_locality io_service_locality(const struct io_service *s, const struct plan *p)
{
	if (!s->nr_vcpus || !s->nodes)
		return IO_NOT_KNOWN;
	if (!(s->nodes & p->nodes))
		return IO_AWAY;
	return s->nodes & ~p->nodes ? IO_ANYWHERE : IO_AT_HOME;
}

/* "node 2", "nodes 0-3"; the caller frees. */
static char *nodes_text(const struct host *h, nodeset nodes)
{
	char *list = host_nodes_text(h, nodes);
	char *text = xasprintf("node%s %s", nodeset_count(nodes) == 1 ? "" : "s", list);
	free(list);
	return text;
}

char *io_service_text(const struct io_service *s, const struct plan *p)
{
	enum io_locality where = io_service_locality(s, p);
	char *from, *home, *text;

	if (where == IO_NOT_KNOWN)
		return NULL;
	from = nodes_text(p->host, s->nodes);
	home = nodes_text(p->host, p->nodes);
	if (where == IO_AT_HOME)
		text = xasprintf("dom0 serves disks and networks from %s, where the zone is", from);
	else if (where == IO_AWAY)
		text = xasprintf("dom0 serves disks and networks from %s and the zone is on %s: "
				 "what they carry crosses nodes",
				 from, home);
	else
		text = xasprintf("dom0 serves disks and networks from whichever of %s its threads "
				 "run on and the zone is on %s: what they carry may cross nodes",
				 from, home);
	free(home);
	free(from);
	return text;
}

void io_service_at_home(const struct io_service *s, const struct plan *p, struct cpuset *out)
{
	*out = (struct cpuset){0};
	for (uint32_t i = 0; i < s->nr_vcpus && i < CPUS_MAX; i++)
		if (s->vcpu_nodes[i] && !(s->vcpu_nodes[i] & ~p->nodes))
			cpuset_add(out, i);
}
