#include "cli/io_side.h"

#include <stdlib.h>

#include "backend-xen/xen.h"
#include "base/alloc.h"
#include "base/terminal.h"
#include "cli/command.h"
#include "probe/io_threads.h"

/* dom0: its vCPUs, and its threads that serve. */
struct side {
	struct cpuset *vcpu;
	uint32_t nr_vcpus;
	struct io_threads threads;
};

static void side_release(struct side *s)
{
	free(s->vcpu);
	io_threads_release(&s->threads);
}

static int side_read(struct side *s, struct error *err)
{
	int rc = xen_dom0_vcpus(&s->vcpu, &s->nr_vcpus, err);

	return rc ? rc : io_threads_read(&s->threads, NULL, err);
}

int io_side_load(struct io_service *out, const struct host *h, struct error *err)
{
	struct side s = {0};
	struct cpuset real;
	int rc;

	*out = (struct io_service){0};
	if (!host_is_xen(h))
		return 0;
	rc = side_read(&s, err);
	if (!rc) {
		io_threads_through(s.vcpu, s.nr_vcpus, &s.threads.next, &real);
		io_service_init(out, h, s.vcpu, s.nr_vcpus, &real);
	}
	side_release(&s);
	return rc;
}

/* " on node 2", " on nodes 0,1", " on no node". */
static void print_nodes(const struct host *h, nodeset nodes, FILE *out)
{
	unsigned node, nr = nodeset_count(nodes);
	const char *comma = "";

	fprintf(out, " on %snode%s", nr ? "" : "no ", nr > 1 ? "s" : "");
	nodeset_for_each (node, nodes) {
		fprintf(out, "%s%u", *comma ? comma : " ", h->node[node].os_index);
		comma = ",";
	}
}

/* Neighbours that may run on the same nodes are one line. */
static void print_vcpus(const struct side *s, const struct host *h, FILE *out)
{
	for (uint32_t i = 0, end; i < s->nr_vcpus; i = end) {
		end = i + 1;
		while (end < s->nr_vcpus && cpuset_equal(&s->vcpu[end], &s->vcpu[i]))
			end++;
		fprintf(out, "  dom0's vCPU%s %u", end > i + 1 ? "s" : "", i);
		if (end > i + 1)
			fprintf(out, "-%u", end - 1);
		print_nodes(h, host_nodes_of(h, &s->vcpu[i]), out);
		fputc('\n', out);
	}
}

/* Of a domain that has threads; `first` is the first of them. */
static void print_domain(const struct side *s, const struct host *h, uint32_t first, FILE *out)
{
	const struct io_threads *t = &s->threads;
	struct cpuset cpus, real;
	char *text;
	size_t size;
	FILE *f = xmemstream(&text, &size);

	(void)io_threads_of_domain(t, t->thread[first].domid, &cpus);
	io_threads_through(s->vcpu, s->nr_vcpus, &cpus, &real);
	fprintf(f, "domain %ld is served", t->thread[first].domid);
	print_nodes(h, host_nodes_of(h, &real), f);
	for (uint32_t i = first; i < t->nr; i++)
		if (t->thread[i].domid == t->thread[first].domid)
			fprintf(f, "%s %s %s", i == first ? ":" : ",",
				io_kind_name(t->thread[i].kind), t->thread[i].name);
	xmemstream_close(f);
	terminal_print_indented(2, 4, text, out);
	free(text);
}

static bool is_first(const struct io_threads *t, uint32_t i)
{
	for (uint32_t k = 0; k < i; k++)
		if (t->thread[k].domid == t->thread[i].domid)
			return false;
	return t->thread[i].domid != IO_NO_DOMAIN;
}

int io_side_print(const struct host *h, FILE *out, struct error *err)
{
	struct side s = {0};
	int rc = side_read(&s, err);

	if (!rc)
		print_vcpus(&s, h, out);
	for (uint32_t i = 0; !rc && i < s.threads.nr; i++)
		if (is_first(&s.threads, i))
			print_domain(&s, h, i, out);
	side_release(&s);
	return rc;
}
