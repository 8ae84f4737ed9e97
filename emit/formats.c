#include <string.h>

#include "emit/words.h"

const struct emit_format *const emit_formats[] = {
	&emit_xl, &emit_libvirt, &emit_qemu, &emit_numactl, &emit_systemd, &emit_k8s, NULL,
};

const struct emit_format *emit_find(const char *name)
{
	for (size_t i = 0; emit_formats[i]; i++) {
		if (strcmp(emit_formats[i]->name, name) == 0)
			return emit_formats[i];
	}
	return NULL;
}
