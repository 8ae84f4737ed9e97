#include "report/picture.h"

#include <errno.h>
#include <fcntl.h>
#include <spawn.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/alloc.h"

extern char **environ; /* POSIX leaves its declaration to the program */

static int spawn_gnuplot(const char *script, const char *result, struct error *err)
{
	char *argv[] = {"gnuplot", (char *)script, NULL};
	posix_spawn_file_actions_t actions;
	int status = 0, rc;
	pid_t pid;

	posix_spawn_file_actions_init(&actions);
	posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
	posix_spawn_file_actions_addopen(&actions, STDOUT_FILENO, result,
					 O_WRONLY | O_CREAT | O_TRUNC, 0666);
	posix_spawn_file_actions_addopen(&actions, STDERR_FILENO, "/dev/null", O_WRONLY, 0);
	rc = posix_spawnp(&pid, argv[0], &actions, NULL, argv, environ);
	posix_spawn_file_actions_destroy(&actions);
	if (rc)
		return error_set(err, ERR_MACHINE,
				 "gnuplot cannot be started: %s; install gnuplot-nox",
				 strerror(rc));
	while (waitpid(pid, &status, 0) < 0 && errno == EINTR)
		;
	if (!WIFEXITED(status) || WEXITSTATUS(status) != 0)
		return error_set(err, ERR_MACHINE, "gnuplot could not draw a picture");
	return 0;
}

bool have_gnuplot(void)
{
	const char *path = getenv("PATH");
	bool found = false;

	while (path && *path && !found) {
		size_t n = strcspn(path, ":");
		char *program = xasprintf("%.*s/gnuplot", (int)n, path);

		found = access(program, X_OK) == 0;
		free(program);
		path += n + (path[n] == ':');
	}
	return found;
}

const char *picture_colour(size_t i)
{
	/* Okabe and Ito, 2008 */
	static const char *const colour[] = {"#0072B2", "#D55E00", "#009E73", "#CC79A7",
					     "#56B4E9", "#E69F00", "#000000"};

	return colour[i % (sizeof(colour) / sizeof(colour[0]))];
}

void print_gnuplot_text(const char *text, FILE *out)
{
	fputc('\'', out);
	for (; *text; text++) {
		if (*text == '\'')
			fputc('\'', out);
		fputc((unsigned char)*text < ' ' ? '?' : *text, out);
	}
	fputc('\'', out);
}

/* `scale`: pixels of the result a pixel of the picture. */
static int draw(const struct picture *p, const char *terminal, unsigned scale, const char *result,
		struct error *err)
{
	const char *tmp = getenv("TMPDIR");
	char *path = xasprintf("%s/homenode-plot-XXXXXX", tmp && *tmp ? tmp : "/tmp");
	int fd = mkstemp(path), rc = 0;
	FILE *f = fd < 0 ? NULL : fdopen(fd, "w");

	if (!f) {
		rc = error_set(err, ERR_MACHINE, "%s: %s", path, strerror(errno));
		free(path);
		return rc;
	}
	fprintf(f, "set terminal %s size %u,%u noenhanced\n%s", terminal,
		(p->width ? p->width : 900) * scale, p->height * scale, p->script);
	if (ferror(f) | fclose(f))
		rc = error_set(err, ERR_MACHINE, "%s: %s", path, strerror(errno));
	if (!rc)
		rc = spawn_gnuplot(path, result, err);
	unlink(path);
	free(path);
	return rc;
}

int picture_write_png(const struct picture *p, struct error *err)
{
	char *path = xasprintf("%s/%s.png", p->directory, p->name);
	int rc = draw(p, "pngcairo background '#ffffff' fontscale 2 linewidth 2", 2, path, err);

	free(path);
	return rc;
}

int picture_write(const struct picture *p, struct error *err)
{
	char *terminal =
		xasprintf("svg dynamic mouse standalone font 'sans-serif,13' name '%s'", p->name);
	char *path = xasprintf("%s/%s.svg", p->directory, p->name);
	int rc = draw(p, terminal, 1, path, err);

	if (!rc)
		rc = picture_write_png(p, err);
	free(path);
	free(terminal);
	return rc;
}
