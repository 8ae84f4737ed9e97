#include "bench/files/results.h"

#include <dirent.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

#include "base/alloc.h"
#include "bench/files/contending.h"
#include "bench/files/probing.h"
#include "bench/files/spool.h"
#include "bench/files/timeline_csv.h"
#include "bench/files/zones_csv.h"

static const char *const file_names[] = {"summary", "timeline", "zones",
					 "probes",  "measured", "contention"};
#define NR_FILES (sizeof(file_names) / sizeof(file_names[0]))
#define PROBE_FILES_FIRST 3
#define CONTENTION_FILE 5

static char *file_path(const struct results *r, const char *name, bool complete)
{
	return xasprintf("%s/%s%s.csv", r->directory, name, complete ? "" : ".partial");
}

static int open_stream(struct results *r, const char *name, struct output *out, struct error *err)
{
	char *path = file_path(r, name, true);
	int rc = output_open(out, path, err);

	free(path);
	return rc;
}

/* What one row of the experiment writes, and who writes it. */
struct row_files {
	struct spool timeline_rows, zones_rows;
	struct timeline_writer timeline;
	struct zones_writer zones;
	struct probing probing;
	struct probe_list probes;
	struct contending contending;
	struct contention_list contention;
	struct observer observer[4];
};

/* The files with figures, whole or partial. */
static bool is_figures(const char *name)
{
	char ours[64];

	for (size_t i = 0; i < NR_FILES; i++) {
		snprintf(ours, sizeof(ours), "%s.csv", file_names[i]);
		if (strcmp(name, ours) == 0)
			return true;
		snprintf(ours, sizeof(ours), "%s.partial.csv", file_names[i]);
		if (strcmp(name, ours) == 0)
			return true;
	}
	return false;
}

/* What goes with them: what a run says of itself, its page, a sweep's journal; what is half
 * written is hidden. */
static bool is_beside(const char *name)
{
	return strcmp(name, "run.json") == 0 || strcmp(name, "report.html") == 0 ||
	       strcmp(name, "sweep.journal") == 0 || strcmp(name, "sizes.csv") == 0 ||
	       strcmp(name, "around.csv") == 0 || name[0] == '.';
}

/* Is run.json there, and a run's? It says so at once (results_json.c). */
static bool has_run(const char *directory)
{
	char *path = xasprintf("%s/run.json", directory), head[256];
	FILE *f = fopen(path, "re");
	size_t nr = f ? fread(head, 1, sizeof(head) - 1, f) : 0;

	if (f)
		fclose(f);
	free(path);
	head[nr] = '\0';
	return strstr(head, "\"homenode\":") != NULL;
}

/* The first by name, whatever the order of the directory. */
static void note_first(char *first, size_t size, const char *name)
{
	if (!*first || strcmp(name, first) < 0)
		snprintf(first, size, "%s", name);
}

int results_check_directory(const char *directory, struct error *err)
{
	DIR *d = opendir(directory);
	const struct dirent *e;
	char other[256] = "", figures[256] = "";

	if (!d && errno == ENOENT)
		return 0;
	if (!d)
		return error_set(err, ERR_INPUT, "%s: %s", directory, strerror(errno));
	while ((e = readdir(d))) {
		if (is_figures(e->d_name) || strcmp(e->d_name, "run.json") == 0)
			note_first(figures, sizeof(figures), e->d_name);
		else if (!is_beside(e->d_name))
			note_first(other, sizeof(other), e->d_name);
	}
	closedir(d);
	if (*other)
		return error_set(err, ERR_USAGE,
				 "%s holds \"%s\", which no run writes: choose another directory, "
				 "or add --force",
				 directory, other);
	if (*figures && !has_run(directory))
		return error_set(err, ERR_USAGE,
				 "%s holds \"%s\" and no run.json of a run that wrote it: choose "
				 "another directory, or add --force",
				 directory, figures);
	return 0;
}

/* A row that is done keeps its spools open until those before it are done. */
static void allow_files(size_t nr_rows)
{
	rlim_t want = 2 * (rlim_t)nr_rows + 64;
	struct rlimit limit;

	if (getrlimit(RLIMIT_NOFILE, &limit) != 0 || limit.rlim_cur >= want)
		return;
	limit.rlim_cur =
		limit.rlim_max == RLIM_INFINITY || limit.rlim_max > want ? want : limit.rlim_max;
	(void)setrlimit(RLIMIT_NOFILE, &limit);
}

int results_open(struct results *r, const char *directory, size_t nr_rows, bool want_zones,
		 bool want_probes, const struct contention_levels *levels, struct error *err)
{
	int rc;

	*r = (struct results){.directory = xstrdup(directory),
			      .lock = -1,
			      .want_timeline = true,
			      .want_zones = want_zones,
			      .want_probes = want_probes,
			      .levels = levels,
			      .files = xcalloc(nr_rows, sizeof(struct row_files)),
			      .nr_files = nr_rows,
			      .kept = SIZE_MAX};
	allow_files(nr_rows);
	rc = make_directories(directory, err);
	if (!rc)
		rc = lock_directory(directory, &r->lock, err);
	if (!rc)
		rc = open_stream(r, "timeline", &r->timeline, err);
	if (!rc && want_zones)
		rc = open_stream(r, "zones", &r->zones, err);
	if (rc) {
		results_release(r);
		return rc;
	}
	timeline_print_header(r->timeline.file);
	if (want_zones)
		zones_print_header(r->zones.file);
	return 0;
}

int results_open_summary(struct results *r, const char *directory, size_t nr_rows,
			 struct error *err)
{
	*r = (struct results){.directory = xstrdup(directory),
			      .lock = -1,
			      .files = xcalloc(nr_rows, sizeof(struct row_files)),
			      .nr_files = nr_rows,
			      .kept = SIZE_MAX};
	return make_directories(directory, err);
}

static int begin_row(void *self, size_t row, struct run_input *in, struct error *err)
{
	struct results *r = self;
	struct row_files *f = &r->files[row];
	unsigned nr = 0;
	int rc = spool_open(&f->timeline_rows, r->directory, err);

	in->scratch = r->directory;
	f->timeline.out = f->timeline_rows.file;
	f->timeline.directory = r->directory;
	f->observer[nr++] = (struct observer){&timeline_observer, &f->timeline};
	if (!rc && r->want_zones) {
		rc = spool_open(&f->zones_rows, r->directory, err);
		f->zones.out = f->zones_rows.file;
		f->zones.directory = r->directory;
		f->observer[nr++] = (struct observer){&zones_observer, &f->zones};
	}
	if (r->levels) {
		f->contending = (struct contending){.list = &f->contention, .levels = r->levels};
		f->observer[nr++] = (struct observer){&contending_observer, &f->contending};
	}
	if (r->want_probes) {
		f->probing.list = &f->probes;
		f->observer[nr++] = (struct observer){&probing_observer, &f->probing};
	}
	in->observer = f->observer;
	in->nr_observers = nr;
	return rc;
}

static void release_files(struct row_files *f)
{
	spool_close(&f->timeline_rows);
	spool_close(&f->zones_rows);
	timeline_writer_release(&f->timeline);
	zones_writer_release(&f->zones);
	probe_list_release(&f->probes);
	contending_release(&f->contending);
	contention_release(&f->contention);
	*f = (struct row_files){.observer = {{NULL, NULL}}};
}

static void add_decision(struct results *r, const char *policy, int64_t mean_ns)
{
	size_t i = 0;

	while (i < r->nr_decisions && strcmp(r->decision[i].policy, policy) != 0)
		i++;
	if (i == r->nr_decisions) {
		r->decision = grow(r->decision, &r->cap_decisions, i, sizeof(*r->decision));
		r->decision[i] = (struct results_decision){.policy = policy};
		r->nr_decisions++;
	}
	r->decision[i].sum_ns += mean_ns;
	r->decision[i].rows++;
}

/* What is known of a row because it was run. */
static void note_run(struct results *r, const struct run_result *result)
{
	r->events += (uint64_t)result->row.events;
	if (result->bad_rows && !r->bad_rows)
		memcpy(r->first_bad, result->first_bad, sizeof(r->first_bad));
	if (result->note[0].rows > r->note[0].rows)
		memcpy(r->note, result->note, sizeof(r->note));
	if (result->warnings && !r->warnings)
		memcpy(r->first_warning, result->first_warning, sizeof(r->first_warning));
	r->warnings = result->warnings > r->warnings ? result->warnings : r->warnings;
	/* of the trace, which every row reads */
	if (result->bad_rows > r->bad_rows)
		r->bad_rows = result->bad_rows;
	r->basis = cost_basis_join(&r->basis, &result->basis);
	add_decision(r, result->row.policy, result->decision_ns);
}

static int append_files(struct results *r, struct row_files *f, const struct row *key,
			struct error *err)
{
	int rc = 0;

	if (r->want_timeline)
		rc = spool_append(&f->timeline_rows, key, r->timeline.file, err);
	if (!rc && r->want_zones)
		rc = spool_append(&f->zones_rows, key, r->zones.file, err);
	return rc;
}

static int take_row(void *self, const struct experiment_row *row, struct error *err)
{
	struct results *r = self;
	struct row_files *f = &r->files[row->same_as];

	if (row->same_as == row->row)
		note_run(r, row->result);
	else
		r->nr_same++;
	r->row = grow(r->row, &r->cap, r->nr, sizeof(*r->row));
	r->row[r->nr++] = row->result->row;
	if (r->kept != row->same_as && r->kept != SIZE_MAX)
		release_files(&r->files[r->kept]);
	r->kept = row->same_as;
	probe_list_move(&r->probes, &f->probes);
	contention_move(&r->contention, &f->contention);
	return append_files(r, f, &row->result->row, err);
}

const struct gatherer results_gatherer = {.on_begin = begin_row, .on_row = take_row};

static int by_key(const void *a, const void *b)
{
	return row_compare(a, b);
}

static int write_summary(struct results *r, bool complete, struct error *err)
{
	char *path = file_path(r, "summary", complete);
	struct output out;
	int rc = output_open(&out, path, err);

	free(path);
	if (rc)
		return rc;
	if (r->nr)
		qsort(r->row, r->nr, sizeof(*r->row), by_key);
	row_print_csv_header(out.file);
	for (size_t i = 0; i < r->nr; i++)
		row_print_csv(&r->row[i], out.file);
	return output_commit(&out, err);
}

static void print_probes(const struct results *r, FILE *out)
{
	probe_print_csv(&r->probes, out);
}

static void print_measured(const struct results *r, FILE *out)
{
	probe_print_measured_csv(&r->probes, out);
}

static void print_contention(const struct results *r, FILE *out)
{
	contention_print_csv(&r->contention, out);
}

/* Of the files from PROBE_FILES_FIRST on, is there anything in it? */
static bool is_asked_for(const struct results *r, size_t file)
{
	return file == CONTENTION_FILE ? r->contention.nr : r->probes.nr;
}

static int write_probes(struct results *r, bool complete, struct error *err)
{
	static void (*const print[NR_FILES])(const struct results *r, FILE *out) = {
		[PROBE_FILES_FIRST] = print_probes,
		[PROBE_FILES_FIRST + 1] = print_measured,
		[CONTENTION_FILE] = print_contention,
	};

	probe_list_sort(&r->probes);
	contention_sort(&r->contention);
	for (size_t i = PROBE_FILES_FIRST; i < NR_FILES; i++) {
		char *path = is_asked_for(r, i) ? file_path(r, file_names[i], complete) : NULL;
		struct output out;
		int rc;

		if (!path)
			continue;
		rc = output_open(&out, path, err);
		free(path);
		if (rc)
			return rc;
		print[i](r, out.file);
		rc = output_commit(&out, err);
		if (rc)
			return rc;
	}
	return 0;
}

/* Commit a stream under its final name. */
static int commit_stream(const struct results *r, struct output *o, const char *name, bool complete,
			 struct error *err)
{
	if (!o->file)
		return 0;
	free(o->path);
	o->path = file_path(r, name, complete);
	return output_commit(o, err);
}

static void remove_unwanted(const struct results *r, const char *name, bool wanted, bool complete)
{
	char *path = wanted ? NULL : file_path(r, name, complete);

	if (path)
		unlink(path);
	free(path);
}

/* What an earlier run left under the same names is not of this run. */
static void remove_stale(const struct results *r, const struct results_about *about)
{
	char *page; /* of homenode report: its figures were the earlier run's */

	for (size_t i = 0; i < NR_FILES; i++) {
		char *other = file_path(r, file_names[i], !about->complete);

		unlink(other);
		free(other);
	}
	for (size_t i = PROBE_FILES_FIRST; i < NR_FILES; i++)
		remove_unwanted(r, file_names[i], is_asked_for(r, i), about->complete);
	remove_unwanted(r, "timeline", r->want_timeline, about->complete);
	remove_unwanted(r, "zones", r->want_zones, about->complete);
	page = xasprintf("%s/report.html", r->directory);
	unlink(page);
	free(page);
}

int results_commit(struct results *r, const struct results_about *about, struct error *err)
{
	char *record = xasprintf("%s/run.json", r->directory);
	int rc;

	/* until it is there anew, the directory is no run's: its files may be of two */
	unlink(record);
	free(record);
	rc = commit_stream(r, &r->timeline, "timeline", about->complete, err);
	if (!rc)
		rc = commit_stream(r, &r->zones, "zones", about->complete, err);
	if (!rc)
		rc = write_summary(r, about->complete, err);
	if (!rc)
		rc = write_probes(r, about->complete, err);
	if (rc)
		return rc;
	/* the last word: with it the directory is this run's, and nothing else is in it */
	remove_stale(r, about);
	return results_write_about(r, about, err);
}

void results_release(struct results *r)
{
	output_abandon(&r->timeline);
	output_abandon(&r->zones);
	for (size_t i = 0; i < r->nr_files; i++)
		release_files(&r->files[i]);
	free(r->files);
	if (r->directory && r->lock >= 0)
		close(r->lock); /* lets go of it */
	probe_list_release(&r->probes);
	contention_release(&r->contention);
	free(r->directory);
	free(r->row);
	free(r->decision);
	*r = (struct results){0};
}
