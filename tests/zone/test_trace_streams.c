/*
 * Traces are streams: what is kept of them does not grow with their length, in whatever order
 * their rows come, from however many files.
 */
#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/units.h"
#include "tests/temporary.h"
#include "tests/zone/workload_text.h"
#include "zone/zone_check.h"

static char folder[256];

static void make_folder(void)
{
	cr_assert(mkdtemp(temporary_name(folder, sizeof(folder), "streams-test")));
}

static void remove_all(void)
{
	char *command = xasprintf("rm -rf '%s'", folder);

	remove_files();
	cr_expect_eq(system(command), 0);
	free(command);
}

TestSuite(streams, .init = make_folder, .fini = remove_all);

/* A file of the folder; lent. */
static const char *put(const char *name, const char *text)
{
	static char path[600];
	FILE *f;

	snprintf(path, sizeof(path), "%s/%s", folder, name);
	f = fopen(path, "w");
	cr_assert(f);
	fputs(text, f);
	fclose(f);
	return path;
}

/* "+name@start for seconds", "-id@", "~id@", one an event; the notes; or the sentence of the error
 * from the file's name on. */
static const char *told_of(const char *path, const char *format, const struct trace_reading *how)
{
	static char told[4096];
	const struct zone_event *e = NULL;
	struct error err = {0};
	struct zone_stream *s = NULL;
	struct workload w;
	size_t n = 0;
	int rc = workload_load(&w, path, format, &err);

	cr_assert_eq(rc, 0, "%s", err.text);
	workload_set_machine(&w, 64, 256 * GIB);
	rc = workload_prepare(&w, how, &err);
	if (!rc)
		rc = workload_open(&s, &w, 1, how->skip_bad, &err);
	*told = '\0';
	while (!rc && !(rc = zone_stream_next(s, &e, &err)) && e)
		n += (size_t)snprintf(told + n, sizeof(told) - n, "%c%s%llu@%g ", "+-~"[e->kind],
				      e -> zone ? e -> zone -> name : "", (unsigned long long)e->id,
				      (double)e->at_ns / 1e9);
	for (int i = 0; !rc && i < ZONE_STREAM_NOTES_MAX; i++)
		if (zone_stream_stats(s)->note[i].rows)
			n += (size_t)snprintf(
				told + n, sizeof(told) - n, "%llu %.9s,",
				(unsigned long long)zone_stream_stats(s)->note[i].rows,
				zone_stream_stats(s)->note[i].text);
	if (rc)
		snprintf(told, sizeof(told), "%s",
			 strrchr(err.text, '/') ? strrchr(err.text, '/') + 1 : err.text);
	zone_stream_close(s);
	workload_release(&w);
	return told;
}

static const struct trace_reading as_it_is, sorting = {.sort = true};

#define G19 "time,type,collection_id,instance_index,resource_request.cpus,resource_request.memory\n"
#define JSON(time, type, job)                                                                      \
	"{\"collection_id\":\"" job "\",\"time\":\"" time "\",\"type\":\"" type                    \
	"\",\"instance_index\":\"0\",\"resource_request\":{\"cpus\":0.25,\"memory\":0.5}}\n"

/* A zone whose rows are in two files, in no order: as one sorted table. */
static const char in_order[] = "+5-00@1 +6-01@2 +7-02@3 -0@4 +5-03@5 -1@6 ";

Test(streams, many_files_are_sorted_as_one)
{
	put("f-0.csv", G19 "4000000,6,5,0,,\n2000000,3,6,0,0.1,0.1\n6000000,6,6,0,,\n");
	put("f-1.csv", G19 "5000000,3,5,0,0.1,0.1\n3000000,3,7,0,0.1,0.1\n1000000,3,5,0,.1,.1\n");
	cr_expect_str_eq(told_of(folder, NULL, &sorting), in_order);
	cr_expect_str_eq(told_of(folder, NULL, &as_it_is),
			 "f-0.csv:3:1: the row is before the one above it; --sort puts rows in the "
			 "order of \"time\"");
	/* also where it is before the last row of the file before */
	put("f-0.csv", G19 "6000000,3,8,0,.1,.1\n");
	cr_expect_str_eq(told_of(folder, NULL, &as_it_is) + strlen("f-"),
			 "1.csv:2:1: the row is before the one above it; --sort puts rows in the "
			 "order of \"time\"");
	/* a bad row is told by its own file and line */
	put("f-1.csv", G19 "5000000,3,5,1,.1,.1\n1000000,99,5,0,.1,.1\n");
	cr_expect_str_eq(told_of(folder, NULL, &sorting),
			 "f-1.csv:3:9: \"type\" must be a whole number from 0 to 10, not \"99\"");
	/* columns that moved are no columns */
	put("f-1.csv", "type,time,collection_id,instance_index,resource_request.cpus,"
		       "resource_request.memory\n3,1,5,0,.1,.1\n");
	cr_expect_not_null(
		strstr(told_of(folder, NULL, &sorting),
		       "files that are sorted as one table have the same, in one order"));
}

Test(streams, json_lines_are_sorted)
{
	put("f-0.json",
	    JSON("4000000", "6", "5") JSON("2000000", "3", "6") JSON("6000000", "6", "6"));
	/* objects may name their values in any order, and leave some out */
	put("f-1.json",
	    "{\"type\":\"3\",\"time\":\"5000000\",\"collection_id\":\"5\",\"instance_index\":"
	    "\"0\"}\n" JSON("3000000", "3", "7") "{\"time\":\"1000000\",\"instance_index\":\"0\","
						 "\"collection_id\":\"5\",\"type\":\"3\"}\n");
	cr_expect_eq(strncmp(told_of(folder, NULL, &sorting), in_order, strlen(in_order)), 0, "%s",
		     told_of(folder, NULL, &sorting));
	cr_expect_not_null(strstr(told_of(folder, NULL, &as_it_is), "f-0.json:2:"));
	/* one file, whose first row is the last */
	cr_expect_str_eq(
		told_of(put("f-0.json", JSON("4000000", "6", "5") JSON("1000000", "3", "5")),
			"google-2019", &sorting),
		"+5-00@1 -0@4 ");
}

/* Files without a header: their first rows are rows. */
Test(streams, bare_files_are_sorted)
{
	put("part-0.csv", "4000000,,5,0,7,4,u=,3,9,0.1,0.1,0.2,0\n");
	put("part-1.csv", "2000000,,6,0,7,1,\"u,\"\"=\",3,0,0.1,0.1,0,0\n"
			  "1000000,,5,0,7,1,u=,3,9,0.1,0.1,0.2,0\n");
	cr_expect_str_eq(told_of(folder, NULL, &sorting),
			 "+5-00@1 +6-01@2 -0@4 2 name the ,1 have a pr,1 ask for l,");
	cr_expect_not_null(strstr(told_of(folder, NULL, &as_it_is), "part-1.csv:1:1: the row is"));
}

/* Formats whose --sort is by other times: the same events as of rows in order, and notes in the
 * order of the file they stand in. */
Test(streams, sorted_as_if_in_order)
{
	cr_expect_str_eq(
		told_of(put("c.csv", "60,Remove,3,21,4,0.5,0.1,\n0,Create,3,21,4,0.5,0,\n"
				     "-20,Create,4,21,8,0.5,0.1,\n"),
			NULL, &sorting),
		"+instance-44@0 +instance-33@0 -3@60 2 are from ,2 name the ,2 ask for d,");
	cr_expect_not_null(
		strstr(told_of(put("c.csv", "60,Create,3,21,4,0.5,0,\n30,Create,4,21,4,0.5,0,\n"),
			       NULL, &as_it_is),
		       "c.csv:2:1: the row is before the one above it; --sort puts rows"));
	cr_expect_str_eq(told_of(put("v.csv", "arrival_s,vcpu,mem_gb,batch,life_lo_s,life_hi_s,"
					      "censored\n600,1,2,0,300,300,0\n300,1,2,1,300,300,"
					      "0\n"),
				 NULL, &sorting),
			 "+z00@300 +z11@600 2 come in b,");
	put("type.csv", "id,vmTypeId,machineId,core,memory,hdd,ssd,nic\n1,10,0,0.5,0.25,,,\n");
	/* parts of a day that are a nanosecond's apart, as SQLite prints them */
	put("vm.csv", "vmId,tenantId,vmTypeId,priority,starttime,endtime\n1,1,10,0,1,2\n"
		      "2,1,10,0,5.78703703703705e-05,2\n3,1,10,0,0.0000578703703703704,2\n"
		      "4,1,10,0,-1.5,2\n");
	cr_expect_eq(strncmp(told_of(put("w.json", "{\"trace\":{\"file\":\"vm.csv\",\"types\":"
						   "\"type.csv\"}}"),
				     NULL, &sorting),
			     "+vm40@0 +vm31@5 +vm22@5 +vm13@86400 ", 36),
		     0, "%s",
		     told_of(put("w.json", "{\"trace\":{\"file\":\"vm.csv\",\"types\":"
					   "\"type.csv\"}}"),
			     NULL, &sorting));
	cr_expect_not_null(strstr(told_of(put("b.txt", "300 a,|\n"), NULL, &sorting),
				  "--sort: lines of format azure-v1-batches are steps"));
}

/* Of one name at one time the later is bad, whichever stands first. */
Test(streams, names_of_rows_in_any_order)
{
	cr_expect_str_eq(told_of(put("d.csv", "instance_sn,cpu_request,memory_request,gpu_request,"
					      "creation_time,deletion_time\na,1,1,0,50,60\n"
					      "a,1,1,0,,55\n"),
				 NULL, &as_it_is),
			 "d.csv:2:1: zone \"a\" is there already; a name stands for one zone at a "
			 "time");
	cr_expect_str_eq(told_of(put("d.csv", "instance_sn,cpu_request,memory_request,gpu_request,"
					      "creation_time,deletion_time\na,1,1,0,50,60\n"
					      "a,1,1,0,,50\n"),
				 NULL, &as_it_is),
			 "+a0@0 +a1@50 1 are from ,");
}

/* A cache of what was sorted, and of many files, is the same. */
Test(streams, caches_of_what_was_sorted)
{
	char *cache = xasprintf("%s/cache", folder), *trace = xasprintf("%s/trace", folder);
	const struct trace_reading kept = {.sort = true, .cache = cache};
	char before[4096];

	cr_assert_eq(mkdir(trace, 0777), 0);
	put("trace/f-0.json", JSON("4000000", "6", "5") JSON("2000000", "3", "6"));
	put("trace/f-1.json", JSON("5000000", "6", "6") JSON("1000000", "3", "5"));
	put("t.csv", "j,t,2,Failed,200,300,,,800,V100\nj,u,1,Failed,100,300,100,1,0,\n");
	put("c.csv", "c_2,m_1,900,a,started,400,800,1.5\nc_1,m_1,5,a,started,250,400,101\n"
		     "c_2,m_1,1500,a,stopped,400,800,1.5\nc_2,m_1,1600,a,started,400,800,1.5\n");
	for (int i = 0; i < 3; i++) {
		const char *const name[] = {"trace", "t.csv", "c.csv"};
		char *path = xasprintf("%s/%s", folder, name[i]);

		snprintf(before, sizeof(before), "%s", told_of(path, NULL, &sorting));
		cr_expect_eq(*before, '+', "%s", before);
		cr_expect_str_eq(told_of(path, NULL, &kept), before);
		cr_expect_str_eq(told_of(path, NULL, &kept), before);
		free(path);
	}
	free(cache);
	free(trace);
}

/* --- memory ----------------------------------------------------------------------------- */

typedef void write_row(FILE *f, int i, int rows);

/* How many zones it has, or -1. */
static int read_all(const char *path, const char *format, bool sort)
{
	const struct zone_event *e = NULL;
	struct zone_stream *s;
	struct workload w;
	int starts = 0, rc = workload_load(&w, path, format, NULL);

	workload_set_machine(&w, 64, 256 * GIB);
	w.sort = sort;
	if (!rc)
		rc = workload_open(&s, &w, 1, false, NULL);
	while (!rc && !(rc = zone_stream_next(s, &e, NULL)) && e)
		starts += e->kind == ZONE_EVENT_START;
	return rc ? -1 : starts;
}

/* Of a process that reads so many rows and does nothing else: what another one freed is not there
 * to be used again. */
static long kib_of(const char *header, write_row *row, int rows, const char *format, bool sort)
{
	char *path = xasprintf("%s/long", folder);
	FILE *f = fopen(path, "w");
	int told[2], status;
	pid_t child;
	long kib = 0;

	cr_assert(f);
	cr_assert_eq(pipe(told), 0);
	fputs(header, f);
	for (int i = 0; i < rows; i++)
		row(f, i, rows);
	fclose(f);
	child = fork();
	if (child == 0) {
		bool all = read_all(path, format, sort) == rows / 2;
		struct rusage usage;

		getrusage(RUSAGE_SELF, &usage);
		all &= write(told[1], &usage.ru_maxrss, sizeof(usage.ru_maxrss)) > 0;
		_exit(!all);
	}
	cr_assert_eq(waitpid(child, &status, 0), child);
	cr_assert_eq(status, 0, "%s: not all zones of %d rows", format, rows);
	cr_assert_eq(read(told[0], &kib, sizeof(kib)), sizeof(kib));
	close(told[0]);
	close(told[1]);
	free(path);
	return kib;
}

static void does_not_grow(const char *header, write_row *row, int rows, int times,
			  const char *format, bool sort)
{
	long small, grown;

	if (ADDRESS_SANITIZER)
		cr_skip_test("the sanitizer keeps what was freed");
	small = kib_of(header, row, rows, format, sort);
	grown = kib_of(header, row, rows * times, format, sort) - small;
	cr_expect_leq(grown, 2048, "%s: %ld KiB", format, grown);
}

/* A hundred tasks run at a time, each begins some time before it ends. */
static void google_row(FILE *f, int i, int rows)
{
	bool end = i % 2;
	int task = i / 2 - (end ? 100 : 0);

	if (end && task < 0)
		task = rows; /* of a task from before the trace */
	fprintf(f, "%d,%d,%d,0,0.01,0.01\n", i, end ? 6 : 3, task);
}

Test(streams, google_keeps_the_tasks_that_run, .timeout = 120)
{
	does_not_grow(G19, google_row, 100000, 6, "google-2019", false);
}

static void created_and_removed(FILE *f, int i, int rows)
{
	(void)rows;
	fprintf(f, "%d,%s,%d,1,1,0.01,0.1,\n", i, i % 2 ? "Remove" : "Create", i / 2);
}

Test(streams, alibaba_2017_keeps_the_containers_that_live, .timeout = 120)
{
	does_not_grow("", created_and_removed, 100000, 6, "alibaba-2017", false);
}

/* Long rows, the last in front: both lengths are more than is sorted in memory. */
static void backwards(FILE *f, int i, int rows)
{
	int at = rows - 1 - i;

	fprintf(f,
		"{\"time\":\"%d\",\"type\":\"%d\",\"collection_id\":\"%d\",\"instance_index\":"
		"\"0\",\"user\":\"%02000d\"}\n",
		at, at % 2 ? 6 : 3, at / 2, 0);
}

Test(streams, what_is_sorted_is_not_in_memory, .timeout = 120)
{
	does_not_grow("", backwards, 50000, 3, "google-2019", true);
}

/* A task is two zones alike, a row for every fourth number. */
static void a_task_of_long_model(FILE *f, int i, int rows)
{
	if (i % 4 == 0)
		fprintf(f, "j%d,task,2,Failed,%d,%d,100,1,,%02000d\n", i, rows - i, rows - i + 1,
			0);
}

Test(streams, tasks_are_sorted_out_of_memory, .timeout = 120)
{
	does_not_grow("job_name,task_name,inst_num,status,start_time,end_time,plan_cpu,plan_mem,"
		      "plan_gpu,gpu_type\n",
		      a_task_of_long_model, 200000, 3, "alibaba-gpu-2020", false);
}

/* A hundred containers that start and stop all the time. */
static void again_and_again(FILE *f, int i, int rows)
{
	(void)rows;
	fprintf(f, "c_%d,m,%d,a,%s,100,100,1.5\n", i / 2 % 100, i + 1,
		i % 2 ? "stopped" : "started");
}

Test(streams, alibaba_2018_keeps_containers_not_rows, .timeout = 120)
{
	does_not_grow("", again_and_again, 800000, 2, "alibaba-2018", false);
}
