#include "base/input.h"

#include <errno.h>
#include <lzma.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"

#define BLOCK ((size_t)64 * 1024)
/* A decoder that needs more than this is not one of ours. */
#define DECODER_BYTES_MAX ((uint64_t)256 << 20)

struct input {
	FILE *file;
	bool packed, at_end;
	const char *problem;
	lzma_stream xz;
	size_t nr; /* bytes in block[] that were read ahead, when not packed */
	uint8_t block[BLOCK];
};

static const uint8_t magic[6] = {0xfd, '7', 'z', 'X', 'Z', 0};

struct input *input_new(FILE *file)
{
	struct input *in = xcalloc(1, sizeof(*in));
	lzma_stream start = LZMA_STREAM_INIT;

	in->file = file;
	in->problem = "";
	in->nr = fread(in->block, 1, sizeof(magic), file);
	if (in->nr == sizeof(magic) && memcmp(in->block, magic, sizeof(magic)) == 0) {
		in->packed = true;
		in->xz = start;
		BUG_ON(lzma_stream_decoder(&in->xz, DECODER_BYTES_MAX, LZMA_CONCATENATED) !=
		       LZMA_OK);
		in->xz.next_in = in->block;
		in->xz.avail_in = in->nr;
	}
	return in;
}

void input_free(struct input *in)
{
	if (in && in->packed)
		lzma_end(&in->xz);
	free(in);
}

bool input_is_packed(const struct input *in)
{
	return in->packed;
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

	memcpy(buf, in->block, ahead);
	memmove(in->block, in->block + ahead, in->nr - ahead);
	in->nr -= ahead;
	*got = ahead + fread(buf + ahead, 1, size - ahead, in->file);
	return *got ? 0 : file_problem(in);
}

static int read_packed(struct input *in, char *buf, size_t size, size_t *got)
{
	in->xz.next_out = (uint8_t *)buf;
	in->xz.avail_out = size;
	while (in->xz.avail_out == size && !in->at_end) {
		bool end_of_file = false;
		lzma_ret ret;

		if (!in->xz.avail_in) {
			in->xz.next_in = in->block;
			in->xz.avail_in = fread(in->block, 1, sizeof(in->block), in->file);
			end_of_file = in->xz.avail_in == 0;
			if (end_of_file && file_problem(in))
				return ERR_MACHINE;
		}
		ret = lzma_code(&in->xz, end_of_file ? LZMA_FINISH : LZMA_RUN);
		in->at_end = ret == LZMA_STREAM_END;
		if (ret != LZMA_OK && ret != LZMA_STREAM_END) {
			in->problem = ret == LZMA_BUF_ERROR ? "the compressed data is cut short"
							    : "the compressed data is damaged";
			return ERR_INPUT;
		}
	}
	*got = size - in->xz.avail_out;
	return 0;
}

int input_read(struct input *in, char *buf, size_t size, size_t *got, struct error *err)
{
	int rc = in->packed ? read_packed(in, buf, size, got) : read_plain(in, buf, size, got);

	return rc ? error_set(err, rc, "%s", in->problem) : 0;
}
