#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/output.h"
#include "base/units.h"
#include "live/recording.h"

/* Nodes 0 and 2: what is the index of one is not the number of it. */
static struct host *two_nodes(void)
{
	struct host *h = host_new("two", 2);
	struct error err;

	h->nr_packages = 2;
	for (unsigned n = 0; n < 2; n++) {
		h->node[n].os_index = 2 * n;
		h->node[n].package = n;
		h->node[n].memory_bytes = 4 * GIB;
		for (unsigned c = 0; c < 4; c++)
			cpuset_add(&h->node[n].cpus, 4 * n + c);
	}
	cr_assert_eq(host_finish(h, &err), 0, "%s", err.text);
	return h;
}

static void fill(struct live_sample *s, const struct host *h)
{
	struct live_zone *z;

	live_sample_init(s, h);
	s->at_ns = 1000 * NS_PER_S;
	s->took_ns = 5 * NS_PER_MS;
	s->size_bytes[0] = s->size_bytes[1] = 4 * GIB;
	s->free_bytes[0] = GIB;
	z = live_sample_add(s,
			    "w\xc3\xb6"
			    "b \"1\"",
			    "domid 3 abc");
	z->kind = LIVE_XEN_PVH;
	z->ours = true;
	z->vcpus = 6;
	live_zone_set_vnodes(z, 2);
	z->vnode[0] = (struct live_vnode){nodeset_of(0), 0, 0, 4, GIB};
	z->vnode[1] = (struct live_vnode){nodeset_of(1), 3, 1, 2, GIB};
	z->node_bytes[0] = GIB;
	z->node_bytes[1] = GIB - 4096;
	z->unknown_bytes = 4096;
	z->target_bytes = 2 * GIB;
	z->io_runs_on = nodeset_of(1);
	z->device_nodes = nodeset_of(1);
	z = live_sample_add(s, "bad \xff name", "pid 8 9");
	z->kind = LIVE_QEMU;
	live_sample_note(s, "node %u is full", 2u);
}

static char *temporary(void)
{
	char name[] = "/tmp/homenode-recording-XXXXXX";
	int fd = mkstemp(name);

	cr_assert_geq(fd, 0);
	close(fd);
	unlink(name);
	return xstrdup(name);
}

static void record(const char *path, const struct host *h, int64_t more_ns)
{
	struct recording_writer *w;
	struct live_sample s;
	struct error err;

	cr_assert_eq(recording_create(&w, path, h, &err), 0, "%s", err.text);
	fill(&s, h);
	s.at_ns += more_ns;
	cr_assert_eq(recording_add(w, &s, &err), 0, "%s", err.text);
	cr_assert_eq(recording_finish(w, &err), 0);
	live_sample_release(&s);
}

static void expect_same(const struct live_sample *s)
{
	const struct live_zone *z = live_sample_find(s, "domid 3 abc");

	cr_assert_not_null(z);
	cr_expect_str_eq(z->name, "w\xc3\xb6"
				  "b \"1\"");
	cr_expect(z->kind == LIVE_XEN_PVH && z->ours && z->vcpus == 6);
	cr_assert_eq(z->nr_vnodes, 2);
	cr_expect(z->vnode[1].runs_on == 2 && z->vnode[1].prefers == 3);
	cr_expect(z->vnode[1].told_node == 1 && z->vnode[1].vcpus == 2);
	cr_expect_eq(z->node_bytes[1], GIB - 4096);
	cr_expect(z->unknown_bytes == 4096 && z->target_bytes == 2 * GIB);
	cr_expect_eq(z->max_bytes, LIVE_UNKNOWN, "what is not known is not 0");
	cr_expect_eq(z->io_runs_on, nodeset_of(1));
	cr_expect_eq(z->device_nodes, nodeset_of(1));
	z = live_sample_find(s, "pid 8 9");
	cr_assert_not_null(z);
	cr_expect_str_eq(z->name, "bad ? name");
	cr_expect(z->vnode[0].told_node == -1 && z->node_bytes[0] == LIVE_UNKNOWN);
	cr_expect_eq(s->cost_ns, LIVE_UNKNOWN);
	cr_expect_eq(s->free_bytes[1], LIVE_UNKNOWN);
	cr_expect(s->nr_notes == 1 && !strcmp(s->note[0], "node 2 is full"));
}

/* What is written comes back, also after it was gone on with. */
Test(recording, comes_back)
{
	struct host *h = two_nodes();
	char *path = temporary();
	struct live_source *source;
	struct live_sample s;
	struct error err;
	bool more = true;

	record(path, h, 0);
	record(path, h, NS_PER_S);
	cr_assert_eq(live_source_open(&source, &live_recording, &(struct live_where){.path = path},
				      &err),
		     0, "%s", err.text);
	cr_expect_str_eq(source->host->name, "two");
	cr_expect_eq(source->host->node[1].os_index, 2);
	for (int i = 0; i < 2; i++) {
		cr_assert_eq(live_source_sample(source, &s, &more, &err), 0, "%s", err.text);
		cr_assert(more);
		cr_expect_eq(s.at_ns, (1000 + i) * NS_PER_S, "it keeps its time");
		expect_same(&s);
		live_sample_release(&s);
	}
	cr_assert_eq(live_source_sample(source, &s, &more, &err), 0);
	cr_expect(!more && !s.nr_zones);
	live_sample_release(&s);
	live_source_close(source);
	host_free(h);
	unlink(path);
	free(path);
}

/* A writer that was killed within a line: that line is left out, and overwritten. */
Test(recording, unfinished_line)
{
	struct host *h = two_nodes();
	char *path = temporary();
	struct recording *r;
	struct live_sample s;
	struct error err;
	struct stat st;
	unsigned nr = 0;
	bool more = true;

	record(path, h, 0);
	cr_assert_eq(stat(path, &st), 0);
	record(path, h, 1);
	cr_assert_eq(truncate(path, st.st_size + 40), 0);
	cr_assert_eq(recording_open(&r, path, &err), 0, "%s", err.text);
	for (; more; nr += more) {
		cr_assert_eq(recording_next(r, &s, &more, &err), 0, "%s", err.text);
		live_sample_release(&s);
	}
	cr_expect(nr == 1 && recording_cut_off(r));
	recording_close(r);
	record(path, h, 2);
	cr_assert_eq(recording_open(&r, path, &err), 0, "%s", err.text);
	for (nr = 0, more = true; more; nr += more) {
		cr_assert_eq(recording_next(r, &s, &more, &err), 0, "%s", err.text);
		live_sample_release(&s);
	}
	cr_expect(nr == 2 && !recording_cut_off(r));
	recording_close(r);
	host_free(h);
	unlink(path);
	free(path);
}

/* Neither another file nor a recording of another host is written over. */
Test(recording, keeps_what_is_there)
{
	struct host *h = two_nodes(), *other = two_nodes();
	char *path = temporary(), *text;
	struct recording_writer *w;
	struct error err;
	size_t size;

	cr_assert_eq(output_text(path, "precious\n", &err), 0);
	cr_expect_eq(recording_create(&w, path, h, &err), ERR_INPUT);
	cr_expect(strstr(err.text, "goes on with recordings alone"), "%s", err.text);
	cr_assert_eq(file_read(path, 100, &text, &size, &err), 0);
	cr_expect_str_eq(text, "precious\n");
	free(text);
	unlink(path);
	record(path, h, 0);
	other->node[1].os_index = 3;
	cr_expect_eq(recording_create(&w, path, other, &err), ERR_INPUT);
	cr_expect(strstr(err.text, "other nodes"), "%s", err.text);
	unlink(path);
	free(path);
	host_free(other);
	host_free(h);
}

/* Two at once would write over each other; a sample that is older than the last is taken by none.
 */
Test(recording, one_writer_and_no_way_back)
{
	struct host *h = two_nodes();
	char *path = temporary();
	struct recording_writer *w, *second;
	struct live_sample s;
	struct error err;
	struct stat before, after;

	record(path, h, NS_PER_S);
	cr_assert_eq(recording_create(&w, path, h, &err), 0, "%s", err.text);
	cr_expect_eq(recording_create(&second, path, h, &err), ERR_INPUT);
	cr_expect(strstr(err.text, "by another homenode"), "%s", err.text);
	cr_assert_eq(stat(path, &before), 0);
	fill(&s, h);
	cr_expect_eq(recording_add(w, &s, &err), ERR_INPUT);
	cr_expect(strstr(err.text, "set the clock"), "%s", err.text);
	cr_assert_eq(stat(path, &after), 0);
	cr_expect_eq(after.st_size, before.st_size, "nothing of it is written");
	live_sample_not_before(&s, 1001 * NS_PER_S);
	cr_expect_eq(s.at_ns, 1001 * NS_PER_S);
	cr_expect(s.nr_notes == 2 && strstr(s.note[1], "set back by 1 s"), "%s",
		  s.note[s.nr_notes - 1]);
	cr_expect_eq(recording_add(w, &s, &err), 0, "%s", err.text);
	live_sample_not_before(&s, 1001 * NS_PER_S);
	cr_expect_eq(s.nr_notes, 2, "it is not older");
	cr_assert_eq(recording_finish(w, &err), 0);
	live_sample_release(&s);
	record(path, h, 2 * NS_PER_S); /* and it is free again */
	host_free(h);
	unlink(path);
	free(path);
}

static void refuse(const struct host *h, const char *from, const char *to, const char *why)
{
	struct live_sample s;
	struct error err = {0};
	char *line, *at, *bad;

	fill(&s, h);
	line = recording_sample_text(&s);
	live_sample_release(&s);
	at = strstr(line, from);
	cr_assert_not_null(at, "%s is not in %s", from, line);
	bad = xasprintf("%.*s%s%s", (int)(at - line), line, to, at + strlen(from));
	live_sample_init(&s, h);
	cr_expect_eq(recording_sample_parse(&s, "r.jsonl", 7, bad, strlen(bad), &err), ERR_INPUT,
		     "%s for %s is taken", to, from);
	cr_expect(strstr(err.text, why), "%s", err.text);
	cr_expect_eq(strncmp(err.text, "r.jsonl:7:", 10), 0, "%s", err.text);
	live_sample_release(&s);
	free(bad);
	free(line);
}

/* Each of them a lie about the sample that fill() makes. */
Test(recording, trusts_nothing)
{
	struct host *h = two_nodes();

	refuse(h, "\"told_node\":2", "\"told_node\":1", "one of the host's nodes");
	refuse(h, "\"runs_on\":[0]", "\"runs_on\":[64]", "one of the host's nodes");
	refuse(h, "\"size_bytes\":[", "\"size_bytes\":[1,", "has 3 figures");
	refuse(h, "\"size_bytes\":[4294967296", "\"size_bytes\":[-1", "a number of bytes");
	refuse(h, "\"unknown_bytes\":4096", "\"unknown_bytes\":9223372036854775807",
	       "unknown_bytes");
	refuse(h, "\"unknown_bytes\":4096", "\"unknown_bytes\":4097", "whole pages");
	refuse(h, "\"node_bytes\":[1073741824", "\"node_bytes\":[1073741825", "whole pages");
	refuse(h, "\"node_bytes\":[null", "\"node_bytes\":[1125899906842624",
	       "more than 1 PiB on node 0");
	refuse(h, "\"kind\":\"qemu\"", "\"kind\":\"bhyve\"", "no kind of zone");
	refuse(h, "\"id\":\"pid 8 9\"", "\"id\":\"domid 3 abc\"", "another zone has this id");
	refuse(h, "\"ours\":true", "\"ours\":1", "ours");
	refuse(h, "\"zones\":[{", "\"zones\":[7,{", "a zone is an object");
	refuse(h, "\"took_ns\":", "\"took\":", "took");
	refuse(h, "\"notes\":[", "\"notes\":[[],", "a note is a sentence");
	refuse(h, "}],\"notes\"", "}],,\"notes\"", "");
	host_free(h);
}
