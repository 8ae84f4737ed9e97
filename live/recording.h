/*
 * Samples of a host in a file of JSON lines, to look at again, draw, or hold the simulator
 * against. The first line names the format and has the host, as hwloc's XML with what was
 * measured of it; each further line is one sample:
 *
 *	{"format":"homenode-recording","version":1,"host":"xen","nodes":[0,1],"xml":"<..."}
 *	{"at_ns":1764445200000000000,"took_ns":8100000,"cost_ns":7900000,
 *	 "size_bytes":[...],"free_bytes":[...],"zones":[{"name":"web","id":"domid 3 UUID",
 *	 "kind":"xen-pvh","ours":false,"vcpus":4,"vnodes":[{"runs_on":[0],"prefers":[],
 *	 "told_node":0,"vcpus":4,"memory_bytes":null}],"node_bytes":[4194304,0],
 *	 "unknown_bytes":0,"target_bytes":null,"max_bytes":null,"io_runs_on":[],
 *	 "device_nodes":[]}],"notes":[]}
 *
 * Arrays by node are in the order of the first line's "nodes", which are the host's numbers of
 * them; lists of nodes have such numbers. null is what was not known. A line that was not finished
 * when the writer ended is left out.
 */
#ifndef LIVE_RECORDING_H
#define LIVE_RECORDING_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "live/sample.h"
#include "live/source.h"

struct recording_writer;

/*
 * A file that is not there is made. One that is there is gone on with where it is a recording
 * of a host with the same nodes and nobody else writes it; anything else is refused (ERR_INPUT),
 * and stays as it is. A pipe or a device is written to.
 */
int recording_create(struct recording_writer **out, const char *path, const struct host *host,
		     struct error *err) MUST_USE;
/* One line, at once. ERR_MACHINE: it cannot be written; no part of it is then left. ERR_INPUT: it
 * is older than what is there. */
int recording_add(struct recording_writer *w, const struct live_sample *s,
		  struct error *err) MUST_USE;
int recording_finish(struct recording_writer *w, struct error *err) MUST_USE; /* NULL is fine */

struct recording;

/* Does the file begin as one, packed or not? False also when it cannot be read, and of "-". */
bool recording_recognise(const char *path);
/* Packed or not (base/input.h). ERR_INPUT with file:line:column for what is none. */
int recording_open(struct recording **out, const char *path, struct error *err) MUST_USE;
/* As long as it is open. */
struct host *recording_host(const struct recording *r);
/* The next sample, of the recording's host; the caller releases `out`, which is empty where *more
 * becomes false. ERR_INPUT: a line is none; times that go back are none. */
int recording_next(struct recording *r, struct live_sample *out, bool *more,
		   struct error *err) MUST_USE;
/* At the end: was there a last line that the writer had not finished? */
bool recording_cut_off(const struct recording *r);
/* Where its last whole line ends. ERR_INPUT: it is packed, and nothing can be added. */
int recording_whole_bytes(const struct recording *r, off_t *out, struct error *err) MUST_USE;
void recording_close(struct recording *r); /* NULL is fine */

/* The file as a source; the path is in struct live_where. */
extern const struct live_source_ops live_recording;

/* recording_json.c: the two kinds of line, without their line end; the caller frees. */
char *recording_header_text(const struct host *host, const char *xml) MUST_USE;
char *recording_sample_text(const struct live_sample *s) MUST_USE;
/* recording_sample.c: a line back into an empty sample; `line` is its number, for messages. */
int recording_sample_parse(struct live_sample *out, const char *path, uint32_t line,
			   const char *text, size_t size, struct error *err) MUST_USE;

#endif
