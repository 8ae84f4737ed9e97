/*
 * The first and only process of a zone that is there to be measured: a static
 * program, alone in its initramfs but for the probe. It says what its kernel
 * believes (guest/report.h), on the console and in xenstore, then runs the probe
 * whenever it is asked to. Below the zone's directory in xenstore:
 *
 *   data/homenode/report   "1 COUNT", the text in report/0 .. report/COUNT-1
 *   data/homenode/probe    written by the toolstack: "ID ARGUMENT..."
 *   data/homenode/result   "ID STATUS COUNT" when done, the probe's standard output in
 *                          result/0 ..; STATUS is its exit status
 *
 * A part is at most XENSTORE_VALUE_MAX bytes. An ID is a word; a request whose ID is
 * that of the last result is not run again.
 */
#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "guest/report.h"
#include "guest/xenstore.h"

#define PROBE "/probe"
#define TEXT_MAX 65536
#define ARGUMENTS_MAX 32

static char text[TEXT_MAX];

static void mount_all(void)
{
	mkdir("/proc", 0755);
	mkdir("/sys", 0755);
	mkdir("/dev", 0755);
	/* what is there already is no failure */
	(void)mount("proc", "/proc", "proc", 0, NULL);
	(void)mount("sys", "/sys", "sysfs", 0, NULL);
	(void)mount("dev", "/dev", "devtmpfs", 0, NULL);
}

static void say(const char *what)
{
	char copy[1024];

	while (*what) {
		size_t n = strcspn(what, "\n");

		snprintf(copy, sizeof(copy), "%.*s", (int)n, what);
		printf("homenode: %s\n", copy);
		what += n + (what[n] == '\n');
	}
	fflush(stdout);
}

/* Reads until the end of the pipe; what does not fit is dropped. */
static void drain(int fd, char *out, size_t size)
{
	char spill[512];
	size_t used = 0;
	ssize_t n;

	for (;;) {
		bool full = used >= size - 1;

		n = read(fd, full ? spill : out + used, full ? sizeof(spill) : size - 1 - used);
		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			break;
		if (!full)
			used += (size_t)n;
	}
	out[used] = '\0';
}

static _Noreturn void become_probe(char *arguments, int out)
{
	char *argv[ARGUMENTS_MAX + 2] = {(char[]){PROBE}};
	char *save = NULL;
	size_t n = 1;

	for (char *word = strtok_r(arguments, " ", &save); word && n <= ARGUMENTS_MAX;
	     word = strtok_r(NULL, " ", &save))
		argv[n++] = word;
	dup2(out, STDOUT_FILENO);
	dup2(out, STDERR_FILENO);
	execv(PROBE, argv);
	printf("%s: %s\n", PROBE, strerror(errno));
	fflush(stdout);
	_exit(127);
}

/* The probe's exit status, 128 and more where a signal ended it; its output in text[]. */
static int run_probe(char *arguments)
{
	int pipe_fd[2], status = 0;
	pid_t pid;

	text[0] = '\0';
	if (pipe(pipe_fd))
		return 126;
	pid = fork();
	if (pid == 0)
		become_probe(arguments, pipe_fd[1]);
	close(pipe_fd[1]);
	if (pid > 0) {
		drain(pipe_fd[0], text, sizeof(text));
		while (waitpid(pid, &status, 0) < 0 && errno == EINTR)
			;
	}
	close(pipe_fd[0]);
	if (pid < 0)
		return 126;
	return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

/* Runs a request that is new; false where there is nothing to do. */
static bool answer(struct xenstore *s, char *request, char *last, size_t size)
{
	size_t id_length = strcspn(request, " ");
	char head[96], *arguments = request + id_length;

	if (*arguments)
		*arguments++ = '\0';
	if (!id_length || id_length >= size || strcmp(request, last) == 0)
		return false;
	memcpy(last, request, id_length + 1);
	snprintf(head, sizeof(head), "%s %d", request, run_probe(arguments));
	return xenstore_write_text(s, "data/homenode/result", head, text);
}

static void serve(struct xenstore *s)
{
	char request[XENSTORE_VALUE_MAX], last[64] = "";

	if (!xenstore_watch(s, "data/homenode/probe"))
		return;
	do {
		/* what came while the probe ran left no event behind: look again */
		while (xenstore_read(s, "data/homenode/probe", request, sizeof(request)) &&
		       answer(s, request, last, sizeof(last)))
			;
	} while (xenstore_wait(s));
}

int main(void)
{
	struct xenstore s;

	mount_all();
	report_write(text, sizeof(text));
	say(text);
	if (xenstore_init(&s)) {
		if (!xenstore_write_text(&s, "data/homenode/report", "1", text))
			say("the report cannot be written to xenstore");
		serve(&s);
		xenstore_release(&s);
	}
	say("no xenstore to be asked through");
	/* the kernel panics when its first process ends */
	for (;;)
		pause();
}
