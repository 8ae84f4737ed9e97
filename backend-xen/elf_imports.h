/* Does a shared library leave a function to whoever loads it? */
#ifndef BACKEND_XEN_ELF_IMPORTS_H
#define BACKEND_XEN_ELF_IMPORTS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* True when the 64-bit little-endian ELF file in memory has `name` among its dynamic
 * symbols as undefined, so that a definition in the executable takes precedence (System
 * V ABI, chapter 5, "Shared Object Dependencies"). False for anything else. */
bool elf_imports(const uint8_t *data, size_t size, const char *name);

#endif
