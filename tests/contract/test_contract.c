#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "backend-linux/linux.h"
#include "backend/record.h"
#include "base/output.h"
#include "base/units.h"
#include "sim/sim.h"
#include "tests/contract/contract.h"
#include "tests/temporary.h"

static void broken(const char *what)
{
	cr_assert_fail("%s", what);
}

static struct backend_config config_of(const struct host *const *host, uint32_t nr_hosts)
{
	return (struct backend_config){
		.host = host,
		.nr_hosts = nr_hosts,
		.dom0_memory_bytes = 2 * GIB,
		.dom0_vcpus = 4,
		.check = true,
	};
}

static struct backend *open_sim(const struct host *const *host, uint32_t nr_hosts)
{
	struct backend_config config = config_of(host, nr_hosts);
	struct backend *b;
	struct error err;

	cr_assert_eq(backend_open(&b, &sim_backend, &config, &err), 0, "%s", err.text);
	return b;
}

Test(contract, sim)
{
	contract_check(
		&(struct contract_machine){.name = "sim", .broken = broken, .open = open_sim});
}

static struct backend *open_linux(const struct host *const *host, uint32_t nr_hosts)
{
	struct backend_config config = {.host = host, .nr_hosts = nr_hosts, .check = true};
	struct backend *b;
	struct error err;

	cr_assert_eq(backend_open(&b, &linux_backend, &config, &err), 0, "%s", err.text);
	return b;
}

/* On this machine: small zones, and few of them at once. */
Test(contract, linux)
{
	struct contract_machine m = {.name = "linux",
				     .broken = broken,
				     .open = open_linux,
				     .nr_hosts = 1,
				     .unit_bytes = 16 << 20,
				     .random_steps = 300};
	struct host *host;
	struct error err;

	if (!linux_backend.can)
		cr_skip_test("this build has no libnuma");
	cr_assert_eq(host_load_this(&host, &err), 0, "%s", err.text);
	m.host = host;
	contract_check(&m);
	host_free(host);
}

static char record_path[256];

static struct backend *open_recorder(const struct host *const *host, uint32_t nr_hosts)
{
	struct backend_config config = config_of(host, nr_hosts);
	struct backend *b;
	struct error err;

	cr_assert_eq(recorder_open(&b, open_sim(host, nr_hosts), record_path, &config, &err), 0,
		     "%s", err.text);
	return b;
}

static struct backend *open_replay(const struct host *const *host, uint32_t nr_hosts)
{
	struct backend_config config = config_of(host, nr_hosts);
	struct backend *b;
	struct error err;

	config.options = record_path;
	cr_assert_eq(backend_open(&b, &replay_backend, &config, &err), 0, "%s", err.text);
	return b;
}

/* The recorder is a backend, and what it wrote is one too: the same body, asked
 * the same questions, gets the same answers from the file alone. */
Test(contract, recorded_and_replayed)
{
	int fd;

	temporary_name(record_path, sizeof(record_path), "homenode-record");
	fd = mkstemp(record_path);
	cr_assert_geq(fd, 0);
	close(fd);
	contract_check(&(struct contract_machine){
		.name = "recorder", .broken = broken, .open = open_recorder});
	contract_check(&(struct contract_machine){
		.name = "replay", .broken = broken, .open = open_replay});
	unlink(record_path);
}

/* Replay notices a caller that decides otherwise, a short file, and odd lines. */
Test(contract, replay_refuses_what_does_not_match)
{
	static const struct {
		const char *text, *says;
	} bad[] = {
		{"", "ends here"},
		{"hello\n", "not a homenode record"},
		{"homenode-record 99 sim 33 1\n", "newer"},
		{"homenode-record 1 sim 33 2\n", "2 hosts"},
		{"homenode-record 1 sim 33 1\nstate 0 x\n", "not a line"},
		{"homenode-record 1 sim 33 1\nstate 7 1 1 1 1 free\n", "not a line"},
		{"homenode-record 1 sim 33 1\n", "ends here"},
	};
	struct host *host;
	struct error err;

	cr_assert_eq(host_load(&host, "topologies/epyc-nps4-8n.xml", &err), 0, "%s", err.text);
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		const struct host *hosts[1] = {host};
		struct backend_config config = config_of(hosts, 1);
		char path[256];
		struct backend *b;
		int fd = mkstemp(temporary_name(path, sizeof(path), "homenode-record"));

		cr_assert_geq(fd, 0);
		cr_assert_eq(write(fd, bad[i].text, strlen(bad[i].text)),
			     (ssize_t)strlen(bad[i].text));
		close(fd);
		config.options = path;
		cr_assert_eq(backend_open(&b, &replay_backend, &config, &err), ERR_INPUT);
		cr_assert_null(b);
		cr_assert(strstr(err.text, bad[i].says), "case %zu said: %s", i, err.text);
		unlink(path);
	}
	host_free(host);
}
