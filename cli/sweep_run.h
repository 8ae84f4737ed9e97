/*
 * What `homenode sweep` does, for the program that has threads alone and the one that is a rank of
 * many (bench/ranks/).
 */
#ifndef CLI_SWEEP_RUN_H
#define CLI_SWEEP_RUN_H

#include "bench/sweep/sweep.h"
#include "cli/command.h"

/* Ranks of one job, each a process like this. All call agree(); then rank 0 either serve()s or
 * dismiss()es the others, who follow(). */
struct sweep_team {
	unsigned rank, nr;
	/* How each of them got on (rc and its sentence), and what its sweep is. The same answer
	 * for all; rank 0's error names the rank and host that is different. */
	int (*agree)(void *self, int rc, const char *identity, struct error *err);
	int (*serve)(void *self, struct sweep *s, struct error *err);
	void (*dismiss)(void *self);
	int (*follow)(void *self, const struct experiment *x, struct error *err);
	void *self;
};

extern const struct option sweep_options[];
extern const char sweep_about[];

/* The row of the table of commands: what it says it does (`what`), how it is called and what runs
 * it are the program's. */
#define SWEEP_COMMAND(what, how, runs)                                                             \
	{                                                                                          \
		.name = "sweep", .operands = "FILE", .min_operands = 1, .max_operands = 1,         \
		.summary = (what), .about = sweep_about, .example = (how),                         \
		.option = sweep_options, .run = (runs),                                            \
	}

/* As struct command's run; team NULL: threads. Ranks other than 0 print nothing. */
int sweep_command(const struct args *args, const struct sweep_team *team, int *status,
		  struct error *err) MUST_USE;

#endif
