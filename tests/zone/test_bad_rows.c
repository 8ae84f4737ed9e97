/*
 * A bad row that is skipped leaves nothing behind: with any field of any row of a trace made
 * unreadable, the zones are those of the trace without that row, in every format. So no state
 * of a reader (which VM, which task, what stood above) is taken from a row that does not count.
 */
#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>

#include "base/units.h"
#include "tests/zone/workload_text.h"

TestSuite(bad_rows, .fini = remove_files);

struct trace {
	const char *format, *name, *text;
	char separator;
	bool header;
};

static const struct trace traces[] = {
	{"homenode-csv", "t.csv",
	 "at_s,lifetime_s,vcpus,memory_mib,name,group,group_rule,fault_domain\n"
	 "0,10,1,512,a,g,anti-affinity,\n"
	 "1,10,2,1024,b,g,anti-affinity,\n"
	 "2,,4,2048,c,,,\n"
	 "20,5,4,2048,a,,,\n",
	 ',', true},
	{"gwa-t-12", "vm.csv",
	 "Timestamp [ms];CPU cores;Memory capacity provisioned [KB];Memory usage [KB]\n"
	 "1;1;4194304;1048576\n2;2;4194304;2097152\n3;4;8388608;1048576\n4;1;4194304;5\n",
	 ';', true},
	{"gwa-t-12-condensed", "vms.csv",
	 "vm,t_s,cpu_pct,mem_used_kb,cores,mem_prov_kb\n"
	 "1,0,5,1048576,2,4194304\n1,300,5,2097152,,\n1,600,5,10,8,8388608\n"
	 "2,300,5,1048576,1,2097152\n2,600,5,1048576,,\n"
	 "3,100,5,1048576,4,2097152\n3,900,5,1048576,,\n",
	 ',', true},
	{"huawei-east-1", "h.csv",
	 "vmid,cpu,memory,time,type\n0,4,8,0,0\n1,2,4,5,0\n0,4,8,10,1\n2,8,16,10,0\n1,2,4,20,1\n",
	 ',', true},
	{"google-2011", "g.csv",
	 "0,,1,0,7,0,u=,3,9,0.125,0.25,0.2,0\n1,,1,0,7,1,u=,3,9,0.125,0.25,0.2,0\n"
	 "2,,1,1,7,0,u=,3,9,0.5,0.25,0.2,0\n3,,1,1,7,1,u=,3,9,0.25,0.25,0.2,0\n"
	 "5,1,1,0,7,8,u=,3,9,0.1,0.125,0.2,1\n9,,1,0,7,2,,,9,,,,\n"
	 "11,,1,1,7,4,,,9,,,,\n",
	 ',', false},
	{"google-2019", "g.csv",
	 "time,type,collection_id,instance_index,resource_request.cpus,"
	 "resource_request.memory,alloc_collection_id\n"
	 "0,0,5,0,0.01,0.02,0\n1,3,5,0,0.01,0.02,0\n2,3,6,0,0.25,0.02,0\n"
	 "9,UPDATE_RUNNING,5,0,0.01,0.01,0\n10,6,5,0,,,0\n12,5,6,0,,,0\n",
	 ',', true},
	{"alibaba-2017", "a.csv",
	 "-20,Create,4,21,8,0,0.1,\n0,Create,3,21,4,0.5,0.1,0|1\n60,Remove,3,21,4,0.5,0.1,0|1\n"
	 "70,Create,3,21,2,0.5,0.2,0|1\n80,Remove,4,21,8,0,0.1,\n",
	 ',', false},
	{"alibaba-2018", "a.csv",
	 "c_1,m_1,0,app_1,started,400,800,1.5\nc_3,m_1,3,app_1,started,800,800,3\n"
	 "c_1,m_2,900,app_1,stopped,400,800,1.5\nc_2,m_2,905,app_1,started,100,100,1\n",
	 ',', false},
	{"openb", "o.csv",
	 "name,cpu_milli,memory_mib,num_gpu,gpu_milli,creation_time,deletion_time\n"
	 "a,8000,1024,0,0,0,5\nb,8000,0,1,460,1,9\nc,4000,512,0,0,2,3\n",
	 ',', true},
	{"slurm-sacct", "s.sacct",
	 "JobID|JobName|Submit|Start|End|State|AllocCPUS|ReqMem|NNodes|NodeList|AllocTRES\n"
	 "10|x|2026-05-01T00:00:00|2026-05-01T00:01:00|2026-05-01T01:01:00|COMPLETED|4|16G|1|n1|"
	 "cpu=4,mem=16G\n"
	 "10.batch|batch|2026-05-01T00:01:00|2026-05-01T00:01:00|2026-05-01T01:01:00|COMPLETED|4||"
	 "1|n1|cpu=4,mem=16G\n"
	 "11|a|2026-05-01T00:02:00|2026-05-01T00:02:30|2026-05-01T00:05:40|COMPLETED|8|32G|1|n1|"
	 "cpu=8,mem=32G\n"
	 "12|a|2026-05-01T00:03:00|2026-05-01T00:04:30|2026-05-01T00:06:40|COMPLETED|2|8G|1|n1|"
	 "cpu=2,mem=8G\n",
	 '|', true},
	{"azure-vmtable", "vmtable.csv",
	 "a+/=,s,d==,0,2591700,99.3,3.4,10.1,Unknown,1,1.75\n"
	 "b,s,d==,300,600,99.3,3.4,10.1,Interactive,2,3.5\n"
	 "c,s,d==,300,900,99.3,3.4,10.1,Delay-insensitive,4,7\n",
	 ',', false},
	{"azure-v1-vms", "v.csv",
	 "arrival_s,vcpu,mem_gb,batch,life_lo_s,life_hi_s,censored\n"
	 "1800000,8,14,0,300,300,0\n1800300,1,0.75,1,3900,7200,1\n1800600,2,3.5,1,300,600,0\n",
	 ',', true},
	{"alibaba-gpu-2020", "g.csv",
	 "j,worker,2.0,Terminated,100.0,200.0,600.0,29.296875,50.0,MISC\n"
	 "j,ps,1.0,Terminated,150.0,200.0,600.0,29.296875,50.0,MISC\n"
	 "k,worker,1.0,Failed,160.0,300.0,600.0,10,100.0,V100\n",
	 ',', false},
	{"alibaba-dlrm-2025", "d.csv",
	 "instance_sn,role,cpu_request,gpu_request,memory_request,max_instance_per_node,"
	 "creation_time,deletion_time\n"
	 "i1,HN,12,1,120.0,8,,\ni2,CN,64,0,320.0,-1,9.0,20.0\ni3,CN,32,0,160.0,-1,3.0,30.0\n",
	 ',', true},
	{"huawei-two-node", "h.csv",
	 "flavor_vcpus,flavor_ram,numa,strategy,group,domain\n"
	 "8,16,1,fault_domain,0,1\n4,8,1,affinity,1,\n8,16,1,fault_domain,0,2\n4,8,1,,,\n"
	 "2,8,1,affinity,1,\n",
	 ',', true},
};

static void append(char **text, size_t *n, const char *piece)
{
	size_t more = strlen(piece);

	*text = realloc(*text, *n + more + 1);
	memcpy(*text + *n, piece, more + 1);
	*n += more;
}

static void tell(char **text, size_t *n, const struct zone_event *e)
{
	char line[512];

	snprintf(line, sizeof(line), "%lld %d %llu %lld %lld %s", (long long)e->at_ns, e->kind,
		 (unsigned long long)e->id, (long long)e->lifetime_ns, (long long)e->bytes,
		 e->group ? e->group->name : "-");
	append(text, n, line);
	if (e->kind == ZONE_EVENT_START) {
		snprintf(line, sizeof(line), " %s %u %lld", e->zone->name, e->zone->vcpus,
			 (long long)e->zone->memory_bytes);
		append(text, n, line);
	}
	for (size_t i = 0; e->use && i < e->use->nr_samples; i++) {
		snprintf(line, sizeof(line), " %u:%u", e->use->sample[i].at_s,
			 e->use->sample[i].pages);
		append(text, n, line);
	}
	append(text, n, "\n");
}

/* All that comes, bad rows left out, or the error; the caller frees. */
static char *zones_of(const struct trace *t, const char *text, uint64_t *bad)
{
	const char *path = write_file(t->name, text);
	struct zone_stream *s = NULL;
	const struct zone_event *e;
	struct error err = {0};
	struct workload w;
	char *out = NULL;
	size_t n = 0;
	int rc = workload_load(&w, path, t->format, &err);

	append(&out, &n, "");
	cr_assert_eq(rc, 0, "%s", err.text);
	workload_set_machine(&w, 64, 256 * GIB);
	rc = workload_open(&s, &w, 1, true, &err);
	while (!rc && !(rc = zone_stream_next(s, &e, &err)) && e)
		tell(&out, &n, e);
	*bad = s ? zone_stream_stats(s)->bad_rows : 0;
	if (rc)
		append(&out, &n, "an error");
	zone_stream_close(s);
	workload_release(&w);
	return out;
}

/* Line `row` of the text: where it begins and how long it is, its end included. */
static const char *row_at(const char *text, size_t row, size_t *n)
{
	for (; row; row--)
		text = strchr(text, '\n') + 1;
	*n = (size_t)(strchr(text, '\n') - text) + 1;
	return text;
}

/* The text with `piece` in place of what there is from `at` on, `n` long; the caller frees. */
static char *replaced(const char *text, const char *at, size_t n, const char *piece)
{
	char *out = NULL;
	size_t size = 0;

	append(&out, &size, text);
	size = (size_t)(at - text);
	append(&out, &size, piece);
	append(&out, &size, at + n);
	return out;
}

/* Returns whether the row was a bad one for it. */
static bool try_field(const struct trace *t, size_t row, const char *field, size_t n, uint64_t bad)
{
	uint64_t bad_spoilt, bad_without;
	size_t row_n;
	const char *at = row_at(t->text, row, &row_n);
	char *spoilt = replaced(t->text, field, n, "#!"),
	     *without = replaced(t->text, at, row_n, "");
	char *seen = zones_of(t, spoilt, &bad_spoilt), *right;
	bool counted = bad_spoilt > bad;

	if (counted) {
		right = zones_of(t, without, &bad_without);
		/* rows below may be bad without it, but not more than beside it */
		cr_expect_eq(bad_spoilt, bad_without + 1, "%s: %s", t->format, spoilt);
		cr_expect_str_eq(seen, right, "%s:\n%sgives\n%snot\n%s", t->format, spoilt, seen,
				 right);
		free(right);
	}
	free(seen);
	free(spoilt);
	free(without);
	return counted;
}

static void try_trace(const struct trace *t)
{
	size_t nr_rows = 0, tried = 0;
	uint64_t bad;

	free(zones_of(t, t->text, &bad));
	for (const char *p = t->text; *p; p++)
		nr_rows += *p == '\n';
	for (size_t row = t->header; row < nr_rows; row++) {
		size_t row_n;
		const char *at = row_at(t->text, row, &row_n), *end = at + row_n - 1;
		size_t counted = 0;

		for (const char *p = at; p <= end; p++) {
			const char *stop = memchr(p, t->separator, (size_t)(end - p));

			stop = stop ? stop : end;
			counted += try_field(t, row, p, (size_t)(stop - p), bad);
			p = stop;
		}
		tried += counted > 0;
	}
	cr_expect_geq(tried, nr_rows - t->header - 1, "%s: only %zu rows can be spoilt", t->format,
		      tried);
}

Test(bad_rows, leave_nothing_behind, .timeout = 120)
{
	for (size_t i = 0; i < sizeof(traces) / sizeof(traces[0]); i++)
		try_trace(&traces[i]);
}
