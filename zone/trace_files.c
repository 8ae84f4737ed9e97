#include "zone/trace_files.h"

#include <ctype.h>
#include <dirent.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

bool trace_is_folder(const char *path)
{
	struct stat st;

	return stat(path, &st) == 0 && S_ISDIR(st.st_mode);
}

bool trace_is_file(const char *path)
{
	struct stat st;

	return stat(path, &st) == 0 && S_ISREG(st.st_mode);
}

static bool ends_with(const char *text, const char *end)
{
	size_t n = strlen(text), m = strlen(end);

	return n > m && strcmp(text + n - m, end) == 0;
}

bool trace_has_name(const char *path)
{
	static const char *const endings[] = {".csv", ".csv.gz", ".csv.xz", ".csv.zst"};

	for (size_t i = 0; i < sizeof(endings) / sizeof(endings[0]); i++)
		if (ends_with(path, endings[i]))
			return true;
	return false;
}

static int by_name(const void *pa, const void *pb)
{
	const char *a = *(const char *const *)pa, *b = *(const char *const *)pb;

	while (*a && *b) {
		if (isdigit((unsigned char)*a) && isdigit((unsigned char)*b)) {
			char *end_a, *end_b;
			unsigned long x = strtoul(a, &end_a, 10), y = strtoul(b, &end_b, 10);

			if (x != y)
				return x < y ? -1 : 1;
			a = end_a;
			b = end_b;
		} else if (*a != *b) {
			break;
		} else {
			a++;
			b++;
		}
	}
	return (*a > *b) - (*a < *b);
}

/* Tables of JSON lines: only in a folder, as a file of its own may be a workload. */
static bool is_json(const char *name)
{
	return ends_with(name, ".json") || ends_with(name, ".json.gz");
}

static int list(struct trace_files *out, const char *folder, bool (*wanted)(const char *name),
		struct error *err)
{
	DIR *dir = opendir(folder);
	struct dirent *e;

	if (!dir)
		return error_set(err, ERR_INPUT, "%s: cannot be read: %s", folder, strerror(errno));
	while ((e = readdir(dir))) {
		if (e->d_name[0] == '.' || !wanted(e->d_name))
			continue;
		out->path = grow(out->path, &out->cap, out->nr + 1, sizeof(*out->path));
		out->path[out->nr++] = arena_printf(&out->arena, "%s/%s", folder, e->d_name);
	}
	closedir(dir);
	return 0;
}

int trace_files_list(struct trace_files *out, const char *folder, struct error *err)
{
	int rc;

	*out = (struct trace_files){0};
	rc = list(out, folder, trace_has_name, err);
	if (!rc && !out->nr)
		rc = list(out, folder, is_json, err);
	if (!rc && !out->nr)
		rc = error_set(err, ERR_INPUT, "%s: holds no .csv file", folder);
	if (rc) {
		trace_files_release(out);
		return rc;
	}
	out->path[out->nr] = NULL;
	qsort(out->path, out->nr, sizeof(*out->path), by_name);
	return 0;
}

void trace_files_release(struct trace_files *f)
{
	free(f->path);
	arena_release(&f->arena);
	*f = (struct trace_files){0};
}
