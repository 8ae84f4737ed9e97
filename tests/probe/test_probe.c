#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/units.h"
#include "probe/chase.h"
#include "probe/machine.h"
#include "probe/memory.h"
#include "probe/record.h"
#include "probe/stream.h"

static void allowed(struct cpuset *out)
{
	struct error err;

	cr_assert_eq(machine_cpus_allowed(out, &err), 0, "%s", err.text);
	cr_assert(!cpuset_empty(out));
}

static unsigned first_allowed(void)
{
	struct cpuset cpus;

	allowed(&cpus);
	return cpuset_next(&cpus, 0);
}

/* One cycle through all lines: back at the start after exactly `lines` hops, every
 * line seen once, whatever the seed and the number. */
Test(probe, chase_is_one_cycle)
{
	static const size_t sizes[] = {2, 3, 16, 1000, 65537};

	for (size_t s = 0; s < sizeof(sizes) / sizeof(sizes[0]); s++) {
		size_t lines = sizes[s];
		char *memory = aligned_alloc(64, lines * CHASE_LINE_BYTES);
		char *seen = calloc(lines, 1);
		void **at = (void **)(void *)memory;

		for (uint64_t seed = 0; seed < 3; seed++) {
			memset(seen, 0, lines);
			chase_make_cycle(memory, lines, CHASE_LINE_BYTES, seed);
			for (size_t i = 0; i < lines; i++) {
				size_t offset = (size_t)((char *)at - memory);

				cr_assert_eq(offset % CHASE_LINE_BYTES, 0);
				cr_assert_lt(offset / CHASE_LINE_BYTES, lines);
				cr_assert_eq(seen[offset / CHASE_LINE_BYTES]++, 0);
				at = *at;
			}
			cr_assert_eq((char *)at, memory);
		}
		free(seen);
		free(memory);
	}
}

/* The walk follows as many pointers as it says: rounded up to whole strides. */
Test(probe, chase_walks_as_far_as_asked)
{
	size_t lines = 4099; /* prime, so that no stride divides it */
	char *memory = aligned_alloc(64, lines * CHASE_LINE_BYTES);
	static const uint64_t hops[] = {0, 1, 16, 17, 4096, 10000};

	chase_make_cycle(memory, lines, CHASE_LINE_BYTES, 5);
	for (size_t i = 0; i < sizeof(hops) / sizeof(hops[0]); i++) {
		uint64_t n = (hops[i] + CHASE_STRIDE - 1) / CHASE_STRIDE * CHASE_STRIDE;
		void **want = (void **)(void *)memory;

		for (uint64_t h = 0; h < n; h++)
			want = *want;
		cr_assert_eq(chase_walk(memory, hops[i]), (void *)want);
	}
	free(memory);
}

Test(probe, chase_orders_differ_by_seed_only)
{
	size_t bytes = 256 * CHASE_LINE_BYTES;
	void **a = aligned_alloc(64, bytes), **b = aligned_alloc(64, bytes);
	size_t same = 0;

	for (int round = 0; round < 2; round++) {
		same = 0;
		memset(a, 0, bytes);
		memset(b, 0, bytes);
		chase_make_cycle(a, 256, CHASE_LINE_BYTES, 1);
		chase_make_cycle(b, 256, CHASE_LINE_BYTES, 1 + (uint64_t)round);
		for (size_t i = 0; i < bytes / sizeof(*a); i += CHASE_LINE_BYTES / sizeof(*a))
			same += (char *)a[i] - (char *)a == (char *)b[i] - (char *)b;
		cr_assert(round ? same < 32 : same == 256, "%zu alike", same);
	}
	free(a);
	free(b);
}

Test(probe, chase_counts)
{
	struct chase_request r = {.bytes = 1 << 20, .hops = 1000, .repeats = 7, .seed = 3};
	struct chase_result result;
	struct chase_load load[2] = {{.nr = 0}, {.nr = 1 << 16}};
	struct cpuset all, cpus[2] = {0};
	struct crew *crew;
	struct error err;
	unsigned other;

	r.memory = aligned_alloc(64, r.bytes);
	cpuset_add(&cpus[0], first_allowed());
	cr_assert_eq(crew_open(&crew, cpus, 1, &err), 0, "%s", err.text);
	chase_run(crew, &r, &result);
	cr_assert_eq(result.repeats, 7);
	cr_assert_eq(result.lines, (1 << 20) / 64);
	cr_assert_eq(result.hops, 1008, "whole strides");
	cr_assert_gt(result.best_ps, 0);
	cr_assert(result.best_ps <= result.median_ps && result.median_ps <= result.worst_ps);
	cr_assert_eq(result.load_bytes_per_s, 0);
	r.stride_bytes = 4096 + 64;
	r.hops = 0;
	chase_run(crew, &r, &result);
	cr_assert_eq(result.lines, (1 << 20) / (4096 + 64));
	cr_assert_eq(result.hops, 256);
	crew_close(crew);

	allowed(&all);
	other = cpuset_next(&all, first_allowed() + 1);
	if (other != CPUSET_NONE) {
		cpuset_add(&cpus[1], other);
		load[1].data = calloc(load[1].nr, sizeof(double));
		r.load = load;
		r.hops = 1 << 20; /* long enough for the other thread to be seen */
		r.pause = 10;
		cr_assert_eq(crew_open(&crew, cpus, 2, &err), 0, "%s", err.text);
		chase_run(crew, &r, &result);
		cr_assert_gt(result.load_bytes_per_s, 0);
		crew_close(crew);
		free(load[1].data);
	}
	free(r.memory);
}

/* STREAM counts what the program asks for: 16, 16, 24 and 24 bytes an element. */
Test(probe, stream_counts_as_stream_does)
{
	static const int64_t bytes[] = {16, 16, 24, 24};
	static const char *const names[] = {"copy", "scale", "add", "triad"};

	for (unsigned k = 0; k < STREAM_KERNELS; k++) {
		cr_assert_eq(stream_element_bytes((enum stream_kernel)k), bytes[k]);
		cr_assert_str_eq(stream_kernel_name((enum stream_kernel)k), names[k]);
	}
}

Test(probe, stream_loops_compute)
{
	_Alignas(STREAM_ALIGN_BYTES) double a[5] = {1, 2, 3, 4, 5};
	_Alignas(STREAM_ALIGN_BYTES) double b[5] = {10, 20, 30, 40, 50};
	_Alignas(STREAM_ALIGN_BYTES) double c[5] = {0};
	struct stream_part p = {.a = a, .b = b, .c = c, .nr = 5};

	stream_loop(STREAM_COPY, &p);
	for (int i = 0; i < 5; i++)
		cr_assert_eq(c[i], i + 1);
	stream_loop(STREAM_SCALE, &p);
	for (int i = 0; i < 5; i++)
		cr_assert_eq(b[i], 3 * (i + 1));
	stream_loop(STREAM_ADD, &p);
	for (int i = 0; i < 5; i++)
		cr_assert_eq(c[i], 4 * (i + 1));
	stream_loop(STREAM_TRIAD, &p);
	for (int i = 0; i < 5; i++)
		cr_assert_eq(a[i], 15 * (i + 1));
	cr_assert_eq(stream_read(c, 5), 4 * 15);
}

/* The arrays of all threads, side by side, never overlap and never leave the memory. */
Test(probe, stream_divides)
{
	for (uint32_t nr = 1; nr < 9; nr++) {
		size_t bytes = 100000;
		double *base = aligned_alloc(64, 100032);
		struct stream_part part[8];
		int64_t array = stream_divide(base, bytes, part, nr);
		size_t marked = 0;

		memset(base, 0, bytes);
		cr_assert_gt(array, (int64_t)(bytes / 3 - 64 * nr * 3));
		cr_assert_leq(array * 3, (int64_t)bytes);
		for (uint32_t i = 0; i < nr; i++) {
			double *arrays[] = {part[i].a, part[i].b, part[i].c};

			for (int x = 0; x < 3; x++)
				for (size_t j = 0; j < part[i].nr; j++)
					arrays[x][j] += 1;
		}
		for (size_t j = 0; j < bytes / sizeof(double); j++) {
			cr_assert(base[j] == 0 || base[j] == 1);
			marked += base[j] == 1;
		}
		cr_assert_eq(marked * sizeof(double), 3 * (size_t)array);
		free(base);
	}
}

static void check_rates(const struct stream_result *result)
{
	for (unsigned k = 0; k < STREAM_KERNELS; k++) {
		const struct stream_rate *rate = &result->rate[k];

		cr_assert_gt(rate->worst_bytes_per_s, 0);
		cr_assert(rate->worst_bytes_per_s <= rate->median_bytes_per_s);
		cr_assert(rate->median_bytes_per_s <= rate->best_bytes_per_s);
	}
}

Test(probe, stream_repeats_as_asked)
{
	size_t bytes = 3 << 20;
	double *base = aligned_alloc(64, bytes);
	struct stream_part part[3];
	struct stream_result result;
	struct cpuset cpus[3] = {0};
	struct crew *crew;
	struct error err;

	for (int i = 0; i < 3; i++) /* several on one CPU must end, too */
		cpuset_add(&cpus[i], first_allowed());
	for (uint32_t nr = 1; nr <= 3; nr++) {
		int64_t array = stream_divide(base, bytes, part, nr);

		cr_assert_eq(crew_open(&crew, cpus, nr, &err), 0, "%s", err.text);
		cr_assert_eq(stream_run(crew, part, 5, &result, &err), 0, "%s", err.text);
		cr_assert_eq(result.threads, nr);
		cr_assert_eq(result.repeats, 5);
		cr_assert_eq(result.array_bytes, array);
		check_rates(&result);
		if (nr == 3) { /* one that idles is not counted, nor what it has not */
			part[1].nr = 0;
			cr_assert_eq(stream_run(crew, part, 1, &result, &err), 0, "%s", err.text);
			cr_assert_eq(result.threads, 2);
			cr_assert_eq(result.array_bytes, array / 3 * 2);
			check_rates(&result);
		}
		crew_close(crew);
	}
	free(base);
}

Test(probe, cpus_that_are_not_there)
{
	struct cpuset cpus[2] = {0};
	struct crew *crew;
	struct error err = {0};

	cpuset_add(&cpus[0], first_allowed());
	cpuset_add(&cpus[1], CPUS_MAX - 1);
	cr_assert_eq(crew_open(&crew, cpus, 2, &err), ERR_CANNOT);
	cr_assert_null(crew);
	cr_assert(strstr(err.text, "4095"), "%s", err.text);
	cr_assert_eq(crew_open(&crew, cpus, 1, &err), 0, "%s", err.text);
	crew_close(crew);
}

Test(probe, memory_is_where_it_was_asked)
{
	struct cpuset nodes;
	struct memory m;
	struct error err = {0};

	machine_nodes(NULL, &nodes);
	for (unsigned n = cpuset_next(&nodes, 0); n != CPUSET_NONE;
	     n = cpuset_next(&nodes, n + 1)) {
		int rc = memory_get(&m, NULL, 5 << 20, n, MEMORY_PAGES_HUGE, &err);

		if (rc == ERR_NO_ROOM) /* a node without memory */
			continue;
		cr_assert_eq(rc, 0, "%s", err.text);
		cr_assert_eq(m.bytes, 6 << 20, "whole pages of 2 MiB");
		cr_assert_eq((uintptr_t)m.base % (2 << 20), 0);
		cr_assert(m.on_node_ppm == -1 || m.on_node_ppm >= 999000);
		memory_put(&m);
	}
	cr_assert_eq(memory_get(&m, NULL, 1 << 20, 4095, MEMORY_PAGES_BASE, &err), ERR_CANNOT);
	cr_assert_eq(
		memory_get(&m, NULL, (size_t)1 << 50, MEMORY_ANY_NODE, MEMORY_PAGES_BASE, &err),
		ERR_NO_ROOM);
	cr_assert_eq(memory_get(&m, NULL, 1, MEMORY_ANY_NODE, MEMORY_PAGES_BASE, &err), 0);
	cr_assert_eq(m.huge_ppm, 0);
	cr_assert_str_eq(m.pages, "base");
	memory_put(&m);
}

Test(probe, records)
{
	char *text = NULL;
	size_t size;
	FILE *f = open_memstream(&text, &size);
	struct record r;

	record_begin(&r, f, false);
	record_text(&r, "probe", "chase");
	record_text(&r, "odd", "a b\"c=d");
	record_text(&r, "none", "");
	record_int(&r, "hops", -7);
	record_end(&r);
	record_begin(&r, f, true);
	record_text(&r, "probe", "chase");
	record_int(&r, "hops", INT64_MAX);
	record_end(&r);
	fclose(f);
	cr_assert_str_eq(text, "probe=chase odd=a_b_c_d none=- hops=-7\n"
			       "{\"probe\":\"chase\",\"hops\":9223372036854775807}\n");
	free(text);
}

/* A module as SMBIOS lists it: 64 bits wide, so many MiB, at so many MT/s and as configured. */
static void put_module(const char *root, unsigned i, unsigned mib, unsigned speed,
		       unsigned configured)
{
	unsigned char raw[0x28] = {17, 0x28};
	char path[256];
	FILE *f;

	raw[0x0a] = 64;
	raw[0x0c] = (unsigned char)mib;
	raw[0x0d] = (unsigned char)(mib >> 8);
	raw[0x15] = (unsigned char)speed;
	raw[0x16] = (unsigned char)(speed >> 8);
	raw[0x20] = (unsigned char)configured;
	raw[0x21] = (unsigned char)(configured >> 8);
	snprintf(path, sizeof(path), "mkdir -p %s/firmware/dmi/entries/17-%u", root, i);
	cr_assert_eq(system(path), 0);
	snprintf(path, sizeof(path), "%s/firmware/dmi/entries/17-%u/raw", root, i);
	f = fopen(path, "w");
	cr_assert_not_null(f);
	cr_assert_eq(fwrite(raw, 1, sizeof(raw), f), sizeof(raw));
	fclose(f);
}

/* The clock as configured counts, empty slots do not; one without a clock is no bound. */
Test(probe, memory_modules)
{
	char root[] = "/tmp/homenode-modules-XXXXXX", command[128];

	cr_assert_not_null(mkdtemp(root));
	cr_expect_eq(machine_modules_bytes_per_s(root), -1);
	put_module(root, 0, 16384, 4800, 4400);
	put_module(root, 1, 0, 0, 0);
	put_module(root, 2, 16384, 4800, 0);
	cr_expect_eq(machine_modules_bytes_per_s(root), (4400 + 4800) * 8000000LL);
	put_module(root, 3, 16384, 0, 0);
	cr_expect_eq(machine_modules_bytes_per_s(root), -1);
	snprintf(command, sizeof(command), "rm -r %s", root);
	cr_expect_eq(system(command), 0);
}
