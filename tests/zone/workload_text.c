#include "tests/zone/workload_text.h"

#include <criterion/criterion.h>
#include <dirent.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "tests/temporary.h"

static char directory[256];
static char path[512];

const char *write_file(const char *name, const char *text)
{
	FILE *f;

	if (!*directory) {
		cr_assert(mkdtemp(temporary_name(directory, sizeof(directory), "workload-test")));
	}
	snprintf(path, sizeof(path), "%s/%s", directory, name);
	f = fopen(path, "w");
	cr_assert(f);
	fputs(text, f);
	fclose(f);
	return path;
}

void remove_files(void)
{
	struct dirent *entry;
	DIR *d;
	char file[1024];

	if (!*directory)
		return;
	d = opendir(directory);
	while (d && (entry = readdir(d))) {
		if (entry->d_name[0] == '.')
			continue;
		snprintf(file, sizeof(file), "%s/%s", directory, entry->d_name);
		unlink(file);
	}
	closedir(d);
	rmdir(directory);
	*directory = '\0';
}

void load_text(struct workload *out, const char *name, const char *text)
{
	struct error err = {0};

	cr_assert_eq(workload_load(out, write_file(name, text), NULL, &err), 0, "%s", err.text);
}

static struct error read_to_end(const char *file, const char *format)
{
	const struct zone_event *e;
	struct zone_stream *s = NULL;
	struct error err = {0};
	struct workload w;
	int rc = workload_load(&w, file, format, &err);

	if (!rc) {
		rc = workload_open(&s, &w, 1, false, &err);
		while (!rc && !(rc = zone_stream_next(s, &e, &err)) && e)
			;
		zone_stream_close(s);
		workload_release(&w);
	}
	cr_assert_eq(rc, err.code, "%s", err.text);
	return err;
}

const char *error_of_file(const char *file)
{
	static struct error err;

	err = read_to_end(file, NULL);
	return err.text;
}

const char *error_of(const char *name, const char *text, const char *format)
{
	static struct error err;
	size_t prefix;

	write_file(name, text);
	err = read_to_end(path, format);
	prefix = strlen(directory) + 1;
	return strncmp(err.text, directory, prefix - 1) == 0 ? err.text + prefix : err.text;
}
