/*
 * The contract of all backends (tests/contract/), held by the xen backend: run in dom0
 * by tests/xen/backend.sh. Prints "contract: held", or what was not, and ends with 1.
 *
 *	hold_contract OPTIONS	of the backend
 */
#include <stdio.h>
#include <stdlib.h>

#include "backend-xen/xen.h"
#include "base/units.h"
#include "tests/contract/contract.h"

static const char *options;
static struct backend *machine;

static void broken(const char *what)
{
	printf("contract: broken: %s\n", what);
	backend_close(machine);
	exit(1);
}

static struct backend *open_xen(const struct host *const *host, uint32_t nr_hosts)
{
	struct backend_config config = {.host = host, .nr_hosts = nr_hosts, .options = options};
	struct error err;

	if (backend_open(&machine, &xen_backend, &config, &err))
		printf("contract: %s\n", err.text);
	return machine;
}

int main(int argc, char **argv)
{
	struct contract_machine m = {
		.name = "xen",
		.broken = broken,
		.open = open_xen,
		.nr_hosts = 1,
		.unit_bytes = 16 * MIB,
		.random_steps = 12,
		/* Xen builds domains of whole MiB */
		.grain_bytes = MIB,
		/* the kernel alone is 46 MiB */
		.floor_bytes = 112 * MIB,
		.slack_bytes = 64 * PAGE_BYTES,
		/* 1 MiB a vCPU and 8 KiB a MiB of page tables, and small things */
		.overhead_bytes = 8 * MIB,
		/* more are slow in software emulation */
		.most_vcpus = 2,
		.no_devices = true,
	};
	struct host *host;
	struct error err;

	if (argc != 2)
		return 2;
	options = argv[1];
	if (xen_host_load(&host, &err)) {
		printf("contract: %s\n", err.text);
		return 1;
	}
	m.host = host;
	contract_check(&m);
	host_free(host);
	printf("contract: held\n");
	return 0;
}
