#include "placement/explain.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include "placement/policy.h"

static void add_list(struct sentence *s, const char *fmt, va_list ap)
{
	int n = vsnprintf(s->text + s->len, sizeof(s->text) - s->len, fmt, ap);

	if (n > 0)
		s->len += (size_t)n;
	if (s->len >= sizeof(s->text))
		s->len = sizeof(s->text) - 1;
}

void sentence_set(struct sentence *s, const char *fmt, ...)
{
	va_list ap;

	s->len = 0;
	va_start(ap, fmt);
	add_list(s, fmt, ap);
	va_end(ap);
}

void sentence_add(struct sentence *s, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	add_list(s, fmt, ap);
	va_end(ap);
}

void sentence_add_nodes(struct sentence *s, const struct host *h, nodeset nodes)
{
	unsigned node, nr = nodeset_count(nodes), i = 0;

	nodeset_for_each (node, nodes) {
		sentence_add(s, "%s%u",
			     i == 0	   ? ""
			     : i + 1 == nr ? " and "
					   : ", ",
			     node_name(h, node));
		i++;
	}
}

void explain_add(struct explain *why, const char *fmt, ...)
{
	char text[2048];
	va_list ap;

	if (!why)
		return;
	va_start(ap, fmt);
	vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	why->line = grow(why->line, &why->cap, why->nr, sizeof(*why->line));
	why->line[why->nr++] = arena_strdup(&why->arena, text);
}

void explain_release(struct explain *why)
{
	arena_release(&why->arena);
	free(why->line);
	*why = (struct explain){0};
}
