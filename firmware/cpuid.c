#include "firmware/cpuid.h"

#define LEVEL_THREAD ((uint32_t)1 << 8)
#define LEVEL_CORE ((uint32_t)2 << 8)

static uint32_t package_cpus(const struct guest_map *m, uint32_t domain)
{
	uint32_t nr = 0;

	for (uint32_t i = 0; i < m->nr_cpus; i++)
		nr += m->cpu[i].domain == domain;
	return nr;
}

static void topology_leaf(const struct guest_map *m, const struct guest_cpu *c, uint32_t cpus,
			  uint32_t leaf, struct cpuid_leaf out[3])
{
	uint32_t id = c->apic_id;

	/* EAX: bits to shift out to reach the next level; ECX: subleaf and level */
	out[0] = (struct cpuid_leaf){leaf, 0, 0, 1, LEVEL_THREAD | 0, id};
	out[1] = (struct cpuid_leaf){leaf, 1, m->core_bits, cpus, LEVEL_CORE | 1, id};
	out[2] = (struct cpuid_leaf){leaf, 2, 0, 0, 2, id};
}

void cpuid_leaves(const struct guest_map *m, uint32_t index, struct cpuid_leaf out[CPUID_LEAVES])
{
	const struct guest_cpu *c = &m->cpu[index];
	uint32_t cpus = package_cpus(m, c->domain);
	uint32_t core = c->apic_id & (((uint32_t)1 << m->core_bits) - 1);

	topology_leaf(m, c, cpus, 0x0b, out);
	topology_leaf(m, c, cpus, 0x1f, out + 3);
	/* one thread a core (EBX[15:8] = 0), one node a package (ECX[10:8] = 0) */
	out[6] = (struct cpuid_leaf){0x8000001e, 0, c->apic_id, core & 0xff, c->domain & 0xff, 0};
}

static void print_text(const char *s, FILE *out)
{
	fputc('"', out);
	for (; *s; s++) {
		unsigned char c = (unsigned char)*s;

		if (c == '"' || c == '\\')
			fprintf(out, "\\%c", c);
		else if (c < 0x20)
			fprintf(out, "\\u%04x", c);
		else
			fputc(c, out);
	}
	fputc('"', out);
}

static void print_cpu(const struct guest_map *m, uint32_t index, FILE *out)
{
	const struct guest_cpu *c = &m->cpu[index];
	struct cpuid_leaf leaf[CPUID_LEAVES];

	cpuid_leaves(m, index, leaf);
	fprintf(out,
		"{\"vcpu\": %u, \"vnode\": %u, \"online\": %s, \"x2apic_id\": %u, \"package\": %u, "
		"\"core\": %u, \"thread\": 0,\n   \"leaves\": [",
		c->uid, c->domain, c->online ? "true" : "false", c->apic_id,
		c->apic_id >> m->core_bits, c->apic_id & (((uint32_t)1 << m->core_bits) - 1));
	for (uint32_t i = 0; i < CPUID_LEAVES; i++)
		fprintf(out,
			"%s\n    {\"leaf\": \"%08x\", \"subleaf\": %u, \"eax\": \"%08x\", "
			"\"ebx\": \"%08x\", \"ecx\": \"%08x\", \"edx\": \"%08x\"}",
			i ? "," : "", leaf[i].leaf, leaf[i].subleaf, leaf[i].eax, leaf[i].ebx,
			leaf[i].ecx, leaf[i].edx);
	fputs("]}", out);
}

void cpuid_print_json(const struct guest_map *m, const char *zone, FILE *out)
{
	fputs("{\"zone\": ", out);
	print_text(zone, out);
	fprintf(out, ", \"packages\": %u, \"thread_bits\": 0, \"core_bits\": %u,\n \"vcpus\": [",
		m->nr_domains, m->core_bits);
	for (uint32_t i = 0; i < m->nr_cpus; i++) {
		fputs(i ? ",\n  " : "\n  ", out);
		print_cpu(m, i, out);
	}
	fputs("]}\n", out);
}
