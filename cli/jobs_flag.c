#include "base/jobs.h"
#include "cli/command.h"

#define JOBS_MAX 1024

int args_jobs(const struct args *a, unsigned *out, struct error *err)
{
	int64_t jobs = jobs_usable_cpus();
	int rc = args_int(a, "jobs", 1, JOBS_MAX, &jobs, err);

	*out = (unsigned)jobs;
	return rc;
}
