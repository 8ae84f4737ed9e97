#include "tests/backend-xen/fake_store.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/error.h"

static size_t find(const struct fake_store *f, const char *path)
{
	size_t i = 0;

	while (i < FAKE_KEYS && strcmp(f->key[i].path, path) != 0)
		i++;
	return i;
}

void fake_store_set(struct fake_store *f, const char *path, const void *value, size_t size)
{
	size_t i = find(f, path);

	for (size_t k = 0; i == FAKE_KEYS && k < FAKE_KEYS; k++)
		if (!f->key[k].path[0])
			i = k;
	BUG_ON(i == FAKE_KEYS || strlen(path) >= FAKE_PATH_MAX);
	free(f->key[i].value);
	f->key[i].value = NULL;
	memset(f->key[i].path, 0, FAKE_PATH_MAX);
	if (!value)
		return;
	snprintf(f->key[i].path, FAKE_PATH_MAX, "%s", path);
	f->key[i].value = xmalloc(size + 1);
	memcpy(f->key[i].value, value, size);
	f->key[i].value[size] = '\0';
	f->key[i].size = size;
}

const char *fake_store_get(const struct fake_store *f, const char *path)
{
	size_t i = find(f, path);

	return i < FAKE_KEYS ? f->key[i].value : NULL;
}

static char *read_value(void *self, const char *path, size_t *size)
{
	const struct fake_store *f = self;
	size_t i = find(f, path);
	char *copy;

	errno = f->broken ? f->broken : ENOENT;
	if (f->broken || i == FAKE_KEYS)
		return NULL;
	copy = xmalloc(f->key[i].size + 1);
	memcpy(copy, f->key[i].value, f->key[i].size + 1);
	*size = f->key[i].size;
	return copy;
}

static enum store_swap swap_value(void *self, const char *path, const char *before, const char *now)
{
	struct fake_store *f = self;
	const char *is = fake_store_get(f, path);

	errno = f->broken;
	if (f->broken)
		return STORE_FAILED;
	if (before ? !is || strcmp(is, before) != 0 : is != NULL)
		return STORE_OTHER;
	if (now || is)
		fake_store_set(f, path, now, now ? strlen(now) : 0);
	return STORE_SWAPPED;
}

struct store fake_store(struct fake_store *f)
{
	static const struct store_ops ops = {.read = read_value, .swap = swap_value};

	return (struct store){&ops, f};
}

void fake_store_release(struct fake_store *f)
{
	for (size_t i = 0; i < FAKE_KEYS; i++)
		free(f->key[i].value);
	memset(f, 0, sizeof(*f));
}
