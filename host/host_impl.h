/*
 * Inside host/: from hwloc's tree to struct host, and between processes.
 *
 *	host_load()		reads the file, host_xml_clean() checks its text
 *	  host_in_child()	fork; limits; the child runs one of
 *	    host_from_job()	  hwloc loads the clean text or looks at this machine,
 *				  the tree is checked
 *	    host_calibrate()	  or the topology goes out again as XML, with what
 *				  was measured
 *	    host_pack()		  plain bytes through a pipe
 *	  host_unpack()		the parent believes nothing and checks every field
 *	  host_finish()
 */
#ifndef HOST_HOST_IMPL_H
#define HOST_HOST_IMPL_H

#include <stddef.h>

#include "host/host.h"
#include "host/host_xml.h"

/* Info of the root object: its memory attributes were measured. */
#define HOST_MEASURED_NOTE "homenodeMeasured"

/* What the child is to do; runs in the child only. */
struct host_job {
	const char *path; /* for messages */
	const char *xml; /* NULL: this machine */
	size_t xml_size;
	struct xml_facts facts;
	/* Not NULL: the answer is not a host but hwloc's XML with these latencies and
	 * bandwidths, GRADE_MEASURED, in place of what it has. */
	const struct host *measured;
	const char *note; /* how they were; kept in the file */
};

int host_from_job(struct host **out, const struct host_job *job, struct error *err) MUST_USE;

/* hwloc's XML of the job's topology with its measured matrices; *out is the caller's. */
int host_calibrate(char **out, size_t *size, const struct host_job *job,
		   struct error *err) MUST_USE;

/* Load in a child process. ERR_INPUT when the child refuses, crashes, or runs out
 * of time or memory; ERR_MACHINE when there can be no child. The host is not
 * finished yet. */
int host_in_child(struct host **out, const struct host_job *job, struct error *err) MUST_USE;
/* The same for a job with `measured`: text, NUL-terminated, the caller's. */
int host_text_in_child(char **out, const struct host_job *job, struct error *err) MUST_USE;

struct bytes {
	unsigned char *data;
	size_t nr, cap;
};
/* All but name and path. The caller frees ->data. */
void host_pack(const struct host *h, struct bytes *out);
/* ERR_INPUT when the bytes are not such a host; never trusts a number. */
int host_unpack(struct host **out, const unsigned char *data, size_t size,
		struct error *err) MUST_USE;

#define HOST_STRING_MAX 4096
#define HOST_LIST_MAX 65536 /* devices, L3s, warnings */

#endif
