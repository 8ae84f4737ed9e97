#include "bench/loop/run_data.h"

const char *run_memory_name(enum run_memory m)
{
	static const char *const name[] = {"as-asked", "static", "dynamic"};

	return name[m];
}
