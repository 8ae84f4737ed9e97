/*
 * Texts that say what a machine is (private to host/). Each reader knows its text by
 * its content and makes an unfinished host of it; load.c has the table.
 */
#ifndef HOST_READERS_H
#define HOST_READERS_H

#include <stdbool.h>

#include "host/host.h"
#include "host/xml.h"

/* numactl --hardware, as it is or in a longer text. */
bool numactl_is(const char *text);
int numactl_host(struct host **out, const char *path, const char *text, struct error *err) MUST_USE;
/* lscpu -J; what follows the JSON object may be distances and memory (draft_lines()). */
bool lscpu_is(const char *text);
int lscpu_host(struct host **out, const char *path, const char *text, struct error *err) MUST_USE;
/* xl info -n. */
bool xl_info_is(const char *text);
int xl_info_host(struct host **out, const char *path, const char *text, struct error *err) MUST_USE;
/* The root element <capabilities> of virsh capabilities. */
int libvirt_host(struct host **out, const struct xml_doc *doc, struct error *err) MUST_USE;

#endif
