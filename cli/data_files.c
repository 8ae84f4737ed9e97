#include "cli/data_files.h"

#include <dirent.h>
#include <errno.h>
#include <limits.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* Is there a topologies/ below it that can be read? */
static bool holds_data(const char *dir)
{
	char *topologies = xasprintf("%s/topologies", dir);
	bool ok = access(topologies, R_OK | X_OK) == 0;

	free(topologies);
	return ok;
}

/* `up` components cut from the program's path, `below` appended. */
static const struct {
	unsigned up;
	const char *below;
} places[] = {
	{2, "/share/homenode"}, /* PREFIX/bin/homenode */
	{3, ""}, /* build/<preset>/homenode in the source tree */
	{2, ""}, /* build/homenode */
};

static bool data_near_program(char out[PATH_MAX])
{
	char program[PATH_MAX];
	ssize_t n = readlink("/proc/self/exe", program, sizeof(program) - 1);

	if (n <= 0)
		return false;
	program[n] = '\0';
	for (size_t i = 0; i < sizeof(places) / sizeof(places[0]); i++) {
		int end = (int)strlen(program);

		for (unsigned up = places[i].up; end > 0 && up > 0; up--)
			while (end > 0 && program[--end] != '/')
				;
		n = snprintf(out, PATH_MAX, "%.*s%s", end, program, places[i].below);
		if (n >= 0 && n < PATH_MAX && holds_data(out))
			return true;
	}
	return false;
}

const char *data_directory(void)
{
	static char found[PATH_MAX];
	const char *wanted = getenv("HOMENODE_DATA");

	if (wanted && *wanted)
		return holds_data(wanted) ? wanted : NULL;
	if (data_near_program(found))
		return found;
	return holds_data(HOMENODE_DATADIR) ? HOMENODE_DATADIR : NULL;
}

/* Why there is none. */
static int no_data_directory(struct error *err)
{
	const char *wanted = getenv("HOMENODE_DATA");

	if (wanted && *wanted)
		return error_set(err, ERR_INPUT,
				 "HOMENODE_DATA=%s holds no topologies/ that can be read", wanted);
	return error_set(err, ERR_INPUT,
			 "no topologies/ beside the program; set HOMENODE_DATA to the directory "
			 "that holds it");
}

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
		return no_data_directory(err);
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
