#include "base/sha256.h"

#include <errno.h>
#include <nettle/sha2.h>
#include <nettle/version.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include "base/library.h"

static void write_hex(struct sha256_ctx *sum, char out[SHA256_HEX])
{
	uint8_t digest[SHA256_DIGEST_SIZE];

	sha256_digest(sum, sizeof(digest), digest);
	for (size_t i = 0; i < sizeof(digest); i++)
		snprintf(out + 2 * i, 3, "%02x", digest[i]);
}

void text_sha256(const char *bytes, size_t size, char out[SHA256_HEX])
{
	struct sha256_ctx sum;

	sha256_init(&sum);
	sha256_update(&sum, size, (const uint8_t *)bytes);
	write_hex(&sum, out);
}

int file_sha256(const char *path, char out[SHA256_HEX], struct error *err)
{
	FILE *f = fopen(path, "rb");
	uint8_t block[65536];
	struct sha256_ctx sum;
	size_t n;
	int rc = 0;

	sha256_init(&sum);
	while (f && (n = fread(block, 1, sizeof(block), f)) > 0)
		sha256_update(&sum, n, block);
	if (!f || ferror(f))
		rc = error_set(err, ERR_INPUT, "%s: cannot be read: %s", path, strerror(errno));
	else
		write_hex(&sum, out);
	if (f)
		fclose(f);
	return rc;
}

struct library *libraries_of_sha256(struct library *out)
{
	*out = (struct library){.name = "nettle"};
	snprintf(out->version, sizeof(out->version), "%d.%d", nettle_version_major(),
		 nettle_version_minor());
	return out + 1;
}
