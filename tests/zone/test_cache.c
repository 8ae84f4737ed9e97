/* What comes out of a trace's cache is what its rows became; anything else is read again. */
#include <criterion/criterion.h>
#include <dirent.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/alloc.h"
#include "tests/temporary.h"
#include "tests/zone/workload_text.h"
#include "zone/trace_cache.h"
#include "zone/trace_cache_records.h"

static char folder[256];
static char warned[1024]; /* what the last prepare() said */

static void make_folder(void)
{
	cr_assert(mkdtemp(temporary_name(folder, sizeof(folder), "cache-test")));
}

/* Path of the only file that there is; NULL: none. Lent. */
static const char *only_file(void)
{
	static char path[600];
	const char *found = NULL;
	struct dirent *entry;
	DIR *d = opendir(folder);

	cr_assert(d);
	while ((entry = readdir(d))) {
		if (strcmp(entry->d_name, ".") == 0 || strcmp(entry->d_name, "..") == 0)
			continue;
		cr_assert_null(found, "%s beside %s", entry->d_name, path);
		snprintf(path, sizeof(path), "%s/%s", folder, entry->d_name);
		found = path;
	}
	closedir(d);
	return found;
}

static size_t nr_files(void)
{
	size_t nr = 0;
	DIR *d = opendir(folder);

	cr_assert(d);
	while (readdir(d))
		nr++;
	closedir(d);
	return nr - 2;
}

static void remove_all(void)
{
	char *command;

	remove_files();
	if (!*folder)
		return;
	command = xasprintf("rm -rf '%s'", folder);
	cr_expect_eq(system(command), 0);
	free(command);
	*folder = '\0';
}

TestSuite(cache, .init = make_folder, .fini = remove_all);

static void prepare(struct workload *w, const char *cache, bool skip_bad)
{
	struct trace_reading how = {.cache = cache, .skip_bad = skip_bad};
	struct error err = {0};

	how.warn = fmemopen(warned, sizeof(warned), "w");
	memset(warned, 0, sizeof(warned));
	cr_assert_eq(workload_prepare(w, &how, &err), 0, "%s", err.text);
	fclose(how.warn);
}

static void print_use(FILE *out, const struct zone_use *u)
{
	fprintf(out, " use %d %u %u %u %u %lld %lld %lld %u:", u->pattern, u->low_ppm, u->high_ppm,
		u->change_ppm, u->noise_ppm, (long long)u->step_ns, (long long)u->period_ns,
		(long long)u->length_ns, u->spread_ppm);
	for (size_t i = 0; i < u->nr_samples; i++)
		fprintf(out, " %u=%u", u->sample[i].at_s, u->sample[i].pages);
}

static void print_zone(FILE *out, const struct zone *z)
{
	fprintf(out, " %s %u %u %lld %lld %lld %d %u %d %d", z->name, z->vcpus, z->vcpus_max,
		(long long)z->memory_bytes, (long long)z->memory_initial_bytes,
		(long long)z->memory_min_bytes, z->memory_policy, z->numa_nodes, z->spread,
		z->virt);
	for (uint32_t i = 0; i < z->nr_devices; i++)
		fprintf(out, " device %s", z->device[i]);
	if (z->profile)
		fprintf(out, " profile %s %lld %u %u %u %u", z->profile->name,
			(long long)z->profile->demand_bytes_per_s, z->profile->read_share_ppm,
			z->profile->stall_share_ppm, z->profile->sharing_share_ppm,
			z->profile->parallelism);
}

/* Everything that a stream says, as text; the caller frees. */
static char *all_events(struct zone_stream *s)
{
	const struct zone_event *e;
	struct error err = {0};
	char *text = NULL;
	size_t n;
	FILE *out = open_memstream(&text, &n);

	cr_assert(out);
	for (;;) {
		cr_assert_eq(zone_stream_next(s, &e, &err), 0, "%s", err.text);
		if (!e)
			break;
		fprintf(out, "%lld %d %llu", (long long)e->at_ns, e->kind,
			(unsigned long long)e->id);
		if (e->kind == ZONE_EVENT_START) {
			fprintf(out, " %lld", (long long)e->lifetime_ns);
			print_zone(out, e->zone);
			if (e->use)
				print_use(out, e->use);
		} else if (e->kind == ZONE_EVENT_RESIZE) {
			fprintf(out, " %lld", (long long)e->bytes);
		}
		fputc('\n', out);
	}
	fprintf(out, "%llu events, %llu bad: %s\n", (unsigned long long)s->stats.events,
		(unsigned long long)s->stats.bad_rows, s->stats.first_bad);
	fclose(out);
	return text;
}

static char *events_of(const struct workload *w, bool skip_bad)
{
	struct error err = {0};
	struct zone_stream *s;
	char *text;

	cr_assert_eq(workload_open(&s, w, 1, skip_bad, &err), 0, "%s", err.text);
	text = all_events(s);
	zone_stream_close(s);
	return text;
}

/* The trace alone, as it is written into the cache, and from the cache. */
static void same_through_cache(const char *path, bool skip_bad)
{
	char *plain, *cached;
	struct workload w;
	struct error err = {0};

	for (int i = 0; i < 2; i++) {
		cr_assert_eq(workload_load(&w, path, NULL, &err), 0, "%s", err.text);
		plain = events_of(&w, skip_bad);
		prepare(&w, folder, skip_bad);
		cr_expect_str_empty(warned);
		cr_assert_not_null(w.cache);
		cached = events_of(&w, skip_bad);
		cr_expect_str_eq(plain, cached, "%s: %.2000s\n%.2000s", path, plain, cached);
		free(plain);
		free(cached);
		workload_release(&w);
	}
}

static void same_text(const char *name, const char *text, bool skip_bad)
{
	same_through_cache(write_file(name, text), skip_bad);
}

Test(cache, every_format)
{
	same_text("h.csv",
		  "at_s,lifetime_s,vcpus,memory_mib,name,numa_nodes,placement,memory_policy,virt,"
		  "devices\n"
		  "0,,1,1024,a,2,compact,static,auto,\n"
		  "0.5,10,2,2048.5,,,,,,2xgpu;nic0\n"
		  "0.5,10,2,2048.5,,,,,,2xgpu;nic0\n"
		  "11.25,0,4,512,c,,scatter,dynamic,pvh,nic0;2xgpu\n",
		  false);
	same_text("l.csv", "vmid,cpu,mem,at,lt\n0,4,16,0.0,194.0\n1,1,2,2.0,498.0\n", false);
	same_text("e.csv",
		  "vmid,cpu,memory,time,type\n5,4,16,0,0\n6,4,16,0,0\n5,4,16,9,1\n77,1,1,9,1\n",
		  false);
	same_text("o.csv",
		  "name,cpu_milli,memory_mib,num_gpu,creation_time,deletion_time\n"
		  "b,1500,2048,2,50,90\na,500,0,0,10,\nc,500,4096,0,50,50\n",
		  false);
	same_text("9.csv",
		  "Timestamp [ms];CPU cores;Memory capacity provisioned [KB];Memory usage [KB]\n"
		  "100;2;1048576;1000\n400;4;1048576;500000\n700;4;1048576;20\n",
		  false);
	same_text("g.csv",
		  "vm,t_s,cpu_pct,mem_used_kb,cores,mem_prov_kb\n"
		  "x,300,1,1000,2,1048576\nx,600,1,200000,,\ny,0,1,77,1,2097152\n",
		  false);
	cr_assert_eq(nr_files(), 6);
}

Test(cache, what_was_said_of_bad_rows_is_said_again)
{
	const char *text = "at_s,lifetime_s,vcpus,memory_mib\n0,1,1,1024\nx,1,1,1024\n"
			   "1,1,9999,1024\n2,1,1,1024\n";

	same_text("t.csv", text, true);
	/* refused or skipped are two readings */
	cr_assert_eq(nr_files(), 1);
}

Test(cache, a_bad_row_is_an_error_as_without)
{
	struct trace_reading how = {.cache = folder};
	struct error err = {0};
	struct workload w;

	load_text(&w, "t.csv", "at_s,lifetime_s,vcpus,memory_mib\n0,1,1,1024\nx,1,1,1024\n");
	cr_assert_eq(workload_prepare(&w, &how, &err), ERR_INPUT);
	cr_expect_not_null(strstr(err.text, "t.csv:3:1: \"at_s\" must be a number"), "%s",
			   err.text);
	workload_release(&w);
	load_text(&w, "t.csv", "at_s,lifetime_s,vcpus,memory_mib\n");
	cr_assert_eq(workload_prepare(&w, &how, &err), ERR_INPUT);
	cr_expect_not_null(strstr(err.text, "holds no zone"), "%s", err.text);
	workload_release(&w);
	cr_assert_eq(nr_files(), 0);
}

Test(cache, what_changes_the_rows_is_another_cache)
{
	static const char *const trace[] = {
		"\"file\": \"t.csv\"",
		"\"file\": \"t.csv\", \"vcpu_scale\": 2",
		"\"file\": \"t.csv\", \"gpus\": \"ignore\"",
	};
	char json[200];
	struct workload w;

	write_file("t.csv", "at_s,lifetime_s,vcpus,memory_mib\n0,1,1,1024\n");
	for (size_t i = 0; i < 3; i++) {
		snprintf(json, sizeof(json), "{\"trace\": {%s}}", trace[i]);
		load_text(&w, "w.json", json);
		prepare(&w, folder, false);
		workload_release(&w);
		cr_expect_eq(nr_files(), i + 1);
	}
	load_text(&w, "w.json", "{\"trace\": {\"file\": \"t.csv\"}}");
	prepare(&w, folder, true);
	cr_expect_eq(nr_files(), 4);
	workload_release(&w);
	/* one byte of it */
	write_file("t.csv", "at_s,lifetime_s,vcpus,memory_mib\n0,1,1,1025\n");
	load_text(&w, "w.json", "{\"trace\": {\"file\": \"t.csv\"}}");
	prepare(&w, folder, false);
	cr_expect_eq(nr_files(), 5);
	workload_release(&w);
}

static const char *text = "at_s,lifetime_s,vcpus,memory_mib,devices\n0,1,1,1024,\n0,1,2,1024,nic0\n"
			  "3,4,1,2048,\n";

static char *read_bytes(const char *path, size_t *n)
{
	static char bytes[10000];
	FILE *f = fopen(path, "rb");

	cr_assert(f);
	*n = fread(bytes, 1, sizeof(bytes), f);
	cr_assert_lt(*n, sizeof(bytes));
	fclose(f);
	return bytes;
}

static void write_bytes(const char *path, const char *bytes, size_t n)
{
	FILE *f = fopen(path, "wb");

	cr_assert(f);
	cr_assert_eq(fwrite(bytes, 1, n, f), n);
	fclose(f);
}

/* The cache holds `bytes`: it must be found bad, said, and written anew. */
static void is_written_anew(const char *path, const char *bytes, size_t n, const char *expected,
			    const char *why)
{
	struct workload w;
	char *events;

	write_bytes(path, bytes, n);
	load_text(&w, "t.csv", text);
	prepare(&w, folder, false);
	cr_expect_not_null(strstr(warned, why), "%zu bytes: %s", n, warned);
	cr_expect_not_null(strstr(warned, "the trace is read again"), "%s", warned);
	events = events_of(&w, false);
	cr_expect_str_eq(events, expected);
	free(events);
	workload_release(&w);
	cr_assert_str_eq(only_file(), path);
}

Test(cache, no_byte_of_it_may_be_another)
{
	char *bytes, *expected, *path, *bad;
	struct trace_cache *cache;
	struct error err = {0};
	const char *key;
	struct workload w;
	size_t n;

	load_text(&w, "t.csv", text);
	expected = events_of(&w, false);
	prepare(&w, folder, false);
	workload_release(&w);
	path = xstrdup(only_file());
	bytes = read_bytes(path, &n);
	bad = xmalloc(n + 1);
	key = strrchr(path, '/') + 1;
	for (size_t i = 0; i < n; i++) {
		memcpy(bad, bytes, n);
		bad[i] = (char)(bad[i] ^ (1 << i % 8));
		write_bytes(path, bad, n);
		cr_expect_eq(trace_cache_load(&cache, path, key, &err), ERR_INPUT, "byte %zu", i);
		cr_expect_null(cache);
	}
	bad[n - 1] = bytes[n - 1];
	bad[500] ^= 1;
	is_written_anew(path, bad, n, expected, "is damaged: its checksum is another");
	bad[500] ^= 1;
	bad[n] = '\0';
	is_written_anew(path, bad, n + 1, expected, "is not as long as it was written");
	is_written_anew(path, bad, n - 1, expected, "is not as long as it was written");
	is_written_anew(path, bad, sizeof(struct cache_header), expected,
			"is not as long as it was written");
	is_written_anew(path, bad, 100, expected, "is no cache of a trace");
	is_written_anew(path, bad, 0, expected, "is no cache of a trace");
	/* and what was written is not said to be bad */
	load_text(&w, "t.csv", text);
	prepare(&w, folder, false);
	cr_expect_str_empty(warned);
	workload_release(&w);
	free(bad);
	free(path);
	free(expected);
}

Test(cache, a_cache_of_something_else)
{
	char *bytes, *path, *other, *expected;
	struct workload w;
	size_t n;

	load_text(&w, "t.csv", "at_s,lifetime_s,vcpus,memory_mib\n0,1,1,1024\n");
	prepare(&w, folder, false);
	workload_release(&w);
	path = xstrdup(only_file());
	bytes = read_bytes(path, &n);
	unlink(path);
	load_text(&w, "t.csv", text);
	expected = events_of(&w, false);
	prepare(&w, folder, false);
	workload_release(&w);
	other = xstrdup(only_file());
	is_written_anew(other, bytes, n, expected, "is the cache of something else");
	free(path);
	free(other);
	free(expected);
}

/* Names longer than a block together, and events of more than one block. */
Test(cache, many_events)
{
	char path[400], *plain, *cached;
	FILE *f;
	struct workload w;
	struct error err = {0};

	snprintf(path, sizeof(path), "%s", write_file("t.csv", ""));
	f = fopen(path, "w");
	cr_assert(f);
	fputs("at_s,lifetime_s,vcpus,memory_mib,name\n", f);
	for (int i = 0; i < 30000; i++)
		fprintf(f, "%d,10,%d,%d,%0*d\n", i / 3, 1 + i % 7, 1024 + i % 5000, 6 + i % 100, i);
	fclose(f);
	cr_assert_eq(workload_load(&w, path, NULL, &err), 0, "%s", err.text);
	plain = events_of(&w, false);
	prepare(&w, folder, false);
	cached = events_of(&w, false);
	cr_expect(strcmp(plain, cached) == 0);
	free(plain);
	free(cached);
	workload_release(&w);
}

/* Generators and lists have all kinds of events and uses; what is kept of them is all. */
static void any_stream(const char *name, const char *json)
{
	char *plain, *cached, *path = xasprintf("%s/x.cache", folder), key[TRACE_CACHE_KEY];
	struct trace_cache *cache;
	struct zone_stream *s;
	struct error err = {0};
	struct workload w;

	memset(key, '7', sizeof(key));
	load_text(&w, name, json);
	plain = events_of(&w, false);
	cr_assert_eq(workload_open(&s, &w, 1, false, &err), 0, "%s", err.text);
	cr_assert_eq(trace_cache_write(path, key, s, &err), 0, "%s", err.text);
	zone_stream_close(s);
	cr_assert_eq(trace_cache_load(&cache, path, key, &err), 0, "%s", err.text);
	cr_assert_eq(trace_cache_open(&s, cache, &err), 0, "%s", err.text);
	cached = all_events(s);
	cr_expect_str_eq(plain, cached);
	zone_stream_close(s);
	trace_cache_free(cache);
	free(plain);
	free(cached);
	free(path);
	workload_release(&w);
}

Test(cache, any_stream_can_be_kept)
{
	any_stream("e.json",
		   "{\"events\": [{\"at\": \"0s\", \"start\": {\"name\": \"a\", \"vcpus\": 2, "
		   "\"memory\": \"2GiB\", \"profile\": \"stream\"}, \"memory_use\": "
		   "{\"pattern\": \"walk\", \"noise\": 0.01}},"
		   "{\"at\": \"5s\", \"resize\": \"a\", \"memory\": \"1GiB\"},"
		   "{\"at\": \"9s\", \"stop\": \"a\"}]}");
	any_stream("g.json",
		   "{\"generator\": {\"arrivals\": {\"per_hour\": 100}, \"lifetimes\": "
		   "{\"exponential\": \"1h\"}, \"limit\": 500, \"sizes\": [{\"vcpus\": 1, "
		   "\"memory\": \"1GiB\"}, {\"vcpus\": 2, \"memory\": \"3GiB\"}]}}");
}

static void names_zones(const char *rows, bool cached, bool otherwise)
{
	struct workload w;

	load_text(&w, "t.csv", rows);
	cr_expect(workload_names_zones(&w, false));
	prepare(&w, folder, false);
	cr_expect_eq(workload_names_zones(&w, false), cached);
	/* rows that are skipped are another reading, which is not the cache's */
	cr_expect_eq(workload_names_zones(&w, true), otherwise);
	workload_release(&w);
}

Test(cache, knows_whether_events_name_zones)
{
	names_zones("at_s,lifetime_s,vcpus,memory_mib\n0,1,1,1024\n", false, true);
	names_zones("vmid,cpu,memory,time,type\n5,4,16,0,0\n5,4,16,9,1\n", true, true);
}

/* A stop in a cache that says there is none: no ids were kept to find its zone. */
Test(cache, a_stop_that_was_not_announced)
{
	char *path, *bytes, key[TRACE_CACHE_KEY];
	struct cache_header header;
	struct cache_sum sum = {{0}};
	struct trace_cache *cache;
	const struct zone_event *e;
	struct zone_stream *s;
	struct error err = {0};
	struct workload w;
	size_t n;

	load_text(&w, "e.csv", "vmid,cpu,memory,time,type\n5,4,16,0,0\n5,4,16,9,1\n");
	prepare(&w, folder, false);
	workload_release(&w);
	path = xstrdup(only_file());
	bytes = read_bytes(path, &n);
	memcpy(&header, bytes, sizeof(header));
	memcpy(key, header.key, sizeof(key));
	cr_assert_eq(header.nr_named, 1);
	header.nr_named = header.checksum = 0;
	cache_sum_add(&sum, &header, sizeof(header));
	cache_sum_add(&sum, bytes + sizeof(header), n - sizeof(header));
	header.checksum = cache_sum_end(&sum);
	memcpy(bytes, &header, sizeof(header));
	write_bytes(path, bytes, n);
	cr_assert_eq(trace_cache_load(&cache, path, key, &err), 0, "%s", err.text);
	cr_assert_eq(trace_cache_open(&s, cache, &err), 0, "%s", err.text);
	cr_expect_eq(zone_stream_next(s, &e, &err), 0);
	cr_expect_eq(zone_stream_next(s, &e, &err), ERR_INPUT);
	zone_stream_close(s);
	trace_cache_free(cache);
	free(path);
}

Test(cache, is_for_traces_in_files)
{
	struct trace_reading how = {.cache = folder};
	struct error err = {0};
	struct workload w;

	load_text(&w, "e.json",
		  "{\"events\": [{\"at\": \"0s\", \"start\": {\"name\": \"a\", \"vcpus\": 1, "
		  "\"memory\": \"1GiB\"}}]}");
	cr_expect_eq(workload_prepare(&w, &how, &err), ERR_USAGE);
	cr_expect_not_null(strstr(err.text, "--cache is for traces"), "%s", err.text);
	workload_release(&w);
}

/* Published traces, where they are beside the source. */
Test(cache, published_traces, .timeout = 300)
{
	static const char *const path[] = {
		"../shared/data/traces/huawei-east-1/Huawei-East-1-lt.csv",
		"../shared/data/traces/openb/openb_pod_list_default.csv",
		"../shared/data/traces/formats/gwa-t-12-raw.csv",
	};

	for (size_t i = 0; i < sizeof(path) / sizeof(path[0]); i++)
		if (access(path[i], R_OK) == 0)
			same_through_cache(path[i], false);
}
