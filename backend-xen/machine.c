#include "backend-xen/machine.h"

#include <stdarg.h>
#include <stdio.h>

void machine_say(struct machine *m, const char *fmt, ...)
{
	char sentence[ERROR_TEXT_MAX];
	va_list ap;

	if (!m->say)
		return;
	va_start(ap, fmt);
	vsnprintf(sentence, sizeof(sentence), fmt, ap);
	va_end(ap);
	m->say(m->say_context, sentence);
}

void machine_zone_plan(struct machine_zone *z, const struct plan *p)
{
	z->told = guest_build_told(p);
	z->nr_vnodes = p->nr_vnodes;
	for (uint32_t v = 0; v < p->nr_vnodes; v++) {
		z->vnode_vcpus[v] = p->vnode[v].vcpus;
		z->vcpus[p->vnode[v].node] += p->vnode[v].vcpus;
		z->nr_vcpus += p->vnode[v].vcpus;
	}
}
