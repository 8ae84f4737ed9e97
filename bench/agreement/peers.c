#include "bench/agreement/peers.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/units.h"
#include "probe/machine.h"

#define STREAM_CLAIM_PPM 50000 /* triad and its like within 5 % */
#define NEAR_CLAIM_PPM 20000 /* a chase in the first two caches within 2 % */
#define FAR_CLAIM_PPM 50000 /* in the third and in memory within 5 % */
#define BLOCK_BYTES ((int64_t)256 * KIB) /* multichase's own: 64 small pages */

struct list {
	const struct setup *s;
	struct comparison *c;
	size_t nr, cap;
	FILE *said;
};

static struct comparison *add(struct list *l, char *theirs, char *ours)
{
	l->c = grow(l->c, &l->cap, l->nr, sizeof(*l->c));
	l->c[l->nr] = (struct comparison){.their_command = theirs, .our_command = ours};
	return &l->c[l->nr++];
}

static void add_value(struct comparison *c, const char *name, int64_t claim_ppm,
		      struct reading theirs, struct reading ours)
{
	struct value *v = &c->value[c->nr_values++];

	v->name = name;
	v->claim_ppm = claim_ppm;
	v->theirs = theirs;
	v->ours = ours;
}

static bool program_is_there(const char *name)
{
	char *command = xasprintf("command -v %s >/dev/null 2>&1", name);
	bool there = system(command) == 0;

	free(command);
	return there;
}

/* In single quotes for the shell. */
static char *quoted(const char *text)
{
	char *out = xmalloc(4 * strlen(text) + 3), *at = out;

	*at++ = '\'';
	for (; *text; text++) {
		if (*text == '\'') {
			memcpy(at, "'\\''", 4);
			at += 4;
		} else {
			*at++ = *text;
		}
	}
	memcpy(at, "'", 2);
	return out;
}

static int build(char *command, const char *what, struct error *err)
{
	int status = system(command);

	free(command);
	return status == 0 ? 0 : error_set(err, ERR_INPUT, "%s does not build", what);
}

/* The same compiler and flags as our loops: gcc would make memcpy() of copy, whose stores
 * may bypass the caches. */
static int add_stream(struct list *l, struct error *err)
{
	static const struct {
		const char *name, *theirs, *ours;
	} loop[] = {{"STREAM copy", "Copy:", "copy_best_bytes_per_s="},
		    {"STREAM scale", "Scale:", "scale_best_bytes_per_s="},
		    {"STREAM add", "Add:", "add_best_bytes_per_s="},
		    {"STREAM triad", "Triad:", "triad_best_bytes_per_s="}};
	const struct setup *s = l->s;
	struct comparison *c;
	char *source;
	int rc;

	if (!s->stream) {
		fputs("STREAM is not compared: --stream FILE.c names its source\n", l->said);
		return 0;
	}
	source = quoted(s->stream);
	rc = build(xasprintf("gcc -O3 -fno-tree-loop-distribute-patterns -mcmodel=medium "
			     "-DSTREAM_ARRAY_SIZE=%zu -DNTIMES=20 %s -o %s/stream",
			     s->array_bytes / sizeof(double), source, s->folder),
		   s->stream, err);
	free(source);
	if (rc)
		return rc;
	c = add(l, xasprintf("%s/stream", s->folder),
		xasprintf("%s stream --cpus %u --pages base --bytes %zuB --repeats 19", s->probe,
			  s->cpu, s->array_bytes));
	for (size_t i = 0; i < sizeof(loop) / sizeof(loop[0]); i++)
		add_value(c, loop[i].name, STREAM_CLAIM_PPM,
			  (struct reading){loop[i].theirs, 1, 1e6},
			  (struct reading){loop[i].ours, 1, 1});
	return 0;
}

/* Of the CPU's caches for data. */
static int64_t cache_bytes(unsigned cpu, long level)
{
	char text[64];

	for (unsigned i = 0; i < 8; i++) {
		if (!machine_read(NULL, text, sizeof(text),
				  "devices/system/cpu/cpu%u/cache/index%u/level", cpu, i))
			break;
		if (strtol(text, NULL, 10) != level ||
		    !machine_read(NULL, text, sizeof(text),
				  "devices/system/cpu/cpu%u/cache/index%u/type", cpu, i) ||
		    strcmp(text, "Instruction") == 0 ||
		    !machine_read(NULL, text, sizeof(text),
				  "devices/system/cpu/cpu%u/cache/index%u/size", cpu, i))
			continue;
		return strtoll(text, NULL, 10) * KIB;
	}
	return 0;
}

/* Both take the best of their samples, over equal memory, lines and blocks. */
static void add_chase(struct list *l, const char *name, int64_t bytes, int64_t claim_ppm, long hops)
{
	const struct setup *s = l->s;
	int64_t block = bytes < BLOCK_BYTES ? bytes : BLOCK_BYTES;
	struct comparison *c;

	bytes -= bytes % block;
	c = add(l,
		xasprintf("%s/multichase -m %lld -s 64 -T %lld -n 4", s->folder, (long long)bytes,
			  (long long)block),
		xasprintf("%s chase --cpus %u --pages base --bytes %lldB --block %lldB --repeats 9 "
			  "--hops %ld",
			  s->probe, s->cpu, (long long)bytes, (long long)block, hops));
	add_value(c, name, claim_ppm, (struct reading){"", 1, 1},
		  (struct reading){"latency_best_ps=", 1, 1e-3});
}

static int add_multichase(struct list *l, struct error *err)
{
	const struct setup *s = l->s;
	int64_t l1 = cache_bytes(s->cpu, 1), l2 = cache_bytes(s->cpu, 2);
	int64_t l3 = cache_bytes(s->cpu, 3);
	char *folder;
	int rc;

	if (!s->multichase) {
		fputs("multichase is not compared: --multichase DIR names its source\n", l->said);
		return 0;
	}
	folder = quoted(s->multichase);
	/* built beside: the folder stays as it is */
	rc = build(xasprintf("cp -r %s %s/multichase-source && make -C %s/multichase-source "
			     "multichase >/dev/null && cp %s/multichase-source/multichase %s/",
			     folder, s->folder, s->folder, s->folder, s->folder),
		   s->multichase, err);
	free(folder);
	if (rc)
		return rc;
	if (l1)
		add_chase(l, "multichase in L1", l1 / 2, NEAR_CLAIM_PPM, 1L << 26);
	if (l2)
		add_chase(l, "multichase in L2", l2 / 2, NEAR_CLAIM_PPM, 1L << 25);
	if (l3)
		add_chase(l, "multichase in L3", l3 / 2, FAR_CLAIM_PPM, 1L << 24);
	add_chase(l, "multichase in memory", (int64_t)s->array_bytes * 2, FAR_CLAIM_PPM, 1L << 22);
	return 0;
}

static void add_kernel(struct list *l, const char *name, char *theirs, struct reading reading,
		       const char *op, const char *set)
{
	const struct setup *s = l->s;
	char *chosen = *set ? xasprintf(" --set %s", set) : xstrdup("");

	add_value(add(l, theirs,
		      xasprintf("%s kernel --op %s%s --cpus %u --pages base --bytes %zuB "
				"--repeats 5",
				s->probe, op, chosen, s->cpu, s->array_bytes * 3)),
		  name, 0, reading, (struct reading){"median_bytes_per_s=", 1, 1});
	free(chosen);
}

static void add_likwid(struct list *l)
{
	static const struct {
		const char *name, *test, *op;
	} loop[] = {{"likwid load_avx", "load_avx", "read"},
		    {"likwid store_mem_avx", "store_mem_avx", "write-nt"},
		    {"likwid copy_mem_avx", "copy_mem_avx", "copy-nt"},
		    {"likwid stream_avx", "stream_avx", "triad"},
		    {"likwid stream_mem_avx", "stream_mem_avx", "triad-nt"}};
	size_t mb = l->s->array_bytes * 3 / 1000000;

	if (!program_is_there("likwid-bench") || l->s->cpu != 0) {
		fputs(l->s->cpu ? "likwid is not compared: it takes CPU 0\n"
				: "likwid is not compared: no likwid-bench is installed\n",
		      l->said);
		return;
	}
	for (size_t i = 0; i < sizeof(loop) / sizeof(loop[0]); i++)
		add_kernel(
			l, loop[i].name,
			xasprintf("likwid-bench -t %s -w S0:%zuMB:1 2>/dev/null", loop[i].test, mb),
			(struct reading){"MByte/s:", 1, 1e6}, loop[i].op, "avx2");
}

/* What they time is not quite ours: nothing is claimed. */
static void add_others(struct list *l)
{
	size_t mib = l->s->array_bytes / (size_t)MIB;

	if (program_is_there("mbw"))
		add_kernel(l, "mbw's own loop", xasprintf("mbw -q -n 10 -t 1 %zu", mib),
			   (struct reading){"Copy:", 1, 2.0 * (double)MIB}, "copy", "");
	else
		fputs("mbw is not compared: it is not installed\n", l->said);
	if (program_is_there("sysbench"))
		add_kernel(l, "sysbench memory read",
			   xasprintf("sysbench memory --memory-block-size=%zuM --threads=1 "
				     "--memory-total-size=1T --memory-oper=read --time=2 run",
				     mib),
			   (struct reading){"transferred (", 1, (double)MIB}, "read", "");
	else
		fputs("sysbench is not compared: it is not installed\n", l->said);
	/* it counts reads and writes apart: two reads and a write are a triad */
	if (program_is_there("stress-ng"))
		add_kernel(l, "stress-ng stream",
			   xasprintf("stress-ng --stream 1 -t 10 --taskset %u 2>&1", l->s->cpu),
			   (struct reading){"memory rate:", 1, 1.5 * (double)MIB}, "triad", "");
	else
		fputs("stress-ng is not compared: it is not installed\n", l->said);
}

int peers_list(struct comparison **out, size_t *nr, const struct setup *s, FILE *said,
	       struct error *err)
{
	struct list l = {.s = s, .said = said};
	int rc = add_stream(&l, err);

	if (!rc)
		rc = add_multichase(&l, err);
	if (!rc) {
		add_likwid(&l);
		add_others(&l);
	}
	*out = l.c;
	*nr = l.nr;
	return rc;
}

void peers_free(struct comparison *c, size_t nr)
{
	for (size_t i = 0; i < nr; i++) {
		free(c[i].their_command);
		free(c[i].our_command);
	}
	free(c);
}
