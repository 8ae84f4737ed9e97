/*
 * The facts that topologies/ is generated from: one struct machine a file. Every
 * fact is somebody's: `source` names who published it, and what was made up
 * because nobody did. Adding a machine is adding an entry here.
 */
#ifndef TOOLS_TOPOLOGIES_MACHINES_H
#define TOOLS_TOPOLOGIES_MACHINES_H

#include <stdint.h>

/* How a node's CPU list maps to cores of `threads` hardware threads each. */
enum cpu_order {
	/* Linux on x86: all first threads, then all second threads. */
	SIBLINGS_LAST,
	/* 0,1 are one core, 2,3 the next: POWER. */
	SIBLINGS_ADJACENT,
};

/* Memory nodes without CPUs, and where hwloc hangs them. */
enum extra_nodes {
	EXTRA_NONE,
	EXTRA_BESIDE, /* one beside each node with CPUs, in the same order: HBM */
	EXTRA_PACKAGE0, /* a single one, at the first package as a whole: CXL */
};

struct machine_node {
	unsigned os_index;
	unsigned package;
	const char *cpus; /* the kernel's list, all threads; "" for an extra node */
	unsigned memory_mib;
	const char *kind; /* hwloc subtype; NULL = plain DRAM */
};

#define DEVICE_NOWHERE (-1) /* the firmware did not say: hangs at the machine */
#define DEVICE_OS_NAMES 3

struct machine_device {
	int node; /* os_index, or DEVICE_NOWHERE */
	const char *pci; /* "0000:41:00.0" */
	unsigned pci_class, vendor, device;
	/* What the OS calls it; hwloc_obj_osdev_type_t beside each. */
	struct {
		const char *name;
		int type;
	} os[DEVICE_OS_NAMES];
};

/* Row = initiator, column = target, in the order of `node`; 0 = not measured. */
struct machine_measured {
	const char *source;
	const uint16_t *latency_tenth_ns;
	const uint32_t *bandwidth_tenth_mbps; /* 10^5 bytes/s, reads */
};

struct machine {
	const char *name; /* file name without .xml; starts with the family */
	const char *model;
	const char *source; /* one line; goes into the file as homenodeSource */
	const char *special; /* what is different about it, for topologies/README.md */

	unsigned nr_packages;
	unsigned l3_kib;
	unsigned l3s_per_node; /* 0: one L3 for the whole package */
	unsigned threads; /* per core */
	enum cpu_order order;
	enum extra_nodes extra;

	unsigned nr_nodes; /* extra ones included; they come last */
	const struct machine_node *node;

	/* Distances: a whole matrix, or NULL and three numbers. */
	const uint16_t *slit;
	unsigned slit_local, slit_package, slit_remote;

	const struct machine_measured *measured; /* NULL: nobody did */

	unsigned nr_devices;
	const struct machine_device *device;
};

extern const struct machine machines[];
extern const unsigned nr_machines;

/* By position in `node`. */
unsigned machine_distance(const struct machine *m, unsigned from, unsigned to);
/* As hwloc keeps them: whole ns and MiB/s, rounded half up; 0 = not measured. */
uint64_t machine_latency_ns(const struct machine *m, unsigned from, unsigned to);
uint64_t machine_bandwidth_mibps(const struct machine *m, unsigned from, unsigned to);

/* The larger tables, in matrices.c. */
extern const uint16_t slit_epyc_9224[5 * 5];
extern const uint16_t slit_kunpeng_920[4 * 4];
extern const uint16_t slit_opteron_6272[8 * 8];
extern const uint16_t slit_xeon_max[16 * 16];
extern const uint16_t slit_ft2500[16 * 16];
extern const uint16_t slit_uv2000[24 * 24];
extern const struct machine_measured measured_epyc_7502;
extern const struct machine_measured measured_epyc_9224;
extern const struct machine_measured measured_xeon_8360y;
extern const struct machine_measured measured_xeon_8468;

#endif
