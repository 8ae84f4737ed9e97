#include "base/output.h"

#include <errno.h>
#include <fcntl.h>
#include <libgen.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "base/alloc.h"

/* Links that are followed, one after the other; the kernel's own limit is 40. */
#define LINKS_MAX 40

/* What is open, by number; the way to name a file that has no name. */
#define OPEN_FILES "/proc/self/fd"

/* Where a link leads, or the path itself; the caller frees. */
static char *behind_links(const char *path)
{
	char *at = xstrdup(path), target[4096];

	for (int i = 0; i < LINKS_MAX; i++) {
		ssize_t n = readlink(at, target, sizeof(target) - 1);
		const char *slash = strrchr(at, '/');
		char *next;

		if (n <= 0)
			break;
		target[n] = '\0';
		next = *target == '/' || !slash
			       ? xstrdup(target)
			       : xasprintf("%.*s%s", (int)(slash + 1 - at), at, target);
		free(at);
		at = next;
	}
	return at;
}

/* "a/b" -> "a/.b.XXXXXX" */
static char *hidden_name(const char *path)
{
	const char *slash = strrchr(path, '/'), *name = slash ? slash + 1 : path;

	return xasprintf("%.*s.%s.XXXXXX", (int)(name - path), path, name);
}

bool is_no_file(const char *path)
{
	struct stat st;

	return stat(path, &st) == 0 && !S_ISREG(st.st_mode) && !S_ISDIR(st.st_mode);
}

/* Not mkstemp(), whose files only their owner may read, whatever the umask. */
#define ATTEMPTS 100

/* Of 62^6; where there is one already, the next is tried. */
static void fill_name(char *name, unsigned attempt)
{
	static const char letter[] =
		"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
	struct timespec now;
	uint64_t bits;

	clock_gettime(CLOCK_MONOTONIC, &now);
	bits = ((uint64_t)getpid() << 32 ^ (uint64_t)now.tv_nsec) + attempt;
	bits *= 0x9e3779b97f4a7c15;
	for (char *c = name + strlen(name) - 6; *c; c++, bits /= 62)
		*c = letter[bits % 62];
}

static int open_named(char *name)
{
	for (unsigned i = 0; i < ATTEMPTS; i++) {
		int fd;

		fill_name(name, i);
		fd = open(name, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
		if (fd >= 0 || errno != EEXIST)
			return fd;
	}
	return -1;
}

/* -1: this file system has no files without a name, or nobody could give it one. */
static int open_nameless(const char *path)
{
#ifdef O_TMPFILE
	char *copy = xstrdup(path);
	int fd = access(OPEN_FILES, X_OK) == 0
			 ? open(dirname(copy), O_TMPFILE | O_RDWR | O_CLOEXEC, 0666)
			 : -1;

	free(copy);
	return fd;
#else
	(void)path;
	return -1;
#endif
}

static FILE *open_hidden(struct output *o)
{
	int fd = open_nameless(o->path);
	FILE *file;

	if (fd < 0) {
		o->temporary = hidden_name(o->path);
		fd = open_named(o->temporary);
	}
	file = fd >= 0 ? fdopen(fd, "w") : NULL;
	if (fd >= 0 && !file) {
		close(fd);
		if (o->temporary)
			unlink(o->temporary);
	}
	return file;
}

/* A name for what has none, which is then renamed: linking replaces no file. */
static bool give_name(struct output *o)
{
	char here[64];

	if (!o->replaces || o->temporary)
		return true;
	snprintf(here, sizeof(here), OPEN_FILES "/%d", fileno(o->file));
	o->temporary = hidden_name(o->path);
	for (unsigned i = 0; i < ATTEMPTS; i++) {
		fill_name(o->temporary, i);
		if (linkat(AT_FDCWD, here, AT_FDCWD, o->temporary, AT_SYMLINK_FOLLOW) == 0)
			return true;
		if (errno != EEXIST)
			break;
	}
	free(o->temporary);
	o->temporary = NULL;
	return false;
}

char *file_name_of(const char *name)
{
	char *file = *name ? xstrdup(name) : xstrdup("_");

	for (char *c = file; *c; c++) {
		bool plain = (*c >= '0' && *c <= '9') || (*c >= 'A' && *c <= 'Z') ||
			     (*c >= 'a' && *c <= 'z') || *c == '_' ||
			     ((*c == '-' || *c == '.') && c != file);

		if (!plain)
			*c = '_';
	}
	if (strlen(file) > OUTPUT_NAME_MAX)
		file[OUTPUT_NAME_MAX] = '\0';
	return file;
}

int output_open(struct output *o, const char *path, struct error *err)
{
	int rc;

	/* /dev/stdout leads to a pipe whose name no file has */
	*o = (struct output){.replaces = !is_no_file(path)};
	o->path = o->replaces ? behind_links(path) : xstrdup(path);
	o->file = o->replaces ? open_hidden(o) : fopen(o->path, "w");
	if (o->file)
		return 0;
	rc = error_set(err, ERR_MACHINE, "%s: cannot be written: %s", path, strerror(errno));
	free(o->path);
	free(o->temporary);
	*o = (struct output){0};
	return rc;
}

static void sync_directory_of(const char *path)
{
	char *copy = xstrdup(path);
	int fd = open(dirname(copy), O_RDONLY | O_DIRECTORY);

	/* some file systems cannot sync a directory; the rename itself is done */
	if (fd >= 0) {
		(void)fsync(fd);
		close(fd);
	}
	free(copy);
}

int output_commit(struct output *o, struct error *err)
{
	int rc = 0;
	bool ok = !ferror(o->file) && fflush(o->file) == 0 &&
		  (!o->replaces || fsync(fileno(o->file)) == 0) && give_name(o);

	if (fclose(o->file) != 0)
		ok = false;
	o->file = NULL;
	if (!ok || (o->replaces && rename(o->temporary, o->path) != 0)) {
		rc = error_set(err, ERR_MACHINE, "%s: cannot be written: %s", o->path,
			       strerror(errno));
		if (o->temporary)
			unlink(o->temporary);
	} else if (o->replaces) {
		sync_directory_of(o->path);
	}
	free(o->path);
	free(o->temporary);
	*o = (struct output){0};
	return rc;
}

void output_abandon(struct output *o)
{
	if (o->file) {
		fclose(o->file);
		if (o->temporary)
			unlink(o->temporary);
	}
	free(o->path);
	free(o->temporary);
	*o = (struct output){0};
}

int output_text(const char *path, const char *text, struct error *err)
{
	struct output out;
	int rc;

	if (!path) {
		fputs(text, stdout);
		return 0;
	}
	rc = output_open(&out, path, err);
	if (rc)
		return rc;
	fputs(text, out.file); /* commit sees a failure */
	return output_commit(&out, err);
}

static bool is_directory(const char *path)
{
	struct stat st;

	if (stat(path, &st) != 0)
		return false;
	if (!S_ISDIR(st.st_mode))
		errno = ENOTDIR;
	return S_ISDIR(st.st_mode);
}

int make_directories(const char *path, struct error *err)
{
	char *copy;
	int rc = 0;

	if (!*path)
		return error_set(err, ERR_USAGE, "the name of a directory is empty");
	copy = xstrdup(path);
	for (char *p = copy + 1;; p++) {
		char c = *p;

		if (c != '/' && c != '\0')
			continue;
		*p = '\0';
		if (mkdir(copy, 0777) != 0 && !(errno == EEXIST && is_directory(copy))) {
			rc = error_set(err, ERR_MACHINE, "%s: cannot make the directory: %s", copy,
				       strerror(errno));
			break;
		}
		*p = c;
		if (!c)
			break;
	}
	free(copy);
	return rc;
}

bool lock_is_taken(int fd)
{
	return flock(fd, LOCK_EX | LOCK_NB) != 0 && errno == EWOULDBLOCK;
}

int lock_directory(const char *path, int *lock, struct error *err)
{
	*lock = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (*lock < 0 || !lock_is_taken(*lock))
		return 0;
	close(*lock);
	*lock = -1;
	return error_set(err, ERR_MACHINE,
			 "%s: another run writes its results there: wait for its end, or choose "
			 "another directory",
			 path);
}

int file_read(const char *path, size_t max, char **out, size_t *size, struct error *err)
{
	bool std = strcmp(path, "-") == 0;
	FILE *f = std ? stdin : fopen(path, "rb");
	char *buf = NULL;
	size_t cap = 0, nr = 0, n;
	int rc = 0;

	*out = NULL;
	if (!f)
		return error_set(err, ERR_INPUT, "%s: cannot be opened: %s", path, strerror(errno));
	do {
		if (cap - nr < 2) {
			cap = cap ? cap * 2 : 65536;
			buf = xreallocarray(buf, cap, 1);
		}
		n = fread(buf + nr, 1, cap - nr - 1, f);
		nr += n;
	} while (n > 0 && nr <= max);
	if (ferror(f))
		rc = error_set(err, ERR_INPUT, "%s: cannot be read: %s", path, strerror(errno));
	else if (nr > max)
		rc = error_set(err, ERR_INPUT, "%s: is larger than %zu MiB, the most that is read",
			       path, max >> 20);
	if (!std)
		fclose(f);
	if (rc) {
		free(buf);
		return rc;
	}
	buf[nr] = '\0';
	*out = buf;
	*size = nr;
	return 0;
}
