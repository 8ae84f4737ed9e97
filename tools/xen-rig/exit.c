/*
 * Ends the emulator from inside dom0: writes the status to the port of QEMU's
 * isa-debug-exit. QEMU exits with twice what is written plus one, and with 1 when it
 * does not start at all, so what is written is the status plus one. Powering the machine off
 * would do too, but hangs in the hypervisor's S5 under software emulation.
 */
#include <stdio.h>
#include <stdlib.h>
#include <sys/io.h>

#define DEBUG_EXIT_PORT 0xf4

int main(int argc, char **argv)
{
	if (iopl(3)) {
		perror("iopl");
		return 1;
	}
	outb((unsigned char)((argc > 1 ? atoi(argv[1]) : 0) + 1), DEBUG_EXIT_PORT);
	return 0;
}
