#include "bench/reproduce/reproduce.h"

const char program_name[] = "homenode-reproduce";
const struct command *const commands[] = {
	&case_spane, &case_vmagent, &case_nova, &case_requests, NULL,
};
