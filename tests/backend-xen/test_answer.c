/* What guests say: as the probe prints it, and as one would that lies. */
#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>

#include "backend-xen/answer.h"
#include "base/alloc.h"
#include "base/units.h"

#define STREAM                                                                                     \
	"probe=stream cpus=0-1 memory_node=-1 pages=thp huge_ppm=0 on_node_ppm=-1 repeats=10 "     \
	"preempted=0 threads=2 array_bytes=1048576 cache_bytes=524288 cache_from=sysfs "           \
	"rules_met=0 copy_best_bytes_per_s=9 triad_best_bytes_per_s=1034728232 "                   \
	"triad_median_bytes_per_s=1000000000 triad_worst_bytes_per_s=900000000\n"
#define CHASE                                                                                      \
	"probe=chase cpus=0 repeats=3 bytes=1048576 lines=16384 hops=1048576 "                     \
	"latency_best_ps=17000 latency_median_ps=17348 latency_worst_ps=18000 load_threads=0\n"
#define KERNEL(op, median)                                                                         \
	"probe=kernel cpus=0-1 repeats=3 op=" op " set=sse2 threads=2 bytes=2097152 "              \
	"best_bytes_per_s=3000000000 median_bytes_per_s=" median " worst_bytes_per_s=1000000000\n"
#define LOAD                                                                                       \
	"probe=load-begun op=read set=sse2 threads=2 bytes=2097152 limit_bytes_per_s=0\n"          \
	"probe=load op=read set=sse2 threads=2 bytes=2097152 limit_bytes_per_s=0 "                 \
	"best_bytes_per_s=3000000000 median_bytes_per_s=2000000000 worst_bytes_per_s=1000000000\n"

static struct answer_wanted wanted(enum answer_kind kind, const char *op)
{
	return (struct answer_wanted){.kind = kind,
				      .op = op,
				      .vcpus = 2,
				      .memory_bytes = 128 * MIB,
				      .took_ns = 10 * NS_PER_S};
}

static int64_t figure(const char *text, enum answer_kind kind, const char *op)
{
	struct answer_wanted w = wanted(kind, op);
	struct error err = {0};
	int64_t out = 0;

	cr_expect_eq(answer_figure(text, strlen(text), &w, &out, &err), 0, "%s", err.text);
	return out;
}

Test(xen_answer, true_ones)
{
	cr_expect_eq(figure(STREAM, ANSWER_STREAM, NULL), 1034728232);
	cr_expect_eq(figure(CHASE, ANSWER_CHASE, NULL), 17348);
	cr_expect_eq(figure(KERNEL("read", "2000000000"), ANSWER_KERNEL, "read"), 2000000000);
	cr_expect_eq(figure(LOAD, ANSWER_LOAD, "read"), 2000000000);
}

static void lies(const char *text, const struct answer_wanted *w, const char *why)
{
	struct error err = {0};
	int64_t out = -5;

	cr_expect_eq(answer_figure(text, strlen(text), w, &out, &err), ERR_CANNOT, "taken: %s",
		     text);
	cr_expect(strstr(err.text, why), "\"%s\" does not say \"%s\"", err.text, why);
	cr_expect_eq(out, -5, "and yet a figure");
}

/* The text with its first `from` made `to`; the caller frees. */
static char *with(const char *text, const char *from, const char *to)
{
	const char *at = strstr(text, from);

	cr_assert_not_null(at, "%s", from);
	return xasprintf("%.*s%s%s", (int)(at - text), text, to, at + strlen(from));
}

Test(xen_answer, impossible_figures)
{
	static const struct {
		const char *from, *to, *why;
	} lie[] = {
		{"latency_median_ps=17348", "latency_median_ps=0", "impossible"},
		{"latency_median_ps=17348", "latency_median_ps=-3", "impossible"},
		{"latency_median_ps=17348", "latency_median_ps=19000",
		 "not between 17000 and 18000"},
		{"latency_median_ps=17348", "latency_median_ps=1e4", "impossible"},
		{"latency_median_ps=17348", "latency_median_ps=", "impossible"},
		{"latency_median_ps=17348 ", "", "0 times"},
		{"latency_median_ps=17348", "latency_median_ps=17348 latency_median_ps=17000",
		 "2 times"},
		{"latency_best_ps=17000", "latency_best_ps=99", "impossible"},
		{"latency_worst_ps=18000", "latency_worst_ps=99999999999999999999999",
		 "impossible"},
		{"bytes=1048576", "bytes=134217729",
		 "bytes=134217729 is not between 1 and 134217728"},
		{"hops=1048576", "hops=1048576000000", "it came after 10000 ms"},
		{"repeats=3", "repeats=0", "impossible"},
		{"probe=chase", "probe=stream", "0 lines of probe=chase"},
		{"load_threads=0\n", "load_threads=0\nprobe=chase x=1\n", "2 lines of probe=chase"},
		{"cpus=0", "cpus=\x1b[2J", "byte 17 is 0x1b"},
		{"cpus=0", "cpus=\xc3\xa4", "is no text"},
	};
	struct answer_wanted w = wanted(ANSWER_CHASE, NULL);

	for (size_t i = 0; i < sizeof(lie) / sizeof(lie[0]); i++) {
		char *text = with(CHASE, lie[i].from, lie[i].to);

		lies(text, &w, lie[i].why);
		free(text);
	}
	lies("", &w, "0 lines");
	lies("and so on and so on", &w, "0 lines");
}

Test(xen_answer, wrong_sizes)
{
	struct answer_wanted w = wanted(ANSWER_KERNEL, "read");
	char *text = with(KERNEL("read", "2000000000"), "threads=2", "threads=3");

	lies(text, &w, "threads=3 is not between 1 and 2");
	free(text);
	lies(KERNEL("write-nt", "2000000000"), &w, "asked for op=read and answers for op=write-nt");
	lies(KERNEL("read", "2000000000001"), &w, "impossible");
	/* more than two threads of any machine get */
	text = with(KERNEL("read", "2000000000"), "best_bytes_per_s=3000000000",
		    "best_bytes_per_s=2000000000001");
	lies(text, &w, "not between 1000 and 2000000000000");
	free(text);
	/* three windows of 200 ms in 5 ms */
	w.took_ns = 5 * NS_PER_MS;
	w.least_ns = 600 * NS_PER_MS;
	lies(KERNEL("read", "2000000000"), &w, "it came after 5 ms, and what it says takes 600 ms");
}

Test(xen_answer, endless_text)
{
	struct answer_wanted w = wanted(ANSWER_LOAD, "read");
	size_t size = ANSWER_BYTES_MAX + 1;
	struct error err = {0};
	char *text = xmalloc(size);
	int64_t out;

	memset(text, 'a', size);
	cr_expect_eq(answer_figure(text, size, &w, &out, &err), ERR_CANNOT);
	cr_expect(strstr(err.text, "longer than 64 KiB"), "%s", err.text);
	free(text);
	lies("probe=load-begun op=read\n", &w, "0 lines of probe=load");
}

Test(xen_answer, cut_anywhere)
{
	struct answer_wanted w = wanted(ANSWER_KERNEL, "read");
	static const char text[] = KERNEL("read", "2000000000");
	int64_t out;

	/* what is cut in the worst figure is a number too, but for the last digits it is too low:
	 * nothing that is taken is other than what was said */
	for (size_t n = 0; n + 10 < strlen(text); n++)
		if (answer_figure(text, n, &w, &out, NULL) == 0)
			cr_expect_eq(out, 2000000000);
}

Test(xen_answer, heads)
{
	struct error err = {0};
	uint32_t parts;
	int status;

	cr_assert_eq(answer_head("0 2", &status, &parts, &err), 0, "%s", err.text);
	cr_expect_eq(status, 0);
	cr_expect_eq(parts, 2);
	cr_assert_eq(answer_head("143 64", &status, &parts, &err), 0, "%s", err.text);
	cr_expect_eq(answer_head("0 65", &status, &parts, &err), ERR_CANNOT);
	cr_expect_eq(answer_head("256 1", &status, &parts, &err), ERR_CANNOT);
	cr_expect_eq(answer_head("-1 1", &status, &parts, &err), ERR_CANNOT);
	cr_expect_eq(answer_head("0 1 1", &status, &parts, &err), ERR_CANNOT);
	cr_expect_eq(answer_head("0", &status, &parts, &err), ERR_CANNOT);
	cr_expect_eq(answer_head("", &status, &parts, &err), ERR_CANNOT);
	cr_expect_eq(answer_head("0 99999999999999999999", &status, &parts, &err), ERR_CANNOT);
	cr_expect_eq(answer_head("\x1b[2J\n", &status, &parts, &err), ERR_CANNOT);
	cr_expect_null(strchr(err.text, '\x1b'), "%s", err.text);
}
