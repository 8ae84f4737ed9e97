#include "backend-xen/elf_imports.h"

#include <string.h>

#include "firmware/bytes.h"

/* Offsets of Elf64_Ehdr, Elf64_Shdr and Elf64_Sym; System V ABI, chapter 4. */
#define EHDR_BYTES 64
#define EHDR_SHOFF 40
#define EHDR_SHENTSIZE 58
#define EHDR_SHNUM 60
#define SHDR_BYTES 64
#define SHDR_TYPE 4
#define SHDR_OFFSET 24
#define SHDR_SIZE 32
#define SHDR_LINK 40
#define SHT_DYNSYM 11
#define SYM_BYTES 24
#define SYM_SHNDX 6

struct section {
	const uint8_t *data;
	uint64_t bytes;
	uint32_t type, link;
};

/* Section `index` with its content inside the file; false when it is not. */
static bool section(const uint8_t *data, size_t size, uint64_t index, struct section *out)
{
	uint64_t table = bytes_get(data + EHDR_SHOFF, 8), offset;
	const uint8_t *s;

	if (index >= bytes_get(data + EHDR_SHNUM, 2) || table > size ||
	    (size - table) / SHDR_BYTES <= index)
		return false;
	s = data + table + index * SHDR_BYTES;
	out->type = (uint32_t)bytes_get(s + SHDR_TYPE, 4);
	out->link = (uint32_t)bytes_get(s + SHDR_LINK, 4);
	out->bytes = bytes_get(s + SHDR_SIZE, 8);
	offset = bytes_get(s + SHDR_OFFSET, 8);
	if (offset > size || out->bytes > size - offset)
		return false;
	out->data = data + offset;
	return true;
}

static bool undefined_in(const struct section *symbols, const struct section *names,
			 const char *name)
{
	size_t n = strlen(name) + 1;

	for (uint64_t at = 0; at + SYM_BYTES <= symbols->bytes; at += SYM_BYTES) {
		uint64_t text = bytes_get(symbols->data + at, 4);

		if (text < names->bytes && names->bytes - text >= n &&
		    memcmp(names->data + text, name, n) == 0)
			return bytes_get(symbols->data + at + SYM_SHNDX, 2) == 0;
	}
	return false;
}

bool elf_imports(const uint8_t *data, size_t size, const char *name)
{
	struct section symbols, names;

	if (size < EHDR_BYTES || memcmp(data, "\177ELF\2\1", 6) != 0 ||
	    bytes_get(data + EHDR_SHENTSIZE, 2) != SHDR_BYTES)
		return false;
	for (uint64_t i = 0; i < bytes_get(data + EHDR_SHNUM, 2); i++)
		if (section(data, size, i, &symbols) && symbols.type == SHT_DYNSYM)
			return section(data, size, symbols.link, &names) &&
			       undefined_in(&symbols, &names, name);
	return false;
}
