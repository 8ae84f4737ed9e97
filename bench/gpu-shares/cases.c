#include "cli/command.h"

extern const struct command case_fgd;

const char program_name[] = "homenode-gpu-shares";
const struct command *const commands[] = {&case_fgd, NULL};
