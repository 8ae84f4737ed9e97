#include <string.h>

#include "emit/words.h"

static const struct emit_format *const formats[] = {
	&emit_xl, &emit_libvirt, &emit_qemu, &emit_numactl, &emit_systemd, &emit_k8s,
};

const struct emit_format *emit_find(const char *name)
{
	for (size_t i = 0; i < sizeof(formats) / sizeof(formats[0]); i++) {
		if (strcmp(formats[i]->name, name) == 0)
			return formats[i];
	}
	return NULL;
}
