/*
 * What `homenode size` asks, from its options: a study (bench/size/study.h) and all that it
 * borrows.
 */
#ifndef CLI_SIZE_FLAGS_H
#define CLI_SIZE_FLAGS_H

#include "base/alloc.h"
#include "bench/size/study.h"
#include "cli/command.h"
#include "cli/matrix_flags.h"
#include "cli/trace_flags.h"

/* The rows of the command's table that are read here. */
#define SIZE_OPTIONS                                                                               \
	{"policy", 'p', "POLICY,...", "policies, instead of the workload's own", true},            \
		{"host", 0, "HOST", "a shape of host, instead of the workload's own", true},       \
		{"shapes", 0, "FILE", "shapes of host: name, topology, price, max", false},        \
		{"price", 0, "HOST=EUR", "of an hour of such a host: mixes are searched", true},   \
		{"max-refused", 0, "SHARE", "zones that may be refused (default: 0%)", false},     \
		OPTION_OLD("refused", 0, "max-refused"),                                           \
		{"local", 0, "SHARE", "memory that must be local (default: any)", false},          \
		{"arrivals", 0, "+SHARE", "what if so many more zones came, or fewer", true},      \
		{"what-if", 0, "hosts=HOST", "what if hosts were of another shape", true},         \
		{"memory", 0, "MEMORY,...", "static, dynamic, as-asked: an answer for each",       \
		 true},                                                                            \
		{"seed", 's', "N,...", "of the workload and of policies that draw", true},         \
		{"around", 0, "N", "sizes above that must do too (default 2)", OPTION_RARE},       \
		{"mixes", 0, "N", "numbers of one shape tried beside another (default 64)",        \
		 OPTION_RARE},                                                                     \
		{"most", 'm', "N", "give up beyond so many hosts (default 10000)", OPTION_RARE},   \
		{"no-cost", 0, NULL, "do not price memory: no slowdown", OPTION_RARE},             \
		{"trace", 't', "FORMAT", "WORKLOAD is a trace in this format", false},             \
		FLEET_OPTIONS, TRACE_OPTIONS,                                                      \
	{                                                                                          \
		"skip-bad", 0, NULL, "count bad trace rows and go on", OPTION_RARE                 \
	}

#define SIZE_SHAPES_MAX 16
#define SIZE_CASES_MAX 32

/* Zero-initialise. Owns what it loads. */
struct size_asked {
	struct workload workload;
	struct host *host[SIZE_SHAPES_MAX + SIZE_CASES_MAX]; /* loaded */
	size_t nr_hosts;
	const char *host_name[SIZE_SHAPES_MAX + SIZE_CASES_MAX]; /* as asked for */
	struct size_shape shape[SIZE_SHAPES_MAX];
	const char *topology[SIZE_SHAPES_MAX]; /* as asked for */
	size_t nr_shapes;
	struct size_case kase[SIZE_CASES_MAX];
	struct workload more[SIZE_CASES_MAX]; /* one a case; they borrow from `workload` */
	const struct policy *policy[POLICIES_MAX];
	enum run_memory memory[3];
	const uint64_t *seed;
	struct size_study study;
	struct arena arena;
};

int size_asked_read(struct size_asked *a, const struct args *args, struct error *err) MUST_USE;
void size_asked_release(struct size_asked *a);
/* Every file that the answer depends on, NULL-terminated, in its arena. */
const char **size_asked_files(struct size_asked *a);

#endif
