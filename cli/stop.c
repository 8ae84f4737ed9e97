#include "cli/stop.h"

#include <signal.h>
#include <stdbool.h>
#include <stddef.h>

static atomic_bool stop_asked; /* lock-free, so good for a handler and for threads */

static void on_signal(int number)
{
	(void)number;
	atomic_store(&stop_asked, true);
}

void stop_on_signals(void)
{
	struct sigaction action = {.sa_handler = on_signal};

	sigemptyset(&action.sa_mask);
	action.sa_flags = (int)SA_RESETHAND;
	sigaction(SIGINT, &action, NULL);
	sigaction(SIGTERM, &action, NULL);
}

const atomic_bool *stop_flag(void)
{
	return &stop_asked;
}
