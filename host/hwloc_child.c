/*
 * hwloc in a process of its own. hwloc 2.9 can crash on a broken file, walk a
 * bitmap for minutes, or load a plugin that hangs; the caller gets a sentence.
 */
#include <errno.h>
#include <fcntl.h>
#include <hwloc.h>
#include <poll.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/clock.h"
#include "base/library.h"
#include "base/units.h"
#include "host/confine.h"
#include "host/host.h"
#include "host/hwloc_child.h"

extern char **environ;

#define CPU_SECONDS_MAX 5
#define WALL_MS_MAX 20000
#define ADDRESS_BYTES_MAX (1 * GIB) /* on top of what this process has */
#define ANSWER_BYTES_MAX ((size_t)64 << 20)

/* First byte of the child's answer. */
#define ANSWER_TEXT 'T'
#define ANSWER_ERROR 'E'

/* hwloc 3's name for it is HWLOC_TOPOLOGY_EXPORT_XML_FLAG_V2; hwloc 2 writes nothing
 * else. */
#define EXPORT_V2 (1ul << 1)

struct bytes {
	char *data;
	size_t nr, cap;
};

/* --- in the child ---------------------------------------------------------------- */

static void limit(int what, rlim_t most)
{
	struct rlimit l;

	if (getrlimit(what, &l) != 0)
		return;
	if (l.rlim_max != RLIM_INFINITY && most > l.rlim_max)
		most = l.rlim_max;
	if (l.rlim_cur != RLIM_INFINITY && l.rlim_cur <= most)
		return;
	l.rlim_cur = most;
	setrlimit(what, &l);
}

/* The limit counts what fork() inherited, so that comes on top. */
static void limit_address_space(void)
{
	FILE *f = fopen("/proc/self/statm", "r");
	unsigned long long pages;
	long page = sysconf(_SC_PAGESIZE);

	if (!f)
		return;
	if (fscanf(f, "%llu", &pages) == 1 && page > 0)
		limit(RLIMIT_AS, (rlim_t)(pages * (unsigned long long)page + ADDRESS_BYTES_MAX));
	fclose(f);
}

/* hwloc reads some 40 variables; none may change what a file or this machine is. */
static void clear_environment(bool plugins)
{
	bool again = true;

	while (again) {
		again = false;
		for (char **e = environ; *e; e++) {
			char name[128];
			size_t n = strcspn(*e, "=");

			if (strncmp(*e, "HWLOC_", 6) != 0 || n >= sizeof(name))
				continue;
			memcpy(name, *e, n);
			name[n] = '\0';
			unsetenv(name);
			again = true;
			break;
		}
	}
	/* The built-in parser, and no plugin that could bring another. */
	setenv("HWLOC_LIBXML", "0", 1);
	setenv("HWLOC_XML_VERBOSE", "1", 1);
	setenv("HWLOC_SYNTHETIC_VERBOSE", "1", 1);
	if (!plugins)
		setenv("HWLOC_PLUGINS_PATH", "/dev/null", 1);
}

/* Standard error becomes a scratch file, in which refused() looks for
 * hwloc's reason. */
static void quiet(void)
{
	int null = open("/dev/null", O_RDWR);
	FILE *scratch = tmpfile();

	if (null < 0)
		return;
	dup2(null, STDIN_FILENO);
	dup2(null, STDOUT_FILENO);
	dup2(scratch ? fileno(scratch) : null, STDERR_FILENO);
	if (null > STDERR_FILENO)
		close(null);
}

static void default_signals(void)
{
	static const int signals[] = {SIGSEGV, SIGBUS, SIGABRT, SIGFPE, SIGILL,
				      SIGXCPU, SIGINT, SIGTERM, SIGALRM};

	for (size_t i = 0; i < sizeof(signals) / sizeof(signals[0]); i++)
		signal(signals[i], SIG_DFL);
}

static void send_all(int fd, const void *data, size_t n)
{
	const char *p = data;

	while (n > 0) {
		ssize_t sent = write(fd, p, n);

		if (sent < 0 && errno == EINTR)
			continue;
		if (sent <= 0)
			_exit(1);
		p += sent;
		n -= (size_t)sent;
	}
}

/* Nothing filtered: without Group objects the nodes' sets widen to the package,
 * and I/O objects are off by default. Disallowed CPUs stay, to be counted. */
static int setup(hwloc_topology_t *t, struct error *err)
{
	if (hwloc_topology_init(t) != 0)
		return error_set(err, ERR_INPUT, "hwloc cannot start: %s", strerror(errno));
	if (hwloc_topology_set_all_types_filter(*t, HWLOC_TYPE_FILTER_KEEP_ALL) == 0 &&
	    hwloc_topology_set_flags(*t, HWLOC_TOPOLOGY_FLAG_INCLUDE_DISALLOWED) == 0)
		return 0;
	return error_set(err, ERR_INPUT, "hwloc refuses its settings: %s", strerror(errno));
}

/* What hwloc wrote to standard error, which is a scratch file here: its first
 * line, unless that is its general advice. */
static int refused(enum hwloc_source from, struct error *err)
{
	char why[512] = "";
	ssize_t n = 0;

	fflush(stderr);
	if (lseek(STDERR_FILENO, 0, SEEK_SET) == 0)
		n = read(STDERR_FILENO, why, sizeof(why) - 1);
	why[n > 0 ? n : 0] = '\0';
	why[strcspn(why, "\n")] = '\0';
	if (!*why || strncmp(why, "Failed to parse", strlen("Failed to parse")) == 0)
		return error_set(err, ERR_INPUT,
				 from == HWLOC_XML ? "hwloc refuses this topology; write the file "
						     "again with lstopo"
						   : "hwloc does not understand this description");
	return error_set(err, ERR_INPUT, "hwloc refuses this topology: %s", why);
}

unsigned hwloc_library_major(void)
{
	return hwloc_get_api_version() >> 16;
}

static int set_source(hwloc_topology_t t, enum hwloc_source from, const char *text)
{
	switch (from) {
	case HWLOC_XML:
		return hwloc_topology_set_xmlbuffer(t, text, (int)strlen(text) + 1);
	case HWLOC_SYNTHETIC:
		return hwloc_topology_set_synthetic(t, text);
	default:
		return 0;
	}
}

/* Twice: where memory is short hwloc 2.9 leaves out a word here and there, and says nothing. */
static int export_xml(hwloc_topology_t t, char **out, struct error *err)
{
	unsigned long flags = hwloc_library_major() >= 3 ? EXPORT_V2 : 0;
	char *again = NULL;
	int length = 0;

	if (hwloc_topology_export_xmlbuffer(t, out, &length, flags) != 0 ||
	    hwloc_topology_export_xmlbuffer(t, &again, &length, flags) != 0)
		return error_set(err, ERR_INPUT, "hwloc does not write its XML: %s",
				 strerror(errno));
	if (strcmp(*out, again) != 0)
		return error_set(err, ERR_MACHINE, "hwloc runs out of memory");
	hwloc_free_xmlbuffer(t, again);
	return 0;
}

static int answer(int fd, enum hwloc_source from, const char *text, struct error *err)
{
	hwloc_topology_t t;
	char *xml = NULL;
	int rc = setup(&t, err);

	if (rc)
		return rc;
	/* errno says nothing of a text: it is 0 or EINVAL. */
	if (set_source(t, from, text) != 0)
		return refused(from, err);
	if (hwloc_topology_load(t) != 0)
		return from != HWLOC_MACHINE
			       ? refused(from, err)
			       : error_set(err, ERR_INPUT, "hwloc cannot look at it: %s",
					   strerror(errno));
	rc = export_xml(t, &xml, err);
	if (rc)
		return rc;
	send_all(fd, (char[]){ANSWER_TEXT}, 1);
	send_all(fd, xml, strlen(xml));
	return 0;
}

static void NORETURN child(int fd, enum hwloc_source from, const char *text)
{
	struct error err = {0, ""};

	default_signals();
	quiet();
	clear_environment(from == HWLOC_MACHINE);
	limit(RLIMIT_CORE, 0);
	limit(RLIMIT_CPU, CPU_SECONDS_MAX);
	/* GPU plugins map more address space than any limit for a file. */
	if (!ADDRESS_SANITIZER && from != HWLOC_MACHINE) {
		limit_address_space();
		(void)confine_process(); /* the limits hold without it */
	}
	if (answer(fd, from, text, &err)) {
		send_all(fd, (char[]){ANSWER_ERROR}, 1);
		send_all(fd, err.text, strlen(err.text));
	}
	_exit(0);
}

/* --- in the parent --------------------------------------------------------------- */

enum outcome { ANSWERED, TOO_SLOW, TOO_LONG, READ_FAILED };

/* Everything up to the end of the pipe, or until time is up. */
static enum outcome receive(int fd, struct bytes *b)
{
	int64_t deadline_ns = monotonic_ns() + WALL_MS_MAX * NS_PER_MS;

	for (;;) {
		struct pollfd p = {.fd = fd, .events = POLLIN};
		int64_t left_ms = (deadline_ns - monotonic_ns()) / NS_PER_MS;
		ssize_t n;
		int ready;

		if (left_ms <= 0)
			return TOO_SLOW;
		ready = poll(&p, 1, (int)left_ms);
		if (ready < 0 && errno != EINTR)
			return READ_FAILED;
		if (ready <= 0)
			continue;
		if (b->cap - b->nr < 65536) {
			b->cap = b->cap ? b->cap * 2 : 131072;
			b->data = xreallocarray(b->data, b->cap, 1);
		}
		n = read(fd, b->data + b->nr, b->cap - b->nr);
		if (n == 0)
			return ANSWERED;
		if (n < 0 && errno != EINTR)
			return READ_FAILED;
		b->nr += n > 0 ? (size_t)n : 0;
		if (b->nr > ANSWER_BYTES_MAX)
			return TOO_LONG;
	}
}

/* A sentence for a child that ended without an answer. */
static int explain(enum hwloc_source from, enum outcome outcome, int status, struct error *err)
{
	const char *what = from == HWLOC_MACHINE ? "this machine"
			   : from == HWLOC_XML	 ? "this file"
						 : "this description";
	const char *advice = from == HWLOC_XML ? "; write the file again with lstopo" : "";

	if (outcome == READ_FAILED)
		return error_set(err, ERR_MACHINE, "hwloc's answer cannot be read: %s",
				 strerror(errno));
	if (outcome == TOO_SLOW || (WIFSIGNALED(status) && WTERMSIG(status) == SIGXCPU))
		return error_set(err, ERR_INPUT, "hwloc does not come to an end on %s%s", what,
				 advice);
	if (outcome == TOO_LONG)
		return error_set(err, ERR_INPUT, "hwloc makes far too much of %s%s", what, advice);
	if (WIFSIGNALED(status))
		return error_set(err, ERR_INPUT, "hwloc crashes (signal %d) on %s%s",
				 WTERMSIG(status), what, advice);
	return error_set(err, ERR_INPUT, "hwloc runs out of memory on %s%s", what, advice);
}

static int wait_for(pid_t pid)
{
	int status = 0;

	while (waitpid(pid, &status, 0) < 0 && errno == EINTR)
		;
	return status;
}

/* Fork, let the child work, and take what it says, whatever that is. */
static int ask_child(enum hwloc_source from, const char *text, struct bytes *answered,
		     struct error *err)
{
	enum outcome outcome;
	int fd[2], status;
	pid_t pid;

	if (pipe(fd) != 0)
		return error_set(err, ERR_MACHINE, "no pipe for hwloc: %s", strerror(errno));
	pid = fork();
	if (pid < 0) {
		error_set(err, ERR_MACHINE, "no process for hwloc: %s", strerror(errno));
		close(fd[0]);
		close(fd[1]);
		return ERR_MACHINE;
	}
	if (pid == 0) {
		close(fd[0]);
		child(fd[1], from, text);
	}
	close(fd[1]);
	outcome = receive(fd[0], answered);
	close(fd[0]);
	if (outcome != ANSWERED)
		kill(pid, SIGKILL);
	status = wait_for(pid);
	if (outcome != ANSWERED || !WIFEXITED(status) || WEXITSTATUS(status) != 0 ||
	    answered->nr == 0)
		return explain(from, outcome, status, err);
	return 0;
}

int hwloc_in_child(char **out, enum hwloc_source from, const char *text, struct error *err)
{
	struct bytes answered = {NULL, 0, 0};
	int rc = ask_child(from, text, &answered, err);

	*out = NULL;
	if (!rc && answered.data[0] != ANSWER_TEXT)
		rc = error_set(err, ERR_INPUT, "%.*s", (int)(answered.nr - 1), answered.data + 1);
	if (!rc)
		*out = xstrndup(answered.data + 1, answered.nr - 1);
	free(answered.data);
	return rc;
}

/* It says which interface it has: 0x00020800 is that of 2.8. */
struct library *libraries_of_hwloc(struct library *out)
{
	unsigned v = hwloc_get_api_version();

	*out = (struct library){.name = "hwloc (interface)"};
	snprintf(out->version, sizeof(out->version), "%u.%u.%u", v >> 16, v >> 8 & 0xff, v & 0xff);
	return out + 1;
}
