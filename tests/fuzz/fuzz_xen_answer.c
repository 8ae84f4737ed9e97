/*
 * What a guest says that its probe measured, from any bytes: a figure that is taken is one
 * that a machine can have, and what is refused says why, in what a terminal shows. The first
 * byte chooses what was asked.
 *	build/clang/tests/fuzz/fuzz_xen_answer -max_len=8192 -max_total_time=60 CORPUS
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "backend-xen/answer.h"
#include "base/alloc.h"
#include "base/units.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void head(const uint8_t *data, size_t size)
{
	struct error err = {0};
	char *text = xmalloc(size + 1);
	uint32_t parts;
	int status;

	memcpy(text, data, size);
	text[size] = '\0';
	if (answer_head(text, &status, &parts, &err) == 0)
		BUG_ON(status < 0 || status > 255 || parts > ANSWER_PARTS_MAX);
	else
		BUG_ON(err.code != ERR_CANNOT || !err.text[0] || strchr(err.text, '\x1b'));
	free(text);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const char *const op[] = {NULL, NULL, "read", "mix-2-1"};
	struct answer_wanted w = {.vcpus = 4, .memory_bytes = GIB, .took_ns = NS_PER_S};
	struct error err = {0};
	int64_t figure;

	if (!size)
		return 0;
	w.kind = (enum answer_kind)(data[0] % 4);
	w.op = op[data[0] % 4];
	head(data + 1, size - 1);
	if (answer_figure((const char *)data + 1, size - 1, &w, &figure, &err)) {
		BUG_ON(err.code != ERR_CANNOT || !err.text[0] || strchr(err.text, '\x1b'));
		return 0;
	}
	if (w.kind == ANSWER_CHASE)
		BUG_ON(figure < ANSWER_LATENCY_PS_MIN || figure > ANSWER_LATENCY_PS_MAX);
	else
		BUG_ON(figure < ANSWER_RATE_MIN || figure > 4 * ANSWER_RATE_MAX_THREAD);
	return 0;
}
