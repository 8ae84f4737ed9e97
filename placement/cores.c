#include "placement/cores.h"

static uint16_t size_of(const struct host_node *n, unsigned core)
{
	return (uint16_t)(n->nr_cpus / n->nr_cores + (core < n->nr_cpus % n->nr_cores));
}

void cores_fill(const struct host_node *n, uint16_t *free_cpus)
{
	for (unsigned c = 0; c < n->nr_cores; c++)
		free_cpus[c] = size_of(n, c);
}

uint32_t cores_free(const struct host_node *n, const uint16_t *free_cpus)
{
	uint32_t sum = 0;

	for (unsigned c = 0; c < n->nr_cores; c++)
		sum += free_cpus[c];
	return sum;
}

static uint32_t take(uint16_t *free_cpus, uint16_t *taken, unsigned core, uint32_t want)
{
	uint16_t here = want < free_cpus[core] ? (uint16_t)want : free_cpus[core];

	free_cpus[core] = (uint16_t)(free_cpus[core] - here);
	if (taken)
		taken[core] = (uint16_t)(taken[core] + here);
	return here;
}

static uint16_t largest(const struct host_node *n)
{
	return n->nr_cores ? size_of(n, 0) : 0;
}

uint32_t cores_take_whole(const struct host_node *n, uint16_t *free_cpus, uint32_t want,
			  uint16_t *taken)
{
	uint32_t got = 0;
	uint16_t size = largest(n);

	for (size = size > 1 ? (uint16_t)(size - 1) : size; size <= largest(n) && size; size++) {
		for (unsigned c = 0; c < n->nr_cores && want - got >= size; c++) {
			if (size_of(n, c) == size && free_cpus[c] == size)
				got += take(free_cpus, taken, c, size);
		}
	}
	return got;
}

uint32_t cores_take_single(const struct host_node *n, uint16_t *free_cpus, uint32_t want,
			   uint16_t *taken)
{
	uint32_t got = 0;

	for (uint16_t left = 1; left <= largest(n) && got < want; left++) {
		for (unsigned c = 0; c < n->nr_cores && got < want; c++) {
			if (free_cpus[c] == left)
				got += take(free_cpus, taken, c, want - got);
		}
	}
	return got;
}
