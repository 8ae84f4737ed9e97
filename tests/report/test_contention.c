/* contention.csv as people read it: tables, verdicts and differences, by hand. */
#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "report/contention.h"
#include "schema/schema.h"
#include "tests/temporary.h"

#define HEAD                                                                                       \
	"topology,workload,policy,memory_policy,allocator,seed,zone,point,level_percent,name,"     \
	"nodes,vcpus,neighbours,point_ps,predicted_point_ps,point_bytes_per_s,"                    \
	"predicted_point_bytes_per_s,load_bytes_per_s,predicted_load_bytes_per_s,error_ppm,"       \
	"stated_error_ppm,reason\n"
#define ROW(seed) "h,w,p,static,xen," seed ",1,"
/* alone 10 % slower than predicted, 20 % under load: 9.1 % more */
#define LATENCIES(seed)                                                                            \
	ROW(seed)                                                                                  \
	"latency,0,A,0,2,0,110000,100000,,,0,0,,50000,\n" ROW(                                     \
		seed) "latency,100,A,0,2,1,180000,150000,,,5000000000,6000000000,,100000,\n"
/* 5 % less than predicted alone, 2 % more under load */
#define READS(seed)                                                                                \
	ROW(seed)                                                                                  \
	"read,0,A,0,2,0,,,9500000000,10000000000,0,0,,60000,\n" ROW(                               \
		seed) "read,100,A,0,2,1,,,5100000000,5000000000,5000000000,5000000000,,60000,\n"
#define NOT_MEASURED                                                                               \
	ROW("1")                                                                                   \
	"write,0,A,0,2,0,,,,8000000000,0,0,,60000,no such loop\n" ROW(                             \
		"1") "write,100,A,0,2,1,,,,4000000000,,4000000000,,60000,no such loop\n"

/* The caller unlinks and frees. */
static char *file_of(const char *text)
{
	char name[4096];
	int fd = mkstemp(temporary_name(name, sizeof(name), "contention"));

	cr_assert_geq(fd, 0);
	cr_assert_eq(write(fd, text, strlen(text)), (ssize_t)strlen(text));
	close(fd);
	return strdup(name);
}

static void load(struct contention_file *f, const char *text)
{
	char *path = file_of(text);
	struct error err = {0};

	cr_assert_eq(contention_load(f, path, &err), 0, "%s", err.text);
	unlink(path);
	free(path);
}

static char *printed(void (*print)(const struct contention_file *f, FILE *out), const char *text)
{
	struct contention_file f;
	char *out;
	size_t size;
	FILE *file = open_memstream(&out, &size);

	load(&f, text);
	print(&f, file);
	fclose(file);
	contention_file_release(&f);
	return out;
}

static void says(const char *text, const char *what)
{
	char *flat = strdup(text), *to = flat;

	/* sentences are folded */
	for (const char *at = flat; *at; at++)
		if (!((*at == ' ' || *at == '\n') && to > flat && to[-1] == ' '))
			*to++ = *at == '\n' ? ' ' : *at;
	*to = '\0';
	cr_expect(strstr(flat, what), "\"%s\" is not said in: %s", what, text);
	free(flat);
}

Test(report_contention, verdict)
{
	char *out = printed(contention_print_verdict, HEAD LATENCIES("1") READS("1") NOT_MEASURED);

	says(out, "measured against predicted, the model is within 20.0 % at all 4 points, within "
		  "5.0 % at half of them; worst (+20.0 %) at zone A, latency, level 100 %: 180.0 "
		  "ns measured, 150.0 ns predicted");
	/* 1.2 / 1.1 and 1.02 / 0.95 */
	says(out, "each against the same zone without load, the model is within 9.1 % at all 2 "
		  "points, within 7.4 % at half of them; worst (+9.1 %) at zone A, latency, level "
		  "100 %");
	/* latencies against idle: 9.1 of 10 %; bandwidths: 5 and 2 of 6 % */
	says(out, "confirmed: 3 of 3 points");
	says(out, "2 of 6 points not measured: no such loop");
	free(out);
	out = printed(contention_print_verdict,
		      HEAD LATENCIES("1") ROW("1") "read,0,A,0,2,0,,,9300000000,10000000000,0,0,,"
						   "60000,\n");
	says(out, "refuted: 1 of 2 points");
	free(out);
	out = printed(contention_print_verdict, HEAD NOT_MEASURED);
	says(out, "2 of 2 points not measured: no such loop");
	cr_expect_null(strstr(out, "confirmed"), "nothing was: %s", out);
	cr_expect_null(strstr(out, "within"), "%s", out);
	free(out);
}

Test(report_contention, table)
{
	char *out = printed(contention_print_text, HEAD LATENCIES("1") READS("1") NOT_MEASURED);

	says(out, "contention: h w p static xen");
	says(out, "A 0 latency ns 100 180.0 150.0 +20.0 5.0 6.0");
	says(out, "A 0 read GB/s 0 9.5 10.0 -5.0 0.0 0.0");
	says(out, "A 0 write GB/s 100 - 4.0 - - 4.0");
	for (const char *at = out; at && *at; at = strchr(at, '\n') ? strchr(at, '\n') + 1 : NULL)
		cr_expect_leq(strcspn(at, "\n"), 80, "%s", at);
	free(out);
}

/* Of three repeats, one of which has nothing, the mean. */
Test(report_contention, repeats)
{
	struct contention_file f;

	load(&f,
	     HEAD READS("1") ROW("2") "read,0,A,0,2,0,,,,10000000000,0,0,,60000,disturbed\n" ROW(
		     "2") "read,100,A,0,2,1,,,,5000000000,,5000000000,,60000,"
			  "disturbed\n" ROW("3") "read,0,A,0,2,0,,,9700000000,10000000000,"
						 "0,0,,60000,\n" ROW("3") "read,100,A,0,2,"
									  "1,,,5300000000,"
									  "5000000000,"
									  "6000000000,"
									  "5000000000,,"
									  "60000,\n");
	cr_assert_eq(f.nr, 2);
	cr_expect_eq(f.row[0].found, 9600000000);
	cr_expect_eq(f.row[0].repeats, 2);
	cr_expect_eq(f.row[1].found, 5200000000);
	cr_expect_eq(f.row[1].found_load, 5500000000);
	cr_expect_str_eq(f.row[1].reason, "");
	contention_file_release(&f);
	/* the other way round: what comes first has nothing */
	load(&f, HEAD ROW("1") "read,0,A,0,2,0,,,,10000000000,0,0,,60000,disturbed\n" ROW(
			 "2") "read,0,A,0,2,0,,,9700000000,10000000000,0,0,,60000,\n");
	cr_assert_eq(f.nr, 1);
	cr_expect_eq(f.row[0].found, 9700000000);
	cr_expect_str_eq(f.row[0].reason, "");
	contention_file_release(&f);
}

Test(report_contention, difference)
{
	struct contention_file a, b;
	struct contention_diff d;
	char *out;
	size_t size;
	FILE *file = open_memstream(&out, &size);

	/* another seed of the same is the same; a prediction is another thing than a measurement */
	load(&a, HEAD LATENCIES("1") NOT_MEASURED);
	load(&b, HEAD LATENCIES("7") READS("7") ROW("7") "write,0,A,0,2,0,,,8000000000,8000000000,"
							 "0,0,,60000,\n");
	contention_compare(&d, &a, &a);
	cr_expect(contention_same(&d));
	contention_compare(&d, &a, &b);
	cr_expect_not(contention_same(&d));
	cr_expect_eq(d.both, 3);
	cr_expect_eq(d.differ, 1);
	cr_expect_eq(d.only_a, 1);
	cr_expect_eq(d.only_b, 2);
	contention_diff_csv(&d, file);
	contention_diff_text(&d, file);
	contention_diff_json(&d, file);
	fclose(file);
	says(out, "changed,h w p static xen,1,A,write,0,8000000000,predicted,8000000000,measured");
	says(out, "only_a,h w p static xen,1,A,write,100,4000000000,predicted,,");
	says(out, "only_b,h w p static xen,1,A,read,100,,,5100000000,measured");
	says(out, "A 0 write GB/s 0 8.0 predicted 8.0 measured +0.0");
	says(out, "contention: 3 points in both, 2 of them equal; 1 only in the first, 2 only in "
		  "the second");
	says(out, "\"a_source\": \"predicted\"");
	free(out);
	contention_file_release(&a);
	contention_file_release(&b);
}

Test(report_contention, odd_files)
{
	static const struct {
		const char *text, *why;
	} odd[] = {
		{"a,b\n1,2\n", "there is no column \"topology\""},
		{HEAD ROW("1") "read,0,A,0,2,0,,,many,1,0,0,,1,\n", ":2:"},
		{HEAD ROW("1") "read,0,A\n", ":2"},
	};

	for (size_t i = 0; i < sizeof(odd) / sizeof(odd[0]); i++) {
		char *path = file_of(odd[i].text);
		struct contention_file f;
		struct error err = {0};

		cr_expect_eq(contention_load(&f, path, &err), ERR_INPUT);
		cr_expect(strstr(err.text, odd[i].why), "%s", err.text);
		unlink(path);
		free(path);
	}
}
