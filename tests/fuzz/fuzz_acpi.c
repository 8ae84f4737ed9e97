/*
 * ACPI tables from any bytes. The length and the checksum are made right first,
 * so that what lies behind them is reached; what is refused must say why.
 *	build/clang/tests/fuzz/fuzz_acpi -max_len=4096 -max_total_time=60 CORPUS
 */
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "firmware/acpi.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct error err = {0};
	struct acpi_table t;
	uint8_t *copy = xmalloc(size + 1), sum = 0;
	int rc;

	memcpy(copy, data, size);
	if (size >= 36) {
		memcpy(copy, acpi_signature((enum acpi_kind)(data[0] % ACPI_KINDS)), 4);
		for (unsigned i = 0; i < 4; i++)
			copy[4 + i] = (uint8_t)(size >> (8 * i));
		copy[9] = 0;
		for (size_t i = 0; i < size; i++)
			sum = (uint8_t)(sum + copy[i]);
		copy[9] = (uint8_t)-sum;
	}
	rc = acpi_read(&t, "f", copy, size, &err);
	BUG_ON(rc && (rc != ERR_INPUT || !err.text[0] || t.map.nr_cpus));
	if (!rc) {
		FILE *out = fopen("/dev/null", "w");

		BUG_ON(!out);
		acpi_print(&t, out);
		acpi_print_json(&t, out);
		fclose(out);
	}
	acpi_table_release(&t);
	free(copy);
	return 0;
}
