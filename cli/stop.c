#include "cli/stop.h"

#include <signal.h>
#include <stdbool.h>
#include <stddef.h>

static atomic_bool stop_asked; /* lock-free, so good for a handler and for threads */

static void on_signal(int number)
{
	if (!atomic_exchange(&stop_asked, true))
		return;
	/* asked twice, whichever it was: at once, when this function ends */
	signal(number, SIG_DFL);
	raise(number);
}

/* No SA_RESTART: what waits for a pipe is told. A shell has what runs behind it ignore SIGINT,
 * which is taken all the same; SIGHUP and SIGQUIT that are ignored (nohup) stay so. */
void stop_on_signals(void)
{
	static const int numbers[] = {SIGINT, SIGTERM, SIGHUP, SIGQUIT};
	struct sigaction action = {.sa_handler = on_signal}, before;

	sigemptyset(&action.sa_mask);
	for (size_t i = 0; i < sizeof(numbers) / sizeof(numbers[0]); i++)
		if (i < 2 ||
		    (sigaction(numbers[i], NULL, &before) == 0 && before.sa_handler != SIG_IGN))
			sigaction(numbers[i], &action, NULL);
}

const atomic_bool *stop_flag(void)
{
	return &stop_asked;
}
