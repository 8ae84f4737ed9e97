#include "backend-linux/zone_process.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

/* Waits for its end; says how it ended. */
static const char *reap(struct zone_process *z)
{
	int status = 0;

	close(z->fd);
	while (waitpid(z->pid, &status, 0) < 0 && errno == EINTR)
		;
	*z = (struct zone_process){.fd = -1};
	if (WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL)
		return "was killed, perhaps for want of memory";
	return WIFSIGNALED(status) ? strsignal(WTERMSIG(status)) : "ended";
}

static int died(struct zone_process *z, struct error *err)
{
	pid_t pid = z->pid;

	return error_set(err, ERR_MACHINE, "the zone's process %d %s", (int)pid, reap(z));
}

static int receive(struct zone_process *z, struct zone_answer *answer, struct error *err)
{
	ssize_t n;

	do
		n = recv(z->fd, answer, sizeof(*answer), 0);
	while (n < 0 && errno == EINTR);
	if (n != (ssize_t)sizeof(*answer))
		return died(z, err);
	return answer->rc ? error_set(err, answer->rc, "%s", answer->text) : 0;
}

int zone_process_ask(struct zone_process *z, const struct zone_request *request,
		     struct zone_answer *answer, struct error *err)
{
	if (send(z->fd, request, sizeof(*request), MSG_NOSIGNAL) != (ssize_t)sizeof(*request))
		return died(z, err);
	return receive(z, answer, err);
}

int zone_process_start(struct zone_process *z, const struct layout *l, const int *others,
		       uint32_t nr_others, struct zone_answer *answer, struct error *err)
{
	int size = 2 * (int)sizeof(struct zone_answer) + 2 * (int)sizeof(struct zone_request);
	pid_t parent = getpid();
	int fd[2], rc;

	*z = (struct zone_process){.fd = -1};
	if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, fd) != 0)
		return error_set(err, ERR_MACHINE, "no socket for a zone: %s", strerror(errno));
	for (int i = 0; i < 2; i++)
		(void)setsockopt(fd[i], SOL_SOCKET, SO_SNDBUF, &size, sizeof(size));
	z->pid = fork();
	if (z->pid == 0) {
		close(fd[0]);
		for (uint32_t i = 0; i < nr_others; i++)
			if (others[i] >= 0)
				close(others[i]);
		zone_main(fd[1], parent, l);
	}
	close(fd[1]);
	if (z->pid < 0) {
		*z = (struct zone_process){.fd = -1};
		close(fd[0]);
		return error_set(err, ERR_MACHINE, "no process for a zone: %s", strerror(errno));
	}
	z->fd = fd[0];
	rc = receive(z, answer, err);
	if (rc)
		zone_process_stop(z);
	return rc;
}

void zone_process_stop(struct zone_process *z)
{
	if (z->pid <= 0)
		return;
	kill(z->pid, SIGKILL);
	(void)reap(z);
}
