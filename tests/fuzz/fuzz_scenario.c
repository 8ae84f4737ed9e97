/*
 * A scenario from any bytes. What is read must be steps that a host could be asked for; what
 * is refused must say why.
 *	build/clang/tests/fuzz/fuzz_scenario -max_len=4096 -max_total_time=60 CORPUS
 */
#include "bench/scenario.h"
#include "tests/fuzz/file_of.h"
#include "tests/placement/hosts.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct host *host;
	struct scenario s = {0};
	struct error err = {0};
	int rc;

	if (!host)
		host = test_host_seed();
	rc = scenario_load(&s, file_of(data, size), host, &err);
	BUG_ON(rc && (rc != err.code || !err.text[0] || s.nr_steps));
	for (size_t i = 0; i < s.nr_steps; i++) {
		const struct scenario_step *step = &s.step[i];

		BUG_ON(step->slot >= s.nr_zones || step->bytes < 0);
		for (uint32_t v = 0; v < s.zone[step->slot]->plan.nr_vnodes; v++)
			BUG_ON(s.zone[step->slot]->plan.vnode[v].node >= host->nr_nodes);
	}
	scenario_release(&s);
	return 0;
}
