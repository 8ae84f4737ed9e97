/* Traces of memory use, made here and real. */
#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/units.h"
#include "tests/temporary.h"
#include "tests/zone/workload_text.h"

#define SHARED "../shared/data/traces/"

static const struct zone_event *only_event(const struct workload *w, struct zone_stream **s)
{
	const struct zone_event *e;
	struct error err;

	cr_assert_eq(workload_open(s, w, 1, false, &err), 0, "%s", err.text);
	cr_assert_eq(zone_stream_next(*s, &e, &err), 0, "%s", err.text);
	cr_assert_not_null(e);
	return e;
}

Test(usage, raw_rows_become_a_zone)
{
	struct workload w;
	struct zone_stream *s;
	const struct zone_event *e;

	load_text(&w, "vm.csv",
		  "Timestamp [ms];\tCPU cores;\tMemory capacity provisioned [KB];\tMemory usage "
		  "[KB]\n"
		  "1000;\t2;\t2097152.0;\t1048576.5\n"
		  "1300;\t4;\t4194304.0;\t5000000\n");
	cr_assert_str_eq(w.trace_format->name, "gwa-t-12");
	e = only_event(&w, &s);
	cr_assert_eq(e->zone->vcpus, 4);
	cr_assert_eq(e->zone->memory_bytes, 4 * GIB);
	cr_assert_eq(e->zone->memory_policy, ZONE_DYNAMIC);
	cr_assert_eq(e->lifetime_ns, 600 * NS_PER_S);
	cr_assert_eq(e->use->nr_samples, 2);
	cr_assert_eq(e->use->sample[0].at_s, 0);
	cr_assert_eq(e->use->sample[1].at_s, 300);
	zone_stream_close(s);
	workload_release(&w);
}

/* A folder of files is one trace, a VM a file, in the order of their numbers. */
Test(usage, a_folder_of_vms)
{
	static const char *const name[] = {"10.csv", "2.csv", "notes.txt"};
	char dir[256], path[300];
	struct workload w = {0};
	struct zone_stream *s;
	const struct zone_event *e;
	struct error err;

	cr_assert_not_null(mkdtemp(temporary_name(dir, sizeof(dir), "homenode-vms")));
	for (int i = 0; i < 3; i++) {
		FILE *f;

		snprintf(path, sizeof(path), "%s/%s", dir, name[i]);
		f = fopen(path, "w");
		fprintf(f,
			"Timestamp [ms];\tCPU cores;\tMemory capacity provisioned [KB];\tMemory "
			"usage "
			"[KB]\n1000;\t%d;\t2097152.0;\t1048576.5\n",
			i + 1);
		fclose(f);
	}
	cr_assert_eq(workload_load(&w, dir, NULL, &err), 0, "%s", err.text);
	e = only_event(&w, &s);
	cr_assert_str_eq(e->zone->name, "vm-2");
	cr_assert_eq(e->zone->vcpus, 2);
	cr_assert_eq(zone_stream_next(s, &e, NULL), 0);
	cr_assert_str_eq(e->zone->name, "vm-10");
	cr_assert_eq(zone_stream_next(s, &e, NULL), 0);
	cr_assert_null(e);
	zone_stream_close(s);
	workload_release(&w);
	for (int i = 0; i < 3; i++) {
		snprintf(path, sizeof(path), "%s/%s", dir, name[i]);
		unlink(path);
	}
	rmdir(dir);
}

Test(usage, blanks_keep_and_equal_times_overwrite)
{
	struct workload w;
	struct zone_stream *s;
	const struct zone_event *e;

	load_text(&w, "t.csv",
		  "vm,t_s,cpu_pct,mem_used_kb,cores,mem_prov_kb\n"
		  "b,2000,1,1000,1,1048576\n"
		  "b,2300,1,2000,,\n"
		  "b,2300,1,400000,0,2097152\n"
		  "a,1000,1,1000,0,0\n");
	e = only_event(&w, &s);
	cr_assert_str_eq(e->zone->name, "vm-a", "the first to start");
	cr_assert_eq(e->zone->vcpus, 1);
	cr_assert_eq(e->zone->memory_bytes, ZONE_MEMORY_FLOOR_BYTES);
	cr_assert_eq(zone_stream_next(s, &e, NULL), 0);
	cr_assert_str_eq(e->zone->name, "vm-b");
	cr_assert_eq(e->at_ns, 1000 * NS_PER_S);
	cr_assert_eq(e->zone->memory_bytes, 2 * GIB);
	cr_assert_eq(e->use->nr_samples, 2);
	cr_assert_eq(e->use->sample[1].pages, 400000 / 4 + 1);
	zone_stream_close(s);
	workload_release(&w);
}

Test(usage, bad_rows_are_located)
{
	cr_assert_str_eq(
		error_of("t.csv",
			 "vm,t_s,cpu_pct,mem_used_kb,cores,mem_prov_kb\n"
			 "a,2000,1,1000,1,1048576\na,1000,1,1000,,\n",
			 NULL),
		"t.csv:3:3: the sample is before the one above it; samples of a VM must be "
		"in the order of time");
	cr_assert_str_eq(error_of("t.csv", "vm,t_s,cpu_pct,mem_used_kb,cores,mem_prov_kb\n", NULL),
			 "t.csv: the trace has no rows");
}

/* A name stands for one zone at a time. */
Test(usage, names_twice)
{
	static const char twice[] = "vm,t_s,cpu_pct,mem_used_kb,cores,mem_prov_kb\n"
				    "a,1000,1,1000,1,1048576\nb,1000,1,1000,1,1048576\n"
				    "a,1200,1,1000,1,1048576\n";
	const struct zone_event *e;
	struct zone_stream *s;
	struct workload w;
	size_t nr = 0;

	cr_assert_str_eq(
		error_of("t.csv", twice, NULL),
		"t.csv:4: zone \"vm-a\" is there already; a name stands for one zone at a time");
	/* it ended at 1300 */
	cr_assert_str_eq(error_of("t.csv",
				  "vm,t_s,cpu_pct,mem_used_kb,cores,mem_prov_kb\n"
				  "a,1000,1,1000,1,1048576\nb,1000,1,1000,1,1048576\n"
				  "a,1300,1,1000,1,1048576\n",
				  NULL),
			 "");
	load_text(&w, "t.csv", twice);
	cr_assert_eq(workload_open(&s, &w, 1, true, NULL), 0);
	while (zone_stream_next(s, &e, NULL) == 0 && e)
		nr++;
	cr_assert_eq(nr, 2);
	cr_assert_eq(zone_stream_stats(s)->bad_rows, 1);
	zone_stream_close(s);
	workload_release(&w);
}

/* July 2013, whole: 500 VMs, 3,890,450 rows (published), packed as it lies there. */
Test(usage, bitbrains_july, .timeout = 120)
{
	const char *path = SHARED "bitbrains/rnd-2013-7-memcpu.csv.xz";
	struct workload w = {0};
	struct zone_stream *s;
	const struct zone_event *e;
	struct error err;
	size_t vms = 0, samples = 0;
	int64_t last = 0;

	if (access(path, R_OK) != 0)
		cr_skip_test("the Bitbrains trace is not at %s", path);
	cr_assert_eq(workload_load(&w, path, NULL, &err), 0, "%s", err.text);
	cr_assert_eq(workload_open(&s, &w, 1, false, &err), 0, "%s", err.text);
	while (zone_stream_next(s, &e, &err) == 0 && e) {
		vms++;
		samples += e->use->nr_samples;
		cr_assert_geq(e->at_ns, last);
		last = e->at_ns;
	}
	cr_assert_eq(vms, 500);
	/* rows less those of a time that is there twice */
	cr_assert_eq(samples, 3890450 - 71664);
	zone_stream_close(s);
	workload_release(&w);
}

/* A packed file that is cut short is said to be. */
Test(usage, damaged_packed_files_are_refused)
{
	const char *path = SHARED "bitbrains/rnd-2013-7-memcpu.csv.xz";
	char cut[256], *block = malloc(100000);
	struct workload w = {0};
	struct zone_stream *s = NULL;
	struct error err = {0};
	FILE *in = fopen(path, "rb");
	int fd, rc;

	if (!in)
		cr_skip_test("the Bitbrains trace is not at %s", path);
	cr_assert_eq(fread(block, 1, 100000, in), 100000);
	fclose(in);
	fd = mkstemp(temporary_name(cut, sizeof(cut), "homenode-cut"));
	cr_assert_eq(write(fd, block, 100000), 100000);
	close(fd);
	free(block);
	rc = workload_load(&w, cut, "gwa-t-12-condensed", &err);
	if (!rc)
		rc = workload_open(&s, &w, 1, false, &err);
	cr_assert_eq(rc, ERR_INPUT);
	cr_assert(strstr(err.text, "cut short"), "%s", err.text);
	zone_stream_close(s);
	workload_release(&w);
	unlink(cut);
}
