/*
 * Any bytes as what clusters print of themselves, and as tables of what fleets are like. The
 * first byte says what: documents of Kubernetes, OpenStack or libvirt, what is taken, racks. A
 * document may be followed by others, each behind a byte 0x1e, that go with it.
 *	build/clang/tests/fuzz/fuzz_documents -max_len=8192 -max_total_time=60 CORPUS
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/units.h"
#include "zone/trace_rows.h"
#include "zone/zone_check.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define FILES 3

/* File i with these bytes; its path is lent for ever. */
static const char *file_of(unsigned i, const char *text, size_t size)
{
	static char path[FILES][32];
	static int fd[FILES];

	if (!fd[i]) {
		char name[] = "/tmp/fuzz-documents-XXXXXX";

		fd[i] = mkstemp(name);
		BUG_ON(fd[i] < 0);
		unlink(name);
		snprintf(path[i], sizeof(path[i]), "/proc/self/fd/%d", fd[i]);
	}
	BUG_ON(ftruncate(fd[i], 0) || pwrite(fd[i], text, size, 0) != (ssize_t)size);
	return path[i];
}

static void drain(struct zone_stream *s)
{
	const struct zone_event *e;
	struct zone_fault fault;
	struct error err = {0};
	int64_t last_ns = 0;

	for (int i = 0; i < 5000; i++) {
		int rc = zone_stream_next(s, &e, &err);

		BUG_ON(rc && (rc != err.code || !*err.text));
		if (rc || !e)
			break;
		BUG_ON(e->at_ns < last_ns || e->lifetime_ns < 0);
		last_ns = e->at_ns;
		BUG_ON(!zone_sound(e->zone, zone_field_names, &fault));
		BUG_ON(e->group && !*e->group->name);
	}
	zone_stream_close(s);
}

static void as_documents(const struct trace_format *format, bool skip_bad, const char *text,
			 size_t size)
{
	const char *with[FILES] = {NULL}, *first = NULL;
	struct zone_stream *s;
	struct error err = {0};
	struct workload w;

	for (unsigned i = 0; i < FILES && size; i++) {
		const char *end = i < FILES - 1 ? memchr(text, 0x1e, size) : NULL;
		size_t n = end ? (size_t)(end - text) : size;
		const char *path = file_of(i, text, n);

		if (i)
			with[i - 1] = path;
		else
			first = path;
		text += n + (end != NULL);
		size -= n + (end != NULL);
	}
	if (!first)
		return;
	workload_defaults(&w);
	w.trace_with = with;
	w.trace_gpus = !skip_bad;
	if (!format->open_path(&s, first, &w, skip_bad, &err))
		drain(s);
	else
		BUG_ON(!*err.text);
	workload_release(&w);
}

static void as_table(bool racks, const char *text, size_t size)
{
	const char *path = file_of(0, text, size);
	struct fleet_initial initial;
	struct fleet_racks named;
	struct arena arena = {0};
	struct error err = {0};
	int rc = racks ? racks_load(&named, path, &arena, &err)
		       : initial_load(&initial, path, &arena, &err);

	BUG_ON(rc && !*err.text);
	for (size_t i = 0; !rc && racks && i < named.nr_hosts; i++)
		BUG_ON(named.rack[i] >= named.nr_racks);
	for (size_t i = 1; !rc && !racks && i < initial.nr; i++)
		BUG_ON(initial.node[i].host < initial.node[i - 1].host);
	arena_release(&arena);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const char *text = (const char *)data + 1;

	if (!size)
		return 0;
	switch (data[0] % 8) {
	case 0:
		as_documents(&trace_kubernetes, data[0] & 8, text, size - 1);
		break;
	case 1:
		as_documents(&trace_openstack, data[0] & 8, text, size - 1);
		break;
	case 4:
		as_documents(&trace_libvirt, data[0] & 8, text, size - 1);
		break;
	default:
		as_table(data[0] % 8 == 3, text, size - 1);
	}
	return 0;
}
