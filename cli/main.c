/* homenode: its name and its commands; cli/program.c does the rest. */
#include "cli/command.h"

const char program_name[] = "homenode";
const struct command *const commands[] = {
	&cmd_show, &cmd_watch, &cmd_advise, &cmd_plan,	&cmd_compare,	&cmd_capacity,
	&cmd_size, &cmd_run,   &cmd_sweep,  &cmd_probe, &cmd_calibrate, &cmd_rehearse,
	&cmd_diff, &cmd_check, &cmd_report, &cmd_list,	&cmd_help,	NULL,
};

int main(int argc, char **argv)
{
	return program_run(argc, argv);
}
