#include "tests/host/toy.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/alloc.h"
#include "tests/temporary.h"

const struct toy toy_two = {
	.pus = 0xf,
	.package = {0x3, 0xc},
	.node = {{0, 0x3, 0, 1 << 30, NULL}, {1, 0xc, 1, 1 << 30, NULL}},
	.nr_nodes = 2,
};

struct writer {
	FILE *f;
	const struct toy *toy;
	unsigned gp;
	unsigned written; /* CPUs already placed */
	bool placed[TOY_NODES];
};

/* hwloc's bitmap text of a nodeset with os_indexes up to 255. */
static void put_nodes(struct writer *w, unsigned cpus, bool whole_machine)
{
	unsigned word[8] = {0};
	int top = 7;

	for (unsigned i = 0; i < w->toy->nr_nodes; i++) {
		const struct toy_node *n = &w->toy->node[i];

		if (whole_machine || (n->cpus & cpus))
			word[n->os / 32] |= 1u << n->os % 32;
	}
	while (top > 0 && word[top] == 0)
		top--;
	for (int i = top; i >= 0; i--)
		fprintf(w->f, "0x%08x%s", word[i], i ? "," : "");
}

static void put_sets(struct writer *w, unsigned cpus, unsigned complete)
{
	fprintf(w->f, " cpuset=\"0x%x\" complete_cpuset=\"0x%x\" nodeset=\"", cpus, complete);
	put_nodes(w, cpus, cpus == w->toy->pus);
	fputs("\" complete_nodeset=\"", w->f);
	put_nodes(w, cpus, cpus == w->toy->pus);
	fputc('"', w->f);
}

static void put_node(struct writer *w, unsigned i)
{
	const struct toy_node *n = &w->toy->node[i];
	unsigned word = n->os / 32;

	w->placed[i] = true;
	fprintf(w->f,
		"<object type=\"NUMANode\" os_index=\"%u\" cpuset=\"0x%x\" "
		"complete_cpuset=\"0x%x\" ",
		n->os, n->cpus, n->cpus);
	for (int k = 0; k < 2; k++) {
		fprintf(w->f, "%s=\"0x%08x", k ? "complete_nodeset" : "nodeset", 1u << n->os % 32);
		for (unsigned z = 0; z < word; z++)
			fputs(",0x0", w->f);
		fputs("\" ", w->f);
	}
	fprintf(w->f, "gp_index=\"%u\"", 100 + i);
	if (n->memory)
		fprintf(w->f, " local_memory=\"%lld\"", n->memory);
	if (n->subtype)
		fprintf(w->f, " subtype=\"%s\"", n->subtype);
	fputs("/>\n", w->f);
}

static void put_pus(struct writer *w, unsigned cpus)
{
	for (unsigned i = 0; i < 32; i++) {
		if (!(cpus & ~w->written & 1u << i))
			continue;
		fprintf(w->f, "<object type=\"PU\" os_index=\"%u\"", i);
		put_sets(w, 1u << i, 1u << i);
		fprintf(w->f, " gp_index=\"%u\"/>\n", w->gp++);
		w->written |= 1u << i;
	}
}

/* What is inside an object with these CPUs: nodes that cover it, Groups for those
 * that do not, the rest of the PUs. */
static void put_inside(struct writer *w, unsigned cpus, int package)
{
	for (unsigned i = 0; i < w->toy->nr_nodes; i++) {
		const struct toy_node *n = &w->toy->node[i];

		if (!w->placed[i] && (n->cpus == cpus || (!n->cpus && (int)n->package == package)))
			put_node(w, i);
	}
	for (unsigned i = 0; i < w->toy->nr_nodes; i++) {
		unsigned own = w->toy->node[i].cpus;

		if (w->placed[i] || !own || (own & ~cpus))
			continue;
		fputs("<object type=\"Group\"", w->f);
		put_sets(w, own, own);
		fprintf(w->f, " gp_index=\"%u\" kind=\"0\" subkind=\"0\">\n", w->gp++);
		put_inside(w, own, -1);
		fputs("</object>\n", w->f);
	}
	put_pus(w, cpus);
}

static void put_package(struct writer *w, unsigned p)
{
	unsigned cpus = w->toy->package[p];

	fprintf(w->f, "<object type=\"Package\" os_index=\"%u\"", p);
	put_sets(w, cpus, cpus);
	fprintf(w->f, " gp_index=\"%u\">\n", w->gp++);
	if (w->toy->l3_bytes) {
		fputs("<object type=\"L3Cache\"", w->f);
		put_sets(w, cpus, cpus);
		fprintf(w->f,
			" gp_index=\"%u\" cache_size=\"%lld\" depth=\"3\" "
			"cache_linesize=\"64\" cache_associativity=\"16\" cache_type=\"0\">\n",
			w->gp++, w->toy->l3_bytes);
	}
	put_inside(w, cpus, (int)p);
	if (w->toy->l3_bytes)
		fputs("</object>\n", w->f);
	if (p == 0 && w->toy->in_package)
		fputs(w->toy->in_package, w->f);
	fputs("</object>\n", w->f);
}

char *toy_xml(const struct toy *toy)
{
	char *text = NULL;
	size_t size = 0;
	struct writer w = {.f = open_memstream(&text, &size), .toy = toy, .gp = 1000};

	fputs("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
	      "<!DOCTYPE topology SYSTEM \"hwloc2.dtd\">\n<topology version=\"2.0\">\n"
	      "<object type=\"Machine\" os_index=\"0\"",
	      w.f);
	put_sets(&w, toy->pus, toy->complete ? toy->complete : toy->pus);
	fprintf(w.f, " allowed_cpuset=\"0x%x\" allowed_nodeset=\"",
		toy->allowed ? toy->allowed : toy->pus);
	put_nodes(&w, toy->pus, true);
	fputs("\" gp_index=\"1\">\n", w.f);
	fputs(toy->info ? toy->info : "", w.f);
	for (unsigned p = 0; p < 4 && toy->package[p]; p++)
		put_package(&w, p);
	if (!toy->package[0])
		put_inside(&w, toy->pus, 0);
	fprintf(w.f, "%s</object>\n%s</topology>\n", toy->in_machine ? toy->in_machine : "",
		toy->tail ? toy->tail : "");
	fclose(w.f);
	return text;
}

int load_text(struct host **out, const char *xml, struct error *err)
{
	char path[256];
	int fd = mkstemp(temporary_name(path, sizeof(path), "homenode-host")), rc;
	FILE *f = fdopen(fd, "w");

	fputs(xml, f);
	fclose(f);
	rc = host_load(out, path, err);
	unlink(path);
	return rc;
}

struct host *load_toy(const struct toy *toy)
{
	char *xml = toy_xml(toy);
	struct error err = {0, ""};
	struct host *h = NULL;

	if (load_text(&h, xml, &err))
		fprintf(stderr, "%s\n%s\n", err.text, xml);
	free(xml);
	return h;
}

char *replaced(const char *text, const char *from, const char *to)
{
	const char *at = strstr(text, from);

	if (!at) {
		fprintf(stderr, "nothing to replace: %s\n", from);
		abort();
	}
	return xasprintf("%.*s%s%s", (int)(at - text), text, to, at + strlen(from));
}

bool warns(const struct host *h, const char *part)
{
	for (unsigned i = 0; i < h->nr_warnings; i++)
		if (strstr(h->warning[i], part))
			return true;
	return false;
}
