#include <stdio.h>
#include <stdlib.h>

#include "base/alloc.h"
#include "base/units.h"
#include "probe/machine.h"
#include "probe/program.h"
#include "probe/stream.h"
#include "probe/traffic.h"

#define WARM_NS (50 * NS_PER_MS)

static int divide(struct traffic *t, uint32_t nr, enum kernel_op op, const struct memory *m,
		  struct error *err)
{
	for (uint32_t i = 0; i < nr; i++)
		t[i] = traffic_share(op, m->base, m->bytes, i, nr);
	return t->span.bytes ? 0
			     : error_set(err, ERR_USAGE, "%zu bytes are too few for %u threads",
					 m->bytes, nr);
}

static int ascending(const void *x, const void *y)
{
	int64_t a = *(const int64_t *)x, b = *(const int64_t *)y;

	return (a > b) - (a < b);
}

void record_rates(struct record *r, int64_t *rate, size_t nr)
{
	qsort(rate, nr, sizeof(*rate), ascending);
	record_int(r, "best_bytes_per_s", rate[nr - 1]);
	record_int(r, "median_bytes_per_s", rate[(nr - 1) / 2]);
	record_int(r, "worst_bytes_per_s", rate[0]);
}

static void print(const struct options *o, const struct workers *w, int64_t *rate)
{
	struct record r;

	record_begin(&r, stdout, o->json);
	record_text(&r, "probe", "kernel");
	print_place(&r, o, &w->cpus, &w->memory);
	record_text(&r, "op", kernel_name(w->op));
	record_text(&r, "set", w->set->name);
	record_int(&r, "threads", w->nr);
	record_int(&r, "bytes", (int64_t)w->memory.bytes);
	record_int(&r, "read_ppm", kernel_read_ppm(w->op));
	record_rates(&r, rate, (size_t)o->repeats);
	record_end(&r);
}

/* Everything that was asked for, checked. */
static int choose(const struct options *o, const struct kernel_set **set, enum kernel_op *op,
		  struct error *err)
{
	if (!kernel_parse(op, o->op))
		return error_set(err, ERR_USAGE, "\"%s\" is no loop; --help lists them", o->op);
	*set = kernels_choose(o->set);
	if (!*set)
		return error_set(err, ERR_CANNOT, "this processor has no \"%s\" that is known here",
				 o->set);
	if (!(*set)->non_temporal && kernel_is_non_temporal(*op))
		return error_set(err, ERR_CANNOT, "%s has no stores past the caches", (*set)->name);
	return 0;
}

int workers_open(struct workers *w, const struct options *o, struct error *err)
{
	struct cpuset *each = NULL;
	const char *from;
	uint64_t bytes;
	int rc;

	*w = (struct workers){.nr = 0};
	rc = choose(o, &w->set, &w->op, err);
	if (!rc)
		rc = choose_cpus(o, &w->cpus, err);
	if (rc)
		return rc;
	w->nr = one_each(&w->cpus, &each);
	w->traffic = xcalloc(w->nr, sizeof(*w->traffic));
	bytes = o->bytes != UNSET
			? o->bytes
			: o->factor * (uint64_t)machine_last_cache_bytes(o->sysfs, &w->cpus, &from);
	if (bytes > SIZE_MAX / 4)
		rc = error_set(err, ERR_USAGE, "that many bytes are too many");
	if (!rc)
		rc = memory_get(&w->memory, o->sysfs, (size_t)bytes, memory_node(o), pages_of(o),
				err);
	if (!rc)
		rc = divide(w->traffic, w->nr, w->op, &w->memory, err);
	if (!rc)
		rc = crew_open(&w->crew, each, w->nr, err);
	free(each);
	if (rc)
		workers_close(w);
	return rc;
}

void workers_close(struct workers *w)
{
	crew_close(w->crew);
	memory_put(&w->memory);
	free(w->traffic);
	*w = (struct workers){.nr = 0};
}

int do_kernel(const struct options *o, struct error *err)
{
	struct traffic_result result;
	struct workers w;
	int64_t *rate;
	int rc = workers_open(&w, o, err);

	if (rc)
		return rc;
	rate = xcalloc(o->repeats, sizeof(*rate));
	for (uint64_t i = 0; i < o->repeats; i++) {
		traffic_run(
			w.crew,
			&(struct traffic_request){.set = w.set,
						  .member = w.traffic,
						  .warm_ns = WARM_NS,
						  .window_ns = (int64_t)o->window_ms * NS_PER_MS},
			&result);
		rate[i] = result.bytes_per_s;
	}
	print(o, &w, rate);
	free(rate);
	workers_close(&w);
	return rc;
}
