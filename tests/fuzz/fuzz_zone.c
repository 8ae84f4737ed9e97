/*
 * Zones from any bytes: JSON when the first byte is even, YAML when odd. What is
 * read must hold its own invariants; what is refused must say why and leave nothing.
 *	build/clang/tests/fuzz/fuzz_zone -max_len=4096 -max_total_time=60 CORPUS
 */
#include <stdint.h>
#include <string.h>

#include "base/units.h"
#include "zone/zone_check.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct zone_fault fault;
	struct error err = {0};
	struct zone_list l;
	int rc;

	if (!size)
		return 0;
	rc = zone_list_parse(&l, data[0] & 1 ? "f.yaml" : "f.json", (const char *)data + 1,
			     size - 1, NULL, &err);
	BUG_ON(rc && (rc != ERR_INPUT || l.nr || !err.text[0]));
	BUG_ON(!rc && !l.nr);
	for (size_t i = 0; i < l.nr; i++)
		BUG_ON(!zone_sound(&l.zone[i], zone_field_names, &fault));
	zone_list_release(&l);
	return 0;
}
