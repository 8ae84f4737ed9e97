#include "base/cpuset.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/error.h"
#include "base/nodeset.h"

void cpuset_add(struct cpuset *s, unsigned cpu)
{
	BUG_ON(cpu >= CPUS_MAX);
	s->word[cpu / 64] |= (uint64_t)1 << (cpu % 64);
}

bool cpuset_has(const struct cpuset *s, unsigned cpu)
{
	return cpu < CPUS_MAX && (s->word[cpu / 64] >> (cpu % 64)) & 1;
}

unsigned cpuset_count(const struct cpuset *s)
{
	unsigned n = 0;

	for (size_t i = 0; i < CPUSET_WORDS; i++)
		n += count_bits(s->word[i]);
	return n;
}

bool cpuset_empty(const struct cpuset *s)
{
	for (size_t i = 0; i < CPUSET_WORDS; i++)
		if (s->word[i])
			return false;
	return true;
}

bool cpuset_equal(const struct cpuset *a, const struct cpuset *b)
{
	return memcmp(a, b, sizeof(*a)) == 0;
}

bool cpuset_intersects(const struct cpuset *a, const struct cpuset *b)
{
	for (size_t i = 0; i < CPUSET_WORDS; i++)
		if (a->word[i] & b->word[i])
			return true;
	return false;
}

bool cpuset_subset(const struct cpuset *inner, const struct cpuset *outer)
{
	for (size_t i = 0; i < CPUSET_WORDS; i++)
		if (inner->word[i] & ~outer->word[i])
			return false;
	return true;
}

void cpuset_or(struct cpuset *into, const struct cpuset *other)
{
	for (size_t i = 0; i < CPUSET_WORDS; i++)
		into->word[i] |= other->word[i];
}

void cpuset_and(struct cpuset *into, const struct cpuset *other)
{
	for (size_t i = 0; i < CPUSET_WORDS; i++)
		into->word[i] &= other->word[i];
}

void cpuset_and_not(struct cpuset *into, const struct cpuset *other)
{
	for (size_t i = 0; i < CPUSET_WORDS; i++)
		into->word[i] &= ~other->word[i];
}

unsigned cpuset_next(const struct cpuset *s, unsigned from)
{
	size_t i = from / 64;
	uint64_t w;

	if (from >= CPUS_MAX)
		return CPUSET_NONE;
	w = s->word[i] & (~(uint64_t)0 << (from % 64));
	while (!w) {
		if (++i == CPUSET_WORDS)
			return CPUSET_NONE;
		w = s->word[i];
	}
	return (unsigned)(i * 64) + lowest_bit(w);
}

char *cpuset_list(const struct cpuset *s)
{
	/* worst case: pairs with one CPU between them, "4092-4093," is ten characters */
	char *buf = xmalloc(CPUS_MAX / 3 * 10 + 32);
	char *p = buf;
	unsigned cpu = cpuset_next(s, 0);

	*p = '\0';
	while (cpu != CPUSET_NONE) {
		unsigned last = cpu;

		while (cpuset_has(s, last + 1))
			last++;
		if (p != buf)
			*p++ = ',';
		p += sprintf(p, last > cpu ? "%u-%u" : "%u", cpu, last);
		cpu = cpuset_next(s, last + 1);
	}
	return buf;
}

static bool parse_cpu(const char **p, unsigned *out)
{
	unsigned long v;
	char *end;

	if (!isdigit((unsigned char)**p))
		return false;
	v = strtoul(*p, &end, 10);
	*p = end;
	if (v >= CPUS_MAX)
		return false;
	*out = (unsigned)v;
	return true;
}

bool cpuset_parse(struct cpuset *out, const char *list)
{
	const char *p = list;

	memset(out, 0, sizeof(*out));
	while (*p) {
		unsigned a, b;

		if (!parse_cpu(&p, &a))
			return false;
		b = a;
		if (*p == '-') {
			p++;
			if (!parse_cpu(&p, &b) || b < a)
				return false;
		}
		for (; a <= b; a++)
			cpuset_add(out, a);
		if (*p == ',' && p[1])
			p++;
		else if (*p)
			return false;
	}
	return true;
}
