/* Sweeps: lines of rows, the journal, and who runs what. */
#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/output.h"
#include "bench/sweep/sweep.h"
#include "placement/policies.h"
#include "sim/sim.h"
#include "tests/bench/text.h"
#include "tests/temporary.h"

/* --- lines ------------------------------------------------------------------------------ */

/* Every figure is another number, one is unknown, and the sentence has what a line must not. */
static void fill(struct outcome *o, size_t row)
{
	*o = (struct outcome){.row = row, .wall_ns = 123456789 + (int64_t)row};
	row_init(&o->result.row);
	for (int f = 0; f < NR_SUMMARY_FIGURES; f++)
		row_set_figure(&o->result.row, (enum summary_figure)f,
			       f == 7	? FIGURE_UNKNOWN
			       : f == 8 ? INT64_MAX
					: -3 * f);
	o->result.drew = true;
	o->result.bad_rows = 5;
	o->result.basis.grade[COST_LOCAL_LATENCY] = GRADE_MEASURED;
	o->result.basis.grade[COST_LINK_BANDWIDTH] = GRADE_ASSUMED;
	o->result.decision_ns = 77;
	snprintf(o->result.first_bad, sizeof(o->result.first_bad), "a b.csv:3: 100%% \"x\"\n#");
}

Test(sweep, a_line_has_all_of_a_row)
{
	char line[OUTCOME_LINE_MAX];
	struct outcome a, b;
	struct error err;

	fill(&a, 17);
	outcome_print(&a, line);
	cr_assert_eq(strchr(line, '\n'), line + strlen(line) - 1);
	cr_assert_eq(outcome_parse(&b, line, &err), 0, "%s", err.text);
	cr_assert_eq(b.row, 17);
	cr_assert_eq(b.wall_ns, a.wall_ns);
	for (int f = 0; f < NR_SUMMARY_FIGURES; f++)
		cr_assert_eq(row_figure(&a.result.row, (enum summary_figure)f),
			     row_figure(&b.result.row, (enum summary_figure)f));
	cr_assert_str_eq(a.result.first_bad, b.result.first_bad);
	cr_assert(b.result.drew && b.result.bad_rows == 5 && b.result.decision_ns == 77);
	cr_assert_eq(memcmp(&b.result.basis, &a.result.basis, sizeof(a.result.basis)), 0);
}

/* One byte that is another, wherever it is, and every beginning of a line. */
Test(sweep, a_damaged_line_is_none)
{
	char line[OUTCOME_LINE_MAX], other[OUTCOME_LINE_MAX];
	struct outcome o;
	size_t n;

	fill(&o, 3);
	outcome_print(&o, line);
	n = strlen(line);
	for (size_t i = 0; i < n; i++) {
		memcpy(other, line, n + 1);
		other[i] ^= 1;
		cr_assert_eq(outcome_parse(&o, other, NULL), ERR_INPUT, "byte %zu", i);
		memcpy(other, line, i);
		other[i] = '\0';
		cr_assert_eq(outcome_parse(&o, other, NULL), ERR_INPUT, "%zu bytes", i);
	}
}

static char *temporary_folder(void)
{
	char name[256];

	cr_assert(mkdtemp(temporary_name(name, sizeof(name), "sweep")));
	return xstrdup(name);
}

/* --- the journal ------------------------------------------------------------------------ */

struct taken {
	size_t row[16], nr;
};

static int take(void *context, const struct outcome *o, struct error *err)
{
	struct taken *t = context;

	(void)err;
	t->row[t->nr++] = o->row;
	return 0;
}

static int open_journal(struct journal *j, const char *folder, enum journal_mode mode,
			const char *identity, struct taken *t, struct error *err)
{
	*j = (struct journal){.path = NULL};
	*t = (struct taken){.nr = 0};
	return journal_open(j, folder, mode, identity, 4, take, t, err);
}

static void append(struct journal *j, size_t row)
{
	char line[OUTCOME_LINE_MAX];
	struct outcome o;
	struct error err;

	fill(&o, row);
	outcome_print(&o, line);
	cr_assert_eq(journal_append(j, line, &err), 0, "%s", err.text);
}

/* Cut off at any byte, what was whole is there, and what comes after it is too. */
Test(sweep, a_journal_may_end_anywhere)
{
	char *folder = temporary_folder(), *path = xasprintf("%s/sweep.journal", folder), *text;
	struct journal j;
	struct taken t;
	struct error err;
	size_t size, head, one;
	FILE *f;

	cr_assert_eq(open_journal(&j, folder, JOURNAL_NEW, "a\nb\n", &t, &err), 0, "%s", err.text);
	cr_assert_eq(file_read(path, 1 << 20, &text, &head, &err), 0);
	free(text);
	append(&j, 2);
	cr_assert_eq(file_read(path, 1 << 20, &text, &one, &err), 0);
	free(text);
	append(&j, 0);
	journal_close(&j);
	cr_assert_eq(file_read(path, 1 << 20, &text, &size, &err), 0);
	for (size_t n = 0; n <= size; n++) {
		size_t want = n == size ? 2 : n >= one;

		f = fopen(path, "w");
		cr_assert_eq(fwrite(text, 1, n, f), n);
		fclose(f);
		cr_assert_eq(open_journal(&j, folder, JOURNAL_RESUME, "a\nb\n", &t, &err), 0,
			     "%zu bytes: %s", n, err.text);
		cr_assert_eq(t.nr, want, "%zu bytes: %zu rows", n, t.nr);
		append(&j, 3);
		journal_close(&j);
		cr_assert_eq(open_journal(&j, folder, JOURNAL_RESUME, "a\nb\n", &t, &err), 0);
		cr_assert(t.nr == want + 1 && t.row[want] == 3, "%zu bytes", n);
		journal_close(&j);
	}
	free(text);
	free(path);
	free(folder);
}

Test(sweep, a_journal_of_another_sweep_is_refused)
{
	char *folder = temporary_folder();
	struct journal j;
	struct taken t;
	struct error err = {0};

	cr_assert_eq(open_journal(&j, folder, JOURNAL_NEW, "cost 1\nfile 12 x.json\n", &t, &err),
		     0);
	append(&j, 2);
	journal_close(&j);
	cr_assert_eq(open_journal(&j, folder, JOURNAL_RESUME, "cost 1\nfile 13 x.json\n", &t, &err),
		     ERR_USAGE);
	cr_assert(strstr(err.text, "x.json has changed"), "%s", err.text);
	journal_close(&j);
	cr_assert_eq(open_journal(&j, folder, JOURNAL_RESUME, "cost 0\nfile 12 x.json\n", &t, &err),
		     ERR_USAGE);
	cr_assert(strstr(err.text, "\"cost 1\" where this one has \"cost 0\""), "%s", err.text);
	journal_close(&j);
	/* neither is work that is half done thrown away */
	cr_assert_eq(open_journal(&j, folder, JOURNAL_NEW, "cost 0\n", &t, &err), ERR_USAGE);
	cr_assert(strstr(err.text, "has 1 rows that are done"), "%s", err.text);
	journal_close(&j);
	cr_assert_eq(open_journal(&j, folder, JOURNAL_OVER, "cost 0\n", &t, &err), 0);
	cr_assert_eq(t.nr, 0);
	journal_close(&j);
	free(folder);
}

/* --- who runs what ---------------------------------------------------------------------- */

#define GENERATED                                                                                  \
	"{\"name\":\"drawn\",\"duration\":\"1h\",\"generator\":{\"arrivals\":{\"per_hour\":4},"    \
	"\"lifetimes\":{\"exponential\":\"3h\"},\"sizes\":[{\"vcpus\":1,\"memory\":\"1GiB\"}]}}"
#define LISTED                                                                                     \
	"{\"name\":\"listed\",\"events\":[{\"at\":\"0s\",\"start\":{\"name\":\"A\",\"vcpus\":2,"   \
	"\"memory\":\"4GiB\"},\"lifetime\":\"10s\"}]}"

/* Two fleets of one and eight hosts, a workload that draws and one that does not, 2 seeds. */
struct setting {
	struct host *host;
	const struct host *hosts[8];
	struct workload workload[2];
	const struct workload *workloads[2];
	struct matrix_fleet fleet[2];
	const struct policy *policy[1];
	enum run_memory memory[1];
	const char *allocator[1];
	uint64_t seed[2];
	struct experiment x;
};

static void set_up(struct setting *s)
{
	struct error err;

	*s = (struct setting){
		.policy = {&policy_flat},
		.memory = {RUN_MEMORY_STATIC},
		.allocator = {"xen"},
		.seed = {1, 2},
	};
	load_text(&s->workload[0], GENERATED);
	load_text(&s->workload[1], LISTED);
	cr_assert_eq(host_load(&s->host, "topologies/epyc-nps4-8n.xml", &err), 0, "%s", err.text);
	for (int i = 0; i < 8; i++)
		s->hosts[i] = s->host;
	s->workloads[0] = &s->workload[0];
	s->workloads[1] = &s->workload[1];
	s->fleet[0] = (struct matrix_fleet){.name = "a:1", .host = s->hosts, .nr_hosts = 1};
	s->fleet[1] = (struct matrix_fleet){.name = "a:8", .host = s->hosts, .nr_hosts = 8};
	s->x = (struct experiment){
		.matrix = {s->fleet, 2, s->workloads, 2, s->policy, 1, s->memory, 1, s->allocator,
			   1, s->seed, 2, false},
		.backend = &sim_backend,
		.jobs = 1,
	};
}

static void tear_down(struct setting *s)
{
	workload_release(&s->workload[0]);
	workload_release(&s->workload[1]);
	host_free(s->host);
}

static void finish(struct dispatch *d, size_t row, int64_t wall_ns, bool drew)
{
	struct outcome o;

	fill(&o, row);
	o.wall_ns = wall_ns;
	o.result.drew = drew;
	dispatch_finish(d, &o);
}

static size_t take_next(struct dispatch *d)
{
	size_t row;

	return dispatch_take(d, &row) ? row : SIZE_MAX;
}

/* Rows 0-3 are the fleet of one host: 0 and 1 drawn, 2 and 3 listed; 4-7 the same of eight. */
Test(sweep, the_longest_first_as_far_as_is_known)
{
	const double events[] = {1000, 3000};
	struct dispatch d;
	struct setting s;

	set_up(&s);
	dispatch_init(&d, &s.x, events);
	/* on 8 hosts an event takes twice the time: 6,000, 3,000, 2,000 and 1,000 */
	cr_assert_eq(take_next(&d), 6);
	cr_assert_eq(take_next(&d), 2);
	finish(&d, 6, 1, false);
	cr_assert_eq(take_next(&d), 4);
	finish(&d, 4, 5000, true);
	cr_assert_eq(take_next(&d), 5, "its twin is known to be long");
	cr_assert_eq(take_next(&d), 0);
	cr_assert_eq(take_next(&d), 1);
	cr_assert_eq(take_next(&d), SIZE_MAX, "3 waits for 2, 7 has what 6 has");
	cr_assert(!dispatch_over(&d));
	finish(&d, 2, 1, true);
	cr_assert_eq(take_next(&d), 3, "2 drew: 3 is to be run");
	finish(&d, 3, 1, true);
	finish(&d, 0, 1, true);
	finish(&d, 1, 1, true);
	finish(&d, 5, 1, true);
	cr_assert(dispatch_over(&d));
	cr_assert_eq(d.nr_done, 8);
	cr_assert_eq(d.row[7].same_as, 6);
	cr_assert_eq(d.row[3].same_as, 3);
	cr_assert_str_eq(d.row[6].outcome->result.row.topology, "a:8");
	cr_assert_str_eq(d.row[6].outcome->result.row.workload, "listed");
	dispatch_release(&d);
	tear_down(&s);
}

Test(sweep, what_a_journal_has_is_not_run_and_a_failure_ends_it)
{
	const double events[] = {1, 1};
	struct error err = {.code = ERR_CHECK, .text = "wrong"};
	struct outcome o;
	struct dispatch d;
	struct setting s;

	set_up(&s);
	dispatch_init(&d, &s.x, events);
	cr_assert_lt(dispatch_left_s(&d), 0);
	fill(&o, 2);
	o.result.drew = false;
	dispatch_resume(&d, &o); /* 3 is the same */
	fill(&o, 5);
	dispatch_resume(&d, &o);
	cr_assert_eq(d.nr_resumed, 3);
	cr_assert_gt(dispatch_left_s(&d), 0);
	for (int i = 0; i < 4; i++) {
		size_t row = take_next(&d);

		cr_assert(row == 0 || row == 1 || row == 4 || row == 6, "%zu", row);
	}
	dispatch_fail(&d, 6, ERR_CHECK, &err);
	dispatch_fail(&d, 4, ERR_INPUT, &err);
	cr_assert_eq(d.rc, ERR_INPUT, "the lowest row's error counts");
	cr_assert_eq(take_next(&d), SIZE_MAX);
	cr_assert(!dispatch_over(&d));
	finish(&d, 0, 1, true);
	finish(&d, 1, 1, true);
	cr_assert(dispatch_over(&d));
	dispatch_release(&d);
	tear_down(&s);
}
