#include "report/picture.h"

#include <errno.h>
#include <fcntl.h>
#include <spawn.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/output.h"
#include "report/html_page.h"
#include "report/text.h"

extern char **environ; /* POSIX leaves its declaration to the program */

#define SVG_MAX ((size_t)16 << 20)

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

/* gnuplot's own title, its symbols (never used here) and the id of its canvas
 * would stand on the page once a picture. */
static int print_inline(const struct picture *p, const char *text, FILE *out, struct error *err)
{
	const char *svg = strstr(text, "<svg"), *head = svg ? strchr(svg, '>') : NULL;
	const char *defs = strstr(text, "</defs>"),
		   *canvas = strstr(text, "<g id=\"gnuplot_canvas\"");

	if (!head || !defs || !canvas)
		return error_set(err, ERR_MACHINE, "gnuplot wrote something that is no picture");
	fprintf(out, "<svg role=\"img\" aria-labelledby=\"%s-t %s-d\"", p->name, p->name);
	fwrite(svg + 4, 1, (size_t)(head - svg) - 3, out);
	fprintf(out, "\n<title id=\"%s-t\">", p->name);
	print_xml_text(p->title, out);
	fprintf(out, "</title>\n<desc id=\"%s-d\">", p->name);
	print_xml_text(p->description, out);
	fputs("</desc>\n<g>", out);
	fputs(defs + strlen("</defs>"), out);
	return 0;
}

int picture_write_png(const struct picture *p, struct error *err)
{
	char *path = xasprintf("%s/%s.png", p->directory, p->name);
	int rc = draw(p, "pngcairo background '#ffffff' fontscale 2 linewidth 2", 2, path, err);

	free(path);
	return rc;
}

static int write_files(const struct picture *p, const char *svg, size_t n, struct error *err)
{
	char *path = xasprintf("%s/%s.svg", p->directory, p->name);
	struct output out;
	int rc = output_open(&out, path, err);

	if (!rc) {
		fwrite(svg, 1, n, out.file);
		rc = output_commit(&out, err);
	}
	if (!rc)
		rc = picture_write_png(p, err);
	free(path);
	return rc;
}

int picture_print(const struct picture *p, FILE *out, struct error *err)
{
	const char *tmp = getenv("TMPDIR");
	char *result = xasprintf("%s/homenode-picture-XXXXXX", tmp && *tmp ? tmp : "/tmp");
	char *terminal = xasprintf("svg dynamic font 'sans-serif,13' name '%s'", p->name);
	int fd = mkstemp(result), rc;
	char *svg = NULL;
	size_t n = 0;

	if (fd < 0) {
		rc = error_set(err, ERR_MACHINE, "%s: %s", result, strerror(errno));
		goto out;
	}
	close(fd);
	rc = draw(p, terminal, 1, result, err);
	if (!rc)
		rc = file_read(result, SVG_MAX, &svg, &n, err);
	unlink(result);
	if (!rc)
		rc = print_inline(p, svg, out, err);
	if (!rc && p->directory)
		rc = write_files(p, svg, n, err);
out:
	free(svg);
	free(terminal);
	free(result);
	return rc;
}
