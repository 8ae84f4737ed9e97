/*
 * Inside host/: from hwloc's tree to struct host, and between processes.
 *
 *	host_load()		reads the file, host_xml_clean() checks its text
 *	  host_in_child()	fork; limits; the child runs one of
 *	    host_from_xml()	  hwloc loads the clean text, the tree is checked
 *	    host_from_machine()	  hwloc looks at this machine
 *	    host_pack()		  plain bytes through a pipe
 *	  host_unpack()		the parent believes nothing and checks every field
 *	  host_finish()
 */
#ifndef HOST_HOST_IMPL_H
#define HOST_HOST_IMPL_H

#include <stddef.h>

#include "host/host.h"
#include "host/host_xml.h"

/* What the child is to do; runs in the child only. */
struct host_job {
	const char *path; /* for messages */
	const char *xml; /* NULL: this machine */
	size_t xml_size;
	struct xml_facts facts;
};

int host_from_xml(struct host **out, const struct host_job *job, struct error *err) MUST_USE;
int host_from_machine(struct host **out, struct error *err) MUST_USE;

/* Load in a child process. ERR_INPUT when the child refuses, crashes, or runs out
 * of time or memory; ERR_MACHINE when there can be no child. The host is not
 * finished yet. */
int host_in_child(struct host **out, const struct host_job *job, struct error *err) MUST_USE;

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
