#include "emit/words.h"

#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/units.h"

#define HEAD_COLUMNS 96

void emit_note(struct emit_notes *n, const char *fmt, ...)
{
	char *text;
	size_t size;
	FILE *f = xmemstream(&text, &size);
	va_list args;

	BUG_ON(n->nr == EMIT_NOTES_MAX);
	va_start(args, fmt);
	vfprintf(f, fmt, args);
	va_end(args);
	xmemstream_close(f);
	n->line[n->nr++] = text;
}

void emit_notes_release(struct emit_notes *n)
{
	for (uint32_t i = 0; i < n->nr; i++)
		free(n->line[i]);
	memset(n, 0, sizeof(*n));
}

bool emit_tells(const struct plan *p)
{
	return p->told == PLAN_TOLD_VNUMA && p->nr_vnodes > 1;
}

void emit_note_boots_with_all(const struct plan *p, struct emit_notes *n)
{
	char boot[32], most[32];

	if (zone_boot_bytes(p->zone) == p->zone->memory_bytes)
		return;
	emit_note(
		n,
		"its memory is dynamic, but it boots with all %s of it, for which the plan has no "
		"room reserved; balloon it down to %s after the boot",
		bytes_text(p->zone->memory_bytes, most, sizeof(most)),
		bytes_text(zone_boot_bytes(p->zone), boot, sizeof(boot)));
}

/* "16 GiB on node 0, 8 GiB on node 1"; the caller frees. */
static char *where_text(const struct plan *p)
{
	int64_t bytes[NODES_MAX] = {0};
	char *text = xstrdup(""), size[32];

	for (uint32_t i = 0; i < p->nr_memory; i++)
		bytes[p->memory[i].node] += p->memory[i].bytes;
	for (unsigned i = 0; i < p->host->nr_nodes; i++) {
		char *longer;

		if (!bytes[i])
			continue;
		longer = xasprintf("%s%s%s on node %u", text, *text ? ", " : "",
				   bytes_text(bytes[i], size, sizeof(size)),
				   p->host->node[i].os_index);
		free(text);
		text = longer;
	}
	return text;
}

void emit_note_spilled(const struct plan *p, const char *instead, struct emit_notes *n)
{
	char *where, spilled[32];

	if (!p->spilled_bytes)
		return;
	where = where_text(p);
	emit_note(n, "the plan spills %s of its memory (%s); %s",
		  bytes_text(p->spilled_bytes, spilled, sizeof(spilled)), where, instead);
	free(where);
}

void emit_note_spilled_linux(const struct plan *p, struct emit_notes *n)
{
	emit_note_spilled(
		p,
		emit_interleaves(p)
			? "here the nodes are named without sizes, and its pages go round "
			  "them, so that is not kept"
			: "here the nodes are named without sizes, and each page comes "
			  "from the nearest with room when it is touched, so that is not "
			  "kept",
		n);
}

void emit_note_soft(const struct plan *p, struct emit_notes *n)
{
	if (p->soft)
		emit_note(n, "the plan prefers these CPUs only; here they are a hard limit");
}

void emit_note_devices(const struct plan *p, struct emit_notes *n)
{
	uint32_t missing = 0, first = 0;

	for (uint32_t i = 0; i < p->nr_devices; i++) {
		if (!*emit_pci(p, i) && !missing++)
			first = i;
	}
	if (missing)
		emit_note(n,
			  "the PCI address of %u of its devices is not known (%s), so they are "
			  "left out",
			  missing, plan_device_name(p, first));
}

/* As a comment may have it: one line, and no end of an XML comment. */
static char *plain_text(const char *text, bool xml)
{
	char *plain = xcalloc(strlen(text) + 1, 2), *at = plain;

	for (; *text; text++) {
		if (xml && *text == '-' && at > plain && at[-1] == '-')
			*at++ = ' ';
		*at++ = (*text >= ' ' && *text <= '~') ? *text : '?';
	}
	return plain;
}

void emit_comment(const char *text, const char *prefix, FILE *out)
{
	char *plain = plain_text(text, *prefix == ' ');
	size_t column = 0;

	for (char *word = plain; *word;) {
		size_t nr = strcspn(word, " ");

		if (column && column + 1 + nr > HEAD_COLUMNS) {
			fputc('\n', out);
			column = 0;
		}
		column += (size_t)fprintf(out, "%s%.*s", column ? " " : prefix, (int)nr, word);
		word += nr;
		word += strspn(word, " ");
	}
	fputc('\n', out);
	free(plain);
}

void emit_comments(const struct emit_notes *n, const char *prefix, FILE *out)
{
	for (uint32_t i = 0; i < n->nr; i++) {
		char *line = xasprintf("Note: %s.", n->line[i]);

		emit_comment(line, prefix, out);
		free(line);
	}
}

void emit_note_renamed(const struct plan *p, const char *name, struct emit_notes *n)
{
	if (strcmp(name, p->zone->name) != 0)
		emit_note(n, "no zone can be called \"%s\" here, so it is called %s", p->zone->name,
			  name);
}

void emit_head(const struct emit_input *in, const char *name, const struct emit_notes *n,
	       const char *prefix, FILE *out)
{
	char *nodes = host_nodes_text(in->plan->host, in->plan->nodes);
	bool same = strcmp(name, in->plan->zone->name) == 0;
	char *line = xasprintf("Zone %s%s%s%s on host %s, nodes %s, by the policy %s; written by "
			       "homenode plan.",
			       in->plan->zone->name, same ? "" : " (here ", same ? "" : name,
			       same ? "" : ")", in->plan->host->name, nodes, in->policy);

	emit_comment(line, prefix, out);
	free(line);
	free(nodes);
	emit_comments(n, prefix, out);
}

int64_t emit_mib(int64_t bytes)
{
	return (bytes + MIB - 1) / MIB;
}

int64_t emit_vnode_mib(const struct plan *p, uint32_t vnode, int64_t total)
{
	int64_t all = plan_memory_bytes(p);
	int128 before = 0, after;

	for (uint32_t v = 0; v < vnode; v++)
		before += p->vnode[v].memory_bytes;
	after = before + p->vnode[vnode].memory_bytes;
	return (int64_t)(after * total / all) - (int64_t)(before * total / all);
}

bool emit_has_empty_vnode(const struct plan *p, int64_t total)
{
	for (uint32_t v = 0; v < p->nr_vnodes; v++) {
		if (!emit_vnode_mib(p, v, total))
			return true;
	}
	return false;
}

nodeset emit_memory_nodes(const struct plan *p, uint32_t vnode)
{
	nodeset nodes = nodeset_of(p->vnode[vnode].node) & p->host->memory_nodes;

	for (uint32_t i = 0; i < p->nr_memory; i++) {
		if (p->memory[i].vnode == vnode && p->memory[i].bytes)
			nodes |= nodeset_of(p->memory[i].node);
	}
	return nodes;
}

nodeset emit_all_memory_nodes(const struct plan *p)
{
	nodeset nodes = 0;

	for (uint32_t v = 0; v < p->nr_vnodes; v++)
		nodes |= emit_memory_nodes(p, v);
	return nodes;
}

bool emit_interleaves(const struct plan *p)
{
	bool equal = p->nr_vnodes > 1 && !p->pinned;

	for (uint32_t v = 1; v < p->nr_vnodes; v++) {
		int64_t more = p->vnode[v].memory_bytes - p->vnode[0].memory_bytes;

		equal = equal && more <= MIB && more >= -MIB;
	}
	return equal || p->memory_rule == PLAN_MEMORY_STRIPED;
}

char *emit_cpu_list(const struct plan *p, uint32_t vnode)
{
	struct cpuset cpus;

	plan_cpus(p, vnode, &cpus);
	return cpuset_list(&cpus);
}

char *emit_all_cpus_list(const struct plan *p)
{
	struct cpuset all = {0};

	for (uint32_t v = 0; v < p->nr_vnodes; v++) {
		struct cpuset cpus;

		plan_cpus(p, v, &cpus);
		cpuset_or(&all, &cpus);
	}
	return cpuset_list(&all);
}

static char *range_text(uint32_t first, uint32_t nr)
{
	if (!nr)
		return xstrdup("");
	return nr == 1 ? xasprintf("%u", first) : xasprintf("%u-%u", first, first + nr - 1);
}

char *emit_vcpu_list(const struct plan *p, uint32_t vnode)
{
	char *online = range_text(plan_first_vcpu(p, vnode), p->vnode[vnode].vcpus);
	char *offline = range_text(plan_first_offline_vcpu(p, vnode), plan_offline_vcpus(p, vnode));
	char *list = xasprintf("%s%s%s", online, *online && *offline ? "," : "", offline);

	free(offline);
	free(online);
	return list;
}

uint32_t emit_vnode_of(const struct plan *p, uint32_t vcpu)
{
	for (uint32_t v = 0; v < p->nr_vnodes; v++) {
		uint32_t offline = plan_first_offline_vcpu(p, v);

		if (vcpu - plan_first_vcpu(p, v) < p->vnode[v].vcpus ||
		    vcpu - offline < plan_offline_vcpus(p, v))
			return v;
	}
	bug_at(__FILE__, __LINE__, "vCPU %u is on no vnode", vcpu);
}

const char *emit_pci(const struct plan *p, uint32_t device)
{
	return p->host->device[p->device[device]].pci;
}
