/*
 * Any bytes as a record of a run, replayed: a run of four zones ends, whatever the machine is said
 * to have answered; what is refused must say why.
 *	build/clang/tests/fuzz/fuzz_record -max_len=8192 -max_total_time=60 CORPUS
 */
#include <stdint.h>
#include <stdlib.h>
#include <unistd.h>

#include "backend/record.h"
#include "bench/files/timeline_csv.h"
#include "bench/files/zones_csv.h"
#include "bench/loop/run.h"
#include "host/host.h"
#include "tests/temporary.h"
#include "zone/workload_impl.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* That of tests/bench/test_hostile_record.c, whose record is the seed. */
static const char workload_text[] =
	"{\"duration\":\"1h\",\"events\":["
	"{\"at\":0,\"start\":{\"name\":\"a\",\"vcpus\":1,\"memory\":\"1GiB\"},\"lifetime\":9},"
	"{\"at\":1,\"start\":{\"name\":\"b\",\"vcpus\":4,\"memory\":\"6GiB\",\"numa_nodes\":2}},"
	"{\"at\":2,\"start\":{\"name\":\"c\",\"vcpus\":2,\"memory\":\"2GiB\","
	"\"memory_policy\":\"dynamic\",\"memory_initial\":\"1GiB\"},"
	"\"memory_use\":{\"pattern\":\"bursts\",\"step\":600}},"
	"{\"at\":20,\"stop\":\"b\"}]}";

static const char *file_of(const uint8_t *data, size_t size)
{
	static char path[256];
	FILE *f;

	if (!path[0]) {
		int fd = mkstemp(temporary_name(path, sizeof(path), "fuzz-record"));

		BUG_ON(fd < 0);
		close(fd);
	}
	f = fopen(path, "wb");
	BUG_ON(!f || fwrite(data, 1, size, f) != size || fclose(f) != 0);
	return path;
}

/* The machine that the seed was recorded on; the sources' root is where this runs. */
static struct host *the_host(void)
{
	static struct host *host;
	struct error err = {0};

	if (!host && host_load(&host, "topologies/epyc-nps4-8n.xml", &err))
		bug_at(__FILE__, __LINE__, "%s", err.text);
	return host;
}

static void load(struct workload *w)
{
	struct error err = {0};
	struct doc doc;

	BUG_ON(doc_parse(&doc, "fuzz.json", workload_text, sizeof(workload_text) - 1, DOC_JSON,
			 &err));
	workload_defaults(w);
	w->path = "fuzz.json";
	BUG_ON(workload_from_doc(w, &doc, &err));
	doc_release(&doc);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	FILE *nowhere = fopen("/dev/null", "w");
	struct timeline_writer timeline = {.out = nowhere};
	struct zones_writer zones = {.out = nowhere};
	struct observer observer[] = {{&timeline_observer, &timeline}, {&zones_observer, &zones}};
	const struct host *hosts[] = {the_host()};
	struct run_result result;
	struct error err = {0};
	struct workload w;
	struct run_input in = {
		.workload = &w,
		.policy = policy_find("edera-compact"),
		.seed = 1,
		.backend = &replay_backend,
		.backend_options = file_of(data, size),
		.host = hosts,
		.nr_hosts = 1,
		.topology = "x",
		.observer = observer,
		.nr_observers = 2,
	};
	int rc;

	load(&w);
	rc = run_row(&in, &result, &err);
	BUG_ON(rc && !err.text[0]);
	zones_writer_release(&zones);
	timeline_writer_release(&timeline);
	fclose(nowhere);
	workload_release(&w);
	return 0;
}
