/*
 * Takes the place of linux.c where libnuma was not there at build time.
 */
#include "backend-linux/linux.h"

const struct backend_ops linux_backend = {
	.name = "linux",
	.summary = "this machine; not in this build, which lacks libnuma (libnuma-dev)",
	.absent = "this program was built without libnuma, which the linux backend needs: "
		  "install libnuma-dev and build again",
	.traits = BACKEND_FIXED_HOST,
	.default_host = "this",
};
