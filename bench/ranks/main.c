/* homenode-mpi: `homenode sweep` on the ranks that mpirun or srun started, and what their messages
 * cost. A program of its own, so that homenode needs no MPI. */
#include "bench/ranks/curve.h"
#include "bench/ranks/ranks.h"

const char program_name[] = "homenode-mpi";

static int run(const struct args *args, int *status, struct error *err)
{
	struct ranks r = {.nr = 0};
	int rc = ranks_begin(&r, err);

	if (rc)
		return rc;
	rc = sweep_command(args, &r.team, status, err);
	ranks_end(&r);
	return rc;
}

static const struct command sweep_on_ranks = SWEEP_COMMAND(
	"run the rows of a sweep on MPI ranks",
	"mpirun -n 64 homenode-mpi sweep docs/examples/sweep.yaml --progress 10s", run);

const struct command *const commands[] = {&sweep_on_ranks, &cmd_curve, &cmd_help, NULL};

int main(int argc, char **argv)
{
	return program_run(argc, argv);
}
