#include "report/run_dir.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

const char *last_part(const char *path)
{
	const char *slash = strrchr(path, '/');

	return slash ? slash + 1 : path;
}

static const char *file_of(struct run_dir *r, const char *name)
{
	return arena_printf(&r->arena, "%s/%s%s.csv", r->path, name, r->complete ? "" : ".partial");
}

static const char *optional_file(struct run_dir *r, const char *name)
{
	const char *path = file_of(r, name);

	return access(path, F_OK) == 0 ? path : NULL;
}

/* What to do about a run of an older format. */
static const char *again(struct run_dir *r)
{
	const char *text = "run it again: homenode run";

	for (size_t i = 0; r->argument[i]; i++)
		text = arena_printf(&r->arena, "%s %s", text, r->argument[i]);
	return text;
}

/* A file that was cut in its header line is a table without rows of fewer columns, and one that was
 * cut in a number has another: whole ones end with a line. */
static int check_end(const char *path, struct error *err)
{
	FILE *f = fopen(path, "re");
	int last = '\n';

	if (!f)
		return error_set(err, ERR_INPUT, "%s: %s", path, strerror(errno));
	if (fseek(f, -1, SEEK_END) == 0)
		last = getc(f);
	fclose(f);
	return last == '\n' ? 0
			    : error_set(err, ERR_INPUT,
					"%s: is cut short: its last line has no end; run it again",
					path);
}

static int load_directory(struct run_dir *r, struct error *err)
{
	const char *about = arena_printf(&r->arena, "%s/run.json", r->path);
	int rc;

	if (access(about, F_OK) != 0)
		return error_set(err, ERR_INPUT,
				 "%s has no run.json; it is not a run's directory (homenode run "
				 "--output DIR makes one)",
				 r->path);
	rc = run_dir_read_about(r, about, err);
	if (rc)
		return rc;
	r->about = true;
	r->timeline = optional_file(r, "timeline");
	r->zones = optional_file(r, "zones");
	r->measured = optional_file(r, "measured");
	r->contention = optional_file(r, "contention");
	if (r->zones)
		rc = check_end(r->zones, err);
	if (!rc && r->timeline)
		rc = check_end(r->timeline, err);
	return rc ? rc : sheet_load(&r->summary, file_of(r, "summary"), again(r), err);
}

/* A summary.partial.csv by itself is of a run that was stopped, like its directory. */
static bool names_a_part(const char *path)
{
	static const char end[] = ".partial.csv";
	size_t n = strlen(path), m = sizeof(end) - 1;

	return n >= m && strcmp(path + n - m, end) == 0;
}

int run_dir_load(struct run_dir *out, const char *path, struct error *err)
{
	struct stat st;
	int rc;

	*out = (struct run_dir){.complete = !names_a_part(path), .version = "", .backend = ""};
	out->path = arena_strdup(&out->arena, path);
	if (stat(path, &st) != 0)
		rc = error_set(err, ERR_INPUT, "%s: %s", path, strerror(errno));
	else if (S_ISDIR(st.st_mode))
		rc = load_directory(out, err);
	else
		rc = sheet_load(&out->summary, path,
				"run it again, with the arguments that the run.json beside it has",
				err);
	if (rc)
		run_dir_release(out);
	return rc;
}

void run_dir_release(struct run_dir *r)
{
	sheet_release(&r->summary);
	arena_release(&r->arena);
	*r = (struct run_dir){0};
}
