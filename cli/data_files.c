#include "cli/data_files.h"

#include <dirent.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "cli/command.h"

static int by_name(const void *a, const void *b)
{
	return strcmp(*(const char *const *)a, *(const char *const *)b);
}

static void add(struct data_files *f, const char *name, size_t n)
{
	f->name = grow(f->name, &f->cap, f->nr + 1, sizeof(*f->name));
	f->name[f->nr++] = arena_strndup(&f->arena, name, n);
	f->name[f->nr] = NULL;
}

int data_files_list(struct data_files *out, const char *folder, const char *suffix,
		    struct error *err)
{
	const char *data = data_directory();
	size_t m = strlen(suffix);
	const struct dirent *entry;
	char *path;
	DIR *dir;

	*out = (struct data_files){0};
	if (!data)
		return data_directory_missing(err);
	path = xasprintf("%s/%s", data, folder);
	dir = opendir(path);
	if (!dir) {
		error_set(err, ERR_INPUT, "%s: cannot be read: %s", path, strerror(errno));
		free(path);
		return ERR_INPUT;
	}
	free(path);
	out->name = xcalloc(1, sizeof(*out->name));
	out->cap = 1;
	while ((entry = readdir(dir))) {
		size_t n = strlen(entry->d_name);

		if (entry->d_name[0] != '.' && n > m && strcmp(entry->d_name + n - m, suffix) == 0)
			add(out, entry->d_name, n - m);
	}
	closedir(dir);
	qsort(out->name, out->nr, sizeof(*out->name), by_name);
	return 0;
}

void data_files_release(struct data_files *f)
{
	free(f->name);
	arena_release(&f->arena);
	*f = (struct data_files){0};
}
