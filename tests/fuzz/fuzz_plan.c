/*
 * A host's state from any bytes. What is read must be what a state can take piece
 * by piece; what is refused must say why and leave nothing.
 *	build/clang/tests/fuzz/fuzz_plan -max_len=4096 -max_total_time=60 CORPUS
 */
#include <stdint.h>
#include <string.h>

#include "base/units.h"
#include "plan/plan_read.h"
#include "tests/placement/hosts.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct host *host;
	struct plan_list l = {0};
	struct error err = {0};
	int rc;

	if (!host)
		host = test_host_seed();
	(void)plan_list_recognise("f.json", (const char *)data, size);
	rc = plan_list_parse(&l, host, "f.json", (const char *)data, size, &err);
	BUG_ON(rc && (rc != ERR_INPUT || l.nr || l.plan || !err.text[0]));
	for (size_t i = 0; i < l.nr; i++) {
		const struct plan *p = &l.plan[i];

		BUG_ON(p->zone != &l.zone[i] || !p->nr_vnodes || !p->nr_memory);
		for (uint32_t m = 0; m < p->nr_memory; m++)
			BUG_ON(p->memory[m].vnode >= p->nr_vnodes ||
			       p->memory[m].node >= host->nr_nodes);
	}
	plan_list_release(&l);
	return 0;
}
