/*
 * For LD_PRELOAD: the n-th allocation of the process fails, HOMENODE_NO_MEMORY=n, and all
 * after it do where it ends with '+'. HOMENODE_COUNT_MEMORY=FILE: how many there were.
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

void *__libc_malloc(size_t size);
void *__libc_calloc(size_t nr, size_t size);
void *__libc_realloc(void *old, size_t size);
void *__libc_memalign(size_t align, size_t size);

static atomic_long count;
static long fails = -1; /* -1: not looked yet */
static bool all_after;

static void look(void)
{
	const char *text = getenv("HOMENODE_NO_MEMORY");

	all_after = text && strchr(text, '+');
	fails = text ? strtol(text, NULL, 10) : 0;
}

static bool is_refused(void)
{
	long n = atomic_fetch_add(&count, 1) + 1;

	if (fails < 0)
		look();
	if (!fails || (all_after ? n < fails : n != fails))
		return false;
	errno = ENOMEM;
	return true;
}

void *malloc(size_t size)
{
	return is_refused() ? NULL : __libc_malloc(size);
}

void *calloc(size_t nr, size_t size)
{
	return is_refused() ? NULL : __libc_calloc(nr, size);
}

void *realloc(void *old, size_t size)
{
	return is_refused() ? NULL : __libc_realloc(old, size);
}

int posix_memalign(void **out, size_t align, size_t size)
{
	*out = is_refused() ? NULL : __libc_memalign(align, size);
	return *out ? 0 : ENOMEM;
}

void *aligned_alloc(size_t align, size_t size)
{
	return is_refused() ? NULL : __libc_memalign(align, size);
}

__attribute__((destructor)) static void tell(void)
{
	const char *path = getenv("HOMENODE_COUNT_MEMORY");
	char text[32];
	int fd;

	if (!path)
		return;
	fd = open(path, O_WRONLY | O_CREAT | O_TRUNC, 0666);
	if (fd < 0)
		return;
	snprintf(text, sizeof(text), "%ld\n", atomic_load(&count));
	if (write(fd, text, strlen(text)) < 0)
		return;
	close(fd);
}
