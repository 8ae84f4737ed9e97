#include "backend/left.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/units.h"

/* More than any machine has. */
#define VCPUS_MAX (1 << 24)
#define LEFT_BYTES_MAX ((int64_t)1 << 53)

/* --- written ------------------------------------------------------------------------------ */

static void print_name(const char *name, FILE *out)
{
	for (; *name; name++) {
		unsigned char c = (unsigned char)*name;

		if (c <= ' ' || c == '%' || c == 0x7f)
			fprintf(out, "%%%02X", c);
		else
			fputc(c, out);
	}
}

static void print_plan(const struct plan *p, FILE *out)
{
	fprintf(out, " %d %d %d %d ", (int)p->told, p->pinned, p->soft, (int)p->memory_rule);
	for (uint32_t v = 0; v < p->nr_vnodes; v++)
		fprintf(out, "%" PRIu32 ",%" PRIu32 ",%" PRId64 ";", p->vnode[v].node,
			p->vnode[v].vcpus, p->vnode[v].memory_bytes);
	fputc(' ', out);
	for (uint32_t i = 0; i < p->nr_memory; i++)
		fprintf(out, "%" PRIu32 ",%" PRIu32 ",%" PRId64 ";", p->memory[i].vnode,
			p->memory[i].node, p->memory[i].bytes);
}

static char *text_of(const struct plan *p, const struct left_zone *l, const char *name,
		     const char *workload)
{
	char *text;
	size_t size;
	FILE *out = xmemstream(&text, &size);

	fprintf(out, "%" PRIu64 " %" PRIu64 " %" PRIu32 " %" PRIu32, l->seed, l->ordinal, l->vcpus,
		l->vcpus_max);
	fprintf(out, " %" PRId64 " %" PRId64 " %" PRId64, l->most_bytes, l->boot_bytes,
		l->least_bytes);
	print_plan(p, out);
	fputc(' ', out);
	print_name(name, out);
	fputc(' ', out);
	print_name(workload, out);
	xmemstream_close(out);
	return text;
}

char *left_zone_text(const struct plan *p, const char *workload, uint64_t seed, uint64_t ordinal)
{
	const struct zone *z = p->zone;
	struct left_zone l = {
		.seed = seed,
		.ordinal = ordinal,
		.vcpus = z->vcpus,
		.vcpus_max = z->vcpus_max,
		.most_bytes = z->memory_bytes,
		.boot_bytes = zone_boot_bytes(z),
		.least_bytes = z->memory_min_bytes,
	};

	if (strlen(z->name) > LEFT_NAME_MAX || strlen(workload) > LEFT_NAME_MAX)
		return NULL;
	return text_of(p, &l, z->name, workload);
}

char *left_zone_copy_text(const struct left_zone *l)
{
	return text_of(&l->plan, l, l->name, l->workload);
}

/* --- read --------------------------------------------------------------------------------- */

static bool number32(const char **p, char end, uint32_t max, uint32_t *out)
{
	uint64_t n;

	if (!digits_parse(p, end, max, &n))
		return false;
	*out = (uint32_t)n;
	return true;
}

static bool bytes(const char **p, char end, int64_t *out)
{
	uint64_t n;

	if (!digits_parse(p, end, (uint64_t)LEFT_BYTES_MAX, &n))
		return false;
	*out = (int64_t)n;
	return true;
}

static bool flag(const char **p, bool *out)
{
	uint64_t n;

	if (!digits_parse(p, ' ', 1, &n))
		return false;
	*out = n;
	return true;
}

static int digit_of(char c)
{
	const char *at = c ? strchr("0123456789ABCDEF", c) : NULL;

	return at ? (int)(at - "0123456789ABCDEF") : -1;
}

/* Up to a blank or the end. */
static bool read_name(const char **p, char *out)
{
	size_t n = 0;

	for (; **p && **p != ' '; (*p)++) {
		int c = (unsigned char)**p;

		if (n == LEFT_NAME_MAX || c < ' ')
			return false;
		if (c == '%') {
			int high = digit_of((*p)[1]), low = high < 0 ? -1 : digit_of((*p)[2]);

			if (low < 0 || !(high | low))
				return false;
			c = high * 16 + low;
			*p += 2;
		}
		out[n++] = (char)c;
	}
	out[n] = '\0';
	*p += **p == ' ';
	return n > 0;
}

static bool read_vnodes(const char **p, struct plan *out)
{
	while (**p != ' ') {
		struct plan_vnode *v = &out->vnode[out->nr_vnodes];

		if (out->nr_vnodes == NODES_MAX ||
		    !number32(p, ',', out->host->nr_nodes - 1, &v->node) ||
		    !number32(p, ',', VCPUS_MAX, &v->vcpus) || !bytes(p, ';', &v->memory_bytes) ||
		    nodeset_has(out->nodes, v->node))
			return false;
		out->nodes |= nodeset_of(v->node);
		out->nr_vnodes++;
	}
	(*p)++;
	return out->nr_vnodes > 0;
}

static bool read_memory(const char **p, struct plan *out)
{
	while (**p != ' ') {
		struct plan_memory *m = &out->memory[out->nr_memory];

		if (out->nr_memory == PLAN_MEMORY_MAX ||
		    !number32(p, ',', out->nr_vnodes - 1, &m->vnode) ||
		    !number32(p, ',', out->host->nr_nodes - 1, &m->node) ||
		    !bytes(p, ';', &m->bytes) || !m->bytes)
			return false;
		if (m->node != out->vnode[m->vnode].node)
			out->spilled_bytes += m->bytes;
		out->nr_memory++;
	}
	(*p)++;
	return true;
}

static bool read_plan(const char **p, struct plan *out)
{
	uint64_t told, rule;

	if (!digits_parse(p, ' ', PLAN_TOLD_FLAT, &told) || !flag(p, &out->pinned) ||
	    !flag(p, &out->soft) || !digits_parse(p, ' ', PLAN_MEMORY_STRIPED, &rule))
		return false;
	out->told = (enum plan_told)told;
	out->memory_rule = (enum plan_memory_rule)rule;
	return read_vnodes(p, out) && read_memory(p, out);
}

/* What plan_assert() holds a plan to, once its zone is known. */
static bool is_whole(const struct left_zone *l)
{
	const struct plan *p = &l->plan;
	const struct host *h = p->host;
	int64_t missing[NODES_MAX];
	int64_t sum = 0;
	uint64_t vcpus = 0;

	for (uint32_t v = 0; v < p->nr_vnodes; v++) {
		missing[v] = p->vnode[v].memory_bytes;
		sum += missing[v];
		vcpus += p->vnode[v].vcpus;
		if (p->vnode[v].vcpus && p->pinned && !nodeset_has(h->cpu_nodes, p->vnode[v].node))
			return false;
	}
	for (uint32_t i = 0; i < p->nr_memory; i++) {
		missing[p->memory[i].vnode] -= p->memory[i].bytes;
		if (!nodeset_has(h->memory_nodes, p->memory[i].node))
			return false;
	}
	for (uint32_t v = 0; v < p->nr_vnodes; v++)
		if (missing[v])
			return false;
	return vcpus == l->vcpus && sum == l->boot_bytes && l->least_bytes > 0 &&
	       l->least_bytes <= l->boot_bytes && l->boot_bytes <= l->most_bytes &&
	       (p->nodes & h->cpu_nodes) &&
	       !(p->told == PLAN_TOLD_VNUMA && p->nodes & ~h->usable_nodes) &&
	       !(p->memory_rule == PLAN_MEMORY_STRICT && p->spilled_bytes);
}

bool left_zone_read(struct left_zone *out, const char *text, const struct host *host)
{
	memset(out, 0, sizeof(*out));
	out->plan.host = host;
	return host->nr_nodes && digits_parse(&text, ' ', UINT64_MAX, &out->seed) &&
	       digits_parse(&text, ' ', UINT64_MAX, &out->ordinal) && out->ordinal &&
	       number32(&text, ' ', VCPUS_MAX, &out->vcpus) && out->vcpus &&
	       number32(&text, ' ', VCPUS_MAX, &out->vcpus_max) && out->vcpus_max >= out->vcpus &&
	       bytes(&text, ' ', &out->most_bytes) && bytes(&text, ' ', &out->boot_bytes) &&
	       bytes(&text, ' ', &out->least_bytes) && read_plan(&text, &out->plan) &&
	       read_name(&text, out->name) && read_name(&text, out->workload) && !*text &&
	       is_whole(out);
}

bool left_zone_is(const struct left_zone *l, const struct zone *z)
{
	return strcmp(l->name, z->name) == 0 && l->vcpus == z->vcpus &&
	       l->vcpus_max == z->vcpus_max && l->most_bytes == z->memory_bytes &&
	       l->boot_bytes == zone_boot_bytes(z) && l->least_bytes == z->memory_min_bytes &&
	       !z->nr_devices;
}
