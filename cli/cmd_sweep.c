/*
 * homenode sweep: many rows on the threads of this process.
 */
#include <stdlib.h>

#include "cli/sweep_run.h"

/* Each of several ranks would run all rows and write the same files: what starts ranks says in
 * the environment how many there are (Open MPI's and Slurm's documentation have the names). */
static int refuse_ranks(struct error *err)
{
	static const char *const names[] = {"OMPI_COMM_WORLD_SIZE", "PMI_SIZE",
					    "SLURM_STEP_NUM_TASKS"};

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		const char *text = getenv(names[i]);
		long nr = text ? strtol(text, NULL, 10) : 0;

		if (nr > 1)
			return error_set(
				err, ERR_USAGE,
				"this is one of %ld ranks, and this program knows threads "
				"alone: run homenode-mpi sweep, which a build makes beside "
				"it where Open MPI is (apt-get install libopenmpi-dev "
				"openmpi-bin, then build again)",
				nr);
	}
	return 0;
}

static int run(const struct args *args, int *status, struct error *err)
{
	int rc = refuse_ranks(err);

	return rc ? rc : sweep_command(args, NULL, status, err);
}

const struct command cmd_sweep =
	SWEEP_COMMAND("run the rows of many workloads, fleets and policies",
		      "homenode sweep docs/examples/sweep.yaml --resume", run);
