/* Groups and fleets that are in use, through the loop, against what can be said by hand. */
#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/alloc.h"
#include "bench/files/zones_csv.h"
#include "bench/loop/run.h"
#include "sim/sim.h"
#include "tests/bench/text.h"
#include "tests/temporary.h"

#define EVENT(at, name, more)                                                                      \
	"{\"at\":\"" at "\",\"start\":{\"name\":\"" name                                           \
	"\",\"vcpus\":1,\"memory\":\"1GiB\"}" more "}"
#define GROUP(name, rule) ",\"group\":{\"name\":\"" name "\",\"rule\":\"" rule "\"}"

struct ran {
	int rc;
	struct error err;
	struct run_result result;
	char *zones;
};

static struct ran run(const struct workload *w, uint32_t nr_hosts)
{
	const struct host *hosts[8];
	struct host *host;
	struct ran out = {.rc = 0};
	struct zones_writer zones = {.out = NULL};
	struct observer observer[] = {{&zones_observer, &zones}};
	size_t n;
	struct run_input in = {
		.workload = w,
		.policy = policy_find("edera-compact"),
		.seed = 1,
		.backend = &sim_backend,
		.host = hosts,
		.nr_hosts = nr_hosts,
		.topology = "h",
		.check = true,
		.observer = observer,
		.nr_observers = 1,
	};

	cr_assert_eq(host_load(&host, "topologies/xeon-8360y-2n.xml", &out.err), 0);
	for (uint32_t i = 0; i < nr_hosts; i++)
		hosts[i] = host;
	zones.out = open_memstream(&out.zones, &n);
	out.rc = run_row(&in, &out.result, &out.err);
	fclose(zones.out);
	zones_writer_release(&zones);
	host_free(host);
	return out;
}

/* Field i of a line, which ends in the buffer that is lent until the next call with i. */
static const char *field(const char *line, int i)
{
	static char text[5][64];

	for (int f = 0; f < i; f++)
		line = strchr(line, ',') + 1;
	snprintf(text[i], sizeof(text[i]), "%.*s", (int)strcspn(line, ",\n"), line);
	return text[i];
}

/* "NAME:HOST" of those placed and "NAME!" of those refused, in the order of zones.csv, whose
 * rows begin with zone,name,outcome,error,host. */
static void tell(const struct ran *r, char *out, size_t size)
{
	size_t used = 0;

	*out = '\0';
	for (const char *line = r->zones; *line; line = strchr(line, '\n') + 1) {
		bool refused = strcmp(field(line, 2), "refused") == 0;

		used += (size_t)snprintf(out + used, size - used, "%s%s%s ", field(line, 1),
					 refused ? "!" : ":", refused ? "" : field(line, 4));
	}
}

static void expect(const char *events, const char *fleet, uint32_t nr_hosts, const char *want,
		   const char *reason)
{
	char *text, told[512];
	struct workload w;
	struct ran r;

	text = xasprintf("{\"refused\":\"count\",\"fleet\":{%s},\"events\":[%s]}", fleet, events);
	load_text(&w, text);
	r = run(&w, nr_hosts);
	cr_assert_eq(r.rc, 0, "%s", r.err.text);
	tell(&r, told, sizeof(told));
	cr_assert_str_eq(told, want, "%s instead of %s\n%s", told, want, r.zones);
	if (reason)
		cr_assert(strstr(r.zones, reason), "%s", r.zones);
	free(r.zones);
	free(text);
	workload_release(&w);
}

Test(groups, anti_affinity_until_one_leaves)
{
	/* the third finds two hosts and both taken; the fourth finds the first one left */
	expect(EVENT("0s", "a", ",\"lifetime\":\"10s\"" GROUP("db", "anti-affinity")) "," EVENT(
		       "1s", "b",
		       GROUP("db",
			     "anti-affinity")) "," EVENT("2s", "c",
							 GROUP("db",
							       "anti-affinity")) "," EVENT("3s",
											   "other",
											   "") "," EVENT("11s",
													 "d",
													 GROUP("db",
													       "anti-affinity")),
	       "", 2, "c! a:0 d:0 b:1 other:0 ",
	       "\"group \"\"db\"\" (anti-affinity) lives on 2 hosts with room\"");
}

Test(groups, affinity_stays_together)
{
	/* host 0 is full but for one zone; whoever is affine to it follows, or goes nowhere */
	expect("{\"at\":\"0s\",\"start\":{\"name\":\"big\",\"vcpus\":71,\"memory\":\"1GiB\"}}"
	       "," EVENT("1s", "a", GROUP("g", "affinity")) "," EVENT(
		       "2s", "b", GROUP("g", "affinity")) "," EVENT("3s", "c",
								    GROUP("g", "anti-affinity")),
	       "", 2, "b! big:0 a:0 c:1 ",
	       "\"group \"\"g\"\" (affinity) lives on host 0; 1 other host has room\"");
}

#define DOMAIN(name, d)                                                                            \
	",\"group\":{\"name\":\"" name "\",\"rule\":\"fault-domain\",\"domain\":" d "}"

Test(groups, fault_domains_share_no_rack)
{
	char path[256], *fleet;
	FILE *f;

	/* one domain may share a host; another needs one of its own */
	expect(EVENT("0s", "a", DOMAIN("g", "0")) "," EVENT("1s", "b", DOMAIN("g", "0")) "," EVENT(
		       "2s", "c", DOMAIN("g", "1")) "," EVENT("3s", "d", DOMAIN("g", "2")),
	       "", 2, "d! a:0 b:0 c:1 ", NULL);
	cr_assert(temporary_name(path, sizeof(path), "racks"));
	f = fdopen(mkstemp(path), "w");
	fputs("host_id,rack_id\nhost-0,7\nhost-1,7\nhost-2,9\n", f);
	fclose(f);
	fleet = xasprintf("\"racks\":\"%s\"", path);
	expect(EVENT("0s", "a", DOMAIN("g", "0")) "," EVENT("1s", "b", DOMAIN("g", "0")) "," EVENT(
		       "2s", "c", DOMAIN("g", "1")) "," EVENT("3s", "d", DOMAIN("g", "2")),
	       fleet, 3, "d! a:0 b:0 c:2 ",
	       "\"group \"\"g\"\" (fault-domain) has other domains in the racks of 3 hosts with "
	       "room\"");
	unlink(path);
	free(fleet);
}

/* Those who wait keep their group. */
Test(groups, a_group_waits_in_line)
{
	char told[256];
	struct workload w;
	struct ran r;

	load_text(&w,
		  "{\"refused\":\"queue\",\"events\":[" EVENT(
			  "0s", "a",
			  ",\"lifetime\":\"10s\"" GROUP(
				  "db", "anti-affinity")) "," EVENT("1s", "b",
								    ",\"lifetime\":\"20s\"" GROUP(
									    "db",
									    "anti-affinity")) "]}");
	r = run(&w, 1);
	cr_assert_eq(r.rc, 0, "%s", r.err.text);
	tell(&r, told, sizeof(told));
	cr_assert_str_eq(told, "a:0 b:0 ");
	cr_assert_eq(r.result.row.queue_wait_s, 9);
	free(r.zones);
	workload_release(&w);
}

/*
 * Hosts of 2 nodes with 36 CPUs: on the first, all of node 0 and 35 CPUs of node 1 are
 * taken, on the second all but 1 GiB of node 1's memory.
 */
Test(initial, what_others_have_taken_is_not_there)
{
	struct host *host;
	struct error err;
	char *fleet;

	cr_assert_eq(host_load(&host, "topologies/xeon-8360y-2n.xml", &err), 0);
	fleet = xasprintf("\"initial\":[{\"host\":0,\"nodes\":[{\"vcpus\":36},{\"vcpus\":35}]},"
			  "{\"host\":1,\"nodes\":[{\"memory\":%lld},{\"memory\":%lld}]}]",
			  (long long)host->node[0].memory_bytes / 4096 * 4096,
			  (long long)host->node[1].memory_bytes / 4096 * 4096 - (1LL << 30));
	expect(EVENT("0s", "a", "") "," EVENT("1s", "b", "") "," EVENT("2s", "c", ""), fleet, 2,
	       "c! a:0 b:1 ", NULL);
	free(fleet);
	host_free(host);
}

static void refuses(const char *fleet, const char *sentence)
{
	char *text;
	struct workload w;
	struct ran r;

	text = xasprintf("{\"fleet\":{%s},\"events\":[%s]}", fleet, EVENT("0s", "a", ""));
	load_text(&w, text);
	r = run(&w, 2);
	cr_assert_eq(r.rc, ERR_USAGE);
	cr_assert(strstr(r.err.text, sentence), "%s", r.err.text);
	free(r.zones);
	free(text);
	workload_release(&w);
}

Test(initial, must_fit_the_fleet)
{
	refuses("\"initial\":[{\"host\":2,\"nodes\":[{}]}]",
		"names host 2, but the fleet has 2, counted from 0");
	refuses("\"initial\":[{\"host\":0,\"nodes\":[{},{},{}]}]", "names node 2 of host 0, but a");
	refuses("\"initial\":[{\"host\":0,\"nodes\":[{\"memory\":\"9TiB\"}]}]",
		"node 0 of host 0 is to have 0 vCPUs and 9 TiB taken");
}
