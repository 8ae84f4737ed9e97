/*
 * Any bytes as a line of a recording: what is taken is written again and comes back the same;
 * what is refused must say why.
 *	build/clang/tests/fuzz/fuzz_recording -max_len=8192 -max_total_time=60 CORPUS
 */
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/units.h"
#include "live/recording.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static struct host *two_nodes(void)
{
	struct host *h = host_new("two", 2);
	struct error err;

	for (unsigned n = 0; n < 2; n++) {
		h->node[n].os_index = 2 * n;
		h->node[n].memory_bytes = 4 * GIB;
		for (unsigned c = 0; c < 4; c++)
			cpuset_add(&h->node[n].cpus, 4 * n + c);
	}
	BUG_ON(host_finish(h, &err) != 0);
	return h;
}

static void come_back(const struct live_sample *s)
{
	char *first = recording_sample_text(s), *second;
	struct live_sample back;
	struct error err;

	live_sample_init(&back, s->host);
	BUG_ON(recording_sample_parse(&back, "back", 1, first, strlen(first), &err) != 0);
	second = recording_sample_text(&back);
	BUG_ON(strcmp(first, second) != 0);
	for (uint32_t i = 0; i < back.nr_zones; i++) {
		BUG_ON(live_zone_home(&back, &back.zone[i]) >> 2);
		BUG_ON(live_zone_bytes(&back, &back.zone[i]) < 0 &&
		       live_zone_bytes(&back, &back.zone[i]) != LIVE_UNKNOWN);
	}
	live_sample_release(&back);
	free(first);
	free(second);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct host *h = two_nodes();
	struct error err = {0};
	struct live_sample s;
	int rc;

	live_sample_init(&s, h);
	rc = recording_sample_parse(&s, "fuzz", 3, (const char *)data, size, &err);
	if (!rc)
		come_back(&s);
	BUG_ON(rc && !err.text[0]);
	live_sample_release(&s);
	host_free(h);
	return 0;
}
