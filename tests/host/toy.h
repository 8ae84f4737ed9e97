/* Small machines written as hwloc XML text, for the host tests. */
#ifndef TESTS_HOST_TOY_H
#define TESTS_HOST_TOY_H

#include "host/host.h"

#define TOY_NODES 6

struct toy_node {
	unsigned os;
	unsigned cpus; /* mask; 0: none */
	unsigned package; /* which package an empty or whole-package node hangs on */
	long long memory;
	const char *subtype;
};

struct toy {
	unsigned pus; /* mask of all online CPUs */
	unsigned complete; /* 0: the same */
	unsigned allowed; /* 0: the same */
	unsigned package[4]; /* masks; none: the nodes hang on Groups under the Machine */
	long long l3_bytes; /* one L3 around each package; 0: none */
	struct toy_node node[TOY_NODES];
	unsigned nr_nodes;
	const char *info; /* in the Machine, first */
	const char *in_package; /* in package 0, last */
	const char *in_machine; /* last */
	const char *tail; /* after the root object */
};

/* The caller frees. gp_index of node i is 100 + i. */
char *toy_xml(const struct toy *toy);
/* Writes to a temporary file, loads it, removes it. */
int load_text(struct host **out, const char *xml, struct error *err);
struct host *load_toy(const struct toy *toy);
/* The text must contain `from`; the first is replaced. The caller frees. */
char *replaced(const char *text, const char *from, const char *to);
bool warns(const struct host *h, const char *part);

/* Two packages, two nodes of two CPUs and 1 GiB. */
extern const struct toy toy_two;
/* The SLIT over nodes 0 and 1, to go into .tail. */
#define TOY_SLIT                                                                                   \
	"<distances2 type=\"NUMANode\" nbobjs=\"2\" kind=\"5\" name=\"NUMALatency\" "              \
	"indexing=\"os\">\n<indexes length=\"4\">0 1 </indexes>\n"                                 \
	"<u64values length=\"12\">10 21 21 10 </u64values>\n</distances2>\n"

#endif
