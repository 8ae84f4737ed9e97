/* Options of the xen backend; needs nothing of Xen's. Private to backend-xen/. */
#ifndef BACKEND_XEN_OPTIONS_H
#define BACKEND_XEN_OPTIONS_H

#include "backend/options.h"

/* What all zones boot with. Strings belong to whoever made it. */
struct domain_image {
	const char *kernel, *ramdisk; /* ramdisk NULL: none */
	const char *command_line;
	bool native_tsc; /* the CPU's own counter, never emulated */
};

enum machine_recover { RECOVER_REFUSE, RECOVER_DESTROY, RECOVER_ADOPT };

struct machine_options {
	struct domain_image image; /* points into `text` */
	enum machine_recover recover;
	int64_t patience_ns; /* without any progress */
	int64_t probe_bytes; /* 0: what the probe takes by itself */
	char *text;
};

extern const struct backend_option machine_option[];

/* ERR_USAGE: an unknown key, a value that is none. Release frees; zeroed is fine. */
int machine_options_read(struct machine_options *out, const char *text, struct error *err) MUST_USE;
void machine_options_release(struct machine_options *o);

#endif
