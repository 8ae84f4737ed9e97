/*
 * A host: what placement needs to know of a machine. Read from hwloc XML, from what
 * other programs say of a machine (numactl -H, lscpu -J, virsh capabilities, xl info
 * -n), from this machine, or built by code (tests, backends). Plain data once made; nothing here
 * changes during a run.
 *
 * Nodes are kept in ascending os_index; everything else refers to them by their
 * position ("index") in that order. CPUs are sets of os_indexes, never ranges.
 */
#ifndef HOST_HOST_H
#define HOST_HOST_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

#include "base/cpuset.h"
#include "base/error.h"
#include "base/nodeset.h"

#define HOST_NO_PACKAGE UINT32_MAX

/* Where a matrix comes from; printed with every figure that rests on it. */
enum host_grade {
	GRADE_NONE, /* there is no such matrix */
	GRADE_ASSUMED, /* made up from packages: 10 / 12 / 32 */
	GRADE_FIRMWARE, /* SLIT, HMAT: what the firmware says */
	GRADE_MEASURED, /* somebody measured it on such a machine */
};

enum host_matrix_kind {
	MATRIX_DISTANCE, /* SLIT units, 10 = local */
	MATRIX_LATENCY, /* ns, read, idle */
	MATRIX_BANDWIDTH, /* MiB/s, reads unless the source says otherwise */
	MATRIX_WRITE_BANDWIDTH, /* MiB/s */
	MATRIX_KINDS
};

#define MATRIX_UNKNOWN UINT32_MAX

/* Row = initiator node, column = target node, nr_nodes x nr_nodes, row-major.
 * NULL when grade is GRADE_NONE. A cell can be MATRIX_UNKNOWN (HMAT publishes
 * local pairs only), except in the distance matrix, which is always whole. */
struct host_matrix {
	enum host_grade grade; /* the worst of its known cells */
	char source[64]; /* "NUMALatency", "memattr Latency", "packages", ... */
	uint32_t *value;
	uint8_t *cell_grade; /* enum host_grade a cell; NULL: `grade` for all that are known */
};

/* What zones may use a node's memory for. */
enum host_memory {
	MEMORY_DRAM,
	MEMORY_FAST, /* HBM, MCDRAM, memory set aside for a purpose (SPM) */
	MEMORY_SLOW, /* NVM, CXL, tiers but the first: after DRAM */
	MEMORY_DEVICE, /* a GPU's: never a zone's */
};

struct host_node {
	unsigned os_index;
	unsigned package; /* index of its package, or HOST_NO_PACKAGE */
	struct cpuset cpus; /* online CPUs that belong to this node and no other */
	unsigned nr_cpus; /* logical CPUs in that set */
	unsigned nr_cores; /* physical cores in that set */
	int64_t memory_bytes; /* what the OS or hypervisor can hand out; 0 = memory-less */
	char kind[16]; /* "DRAM", "HBM", "NVM", ...: the file's subtype, else "DRAM" */
	/* Made by host_finish() from the kind. */
	enum host_memory memory;
	int64_t device_bytes; /* MEMORY_DEVICE: moved here from memory_bytes */
};

enum host_device_class { DEVICE_OTHER, DEVICE_NIC, DEVICE_GPU, DEVICE_STORAGE };

#define DEVICE_NAMES_MAX 6

struct host_device {
	char pci[20]; /* "0000:41:00.0"; "" when it has no PCI address */
	unsigned nr_names; /* OS names: eth0, mlx5_0, ... */
	char name[DEVICE_NAMES_MAX][32];
	enum host_device_class class;
	unsigned pci_class; /* 0x0200 = Ethernet, 0x0302 = 3D controller, ... */
	unsigned vendor, device;
	nodeset nodes; /* owning nodes; 0 = unknown (firmware said "all" or nothing) */
};

struct host_l3 {
	struct cpuset cpus;
	int64_t size_bytes;
	nodeset nodes; /* nodes whose CPUs it serves: one, or several (SNC) */
};

struct figures;
struct host_known;
struct host {
	char *name; /* "epyc-nps4-8n" or the file's name without .xml */
	char *path; /* NULL for hosts made by code */
	char *source; /* one line: model, or the file's own words; "" if none */

	unsigned nr_nodes;
	struct host_node *node;
	struct host_matrix matrix[MATRIX_KINDS];

	enum host_grade memory_grade; /* GRADE_ASSUMED: the nodes' memory is a guess */
	unsigned nr_packages;
	unsigned nr_devices;
	struct host_device *device;
	unsigned nr_l3s;
	struct host_l3 *l3;

	/* What was measured, matrices included (host/figures.h); NULL: nothing that the
	 * matrices do not say. Owned. */
	struct figures *figures;
	struct host_known *known; /* the same, to look up (host/figures_known.h) */

	/* CPUs that the file knows but nobody may use, with the reason counted. */
	unsigned nr_cpus_offline; /* hidden: complete_cpuset > cpuset */
	unsigned nr_cpus_disallowed; /* excluded by a cgroup when it was written */
	unsigned nr_cpus_homeless; /* online, but their node is not in the file */

	unsigned nr_warnings;
	char **warning; /* sentences, in the order found */

	/* Made by host_finish(). */
	unsigned nr_cpus; /* usable: sum over nodes */
	int64_t memory_bytes; /* sum over nodes */
	nodeset cpu_nodes; /* nodes with CPUs */
	nodeset memory_nodes; /* nodes with memory */
	nodeset usable_nodes; /* nodes with both: where a vnode can live; may be empty */
	nodeset slow_nodes; /* nodes with memory of MEMORY_SLOW */
	struct cpuset cpus; /* union */
};

/*
 * Load a file: hwloc XML, or the text of a program in docs/formats.md; which, and
 * whether it is packed or UTF-16, is told from its content. What such a text does not
 * say is assumed, with a warning. Errors: ERR_INPUT (one sentence: what is wrong with
 * the file and what to do), ERR_MACHINE (fork or pipe failed). On failure *out is NULL.
 */
int host_load(struct host **out, const char *path, struct error *err) MUST_USE;
/* The same from text; `name` for the host and for messages. */
int host_load_text(struct host **out, const char *name, const char *text,
		   struct error *err) MUST_USE;
/* Does it look like an hwloc synthetic description ("node:2 core:8 pu:2")? */
bool host_is_synthetic(const char *text);
/* This machine, as hwloc sees it in a child process with limits on time, memory and
 * size; named "this". */
int host_load_this(struct host **out, struct error *err) MUST_USE;
/*
 * The file or the machine that `h` was loaded from, as hwloc's XML with all that hwloc
 * has of it (of a host that came from something else, what we know of it), and h's
 * measured figures; `note` says how they were measured and stays in the file. Loading
 * the text gives `h` again. *out is the caller's to free.
 */
int host_calibrated_xml(char **out, const struct host *h, const char *note,
			struct error *err) MUST_USE;
void host_free(struct host *h); /* NULL is fine */

/*
 * Hosts made by code: host_new() gives `nr_nodes` zeroed nodes whose os_index is
 * their position, kind "DRAM", one package, no matrix. Fill in nodes and
 * matrices, then host_finish() checks and derives: every CPU in one node at
 * most, nodes ascending, entries > 0 (ERR_INPUT otherwise). It counts nr_cpus
 * and, where nr_cores is 0, takes every CPU for a core. A missing distance
 * matrix is assumed with a warning: 10 for the node itself, 12 inside a package,
 * 32 to another one, as two-socket EPYC machines in NPS4 publish. No usable node
 * is a warning: such machines exist (an exporter in a cgroup) and can be shown.
 */
struct host *host_new(const char *name, unsigned nr_nodes) MUST_USE;
int host_finish(struct host *h, struct error *err) MUST_USE;
void host_warn(struct host *h, const char *fmt, ...) PRINTF_LIKE(2, 3);
/* A matrix of `kind` filled with MATRIX_UNKNOWN; replaces an older one. */
uint32_t *host_matrix_new(struct host *h, enum host_matrix_kind kind, enum host_grade grade,
			  const char *source);

static inline uint32_t host_distance(const struct host *h, unsigned from, unsigned to)
{
	return h->matrix[MATRIX_DISTANCE].value[from * h->nr_nodes + to];
}

/* GRADE_NONE for a cell that is not known. */
enum host_grade host_cell_grade(const struct host *h, enum host_matrix_kind kind, unsigned from,
				unsigned to);
/* Add to a matrix's source what it does not name yet of `more`, names with commas between. */
void host_add_sources(char *source, size_t size, const char *more);
/* One cell, of a matrix that is made where it is missing. */
void host_set_cell(struct host *h, enum host_matrix_kind kind, unsigned from, unsigned to,
		   uint32_t value, enum host_grade grade, const char *source);

/* By OS name ("nic0") or PCI address ("0000:41:00.0", or "41:00.0" for domain 0,
 * in capitals or not);
 * index into h->device, or -1. */
int host_find_device(const struct host *h, const char *name);
/* Nodes that have one of these CPUs. */
nodeset host_nodes_of(const struct host *h, const struct cpuset *cpus);
/* "0-3,8", the host's numbers of them; "" of none. The caller frees. */
char *host_nodes_text(const struct host *h, nodeset nodes) MUST_USE;
/* Index of the node with this os_index, or -1. */
int host_find_node(const struct host *h, unsigned os_index);

const char *host_grade_name(enum host_grade g); /* "measured", "firmware", "assumed", "none" */
const char *host_device_class_name(enum host_device_class c);
const char *host_memory_name(enum host_memory m); /* "dram", "fast", "slow", "device" */

/* As base/library.h: xml.c, hwloc_child.c. */
struct library;
struct library *libraries_of_xml(struct library *out);
struct library *libraries_of_hwloc(struct library *out);

/* What is known of the host's memory and where it comes from, figure by figure. */
void host_print_known(const struct host *h, FILE *out);
/* What `homenode show` prints. JSON: object with name, source, nodes, distances,
 * matrices, devices, l3s, warnings; see docs/formats.md. */
void host_print(const struct host *h, FILE *out);
void host_print_json(const struct host *h, FILE *out);

/*
 * A host as an hwloc XML file, for machines that hwloc itself cannot look at: nodes,
 * packages, CPUs, memory, PCI devices, and distances that are not assumed. L3 caches,
 * latencies and bandwidths are left out. `core_of` says by CPU number which CPUs
 * share a core (equal entries; CPUS_MAX of them); NULL: none do. host_load() gives
 * the same host, but for its name.
 */
void host_write_xml(const struct host *h, const uint32_t *core_of, FILE *out);

#endif
