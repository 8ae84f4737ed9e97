/*
 * A record that lies. Every number of a record, one after the other, is replaced by others, and
 * the run replayed: it ends, with a sentence where the record cannot have happened, whatever
 * the number was a count, slot, vnode, node, size or time of.
 */
#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "backend/record.h"
#include "bench/files/timeline_csv.h"
#include "bench/files/zones_csv.h"
#include "bench/loop/run.h"
#include "sim/sim.h"
#include "tests/bench/text.h"
#include "tests/temporary.h"

#define WORKLOAD                                                                                   \
	"{\"duration\":\"1h\",\"events\":["                                                        \
	"{\"at\":0,\"start\":{\"name\":\"a\",\"vcpus\":1,\"memory\":\"1GiB\"},\"lifetime\":9},"    \
	"{\"at\":1,\"start\":{\"name\":\"b\",\"vcpus\":4,\"memory\":\"6GiB\",\"numa_nodes\":2}},"  \
	"{\"at\":2,\"start\":{\"name\":\"c\",\"vcpus\":2,\"memory\":\"2GiB\","                     \
	"\"memory_policy\":\"dynamic\",\"memory_initial\":\"1GiB\"},"                              \
	"\"memory_use\":{\"pattern\":\"bursts\",\"step\":600}},"                                   \
	"{\"at\":20,\"stop\":\"b\"}]}"

static int run(const struct workload *w, const struct host *host, const struct backend_ops *ops,
	       const char *options, const char *record, struct error *err)
{
	FILE *nowhere = fopen("/dev/null", "w");
	struct timeline_writer timeline = {.out = nowhere};
	struct zones_writer zones = {.out = nowhere};
	struct observer observer[] = {{&timeline_observer, &timeline}, {&zones_observer, &zones}};
	struct run_result result;
	struct run_input in = {
		.workload = w,
		.policy = policy_find("edera-compact"),
		.seed = 1,
		.backend = ops,
		.backend_options = options,
		.record_path = record,
		.host = &host,
		.nr_hosts = 1,
		.topology = "x",
		.observer = observer,
		.nr_observers = 2,
	};
	int rc = run_row(&in, &result, err);

	zones_writer_release(&zones);
	timeline_writer_release(&timeline);
	fclose(nowhere);
	return rc;
}

static void write_text(const char *path, const char *text, size_t at, size_t n, const char *piece)
{
	FILE *f = fopen(path, "w");

	cr_assert_not_null(f);
	fwrite(text, 1, at, f);
	fputs(piece, f);
	fputs(text + at + n, f);
	fclose(f);
}

static char *read_text(const char *path)
{
	FILE *f = fopen(path, "r");
	char *text = calloc(1, 1 << 20);

	cr_assert_not_null(f);
	cr_assert_lt(fread(text, 1, 1 << 20, f), 1 << 20);
	fclose(f);
	return text;
}

/* The first zone as one that a killed run left and that goes on; the caller frees. */
static char *with_left(const char *text)
{
	static const char left[] = "\nleft 1 1 1 1 1073741824 1073741824 314572800 1 1 0 0 "
				   "0,1,1073741824; 0,0,1073741824; a w";
	size_t at = (size_t)(strstr(text, "\nwait ") - text);
	char *out = calloc(1, strlen(text) + sizeof(left));

	memcpy(out, text, at);
	strcpy(out + at, left);
	strcat(out, text + at);
	for (int i = 0; i < 2; i++) {
		char *start = strstr(out, " start 0 0 0 a:");

		cr_assert_not_null(start);
		start[strlen(" start 0 0 ")] = '1';
	}
	return out;
}

Test(hostile_record, every_number_may_lie, .timeout = 300)
{
	static const char *const piece[] = {"-1",
					    "0",
					    "7",
					    "4096",
					    "3",
					    "4000000000",
					    "9223372036854775807",
					    "99999999999999999999",
					    "x"};
	char path[256], spoilt[300];
	int fd = mkstemp(temporary_name(path, sizeof(path), "homenode-record"));
	struct host *host;
	struct workload w;
	struct error err = {0};
	size_t refused = 0, tried = 0;
	char *text, *plain;

	cr_assert_geq(fd, 0);
	close(fd);
	snprintf(spoilt, sizeof(spoilt), "%s.spoilt", path);
	load_text(&w, WORKLOAD);
	cr_assert_eq(host_load(&host, "topologies/epyc-nps4-8n.xml", &err), 0, "%s", err.text);
	cr_assert_eq(run(&w, host, &sim_backend, NULL, path, &err), 0, "%s", err.text);
	cr_assert_eq(run(&w, host, &replay_backend, path, NULL, &err), 0, "%s", err.text);
	plain = read_text(path);
	text = with_left(plain);
	free(plain);
	write_text(spoilt, text, 0, 0, "");
	cr_assert_eq(run(&w, host, &replay_backend, spoilt, NULL, &err), 0, "%s", err.text);
	for (size_t at = 0; text[at]; at++) {
		size_t n = strspn(text + at, "0123456789");

		if (!n)
			continue;
		for (size_t i = 0; i < sizeof(piece) / sizeof(piece[0]); i++, tried++) {
			int rc;

			err = (struct error){0};
			write_text(spoilt, text, at, n, piece[i]);
			rc = run(&w, host, &replay_backend, spoilt, NULL, &err);
			refused += rc != 0;
			cr_expect(!rc || err.text[0], "%zu, %s: without a sentence", at, piece[i]);
		}
		at += n - 1;
	}
	cr_expect_gt(tried, 1000);
	cr_expect_gt(refused, tried / 2);
	free(text);
	host_free(host);
	workload_release(&w);
	unlink(path);
	unlink(spoilt);
}

/* What once ended in a crash or never: each in a record that is sound otherwise. */
Test(hostile_record, what_cannot_be_is_refused)
{
	static const char *const bad[] = {
		"measure 0 0 -> 0 3 536870912 0 0 0 1 part 4000000:0:536870912",
		"measure 0 0 -> 0 3 536870912 0 0 0 2 part 0:0:1 0:0:536870911",
		("measure 0 0 -> 0 3 536870912 0 0 0 2 part 0:0:9223372036854775807 "
		 "0:1:9223372036854775807"),
		"measure 0 0 -> 0 3 536870912 0 0 0 1 part 0:0:536870911",
		"measure 0 0 -> 0 3 536870912 0 0 0 1 part 0:64:536870912",
	};
	static const char *const last[] = {
		"wait 1000000000 -> 0 1 1000000000 0 4000000000 1000000000",
		"wait 1000000000 -> 0 0 9223372036854775807 0 0 9223372036854775807",
		"wait 1000000000 -> 0 0 1000000000 1 0 1000000000",
		"wait 1000000000 -> 0 0 1000000000 0 0 5",
		"wait 1000000000 -> 0 0 5 0 0 1000000000",
	};
	static const char state[] = "17179869184 17179869184 17179869184 17179869184 17179869184 "
				    "17179869184 17179869184";
	char path[256];
	int fd = mkstemp(temporary_name(path, sizeof(path), "homenode-record"));
	struct host *host;
	struct workload w;
	struct error err = {0};

	cr_assert_geq(fd, 0);
	close(fd);
	load_text(&w, "{\"events\":[{\"at\":0,\"start\":{\"name\":\"a\",\"vcpus\":1,\"memory\":"
		      "\"512MiB\"}},{\"at\":1,\"stop\":\"a\"}]}");
	cr_assert_eq(host_load(&host, "topologies/epyc-nps4-8n.xml", &err), 0, "%s", err.text);
	for (size_t i = 0; i < 10; i++) {
		FILE *f = fopen(path, "w");
		char line[32];

		fprintf(f,
			"homenode-record 2 sim 35 1\n"
			"state 0 137438953472 0 128 0 free 17179869184 %s vcpus 0 0 0 0 0 0 0 0 "
			"taken 0 0 0\nwait 0 -> 0 0 0 0 0 0\n"
			"check start 0 0 0 a:1:1:0,1,536870912; -> 0 \n"
			"apply start 0 0 0 a:1:1:0,1,536870912; -> 0 \n"
			"state 0 136902082560 1 128 1 free 16642998272 %s vcpus 1 0 0 0 0 0 0 0 "
			"taken 0 0 0\n%s\n%s\n",
			state, state,
			i < 5 ? bad[i] : "measure 0 0 -> 0 3 536870912 0 0 0 1 part 0:0:536870912",
			i < 5 ? "" : last[i - 5]);
		fclose(f);
		err = (struct error){0};
		cr_expect_eq(run(&w, host, &replay_backend, path, NULL, &err), ERR_INPUT);
		snprintf(line, sizeof(line), ":%d: ", i < 5 ? 7 : 8);
		cr_expect_not_null(strstr(err.text, line), "%zu: %s", i, err.text);
		cr_expect_not_null(strstr(err.text, "not a line of a homenode record"), "%zu: %s",
				   i, err.text);
	}
	unlink(path);
	host_free(host);
	workload_release(&w);
}
