#include "base/input.h"

#include <bzlib.h>
#include <errno.h>
#include <lzma.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <zlib.h>
#include <zstd.h>

#include "base/alloc.h"
#include "base/library.h"

#define BLOCK ((size_t)64 * 1024)
#define MAGIC_MAX 10
/* A decoder that needs more than this is not one of ours. */
#define DECODER_BYTES_MAX ((uint64_t)256 << 20)

struct packing;

struct input {
	FILE *file;
	const struct packing *packing; /* NULL: plain bytes */
	bool file_ended, stream_ended;
	const char *problem;
	union {
		lzma_stream xz;
		z_stream gz;
		ZSTD_DCtx *zst;
		bz_stream bz2;
	} decoder;
	uint8_t *at; /* into block[]: read ahead and not used yet */
	size_t nr;
	uint8_t block[BLOCK];
};

/* One step: bytes at in->at to at most `size` at `out`; how many were used and made.
 * False: damaged. `stream_ended` when the compressed data is whole. */
struct packing {
	const char *again;
	bool (*is)(const uint8_t *bytes, size_t n);
	void (*start)(struct input *in);
	bool (*step)(struct input *in, uint8_t *out, size_t size, size_t *used, size_t *made);
	void (*end)(struct input *in);
};

/* --- gzip ------------------------------------------------------------------------ */

static bool is_gz(const uint8_t *s, size_t n)
{
	return n >= 2 && memcmp(s, "\x1f\x8b", 2) == 0;
}

static void gz_start(struct input *in)
{
	/* 15: the largest window there is; 16: gzip's frame */
	BUG_ON(inflateInit2(&in->decoder.gz, 15 + 16) != Z_OK);
}

static bool gz_step(struct input *in, uint8_t *out, size_t size, size_t *used, size_t *made)
{
	z_stream *z = &in->decoder.gz;
	int ret;

	/* files are packed one behind the other */
	if (in->stream_ended && in->nr && inflateReset(z) != Z_OK)
		return false;
	in->stream_ended = in->stream_ended && !in->nr;
	z->next_in = in->at;
	z->avail_in = (uInt)in->nr;
	z->next_out = out;
	z->avail_out = (uInt)size;
	ret = in->stream_ended ? Z_OK : inflate(z, Z_NO_FLUSH);
	*used = in->nr - z->avail_in;
	*made = size - z->avail_out;
	in->stream_ended |= ret == Z_STREAM_END;
	return ret == Z_OK || ret == Z_STREAM_END || ret == Z_BUF_ERROR;
}

static void gz_end(struct input *in)
{
	inflateEnd(&in->decoder.gz);
}

/* --- xz --------------------------------------------------------------------------- */

static bool is_xz(const uint8_t *s, size_t n)
{
	return n >= 6 && memcmp(s, "\xfd\x37zXZ", 6) == 0;
}

static void xz_start(struct input *in)
{
	lzma_stream start = LZMA_STREAM_INIT;

	in->decoder.xz = start;
	BUG_ON(lzma_stream_decoder(&in->decoder.xz, DECODER_BYTES_MAX, LZMA_CONCATENATED) !=
	       LZMA_OK);
}

static bool xz_step(struct input *in, uint8_t *out, size_t size, size_t *used, size_t *made)
{
	lzma_stream *x = &in->decoder.xz;
	lzma_ret ret;

	x->next_in = in->at;
	x->avail_in = in->nr;
	x->next_out = out;
	x->avail_out = size;
	ret = in->stream_ended ? LZMA_OK : lzma_code(x, in->file_ended ? LZMA_FINISH : LZMA_RUN);
	*used = in->nr - x->avail_in;
	*made = size - x->avail_out;
	in->stream_ended |= ret == LZMA_STREAM_END;
	return ret == LZMA_OK || ret == LZMA_STREAM_END || ret == LZMA_BUF_ERROR;
}

static void xz_end(struct input *in)
{
	lzma_end(&in->decoder.xz);
}

/* --- zstd --------------------------------------------------------------------------- */

static bool is_zst(const uint8_t *s, size_t n)
{
	return n >= 4 && memcmp(s, "\x28\xb5\x2f\xfd", 4) == 0;
}

static void zst_start(struct input *in)
{
	in->decoder.zst = ZSTD_createDCtx();
	BUG_ON(!in->decoder.zst);
}

static bool zst_step(struct input *in, uint8_t *out, size_t size, size_t *used, size_t *made)
{
	ZSTD_inBuffer from = {in->at, in->nr, 0};
	ZSTD_outBuffer to = {out, size, 0};
	size_t left = ZSTD_decompressStream(in->decoder.zst, &to, &from);

	*used = from.pos;
	*made = to.pos;
	if (ZSTD_isError(left))
		return false;
	if (from.pos || to.pos)
		in->stream_ended = left == 0;
	return true;
}

static void zst_end(struct input *in)
{
	ZSTD_freeDCtx(in->decoder.zst);
}

/* --- bzip2 -------------------------------------------------------------------------- */

/* A text may begin as its first three bytes do: the first block, or an empty end. */
static bool is_bz2(const uint8_t *s, size_t n)
{
	return n >= 10 && memcmp(s, "BZh", 3) == 0 && s[3] >= '1' && s[3] <= '9' &&
	       (memcmp(s + 4, "1AY&SY", 6) == 0 ||
		memcmp(s + 4, "\x17\x72\x45\x38\x50\x90", 6) == 0);
}

static void bz2_start(struct input *in)
{
	in->decoder.bz2 = (bz_stream){.opaque = NULL};
	BUG_ON(BZ2_bzDecompressInit(&in->decoder.bz2, 0, 0) != BZ_OK);
}

static void bz2_end(struct input *in)
{
	BZ2_bzDecompressEnd(&in->decoder.bz2);
}

static bool bz2_step(struct input *in, uint8_t *out, size_t size, size_t *used, size_t *made)
{
	bz_stream *b = &in->decoder.bz2;
	int ret = BZ_OK;

	/* files are packed one behind the other */
	if (in->stream_ended && in->nr) {
		bz2_end(in);
		bz2_start(in);
		in->stream_ended = false;
	}
	b->next_in = (char *)in->at;
	b->avail_in = (unsigned)in->nr;
	b->next_out = (char *)out;
	b->avail_out = (unsigned)size;
	if (!in->stream_ended)
		ret = BZ2_bzDecompress(b);
	*used = in->nr - b->avail_in;
	*made = size - b->avail_out;
	in->stream_ended |= ret == BZ_STREAM_END;
	return ret == BZ_OK || ret == BZ_STREAM_END;
}

#define AGAIN(what) "packed more than once, with " what " inside; unpack it first"

static const struct packing packings[] = {
	{AGAIN("gzip"), is_gz, gz_start, gz_step, gz_end},
	{AGAIN("xz"), is_xz, xz_start, xz_step, xz_end},
	{AGAIN("zstd"), is_zst, zst_start, zst_step, zst_end},
	{AGAIN("bzip2"), is_bz2, bz2_start, bz2_step, bz2_end},
};

/* --- any ------------------------------------------------------------------------------ */

static const struct packing *packing_of(const uint8_t *bytes, size_t n)
{
	for (size_t i = 0; i < sizeof(packings) / sizeof(packings[0]); i++)
		if (packings[i].is(bytes, n))
			return &packings[i];
	return NULL;
}

const char *input_packed_again(const char *bytes, size_t n)
{
	const struct packing *p = packing_of((const uint8_t *)bytes, n);

	return p ? p->again : NULL;
}

struct input *input_new(FILE *file)
{
	struct input *in = xcalloc(1, sizeof(*in));

	in->file = file;
	in->problem = "";
	in->at = in->block;
	in->nr = fread(in->block, 1, MAGIC_MAX, file);
	in->packing = packing_of(in->block, in->nr);
	if (in->packing)
		in->packing->start(in);
	return in;
}

void input_free(struct input *in)
{
	if (in && in->packing)
		in->packing->end(in);
	free(in);
}

bool input_is_packed(const struct input *in)
{
	return in->packing != NULL;
}

const char *input_problem(const struct input *in)
{
	return in->problem;
}

static int file_problem(struct input *in)
{
	if (!ferror(in->file))
		return 0;
	in->problem = strerror(errno);
	return ERR_MACHINE;
}

static int read_plain(struct input *in, char *buf, size_t size, size_t *got)
{
	size_t ahead = in->nr < size ? in->nr : size;

	memcpy(buf, in->at, ahead);
	in->at += ahead;
	in->nr -= ahead;
	*got = ahead + fread(buf + ahead, 1, size - ahead, in->file);
	return *got ? 0 : file_problem(in);
}

static int read_packed(struct input *in, char *buf, size_t size, size_t *got)
{
	size_t used, made = 0;

	while (!made) {
		if (!in->nr && !in->file_ended) {
			in->at = in->block;
			in->nr = fread(in->block, 1, sizeof(in->block), in->file);
			in->file_ended = in->nr == 0;
			if (in->file_ended && file_problem(in))
				return ERR_MACHINE;
		}
		if (!in->packing->step(in, (uint8_t *)buf, size, &used, &made)) {
			in->problem = "the compressed data is damaged";
			return ERR_INPUT;
		}
		in->at += used;
		in->nr -= used;
		if (used || made || !in->file_ended)
			continue;
		if (in->stream_ended)
			break;
		in->problem = "the compressed data is cut short";
		return ERR_INPUT;
	}
	*got = made;
	return 0;
}

int input_read(struct input *in, char *buf, size_t size, size_t *got, struct error *err)
{
	int rc = in->packing ? read_packed(in, buf, size, got) : read_plain(in, buf, size, got);

	return rc ? error_set(err, rc, "%s", in->problem) : 0;
}

struct library *libraries_of_input(struct library *out)
{
	*out = (struct library){.name = "zlib"};
	snprintf(out++->version, sizeof(out->version), "%s", zlibVersion());
	*out = (struct library){.name = "liblzma"};
	snprintf(out++->version, sizeof(out->version), "%s", lzma_version_string());
	*out = (struct library){.name = "libzstd"};
	snprintf(out++->version, sizeof(out->version), "%s", ZSTD_versionString());
	/* "1.0.8, 13-Jul-2019" */
	*out = (struct library){.name = "bzip2"};
	snprintf(out++->version, sizeof(out->version), "%.*s",
		 (int)strcspn(BZ2_bzlibVersion(), ","), BZ2_bzlibVersion());
	return out;
}
