#include "probe/proc.h"

#include <ctype.h>
#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"

long proc_numbers(const char *path, long **out)
{
	DIR *d = opendir(path);
	size_t nr = 0, cap = 0;
	struct dirent *e;

	*out = NULL;
	if (!d)
		return -1;
	while ((e = readdir(d)) != NULL) {
		char *end;
		long n = strtol(e->d_name, &end, 10);
		size_t at = nr;

		if (!isdigit((unsigned char)*e->d_name) || *end)
			continue;
		*out = grow(*out, &cap, nr++, sizeof(**out));
		for (; at && (*out)[at - 1] > n; at--)
			(*out)[at] = (*out)[at - 1];
		(*out)[at] = n;
	}
	closedir(d);
	return (long)nr;
}

size_t proc_read(char *buf, size_t size, const char *path)
{
	FILE *f = fopen(path, "re");
	size_t n = f ? fread(buf, 1, size - 1, f) : 0;

	buf[n] = '\0';
	if (f)
		fclose(f);
	return n;
}

bool proc_allowed(struct cpuset *out, const char *path)
{
	FILE *f = fopen(path, "re");
	char line[PROC_LINE_BYTES], list[PROC_LINE_BYTES];
	bool found = false;

	while (f && !found && fgets(line, sizeof(line), f))
		found = sscanf(line, "Cpus_allowed_list: %16383s", list) == 1 &&
			cpuset_parse(out, list);
	if (f)
		fclose(f);
	return found;
}

bool proc_is_qemu(const char *arguments)
{
	const char *slash = strrchr(arguments, '/'), *program = slash ? slash + 1 : arguments;

	return strncmp(program, "qemu-system-", 12) == 0 ||
	       strncmp(program, "xen-qemu-system-", 16) == 0 || strcmp(program, "qemu-kvm") == 0 ||
	       strcmp(program, "kvm") == 0;
}

const char *proc_argument(const char *arguments, size_t size, const char *name)
{
	const char *end = arguments + size, *next;

	for (const char *at = arguments; at < end; at = next) {
		next = at + strlen(at) + 1;
		if (strcmp(at, name) == 0 && next < end)
			return next;
	}
	return NULL;
}
