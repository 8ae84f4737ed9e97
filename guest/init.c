/*
 * The first and only process of a zone that is there to be measured: a static
 * program, alone in its initramfs but for the probe. It says what its kernel
 * believes (guest/report.h), on the console and in xenstore, then runs the probe
 * whenever it is asked to. Below the zone's directory in xenstore:
 *
 *   data/homenode/report   "1 COUNT", the text in report/0 .. report/COUNT-1
 *   data/homenode/probe    written by the toolstack: "ID ARGUMENT...", or "ID stop"
 *   data/homenode/begun    "ID" when the probe has said its first line
 *   data/homenode/result   "ID STATUS COUNT" when done, the probe's standard output in
 *                          result/0 ..; STATUS is its exit status
 *
 * A part is at most XENSTORE_VALUE_MAX bytes. An ID is a word; a request whose ID is
 * that of the last result is not run again. "stop" ends the probe that runs, so that its
 * result comes; any other request waits until that one is done.
 */
#include <errno.h>
#include <poll.h>
#include <signal.h>
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

/* A probe that runs for a request. */
struct job {
	struct xenstore *s;
	const char *id;
	pid_t pid;
	int out; /* what it says; -1 when that has ended */
	size_t used; /* of text[] */
	bool begun;
};

/* Reads some of what it says into text[]; what does not fit is dropped. True where it wrote to the
 * store: that it has begun. */
static bool hear(struct job *j)
{
	char spill[512];
	bool full = j->used >= sizeof(text) - 1;
	ssize_t n = read(j->out, full ? spill : text + j->used,
			 full ? sizeof(spill) : sizeof(text) - 1 - j->used);

	if (n < 0 && errno == EINTR)
		return false;
	if (n <= 0) {
		close(j->out);
		j->out = -1;
		return false;
	}
	j->used += full ? 0 : (size_t)n;
	text[j->used] = '\0';
	if (j->begun || !strchr(text, '\n'))
		return false;
	j->begun = true;
	xenstore_write(j->s, "data/homenode/begun", j->id);
	return true;
}

/* Is it to end? Looked at after each message of the store, and after each that we sent. */
static void obey(const struct job *j)
{
	char request[XENSTORE_VALUE_MAX];
	const char *word;

	if (!xenstore_read(j->s, "data/homenode/probe", request, sizeof(request)))
		return;
	word = request + strcspn(request, " ");
	if (strcmp(word, " stop") == 0)
		kill(j->pid, SIGTERM);
}

static void attend(struct job *j)
{
	struct pollfd fd[2];
	bool sent;

	while (j->out >= 0) {
		fd[0] = (struct pollfd){.fd = j->out, .events = POLLIN};
		fd[1] = (struct pollfd){.fd = j->s->fd, .events = POLLIN};
		if (poll(fd, 2, -1) < 0 && errno != EINTR)
			break;
		sent = fd[0].revents && hear(j);
		if (fd[1].revents && !xenstore_wait(j->s))
			xenstore_release(j->s);
		if (sent || fd[1].revents)
			obey(j);
	}
}

/* The probe's exit status, 128 and more where a signal ended it; its output in text[]. */
static int run_probe(struct xenstore *s, const char *id, char *arguments)
{
	struct job j = {.s = s, .id = id};
	int pipe_fd[2], status = 0;

	text[0] = '\0';
	if (pipe(pipe_fd))
		return 126;
	j.out = pipe_fd[0];
	j.pid = fork();
	if (j.pid == 0)
		become_probe(arguments, pipe_fd[1]);
	close(pipe_fd[1]);
	if (j.pid < 0) {
		close(pipe_fd[0]);
		return 126;
	}
	attend(&j);
	while (waitpid(j.pid, &status, 0) < 0 && errno == EINTR)
		;
	return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

/* Runs a request that is new; false where there is nothing to do. */
static bool answer(struct xenstore *s, char *request, char *last, size_t size)
{
	size_t id_length = strcspn(request, " ");
	char head[96], *arguments = request + id_length;
	int status;

	if (*arguments)
		*arguments++ = '\0';
	if (!id_length || id_length >= size || strcmp(request, last) == 0)
		return false;
	memcpy(last, request, id_length + 1);
	/* of a probe that has ended by itself */
	if (strcmp(arguments, "stop") == 0)
		return true;
	status = run_probe(s, request, arguments);
	snprintf(head, sizeof(head), "%s %d", request, status);
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
