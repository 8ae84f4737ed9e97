#include "bench/clusters/clusters.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>

#include "base/alloc.h"
#include "base/jobs.h"
#include "base/units.h"
#include "bench/clusters/log.h"
#include "bench/loop/run.h"

struct whole;

struct part {
	struct whole *whole;
	struct run_input in;
	struct run_result result;
	struct run *run;
	struct observer observer[RUN_OBSERVERS_MAX];
	struct run_progress progress; /* as last told, under the lock */
	atomic_bool give_up;
	const atomic_bool *cancel;
};

struct whole {
	const struct run_input *in;
	struct part *part;
	struct host_log *log; /* of each part */
	uint32_t nr;
	int64_t end_ns;
	pthread_mutex_t lock; /* of the progress */
};

/* --- what can be run so ----------------------------------------------------------------- */

static int check(const struct run_input *in, struct error *err)
{
	const struct fleet_spec *f = &in->workload->fleet;

	if (!f->nr_clusters)
		return 0;
	if (in->workload->refused == REFUSED_STOP)
		return error_set(err, ERR_USAGE,
				 "%s: a fleet in clusters does not stop at the first refused zone: "
				 "what happens in one is not known in the others",
				 in->workload->path);
	if (!(backend_traits(in->backend) & BACKEND_REPEATABLE) || in->record_path)
		return error_set(err, ERR_USAGE,
				 "%s: a fleet in clusters is for the simulator, without a record",
				 in->workload->path);
	for (unsigned i = 0; i < in->nr_observers; i++)
		if (!in->observer[i].ops->split)
			return error_set(err, ERR_USAGE,
					 "%s: %s cannot be had of a fleet in clusters",
					 in->workload->path, in->observer[i].ops->name);
	return 0;
}

/* --- progress --------------------------------------------------------------------------- */

static bool is_set(const atomic_bool *flag)
{
	return flag && atomic_load_explicit(flag, memory_order_relaxed);
}

/* Under the lock. Every part reads all of the trace. */
static void report(const struct whole *w)
{
	struct run_progress all = {.now_ns = INT64_MAX,
				   .duration_ns = w->in->workload->duration_ns};

	for (uint32_t i = 0; i < w->nr; i++) {
		const struct run_progress *p = &w->part[i].progress;

		all.events += p->events;
		all.live_zones += p->live_zones;
		all.done += p->done / w->nr;
		all.total = p->total > all.total ? p->total : all.total;
		all.now_ns = p->now_ns < all.now_ns ? p->now_ns : all.now_ns;
	}
	w->in->progress(w->in->progress_context, &all);
}

static void on_progress(void *context, const struct run_progress *p)
{
	struct part *part = context;
	struct whole *w = part->whole;

	if (is_set(part->cancel) || is_set(w->in->cancel))
		atomic_store(&part->give_up, true);
	if (!w->in->progress)
		return;
	pthread_mutex_lock(&w->lock);
	part->progress = *p;
	report(w);
	pthread_mutex_unlock(&w->lock);
}

/* --- parts ------------------------------------------------------------------------------ */

static int split_observers(struct part *p, struct host_log *log, struct error *err)
{
	const struct run_input *in = p->whole->in;
	int rc = 0;

	log->directory = in->scratch;
	p->observer[0] = (struct observer){&host_log_observer, log};
	p->in.observer = p->observer;
	p->in.nr_observers = 1;
	BUG_ON(in->nr_observers >= RUN_OBSERVERS_MAX);
	for (unsigned i = 0; i < in->nr_observers && !rc; i++) {
		rc = in->observer[i].ops->split(in->observer[i].self, &p->observer[i + 1], err);
		p->in.nr_observers += !rc;
	}
	return rc;
}

static int run_part(void *context, size_t i, const atomic_bool *cancel, struct error *err)
{
	struct whole *w = context;
	struct part *p = &w->part[i];
	int rc;

	p->cancel = cancel;
	rc = run_open(&p->run, &p->in, &p->result, err);
	return rc ? rc : run_on(p->run, err);
}

static int end_part(void *context, size_t i, const atomic_bool *cancel, struct error *err)
{
	struct whole *w = context;
	struct part *p = &w->part[i];
	int rc = 0;

	p->cancel = cancel;
	if (w->end_ns >= 0)
		rc = run_on_to(p->run, w->end_ns, err);
	return rc ? rc : run_finish(p->run, err);
}

/* Each part has files of its own open until the end. */
static void allow_files(uint32_t parts)
{
	rlim_t want = 4 * (rlim_t)parts;
	struct rlimit limit;

	if (getrlimit(RLIMIT_NOFILE, &limit) != 0 || limit.rlim_cur == limit.rlim_max)
		return;
	limit.rlim_cur = limit.rlim_max == RLIM_INFINITY || limit.rlim_max - limit.rlim_cur > want
				 ? limit.rlim_cur + want
				 : limit.rlim_max;
	(void)setrlimit(RLIMIT_NOFILE, &limit);
}

static int open_parts(struct whole *w, struct error *err)
{
	const struct run_input *in = w->in;
	const struct fleet_spec *f = &in->workload->fleet;
	const struct fleet_cluster *last = &f->cluster[f->nr_clusters - 1];
	int rc = 0;

	BUG_ON(in->nr_hosts != last->first_host + last->nr_hosts);
	w->nr = f->nr_clusters;
	w->part = xcalloc(w->nr, sizeof(*w->part));
	w->log = xcalloc(w->nr, sizeof(*w->log));
	pthread_mutex_init(&w->lock, NULL);
	for (uint32_t i = 0; i < w->nr && !rc; i++) {
		struct part *p = &w->part[i];

		p->whole = w;
		p->in = *in;
		p->in.cluster = &f->cluster[i];
		p->in.host = in->host + p->in.cluster->first_host;
		p->in.nr_hosts = p->in.cluster->nr_hosts;
		p->in.progress = on_progress;
		p->in.progress_context = p;
		p->in.cancel = &p->give_up;
		rc = split_observers(p, &w->log[i], err);
	}
	return rc;
}

static void close_parts(struct whole *w)
{
	for (uint32_t i = 0; i < w->nr; i++) {
		struct part *p = &w->part[i];

		run_close(p->run);
		host_log_release(&w->log[i]);
		for (unsigned k = 1; k < p->in.nr_observers; k++)
			p->observer[k].ops->release(p->observer[k].self);
	}
	free(w->part);
	free(w->log);
	pthread_mutex_destroy(&w->lock);
}

static int run_parts(struct whole *w, unsigned threads, struct error *err)
{
	struct jobs jobs = {.nr = w->nr, .threads = threads, .work = run_part, .context = w};
	int rc = jobs_run(&jobs, err);

	w->end_ns = -1;
	for (uint32_t i = 0; i < w->nr && !rc; i++) {
		int64_t reached = run_reached_ns(w->part[i].run);

		w->end_ns = reached > w->end_ns ? reached : w->end_ns;
	}
	jobs.work = end_part;
	return rc ? rc : jobs_run(&jobs, err);
}

/* --- the whole --------------------------------------------------------------------------- */

static int join_logs(const struct whole *w, struct row *row, struct error *err)
{
	struct stranded stranded;
	int rc = host_logs_join(w->log, w->nr, &row->peak_live_zones, &stranded, err);

	if (!rc)
		stranded_result(&stranded, &row->stranded_vcpu_ppm, &row->stranded_memory_ppm,
				&row->fr16_ppm);
	return rc;
}

static int join_observers(const struct whole *w, struct error *err)
{
	struct observer *of = xcalloc(w->nr, sizeof(*of));
	int rc = 0;

	for (unsigned k = 0; k < w->in->nr_observers && !rc; k++) {
		const struct observer *o = &w->in->observer[k];

		for (uint32_t i = 0; i < w->nr; i++)
			of[i] = w->part[i].observer[k + 1];
		rc = o->ops->join(o->self, of, w->nr, err);
	}
	free(of);
	return rc;
}

static int join_parts(const struct whole *w, struct run_result *out, struct error *err)
{
	struct run *first = w->part[0].run;

	for (uint32_t i = 1; i < w->nr; i++)
		run_join(first, w->part[i].run);
	run_fill(first);
	*out = w->part[0].result;
	return join_logs(w, &out->row, err);
}

static int run_clusters(const struct run_input *in, unsigned threads, struct run_result *out,
			struct error *err)
{
	struct whole w = {.in = in};
	int rc = check(in, err);

	if (rc)
		return rc;
	allow_files(in->workload->fleet.nr_clusters);
	rc = open_parts(&w, err);
	if (!rc)
		rc = run_parts(&w, threads, err);
	if (!rc)
		rc = join_observers(&w, err);
	if (!rc)
		rc = join_parts(&w, out, err);
	close_parts(&w);
	return rc;
}

int clusters_run_row(const struct run_input *in, unsigned threads, struct run_result *out,
		     struct error *err)
{
	return in->workload->fleet.nr_clusters ? run_clusters(in, threads, out, err)
					       : run_row(in, out, err);
}
