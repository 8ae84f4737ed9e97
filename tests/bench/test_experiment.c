/* Experiments: how rows are numbered, that their number of threads is not seen, and which are
 * not run. */
#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/output.h"
#include "bench/files/results.h"
#include "bench/files/spool.h"
#include "placement/policies.h"
#include "sim/sim.h"
#include "tests/bench/text.h"
#include "tests/temporary.h"

#define GENERATED                                                                                  \
	"{\"duration\":\"1d\",\"generator\":{\"arrivals\":{\"per_hour\":40},"                      \
	"\"lifetimes\":{\"exponential\":\"3h\"},"                                                  \
	"\"sizes\":[{\"vcpus\":1,\"memory\":\"1GiB\",\"weight\":6},"                               \
	"{\"vcpus\":20,\"memory\":\"12GiB\"},{\"vcpus\":2,\"memory\":\"20GiB\"}]}}"
#define LISTED                                                                                     \
	"{\"events\":["                                                                            \
	"{\"at\":\"0s\",\"start\":{\"name\":\"A\",\"vcpus\":2,\"memory\":\"4GiB\"},"               \
	"\"lifetime\":\"10s\"},"                                                                   \
	"{\"at\":\"5s\",\"start\":{\"name\":\"C\",\"vcpus\":8,\"memory\":\"20GiB\"}},"             \
	"{\"at\":\"6s\",\"start\":{\"name\":\"B\",\"vcpus\":8,\"memory\":\"900GiB\"}}]}"

/* One fleet, one workload, and what the tests vary. */
struct setting {
	struct host *host;
	const struct host *hosts[2];
	struct workload workload;
	const struct workload *workloads[1];
	struct matrix_fleet fleet;
	const struct policy *policy[3];
	enum run_memory memory[2];
	const char *allocator[2];
	uint64_t seed[3];
	struct experiment x;
};

static void set_up(struct setting *s, const char *text)
{
	struct error err;

	*s = (struct setting){
		.policy = {&policy_flat, &policy_random, &policy_edera_compact},
		.memory = {RUN_MEMORY_STATIC, RUN_MEMORY_AS_ASKED},
		.allocator = {"xen", "slit"},
		.seed = {3, 1, 2},
	};
	load_text(&s->workload, text);
	cr_assert_eq(host_load(&s->host, "topologies/epyc-nps4-8n.xml", &err), 0, "%s", err.text);
	s->hosts[0] = s->hosts[1] = s->host;
	s->workloads[0] = &s->workload;
	s->fleet = (struct matrix_fleet){.name = "epyc-nps4-8n", .host = s->hosts, .nr_hosts = 2};
	s->x = (struct experiment){
		.matrix = {&s->fleet, 1, s->workloads, 1, s->policy, 3, s->memory, 2, s->allocator,
			   2, s->seed, 3, false},
		.backend = &sim_backend,
		.cost = true,
		.jobs = 1,
	};
	matrix_sort(&s->x.matrix);
}

static void tear_down(struct setting *s)
{
	workload_release(&s->workload);
	host_free(s->host);
}

/* --- the matrix ------------------------------------------------------------------------ */

static void label(struct setting *s, size_t row, struct row *out)
{
	const struct matrix *m = &s->x.matrix;
	struct matrix_key k = matrix_key(m, row);

	row_init(out);
	out->topology = m->fleet[k.fleet].name;
	out->workload = m->workload[k.workload]->name;
	out->policy = m->policy[k.policy]->name;
	out->memory_policy = run_memory_name(m->memory[k.memory]);
	out->allocator = m->allocator[k.allocator];
	out->seed = m->seed[k.seed];
}

/* Every row once, ascending as in files; in turn, ascending seed by seed. */
Test(experiment, rows_are_numbered_as_files_list_them)
{
	struct setting s;

	set_up(&s, GENERATED);
	cr_assert_eq(matrix_rows(&s.x.matrix), 36);
	for (int in_turn = 0; in_turn < 2; in_turn++) {
		s.x.matrix.seeds_in_turn = in_turn;
		for (size_t i = 1; i < 36; i++) {
			struct row before, now;

			label(&s, i - 1, &before);
			label(&s, i, &now);
			cr_assert(in_turn && before.seed != now.seed
					  ? before.seed < now.seed && i % 12 == 0
					  : row_compare(&before, &now) < 0,
				  "row %zu", i);
		}
	}
	tear_down(&s);
}

/* --- what results hold ------------------------------------------------------------------- */

/* All files of a run, one after the other; the caller frees. */
static char *read_files(const char *directory)
{
	static const char *const names[] = {"summary.csv", "timeline.csv", "zones.csv"};
	char *all = xstrdup("");

	for (size_t i = 0; i < 3; i++) {
		char *path = xasprintf("%s/%s", directory, names[i]), *text, *more;
		struct error err;
		size_t size;

		cr_assert_eq(file_read(path, 1 << 24, &text, &size, &err), 0, "%s", err.text);
		more = xasprintf("%s%s", all, text);
		unlink(path);
		free(path);
		free(text);
		free(all);
		all = more;
	}
	return all;
}

/* Runs it into a directory and returns what is in there. */
static char *run_into_files(struct setting *s, unsigned jobs, size_t *nr_same)
{
	static const char *const none[] = {NULL};
	struct results results = {0};
	struct results_about about = {
		.version = "x", .backend = "sim", .input = none, .complete = true, .cost = true};
	char name[256], *directory, *run_json, *text;
	struct error err;

	directory = xstrdup(temporary_name(name, sizeof(name), "experiment"));
	cr_assert(mkdtemp(directory));
	s->x.jobs = jobs;
	s->x.gatherer = &results_gatherer;
	s->x.gatherer_self = &results;
	cr_assert_eq(results_open(&results, directory, matrix_rows(&s->x.matrix), true, false, NULL,
				  &err),
		     0, "%s", err.text);
	cr_assert_eq(experiment_run(&s->x, &err), 0, "%s", err.text);
	*nr_same = results.nr_same;
	cr_assert_eq(results_commit(&results, &about, &err), 0, "%s", err.text);
	results_release(&results);
	text = read_files(directory);
	run_json = xasprintf("%s/run.json", directory);
	unlink(run_json);
	/* nothing else was left there */
	cr_assert_eq(rmdir(directory), 0);
	free(run_json);
	free(directory);
	return text;
}

Test(experiment, threads_are_not_seen, .timeout = 120)
{
	struct setting s;
	size_t same;
	char *one;

	set_up(&s, GENERATED);
	one = run_into_files(&s, 1, &same);
	cr_assert_eq(same, 0); /* zones are drawn from the seed */
	for (unsigned jobs = 2; jobs <= 7; jobs += 5) {
		char *several = run_into_files(&s, jobs, &same);

		cr_assert_str_eq(one, several, "%u jobs", jobs);
		free(several);
	}
	free(one);
	tear_down(&s);
}

/* A list of events draws nothing; only the policy that does is run for every seed. What is
 * written is what running all would have written. */
Test(experiment, rows_that_cannot_differ_are_run_once, .timeout = 120)
{
	struct setting s;
	size_t same;
	char *once, *all;

	set_up(&s, LISTED);
	once = run_into_files(&s, 2, &same);
	cr_assert_eq(same, 2 * (36 / 3 - 36 / 9));
	s.x.every_seed = true;
	all = run_into_files(&s, 2, &same);
	cr_assert_eq(same, 0);
	cr_assert_str_eq(once, all);
	cr_assert(strstr(once, ",2,C,live,"), "%s", once);
	free(once);
	free(all);
	tear_down(&s);
}

/* --- errors and interruption ---------------------------------------------------------------- */

static int count_rows(void *self, const struct experiment_row *row, struct error *err)
{
	size_t *nr = self;

	(void)err;
	cr_assert_eq(row->row, *nr);
	cr_assert_eq(row->same_as, row->row);
	++*nr;
	return 0;
}

/* dom0 wants more than there is: no row can begin, for any number of threads. */
Test(experiment, a_row_that_fails_ends_it)
{
	static const struct gatherer gatherer = {.on_row = count_rows};
	struct setting s;

	set_up(&s, GENERATED);
	s.workload.fleet.dom0_memory_bytes = (int64_t)1 << 50;
	s.x.gatherer = &gatherer;
	for (unsigned jobs = 1; jobs <= 3; jobs++) {
		struct error err = {0};
		size_t nr = 0;

		s.x.jobs = jobs;
		s.x.gatherer_self = &nr;
		cr_assert_neq(experiment_run(&s.x, &err), 0);
		cr_assert(strstr(err.text, "dom0"), "%s", err.text);
		cr_assert_eq(nr, 0);
	}
	tear_down(&s);
}

static atomic_bool stop;

static int stop_after_two(void *self, const struct experiment_row *row, struct error *err)
{
	int rc = count_rows(self, row, err);

	atomic_store(&stop, row->row == 1);
	return rc;
}

Test(experiment, a_signal_ends_it_between_rows)
{
	static const struct gatherer gatherer = {.on_row = stop_after_two};
	struct error err = {0};
	struct setting s;
	size_t nr = 0;

	set_up(&s, GENERATED);
	s.x.gatherer = &gatherer;
	s.x.gatherer_self = &nr;
	s.x.stop = &stop;
	cr_assert_eq(experiment_run(&s.x, &err), ERR_INTERRUPTED);
	cr_assert_eq(nr, 2);
	tear_down(&s);
}

/* --- progress -------------------------------------------------------------------------------- */

static void look(void *context, const struct experiment_progress *p)
{
	struct experiment_progress *last = context;

	cr_assert_geq(p->done, last->done);
	cr_assert_geq(p->begun, p->done);
	cr_assert_leq(p->begun, p->rows);
	cr_assert_geq(p->events, last->events);
	cr_assert_geq(p->share_ppm, last->share_ppm);
	*last = *p;
}

Test(experiment, progress_goes_on_to_the_end)
{
	static const struct gatherer gatherer = {.on_row = count_rows};
	struct experiment_progress last = {0};
	struct error err;
	struct setting s;
	size_t nr = 0;

	set_up(&s, GENERATED);
	s.x.gatherer = &gatherer;
	s.x.gatherer_self = &nr;
	s.x.jobs = 3;
	s.x.progress = look;
	s.x.progress_context = &last;
	cr_assert_eq(experiment_run(&s.x, &err), 0, "%s", err.text);
	cr_assert_eq(last.rows, 36);
	cr_assert_eq(last.done, 36);
	cr_assert_eq(last.share_ppm, 1000000);
	cr_assert_gt(last.events, 1000);
	tear_down(&s);
}

/* --- spooled rows ------------------------------------------------------------------------------
 */

/* A key in front of each row, not of each line: a quoted field may hold a line end. */
Test(spool, a_key_in_front_of_each_row)
{
	static const char rows[] = "1,plain\n2,\"two\nlines, and \"\"quotes\"\"\"\n3,\n";
	struct spool s = {.file = NULL};
	struct error err;
	struct row key;
	char *text = NULL;
	size_t n;
	FILE *out;

	row_init(&key);
	key.topology = "t,1";
	key.workload = "w";
	key.policy = "p";
	key.memory_policy = "static";
	key.allocator = "xen";
	key.seed = 7;
	cr_assert_eq(spool_open(&s, "/tmp", &err), 0, "%s", err.text);
	fputs(rows, s.file);
	for (int again = 0; again < 2; again++) {
		out = open_memstream(&text, &n);
		cr_assert_eq(spool_append(&s, &key, out, &err), 0, "%s", err.text);
		fclose(out);
		cr_assert_str_eq(text, "\"t,1\",w,p,static,xen,7,1,plain\n"
				       "\"t,1\",w,p,static,xen,7,2,\"two\nlines, and "
				       "\"\"quotes\"\"\"\n"
				       "\"t,1\",w,p,static,xen,7,3,\n");
		free(text);
	}
	spool_close(&s);
	cr_assert_neq(spool_open(&s, "/nonexistent", &err), 0);
}
