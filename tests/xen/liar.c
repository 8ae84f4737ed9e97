/*
 * /probe of the zones of tests/xen/backend.sh: the real one, /probe-true, but for a guest of
 * three CPUs, which lies. Its loads say that they have begun, then more than anybody wants to
 * hear, whoever tells them to stop, and that they got what no machine has.
 */
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

int main(int argc, char **argv)
{
	if (sysconf(_SC_NPROCESSORS_ONLN) != 3 || argc < 2) {
		execv("/probe-true", argv);
		return 127;
	}
	if (strcmp(argv[1], "load") == 0) {
		signal(SIGTERM, SIG_IGN);
		puts("probe=load-begun");
		for (int i = 0; i < 20000; i++)
			fputs("and so on ", stdout);
		putchar('\n');
	}
	printf("probe=%s op=read threads=3 bytes=4096 best_bytes_per_s=%d000000000000000 "
	       "median_bytes_per_s=1 worst_bytes_per_s=0 latency_median_ps=0\n",
	       argv[1], 9);
	return 0;
}
