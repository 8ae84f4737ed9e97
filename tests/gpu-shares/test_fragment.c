/* FGD's measure of a node on a workload small enough for a pencil, and bad tables. */
#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/alloc.h"
#include "bench/gpu-shares/typical.h"
#include "tests/temporary.h"

#define NODES "cpu_milli,memory_mib,gpu,model\n16000,1024,2,T4\n16000,1024,2,G2\n"
#define PODS "cpu_milli,memory_mib,num_gpu,gpu_milli,gpu_spec\n"
#define SHARE "4000,1,1,500,\n"
#define TWO "8000,1,2,1000,T4\n"
#define CPUS "1000,1,0,0,\n"

static char *temporary(const char *text)
{
	char name[256], *path = xstrdup(temporary_name(name, sizeof(name), "homenode-fragment"));
	int fd = mkstemp(path);

	cr_assert_geq(fd, 0);
	cr_assert_eq(write(fd, text, strlen(text)), (ssize_t)strlen(text));
	close(fd);
	return path;
}

static int load(struct openb *o, const char *nodes, const char *pods, struct error *err)
{
	char *n = temporary(nodes), *p = temporary(pods);
	int rc = openb_load(o, n, p, err);

	unlink(n);
	unlink(p);
	free(n);
	free(p);
	return rc;
}

/* Half of the pods take 500 of a GPU, four of ten two GPUs of a T4, one in ten none. */
Test(fragment, by_hand)
{
	static const struct {
		struct gpu_node node;
		double fragment;
	} want[] = {
		/* what the pods without GPUs cannot use: a tenth */
		{{16000, 1024, {1000, 1000}, 2, 0}, 200},
		/* shares fit on the free GPU alone, two GPUs nowhere */
		{{6000, 1024, {1000, 300}, 2, 0}, 1300 - 0.5 * 1000},
		/* two GPUs are free, but not the CPUs for them */
		{{7999, 1024, {1000, 1000}, 2, 0}, 2000 - 0.5 * 2000},
		{{8000, 1024, {1000, 1000}, 2, 0}, 200},
		/* nothing fits */
		{{3999, 1024, {1000, 300}, 2, 0}, 1300},
		{{16000, 1024, {499, 300}, 2, 0}, 799},
		{{16000, 1024, {0, 0}, 2, 0}, 0},
		/* the other model: shares alone */
		{{16000, 1024, {1000, 1000}, 2, 1}, 2000 - 0.5 * 2000},
	};
	struct error err;
	struct openb o;
	struct typical_pods f;

	cr_assert_eq(load(&o, NODES, PODS SHARE TWO SHARE CPUS SHARE TWO SHARE TWO SHARE TWO, &err),
		     0, "%s", err.text);
	cr_assert_eq(o.nr_kinds, 3);
	cr_assert_eq(o.nr_pods, 10);
	cr_assert_eq(o.gpu_milli, 4000);
	typical_init(&f, &o);
	for (size_t i = 0; i < sizeof(want) / sizeof(want[0]); i++)
		cr_assert_float_eq(node_fragment(&f, &want[i].node), want[i].fragment, 1e-9,
				   "case %zu: %f", i, node_fragment(&f, &want[i].node));
	typical_release(&f);
	openb_release(&o);
}

/* 95 of 100 pods are typical; the rest does not count, and the shares add up to 1. */
Test(fragment, rare_pods_do_not_count)
{
	char *pods = xmalloc(64 * 1024);
	struct gpu_node node = {16000, 1024, {600, 600}, 2, 0};
	struct error err;
	struct openb o;
	struct typical_pods f;
	int at = sprintf(pods, PODS);

	for (int i = 0; i < 95; i++)
		at += sprintf(pods + at, SHARE);
	for (int i = 0; i < 5; i++)
		at += sprintf(pods + at, "1000,1,1,%d,\n", 601 + i);
	cr_assert_eq(load(&o, NODES, pods, &err), 0, "%s", err.text);
	typical_init(&f, &o);
	cr_assert_float_eq(node_fragment(&f, &node), 0, 1e-9);
	typical_release(&f);
	openb_release(&o);
	free(pods);
}

Test(fragment, bad_tables)
{
	static const struct {
		const char *nodes, *pods, *says;
	} bad[] = {
		{"cpu_milli,memory_mib,gpu\n1,1,1\n", PODS SHARE, "no column \"model\""},
		{NODES, "cpu_milli,memory_mib,num_gpu\n", "no column \"gpu_milli\""},
		{"cpu_milli,memory_mib,gpu,model\n1,1,9,T4\n", PODS SHARE, ":2:"},
		{"cpu_milli,memory_mib,gpu,model\n1,1,1,\n", PODS SHARE, "not a GPU model"},
		{"cpu_milli,memory_mib,gpu,model\n1,1,0,\n", PODS SHARE, "no node has a GPU"},
		{NODES, PODS, "no pod"},
		{NODES, PODS "1,1,1,1001,\n", ":2:"},
		{NODES, PODS "1,1,2,500,\n", "shares of several GPUs"},
		{NODES, PODS "1,1,0,500,\n", "without a share"},
		{NODES, PODS "1,1,1,0,\n", "without a share"},
		{NODES, PODS "1,1,1,500,0123456789abcdef\n", "not a GPU model"},
	};

	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		struct error err = {0};
		struct openb o;

		cr_assert_eq(load(&o, bad[i].nodes, bad[i].pods, &err), ERR_INPUT, "case %zu", i);
		cr_assert_neq(strstr(err.text, bad[i].says), NULL, "case %zu: %s", i, err.text);
		cr_assert_null(o.node);
	}
}
