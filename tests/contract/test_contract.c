#include <criterion/criterion.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "backend-linux/linux.h"
#include "backend/record.h"
#include "base/alloc.h"
#include "base/output.h"
#include "base/units.h"
#include "sim/sim.h"
#include "tests/contract/contract.h"
#include "tests/contract/shelf.h"
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

static struct backend *open_shelf(const struct host *const *host, uint32_t nr_hosts)
{
	struct backend_config config = config_of(host, nr_hosts);
	struct backend *b;
	struct error err;

	cr_assert_eq(backend_open(&b, &shelf_backend, &config, &err), 0, "%s", err.text);
	return b;
}

/* What the headers say of a machine is enough to write one. */
Test(contract, shelf)
{
	contract_check(
		&(struct contract_machine){.name = "shelf", .broken = broken, .open = open_shelf});
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

static void new_record_path(void)
{
	int fd = mkstemp(temporary_name(record_path, sizeof(record_path), "homenode-record"));

	cr_assert_geq(fd, 0);
	close(fd);
}

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
	new_record_path();
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

static struct host *eight_nodes(void)
{
	struct host *host;
	struct error err;

	cr_assert_eq(host_load(&host, "topologies/epyc-nps4-8n.xml", &err), 0, "%s", err.text);
	return host;
}

/* A zone of one vnode on node 2. */
static void plan_on_node_2(struct plan *p, struct zone *z, const struct host *host)
{
	zone_init(z);
	z->name = "told";
	z->memory_bytes = z->memory_initial_bytes = 64 * MIB;
	z->memory_min_bytes = PAGE_BYTES;
	*p = (struct plan){.zone = z,
			   .host = host,
			   .nodes = nodeset_of(2),
			   .nr_vnodes = 1,
			   .vnode = {{.node = 2, .vcpus = 1, .memory_bytes = 64 * MIB}},
			   .nr_memory = 1,
			   .memory = {{.node = 2, .bytes = 64 * MIB}}};
}

/* What a model was told is part of a record, answer and new state included. */
Test(contract, corrections_are_recorded)
{
	struct backend *(*const open[])(const struct host *const *host,
					uint32_t nr_hosts) = {open_recorder, open_replay};
	struct host *host = eight_nodes();
	const int64_t as_placed[NODES_MAX] = {0, 0, 64 * MIB};
	const int64_t found[NODES_MAX] = {0, 8 * MIB, 24 * MIB},
		      too_much[NODES_MAX] = {0, 99 * GIB};
	static struct plan p;
	struct zone z;
	struct error err;

	new_record_path();
	plan_on_node_2(&p, &z, host);
	for (size_t i = 0; i < 2; i++) {
		const struct host *hosts[] = {host};
		struct backend *b = open[i](hosts, 1);
		const struct host_state *state = backend_observe(b, 0);
		int64_t free_1 = state->free_bytes[1];
		struct step s = {.kind = STEP_START, .plan = &p};

		cr_assert_eq(backend_apply(b, &s, &err), 0, "%s", err.text);
		cr_assert_eq(backend_correct(b, &s, as_placed, &err), 0, "%s", err.text);
		s = (struct step){.kind = STEP_RESIZE, .bytes = 32 * MIB};
		cr_assert_eq(backend_apply(b, &s, &err), 0, "%s", err.text);
		cr_expect_eq(state->free_bytes[1], free_1);
		cr_assert_eq(backend_correct(b, &s, found, &err), 0, "%s", err.text);
		cr_expect_eq(state->free_bytes[1], free_1 - 8 * MIB);
		s.slot = 1;
		cr_assert_eq(backend_correct(b, &s, too_much, &err), ERR_CANNOT);
		cr_expect(strstr(err.text, "runs no zone"), "%s", err.text);
		s.host = 1;
		cr_assert_eq(backend_correct(b, &s, found, &err), ERR_CANNOT);
		cr_expect(strstr(err.text, "no host 1"), "%s", err.text);
		backend_close(b);
	}
	unlink(record_path);
	host_free(host);
}

/* Steps that moved a zone are no more; records that could hold them are read until they do. */
Test(contract, replay_refuses_to_move_a_zone)
{
	static const char *const line[] = {"apply repin 0 3 0 - -> 0 \n",
					   "check move_memory 0 3 0 - -> 0 \n"};
	struct host *host = eight_nodes();
	const struct host *hosts[] = {host};
	struct step s = {.kind = STEP_STOP, .slot = 3};
	struct error err;

	new_record_path();
	for (size_t i = 0; i < 2; i++) {
		struct backend *b = open_recorder(hosts, 1);
		FILE *f;

		backend_close(b);
		f = fopen(record_path, "r+");
		cr_assert_not_null(f);
		/* the mask of a machine that could */
		fprintf(f, "homenode-record 2 sim 63 1\n");
		fseek(f, 0, SEEK_END);
		fputs(line[i], f);
		fclose(f);
		b = open_replay(hosts, 1);
		cr_expect_eq(backend_can(b), STEP_START | STEP_RESIZE | STEP_PROBE | STEP_STOP);
		cr_assert_eq(backend_apply(b, &s, &err), ERR_INPUT);
		cr_expect(strstr(err.text, "moves a zone that runs"), "%s", err.text);
		backend_close(b);
	}
	unlink(record_path);
	host_free(host);
}

#define THREADS 4

struct thread {
	const struct host *host;
	char path[256];
	char *text;
	size_t size;
	int rc;
	struct error err;
};

/* Zones come, breathe and go; what was recorded is read back. */
static int live_a_while(struct thread *t, struct backend *b)
{
	static const int64_t targets[] = {48 * MIB, 64 * MIB, 16 * MIB};
	struct event ev;
	struct zone z;
	struct plan *p = xcalloc(1, sizeof(*p));
	int rc = 0;

	plan_on_node_2(p, &z, t->host);
	for (uint32_t i = 0; !rc && i < 300; i++) {
		struct step s = {.kind = STEP_START, .slot = i % 7, .plan = p};

		if (i >= 7)
			rc = backend_apply(b, &(struct step){.kind = STEP_STOP, .slot = i % 7},
					   &t->err);
		if (!rc)
			rc = backend_apply(b, &s, &t->err);
		s = (struct step){.kind = STEP_RESIZE, .slot = i % 7, .bytes = targets[i % 3]};
		if (!rc)
			rc = backend_apply(b, &s, &t->err);
		if (!rc)
			rc = backend_wait(b, i * NS_PER_S, &ev, &t->err);
	}
	free(p);
	return rc;
}

static void *run_thread(void *context)
{
	struct thread *t = context;
	const struct host *hosts[] = {t->host};
	struct backend_config config = config_of(hosts, 1);
	struct backend *b;

	config.options = "overhead=xen";
	t->rc = backend_open(&b, &sim_backend, &config, &t->err);
	if (!t->rc)
		t->rc = recorder_open(&b, b, t->path, &config, &t->err);
	if (!t->rc)
		t->rc = live_a_while(t, b);
	backend_close(b);
	config.options = t->path;
	if (!t->rc)
		t->rc = backend_open(&b, &replay_backend, &config, &t->err);
	if (!t->rc) {
		t->rc = live_a_while(t, b);
		backend_close(b);
	}
	if (!t->rc)
		t->rc = file_read(t->path, (size_t)MIB, &t->text, &t->size, &t->err);
	return NULL;
}

/* Side by side, on one host's description: the same answers as alone. */
Test(contract, several_at_once)
{
	static struct thread thread[THREADS];
	pthread_t id[THREADS];
	struct host *host = eight_nodes();

	for (size_t i = 0; i < THREADS; i++) {
		new_record_path();
		memcpy(thread[i].path, record_path, sizeof(record_path));
		thread[i].host = host;
	}
	for (size_t i = 0; i < THREADS; i++)
		cr_assert_eq(pthread_create(&id[i], NULL, run_thread, &thread[i]), 0);
	for (size_t i = 0; i < THREADS; i++)
		pthread_join(id[i], NULL);
	for (size_t i = 0; i < THREADS; i++) {
		cr_assert_eq(thread[i].rc, 0, "%s", thread[i].err.text);
		cr_assert_gt(thread[i].size, 1000);
		cr_assert_str_eq(thread[i].text, thread[0].text);
		unlink(thread[i].path);
	}
	for (size_t i = 0; i < THREADS; i++)
		free(thread[i].text);
	host_free(host);
}
