/*
 * homenode-speed: how fast the loop and a decision are, beside plain loops over the same
 * events, and what a large run needs. Prints figures; judges memory alone.
 */
#include "bench/speed/speed.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/compiler.h"

static void everything(void)
{
	speed_replay(2000000, 1000);
	speed_fleets();
	speed_balloon();
	speed_decisions();
	speed_policies();
	speed_price();
	speed_solver();
}

static void traces(void)
{
	speed_parse(2000000);
}

static void cost(void)
{
	speed_price();
	speed_solver();
}

static void many_zones(void)
{
	speed_memory(10000000, 10000);
}

static void many_hosts(void)
{
	speed_memory(4800000, 100000);
}

static const struct part {
	const char *name, *summary;
	void (*print)(void);
} parts[] = {
	{"fleets", "the same load on 1,000, 10,000 and 100,000 hosts", speed_fleets},
	{"zones", "10 million zones through 10,000 hosts, within their memory", many_zones},
	{"hosts", "100,000 hosts, within their memory", many_hosts},
	{"balloon", "dynamic memory", speed_balloon},
	{"jobs", "rows one at a time and two, wall time", speed_jobs},
	{"clusters", "one row of a fleet in clusters, by threads, wall time", speed_clusters},
	{"parse", "traces, and their caches", traces},
	{"policies", "one decision of every policy, alone", speed_policies},
	{"advise", "advice for a host whose zones drifted", speed_advise},
	{"cost", "runs with and without prices, and the solver", cost},
};

static NORETURN void usage(void)
{
	fprintf(stderr, "usage: homenode-speed [ARRIVALS [HOSTS]]\n");
	for (size_t i = 0; i < sizeof(parts) / sizeof(parts[0]); i++)
		fprintf(stderr, "       homenode-speed %-10s %s\n", parts[i].name,
			parts[i].summary);
	fprintf(stderr, "       homenode-speed parse ROWS\n"
			"       homenode-speed memory ZONES HOSTS\n");
	exit(2);
}

static size_t number(const char *text)
{
	char *end;
	unsigned long n = strtoul(text, &end, 10);

	if (*end || !n || n > UINT32_MAX)
		usage();
	return n;
}

int main(int argc, char **argv)
{
	if (argc == 1) {
		everything();
		return 0;
	}
	for (size_t i = 0; argc == 2 && i < sizeof(parts) / sizeof(parts[0]); i++) {
		if (strcmp(argv[1], parts[i].name) != 0)
			continue;
		parts[i].print();
		return 0;
	}
	if (argc == 4 && strcmp(argv[1], "memory") == 0) {
		speed_memory(number(argv[2]), (uint32_t)number(argv[3]));
		return 0;
	}
	if (argc == 3 && strcmp(argv[1], "parse") == 0) {
		speed_parse(number(argv[2]));
		return 0;
	}
	if (argc > 3)
		usage();
	speed_replay(number(argv[1]), argc > 2 ? (uint32_t)number(argv[2]) : 1000);
	return 0;
}
