/* In dom0: `tables DOMAIN` writes what libxl put at ACPI's place in a PVH guest. */
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#define XC_WANT_COMPAT_MAP_FOREIGN_API /* of any version, and one library less */
#include <xenctrl.h>

/* ACPI_INFO_PHYSICAL_ADDRESS of libxl: struct acpi_info's page, then the tables */
#define FIRST_FRAME 0xfc000
#define BYTES (4 * 4096)

int main(int argc, char **argv)
{
	xc_interface *xc = xc_interface_open(NULL, NULL, 0);
	void *at = xc && argc > 1 ? xc_map_foreign_range(xc, (uint32_t)atoi(argv[1]), BYTES,
							 PROT_READ, FIRST_FRAME)
				  : NULL;

	if (!at) {
		perror("tables: the guest's memory cannot be read");
		return 1;
	}
	return fwrite(at, BYTES, 1, stdout) == 1 ? 0 : 1;
}
