#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/output.h"
#include "live/recording.h"

struct recording_writer {
	char *path;
	int fd;
	bool is_file;
	off_t size; /* whole lines */
	int64_t last_ns; /* of the last sample; readers take none that is older behind it */
};

static int failed(const struct recording_writer *w, const char *what, struct error *err)
{
	return error_set(err, ERR_MACHINE, "%s cannot be %s: %s", w->path, what, strerror(errno));
}

/* All of it or nothing. */
static int put(struct recording_writer *w, const char *text, size_t size, struct error *err)
{
	size_t done = 0;

	while (done < size) {
		ssize_t n = write(w->fd, text + done, size - done);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0) {
			int rc = failed(w, "written", err);

			if (w->is_file && ftruncate(w->fd, w->size) != 0)
				return rc; /* the reader leaves half a line out */
			return rc;
		}
		done += (size_t)n;
	}
	w->size += (off_t)size;
	return 0;
}

/* Takes the text. */
static int put_line(struct recording_writer *w, char *text, struct error *err)
{
	size_t n = strlen(text);
	int rc;

	text[n] = '\n'; /* in the place of its NUL: one write, one line */
	rc = put(w, text, n + 1, err);
	free(text);
	return rc;
}

static int put_header(struct recording_writer *w, const struct host *host, struct error *err)
{
	char *xml;
	int rc = host_calibrated_xml(&xml, host, "", err);

	if (rc)
		return rc;
	rc = put_line(w, recording_header_text(host, xml), err);
	free(xml);
	return rc;
}

static int same_nodes(const char *path, const struct host *had, const struct host *host,
		      struct error *err)
{
	bool same = had->nr_nodes == host->nr_nodes;

	for (unsigned n = 0; same && n < host->nr_nodes; n++)
		same = had->node[n].os_index == host->node[n].os_index &&
		       cpuset_equal(&had->node[n].cpus, &host->node[n].cpus);
	return same ? 0
		    : error_set(err, ERR_INPUT,
				"%s is a recording of a host with other nodes: name another file",
				path);
}

/* Reads all there is, so that what is added makes a recording: *size is that of its whole lines. */
static int check_old(struct recording_writer *w, const struct host *host, struct error *err)
{
	struct recording *r;
	struct live_sample s;
	bool more = true;
	int rc = recording_open(&r, w->path, err);

	if (rc)
		return rc == ERR_INPUT ? error_prefix(err, "--record goes on with recordings alone")
				       : rc;
	rc = same_nodes(w->path, recording_host(r), host, err);
	while (!rc && more) {
		rc = recording_next(r, &s, &more, err);
		if (rc)
			break;
		w->last_ns = more ? s.at_ns : w->last_ns;
		live_sample_release(&s);
	}
	if (!rc)
		rc = recording_whole_bytes(r, &w->size, err);
	recording_close(r);
	if (!rc && ftruncate(w->fd, w->size) != 0)
		rc = failed(w, "cut to its whole lines", err);
	if (!rc && lseek(w->fd, 0, SEEK_END) < 0)
		rc = failed(w, "gone on with", err);
	return rc;
}

/* Two that write in turn would write over each other. */
static int lock(const struct recording_writer *w, struct error *err)
{
	if (!w->is_file || !lock_is_taken(w->fd))
		return 0;
	return error_set(err, ERR_INPUT,
			 "%s is being written by another homenode: name another file", w->path);
}

int recording_create(struct recording_writer **out, const char *path, const struct host *host,
		     struct error *err)
{
	struct recording_writer *w = xcalloc(1, sizeof(*w));
	struct stat st = {0};
	bool made = false;
	int rc = 0;

	*out = NULL;
	w->path = xstrdup(path);
	w->fd = open(path, O_WRONLY | O_CLOEXEC | O_NOCTTY);
	if (w->fd < 0 && errno == ENOENT) {
		w->fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
		made = w->fd >= 0;
	}
	if (w->fd < 0 || fstat(w->fd, &st) != 0)
		rc = failed(w, "written", err);
	w->is_file = S_ISREG(st.st_mode);
	if (!rc && lock(w, err) != 0) {
		rc = ERR_INPUT;
		made = false; /* it is the other's by now */
	}
	if (!rc && fstat(w->fd, &st) != 0)
		rc = failed(w, "written", err);
	if (!rc)
		rc = w->is_file && st.st_size ? check_old(w, host, err) : put_header(w, host, err);
	if (!rc) {
		*out = w;
		return 0;
	}
	if (made)
		unlink(path);
	if (w->fd >= 0)
		close(w->fd);
	free(w->path);
	free(w);
	return rc;
}

int recording_add(struct recording_writer *w, const struct live_sample *s, struct error *err)
{
	int rc;

	if (s->at_ns < w->last_ns)
		return error_set(err, ERR_INPUT,
				 "%s ends with a sample of a later time than it is now: set the "
				 "clock, or name another file",
				 w->path);
	rc = put_line(w, recording_sample_text(s), err);
	if (!rc)
		w->last_ns = s->at_ns;
	return rc;
}

int recording_finish(struct recording_writer *w, struct error *err)
{
	bool bad;
	int rc = 0;

	if (!w)
		return 0;
	bad = w->is_file && fsync(w->fd) != 0;
	if (close(w->fd) != 0 || bad)
		rc = failed(w, "written", err);
	free(w->path);
	free(w);
	return rc;
}
