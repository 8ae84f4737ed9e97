/*
 * One entry a machine. Memory is what Linux reports for the node (MemTotal), not
 * the size of the modules, except where the source says otherwise.
 */
#include "tools/topologies/machines.h"

#include <hwloc.h>
#include <stddef.h>

#define GPU HWLOC_OBJ_OSDEV_GPU
#define NET HWLOC_OBJ_OSDEV_NETWORK
#define RDMA HWLOC_OBJ_OSDEV_OPENFABRICS
#define CUDA HWLOC_OBJ_OSDEV_COPROC

#define COUNT(array) ((unsigned)(sizeof(array) / sizeof((array)[0])))
#define NODES(n) .nr_nodes = COUNT(nodes_##n), .node = nodes_##n
#define DEVICES(n) .nr_devices = COUNT(devices_##n), .device = devices_##n

/* clang-format off */

static const struct machine_node nodes_epyc_nps4_adjacent[] = {
	{0, 0, "0-15", 16384, NULL},
	{1, 0, "16-31", 16384, NULL},
	{2, 0, "32-47", 16384, NULL},
	{3, 0, "48-63", 16384, NULL},
	{4, 1, "64-79", 16384, NULL},
	{5, 1, "80-95", 16384, NULL},
	{6, 1, "96-111", 16384, NULL},
	{7, 1, "112-127", 16384, NULL},
};

static const struct machine_node nodes_epyc_nps4_linux[] = {
	{0, 0, "0-7,64-71", 16384, NULL},
	{1, 0, "8-15,72-79", 16384, NULL},
	{2, 0, "16-23,80-87", 16384, NULL},
	{3, 0, "24-31,88-95", 16384, NULL},
	{4, 1, "32-39,96-103", 16384, NULL},
	{5, 1, "40-47,104-111", 16384, NULL},
	{6, 1, "48-55,112-119", 16384, NULL},
	{7, 1, "56-63,120-127", 16384, NULL},
};

static const struct machine_device devices_default[] = {
	{2, "0000:41:00.0", 0x0302, 0x10de, 0x20b5, {{"gpu0", GPU}}},
	{5, "0000:a1:00.0", 0x0200, 0x15b3, 0x101d, {{"nic0", NET}}},
	{6, "0000:c1:00.0", 0x0302, 0x10de, 0x20b5, {{"gpu1", GPU}}},
};

static const struct machine_node nodes_epyc_9224[] = {
	{0, 0, "0-11,48-59", 193283, NULL},
	{1, 0, "12-23,60-71", 193493, NULL},
	{2, 1, "24-35,72-83", 193529, NULL},
	{3, 1, "36-47,84-95", 193490, NULL},
	{4, 0, "", 129017, "CXL-DRAM"},
};

static const struct machine_node nodes_epyc_7551[] = {
	{0, 0, "0-7,64-71", 32671, NULL},
	{1, 0, "8-15,72-79", 32767, NULL},
	{2, 0, "16-23,80-87", 32767, NULL},
	{3, 0, "24-31,88-95", 32767, NULL},
	{4, 1, "32-39,96-103", 32767, NULL},
	{5, 1, "40-47,104-111", 32767, NULL},
	{6, 1, "48-55,112-119", 32767, NULL},
	{7, 1, "56-63,120-127", 32767, NULL},
};

static const struct machine_device devices_epyc_7551[] = {
	{0, "0000:02:00.0", 0x0300, 0x1a03, 0x2000, {{"card0", GPU}}},
	{1, "0000:11:00.0", 0x0200, 0x8086, 0x1521, {{"eno1", NET}}},
	{5, "0000:51:00.0", 0x0207, 0x15b3, 0x1013, {{"ib0", NET}, {"mlx5_0", RDMA}}},
};

static const struct machine_node nodes_epyc_7402[] = {
	{0, 0, "0-23,48-71", 128492, NULL},
	{1, 1, "24-47,72-95", 128973, NULL},
};

static const struct machine_device devices_epyc_7402[] = {
	{0, "0000:03:00.0", 0x0380, 0x1002, 0x66a1, {{"rsmi2", GPU}}},
	{0, "0000:27:00.0", 0x0380, 0x1002, 0x66a1, {{"rsmi3", GPU}}},
	{0, "0000:43:00.0", 0x0380, 0x1002, 0x66a1, {{"rsmi1", GPU}}},
	{0, "0000:63:00.0", 0x0380, 0x1002, 0x66a1, {{"rsmi0", GPU}}},
	{1, "0000:83:00.0", 0x0380, 0x1002, 0x66a1, {{"rsmi6", GPU}}},
	{1, "0000:a3:00.0", 0x0380, 0x1002, 0x66a1, {{"rsmi7", GPU}}},
	{1, "0000:c3:00.0", 0x0380, 0x1002, 0x66a1, {{"rsmi5", GPU}}},
	{1, "0000:c4:00.0", 0x0207, 0x15b3, 0x101b, {{"hsi0", NET}, {"mlx5_0", RDMA}}},
	{1, "0000:e3:00.0", 0x0380, 0x1002, 0x66a1, {{"rsmi4", GPU}}},
	{1, "0000:e7:00.0", 0x0200, 0x8086, 0x1521, {{"eno1", NET}}},
};

static const struct machine_node nodes_epyc_9555[] = {
	{0, 0, "0-15,128-143", 193103, NULL},
	{1, 0, "16-31,144-159", 193527, NULL},
	{2, 0, "32-47,160-175", 193527, NULL},
	{3, 0, "48-63,176-191", 193527, NULL},
	{4, 1, "64-79,192-207", 193527, NULL},
	{5, 1, "80-95,208-223", 193527, NULL},
	{6, 1, "96-111,224-239", 193527, NULL},
	{7, 1, "112-127,240-255", 193406, NULL},
};

static const struct machine_device devices_epyc_9555[] = {
	{0, "0000:51:00.0", 0x0200, 0x8086, 0x1533, {{"eno6", NET}}},
	{1, "0000:03:00.0", 0x0207, 0x15b3, 0x1021, {{"ib3x", NET}, {"mlx5_0", RDMA}}},
	{1, "0000:06:00.0", 0x0302, 0x10de, 0x2335, {{"renderD128", GPU}, {"card1", GPU}}},
	{2, "0000:13:00.0", 0x0207, 0x15b3, 0x1021, {{"ib2x", NET}, {"mlx5_3", RDMA}}},
	{2, "0000:16:00.0", 0x0302, 0x10de, 0x2335, {{"renderD129", GPU}, {"card2", GPU}}},
	{3, "0000:61:00.0", 0x0200, 0x15b3, 0x101f, {{"eno4np0", NET}, {"mlx5_1", RDMA}}},
	{6, "0000:93:00.0", 0x0207, 0x15b3, 0x1021, {{"ib1x", NET}, {"mlx5_4", RDMA}}},
	{6, "0000:96:00.0", 0x0302, 0x10de, 0x2335, {{"card3", GPU}, {"renderD130", GPU}}},
	{7, "0000:e3:00.0", 0x0207, 0x15b3, 0x1021, {{"ib0", NET}, {"mlx5_5", RDMA}}},
	{7, "0000:e6:00.0", 0x0302, 0x10de, 0x2335, {{"card4", GPU}, {"renderD131", GPU}}},
};

static const struct machine_node nodes_threadripper_3960x[] = {
	{0, 0, "0-5,24-29", 0, NULL},
	{1, 0, "6-11,30-35", 64307, NULL},
	{2, 0, "12-17,36-41", 64472, NULL},
	{3, 0, "18-23,42-47", 0, NULL},
};

static const struct machine_node nodes_opteron_6272[] = {
	{0, 0, "0-7", 16043, NULL},
	{1, 0, "8-15", 16126, NULL},
	{2, 1, "32-39", 16126, NULL},
	{3, 1, "40-47", 16126, NULL},
	{4, 2, "48-55", 16126, NULL},
	{5, 2, "56-63", 16126, NULL},
	{6, 3, "16-23", 16126, NULL},
	{7, 3, "24-31", 16110, NULL},
};

static const struct machine_node nodes_xeon_8360y[] = {
	{0, 0, "0-35", 128763, NULL},
	{1, 1, "36-71", 128763, NULL},
};

static const struct machine_node nodes_xeon_8468[] = {
	{0, 0, "0-11", 32196, NULL},
	{1, 0, "12-23", 32196, NULL},
	{2, 0, "24-35", 32196, NULL},
	{3, 0, "36-47", 32196, NULL},
	{4, 1, "48-59", 32196, NULL},
	{5, 1, "60-71", 32196, NULL},
	{6, 1, "72-83", 32196, NULL},
	{7, 1, "84-95", 32196, NULL},
};

static const struct machine_node nodes_xeon_skylake[] = {
	{0, 0, "0-2,5-6,10-12,15-16,40-42,45-46,50-52,55-56", 46880, NULL},
	{1, 0, "3-4,7-9,13-14,17-19,43-44,47-49,53-54,57-59", 48347, NULL},
	{2, 1, "20-22,25-26,30-32,35-36,60-62,65-66,70-72,75-76", 48379, NULL},
	{3, 1, "23-24,27-29,33-34,37-39,63-64,67-69,73-74,77-79", 48378, NULL},
};

static const struct machine_node nodes_xeon_e7_4870[] = {
	{0, 0, "0,4,8,12,16,20,24,28,32,36", 131058, NULL},
	{1, 1, "1,5,9,13,17,21,25,29,33,37", 131072, NULL},
	{2, 2, "2,6,10,14,18,22,26,30,34,38", 131072, NULL},
	{3, 3, "3,7,11,15,19,23,27,31,35,39", 131072, NULL},
};

static const struct machine_device devices_xeon_e7_4870[] = {
	{DEVICE_NOWHERE, "0000:02:00.0", 0x0200, 0x14e4, 0x1639, {{"eth0", NET}}},
};

static const struct machine_node nodes_xeon_max[] = {
	{0, 0, "0-11,96-107", 64132, NULL},
	{1, 0, "12-23,108-119", 64505, NULL},
	{2, 0, "24-35,120-131", 64505, NULL},
	{3, 0, "36-47,132-143", 64505, NULL},
	{4, 1, "48-59,144-155", 64505, NULL},
	{5, 1, "60-71,156-167", 64459, NULL},
	{6, 1, "72-83,168-179", 64505, NULL},
	{7, 1, "84-95,180-191", 64456, NULL},
	{8, 0, "", 16384, "HBM"},
	{9, 0, "", 16384, "HBM"},
	{10, 0, "", 16384, "HBM"},
	{11, 0, "", 16384, "HBM"},
	{12, 1, "", 16384, "HBM"},
	{13, 1, "", 16384, "HBM"},
	{14, 1, "", 16384, "HBM"},
	{15, 1, "", 16384, "HBM"},
};

static const struct machine_node nodes_kunpeng_920[] = {
	{0, 0, "0-31", 128645, NULL},
	{1, 0, "32-63", 129021, NULL},
	{2, 1, "64-95", 129021, NULL},
	{3, 1, "96-127", 127990, NULL},
};

static const struct machine_node nodes_ft2500[] = {
	{0, 0, "0-7", 16384, NULL},
	{1, 0, "8-15", 16384, NULL},
	{2, 0, "16-23", 16384, NULL},
	{3, 0, "24-31", 16384, NULL},
	{4, 0, "32-39", 16384, NULL},
	{5, 0, "40-47", 16384, NULL},
	{6, 0, "48-55", 16384, NULL},
	{7, 0, "56-63", 16384, NULL},
	{8, 1, "64-71", 16384, NULL},
	{9, 1, "72-79", 16384, NULL},
	{10, 1, "80-87", 16384, NULL},
	{11, 1, "88-95", 16384, NULL},
	{12, 1, "96-103", 16384, NULL},
	{13, 1, "104-111", 16384, NULL},
	{14, 1, "112-119", 16384, NULL},
	{15, 1, "120-127", 16384, NULL},
};

static const struct machine_node nodes_power9[] = {
	{0, 0, "8-87", 130748, NULL},
	{8, 1, "96-175", 130812, NULL},
};

static const struct machine_device devices_power9[] = {
	{0, "0003:01:00.0", 0x0207, 0x15b3, 0x1019, {{"hsi0", NET}, {"mlx5_0", RDMA}}},
	{0, "0004:04:00.0", 0x0302, 0x10de, 0x1db1, {{"cuda0", CUDA}, {"nvml0", GPU}}},
	{0, "0004:05:00.0", 0x0302, 0x10de, 0x1db1, {{"cuda1", CUDA}, {"nvml1", GPU}}},
	{0, "0005:01:00.0", 0x0200, 0x14e4, 0x1657, {{"enP5p1s0f0", NET}}},
	{8, "0033:01:00.0", 0x0207, 0x15b3, 0x1019, {{"hsi2", NET}, {"mlx5_2", RDMA}}},
	{8, "0035:03:00.0", 0x0302, 0x10de, 0x1db1, {{"cuda2", CUDA}, {"nvml2", GPU}}},
	{8, "0035:04:00.0", 0x0302, 0x10de, 0x1db1, {{"cuda3", CUDA}, {"nvml3", GPU}}},
};

static const struct machine_node nodes_uv2000[] = {
	{0, 0, "0-7,192-199", 31714, NULL},
	{1, 1, "8-15,200-207", 31728, NULL},
	{2, 2, "16-23,208-215", 31728, NULL},
	{3, 3, "24-31,216-223", 31728, NULL},
	{4, 4, "32-39,224-231", 31728, NULL},
	{5, 5, "40-47,232-239", 31728, NULL},
	{6, 6, "48-55,240-247", 31728, NULL},
	{7, 7, "56-63,248-255", 31728, NULL},
	{8, 8, "64-71,256-263", 31728, NULL},
	{9, 9, "72-79,264-271", 31728, NULL},
	{10, 10, "80-87,272-279", 31728, NULL},
	{11, 11, "88-95,280-287", 31728, NULL},
	{12, 12, "96-103,288-295", 31728, NULL},
	{13, 13, "104-111,296-303", 31728, NULL},
	{14, 14, "112-119,304-311", 31728, NULL},
	{15, 15, "120-127,312-319", 31728, NULL},
	{16, 16, "128-135,320-327", 31728, NULL},
	{17, 17, "136-143,328-335", 31728, NULL},
	{18, 18, "144-151,336-343", 31728, NULL},
	{19, 19, "152-159,344-351", 31728, NULL},
	{20, 20, "160-167,352-359", 31728, NULL},
	{21, 21, "168-175,360-367", 31728, NULL},
	{22, 22, "176-183,368-375", 31728, NULL},
	{23, 23, "184-191,376-383", 31728, NULL},
};

static const struct machine_device devices_uv2000[] = {
	{0, "0000:01:00.0", 0x0200, 0x8086, 0x1521, {{"eth0", NET}}},
	{4, "0002:03:00.0", 0x0200, 0x14e4, 0x1639, {{"eth2", NET}}},
};

/* clang-format on */

const struct machine machines[] = {
	{
		.name = "epyc-nps4-8n",
		.model = "2 x 32-core AMD EPYC, NPS4, SMT siblings adjacent",
		.source = "Edera, NUMA Part 2 (nodes, CPUs, memory, SLIT); AMD EPYC 7502 data "
			  "sheet (8 cores and 2 L3 of 16 MiB a node); device models and PCI "
			  "addresses made up",
		.special = "the default host: every node a plain range of CPUs",
		.nr_packages = 2,
		.l3_kib = 16384,
		.l3s_per_node = 2,
		.threads = 2,
		.order = SIBLINGS_ADJACENT,
		NODES(epyc_nps4_adjacent),
		.slit_local = 10,
		.slit_package = 12,
		.slit_remote = 32,
		DEVICES(default),
	},
	{
		.name = "epyc-nps4-8n-smt",
		.model = "2 x 32-core AMD EPYC, NPS4, numbered as Linux does",
		.source = "Edera, NUMA Part 2 (nodes, CPUs, memory, SLIT); AMD EPYC 7502 data "
			  "sheet (8 cores and 2 L3 of 16 MiB a node); device models and PCI "
			  "addresses made up",
		.special = "the default host with SMT siblings last: a node is a set of CPUs, "
			   "never a range",
		.nr_packages = 2,
		.l3_kib = 16384,
		.l3s_per_node = 2,
		.threads = 2,
		NODES(epyc_nps4_linux),
		.slit_local = 10,
		.slit_package = 12,
		.slit_remote = 32,
		DEVICES(default),
	},
	{
		.name = "epyc-7502-nps4-8n",
		.model = "2 x AMD EPYC 7502, NPS4",
		.source = "AMD EPYC 7502 data sheet (cores, L3); SLIT as other NPS4 hosts report "
			  "it; 16 GiB a node made up: the size was not published",
		.special = "latency measured inside one socket only: three neighbours at SLIT 12 "
			   "differ by 14 %",
		.nr_packages = 2,
		.l3_kib = 16384,
		.l3s_per_node = 2,
		.threads = 2,
		NODES(epyc_nps4_linux),
		.slit_local = 10,
		.slit_package = 12,
		.slit_remote = 32,
		.measured = &measured_epyc_7502,
	},
	{
		.name = "epyc-9224-nps2-5n",
		.model = "2 x AMD EPYC 9224, NPS2, Samsung CXL expander",
		.source =
			"numactl -H in a note on 2 x EPYC 9224 with a CXL expander (nodes, CPUs, "
			"memory, SLIT); AMD EPYC 9224 data sheet (4 CCDs of 6 cores and 16 MiB L3)",
		.special = "CXL memory node without CPUs behind socket 0, SLIT asymmetric (50/60 "
			   "there, 255 back), everything measured",
		.nr_packages = 2,
		.l3_kib = 16384,
		.l3s_per_node = 2,
		.threads = 2,
		.extra = EXTRA_PACKAGE0,
		NODES(epyc_9224),
		.slit = slit_epyc_9224,
		.measured = &measured_epyc_9224,
	},
	{
		.name = "epyc-7551-8n",
		.model = "2 x AMD EPYC 7551 (Zen 1, die = node)",
		.source = "LLNL/mpibind topo-xml/epyc-dual-sock-hwloc1.xml",
		.special = "SLIT 10/16/32; network, InfiniBand and a VGA that is no GPU",
		.nr_packages = 2,
		.l3_kib = 8192,
		.l3s_per_node = 2,
		.threads = 2,
		NODES(epyc_7551),
		.slit_local = 10,
		.slit_package = 16,
		.slit_remote = 32,
		DEVICES(epyc_7551),
	},
	{
		.name = "epyc-7402-nps1-2n",
		.model = "2 x AMD EPYC 7402, NPS1, 8 x MI50",
		.source = "LLNL/mpibind topo-xml/epyc-corona-p2.xml",
		.special = "one node a socket, eight GPUs (class 0380)",
		.nr_packages = 2,
		.l3_kib = 16384,
		.l3s_per_node = 8,
		.threads = 2,
		NODES(epyc_7402),
		.slit_local = 10,
		.slit_package = 32,
		.slit_remote = 32,
		DEVICES(epyc_7402),
	},
	{
		.name = "epyc-9555-nps4-8n",
		.model = "2 x AMD EPYC 9555, NPS4, 4 x NVIDIA GPU",
		.source = "openpmix/prrte test/topologies/turin-4gpu.xml",
		.special = "32 CPUs a node; GPU and InfiniBand pairs on nodes 1, 2, 6, 7",
		.nr_packages = 2,
		.l3_kib = 32768,
		.l3s_per_node = 2,
		.threads = 2,
		NODES(epyc_9555),
		.slit_local = 10,
		.slit_package = 12,
		.slit_remote = 32,
		DEVICES(epyc_9555),
	},
	{
		.name = "threadripper-3960x-nps4-4n",
		.model = "AMD Ryzen Threadripper 3960X, NPS4",
		.source = "numactl -H in numactl/numactl issue 165; AMD Threadripper 3960X data "
			  "sheet (3 cores and 16 MiB an L3)",
		.special = "nodes 0 and 3 have CPUs and no memory",
		.nr_packages = 1,
		.l3_kib = 16384,
		.l3s_per_node = 2,
		.threads = 2,
		NODES(threadripper_3960x),
		.slit_local = 10,
		.slit_package = 12,
		.slit_remote = 12,
	},
	{
		.name = "opteron-6272-8n",
		.model = "4 x AMD Opteron 6272",
		.source = "open-mpi/hwloc tests/hwloc/x86+linux/64amd64-4p2n4ca2co.tar.bz2",
		.special = "irregular SLIT (16 and 22 mixed); node 2 starts at CPU 32",
		.nr_packages = 4,
		.l3_kib = 6144,
		.l3s_per_node = 1,
		.threads = 1,
		NODES(opteron_6272),
		.slit = slit_opteron_6272,
	},
	{
		.name = "xeon-8360y-2n",
		.model = "2 x Intel Xeon Platinum 8360Y",
		.source = "gjbex/Code-optimization info/icelake_*.txt (cores, L3, MemTotal "
			  "halved); SLIT 10/21 as two-socket Xeons report it",
		.special = "everything measured, latency and bandwidth",
		.nr_packages = 2,
		.l3_kib = 55296,
		.threads = 1,
		NODES(xeon_8360y),
		.slit_local = 10,
		.slit_package = 21,
		.slit_remote = 21,
		.measured = &measured_xeon_8360y,
	},
	{
		.name = "xeon-8468-snc4-8n",
		.model = "2 x Intel Xeon Platinum 8468, SNC4",
		.source = "gjbex/Code-optimization info/sapphirerapids_*.txt (cores, L3, an eighth "
			  "of MemTotal); SLIT 10/12/21 as SNC4 hosts report it; 12 consecutive "
			  "CPUs a node assumed",
		.special = "one L3 over four nodes; measured, two bandwidths missing",
		.nr_packages = 2,
		.l3_kib = 107520,
		.threads = 1,
		NODES(xeon_8468),
		.slit_local = 10,
		.slit_package = 12,
		.slit_remote = 21,
		.measured = &measured_xeon_8468,
	},
	{
		.name = "xeon-skylake-snc2-4n",
		.model = "2 x 20-core Intel Xeon (Skylake), SNC2",
		.source = "containers/nri-plugins pkg/cpuallocator/testdata/sysfs.tar.bz2",
		.special = "CPUs of a node scattered over the socket; one L3 over two nodes",
		.nr_packages = 2,
		.l3_kib = 28160,
		.threads = 2,
		NODES(xeon_skylake),
		.slit_local = 10,
		.slit_package = 11,
		.slit_remote = 21,
	},
	{
		.name = "xeon-e7-4870-4n",
		.model = "4 x Intel Xeon E7-4870",
		.source = "open-mpi/hwloc tests/hwloc/linux/40intel64-2g2n4c+pcilocality.tar.bz2",
		.special = "four sockets, CPUs dealt round-robin; a network card whose node the "
			   "firmware does not tell",
		.nr_packages = 4,
		.l3_kib = 30720,
		.threads = 1,
		NODES(xeon_e7_4870),
		.slit_local = 10,
		.slit_package = 20,
		.slit_remote = 20,
		DEVICES(xeon_e7_4870),
	},
	{
		.name = "xeon-max-snc4-flat-16n",
		.model = "2 x 48-core Intel Xeon Max, SNC4, HBM flat",
		.source = "oneapi-src/unified-memory-framework issue 1289 (nodes, CPUs, memory; "
			  "nodes 11-15 as 8-10) and scripts/qemu/configs/sock_8_var1_hmat.xml "
			  "(SLIT); Intel Xeon Max 9468 data sheet (105 MiB L3)",
		.special = "eight HBM nodes without CPUs beside eight DDR nodes",
		.nr_packages = 2,
		.l3_kib = 107520,
		.threads = 2,
		.extra = EXTRA_BESIDE,
		NODES(xeon_max),
		.slit = slit_xeon_max,
	},
	{
		.name = "kunpeng-920-4n",
		.model = "2 x 64-core HiSilicon Kunpeng 920",
		.source = "open-mpi/hwloc tests/hwloc/linux/128arm-2pa2n8cluster4co.tar.bz2",
		.special = "Arm; four different remote distances (25, 32, 33 across, 16 inside)",
		.nr_packages = 2,
		.l3_kib = 32768,
		.l3s_per_node = 1,
		.threads = 1,
		NODES(kunpeng_920),
		.slit = slit_kunpeng_920,
	},
	{
		.name = "ft2500-16n",
		.model = "2 x Phytium FT-2500",
		.source = "plantegg.github.io, comparison of Intel, Hygon, Kunpeng 920 and FT-2500 "
			  "(lscpu, SLIT); 16 GiB a node made up: the size was not published",
		.special = "Arm; 16 nodes, SLIT 20 to 50 in a socket and 100 across",
		.nr_packages = 2,
		.l3_kib = 65536,
		.threads = 1,
		NODES(ft2500),
		.slit = slit_ft2500,
	},
	{
		.name = "power9-2n",
		.model = "2 x 20-core IBM POWER9, 4 x V100 (Lassen)",
		.source = "LLNL/mpibind topo-xml/coral-lassen.xml",
		.special = "node ids 0 and 8, CPUs from 8 with holes, four threads a core, PCI "
			   "domains",
		.nr_packages = 2,
		.l3_kib = 10240,
		.l3s_per_node = 10,
		.threads = 4,
		.order = SIBLINGS_ADJACENT,
		NODES(power9),
		.slit_local = 10,
		.slit_package = 40,
		.slit_remote = 40,
		DEVICES(power9),
	},
	{
		.name = "uv2000-24n",
		.model = "SGI UV 2000, 24 x Intel Xeon E5-4640",
		.source = "open-mpi/hwloc tests/hwloc/xml/192em64t-24n8c2t.xml",
		.special = "more than 16 nodes; distances by hops between blades of two",
		.nr_packages = 24,
		.l3_kib = 20480,
		.threads = 2,
		NODES(uv2000),
		.slit = slit_uv2000,
		DEVICES(uv2000),
	},
};

const unsigned nr_machines = COUNT(machines);

static unsigned cell(const struct machine *m, unsigned from, unsigned to)
{
	return from * m->nr_nodes + to;
}

unsigned machine_distance(const struct machine *m, unsigned from, unsigned to)
{
	if (m->slit)
		return m->slit[cell(m, from, to)];
	if (from == to)
		return m->slit_local;
	return m->node[from].package == m->node[to].package ? m->slit_package : m->slit_remote;
}

uint64_t machine_latency_ns(const struct machine *m, unsigned from, unsigned to)
{
	if (!m->measured || !m->measured->latency_tenth_ns)
		return 0;
	return (m->measured->latency_tenth_ns[cell(m, from, to)] + 5u) / 10;
}

uint64_t machine_bandwidth_mibps(const struct machine *m, unsigned from, unsigned to)
{
	const uint64_t mib = (uint64_t)1 << 20;

	if (!m->measured || !m->measured->bandwidth_tenth_mbps)
		return 0;
	return (m->measured->bandwidth_tenth_mbps[cell(m, from, to)] * (uint64_t)100000 + mib / 2) /
	       mib;
}
