/* What a confined process may still do, and what it may not. */
#include <criterion/criterion.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/compiler.h"
#include "host/confine.h"
#include "tests/temporary.h"

#define NOT_CONFINED 77

/* Which of these succeeded; 0: none did. */
static int forbidden(const char *path)
{
	char *const no_words[] = {NULL};

	if (open(path, O_WRONLY) >= 0 || errno != EPERM)
		return 1;
	if (open("made", O_RDONLY | O_CREAT, 0600) >= 0 || errno != EPERM)
		return 2;
	if (unlink(path) == 0 || errno != EPERM)
		return 3;
	if (socket(AF_INET, SOCK_STREAM, 0) >= 0 || errno != EPERM)
		return 4;
	if (fork() >= 0 || errno != EPERM)
		return 5;
	if (kill(getppid(), 0) == 0 || errno != EPERM)
		return 6;
	if (execve("/bin/true", no_words, no_words) == 0 || errno != EPERM)
		return 7;
	if (mmap(NULL, 4096, PROT_READ | PROT_EXEC, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0) !=
	    MAP_FAILED)
		return 8;
	return 0;
}

static int needed(const char *path)
{
	char *block = malloc((size_t)64 << 20);
	int fd = open(path, O_RDONLY);
	char c;

	if (!block || fd < 0)
		return 20;
	block[0] = 'x';
	if (read(fd, &c, 1) != 1 || lseek(fd, 0, SEEK_SET) != 0)
		return 21;
	free(block);
	close(fd);
	return 0;
}

Test(confine, what_is_not_needed_is_refused)
{
	char path[256];
	int fd = mkstemp(temporary_name(path, sizeof(path), "confined")), status = 0, rc;
	pid_t pid;

	cr_assert(fd >= 0 && write(fd, "x", 1) == 1);
	close(fd);
	pid = fork();
	cr_assert(pid >= 0);
	if (pid == 0) {
		if (!confine_process())
			_exit(NOT_CONFINED);
		rc = forbidden(path);
		_exit(rc ? rc : needed(path));
	}
	cr_assert_eq(waitpid(pid, &status, 0), pid);
	cr_assert(WIFEXITED(status), "it ended with %d", status);
	unlink(path);
	if (WEXITSTATUS(status) == NOT_CONFINED)
		cr_skip_test("no libseccomp in this build, or no seccomp in this kernel");
	cr_assert_eq(WEXITSTATUS(status), 0, "%d", WEXITSTATUS(status));
}
