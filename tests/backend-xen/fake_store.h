/* A map in place of xenstore. */
#ifndef TESTS_BACKEND_XEN_FAKE_STORE_H
#define TESTS_BACKEND_XEN_FAKE_STORE_H

#include "backend-xen/store.h"

#define FAKE_KEYS 32
#define FAKE_PATH_MAX 200

/* Zero-initialise; fake_store_release() frees. */
struct fake_store {
	struct {
		char path[FAKE_PATH_MAX];
		char *value; /* NULL: no such key */
		size_t size;
	} key[FAKE_KEYS];
	int broken; /* errno of every call from now on; 0: it works */
};

struct store fake_store(struct fake_store *f);
void fake_store_set(struct fake_store *f, const char *path, const void *value, size_t size);
/* NULL: it is not there. */
const char *fake_store_get(const struct fake_store *f, const char *path);
void fake_store_release(struct fake_store *f);

#endif
