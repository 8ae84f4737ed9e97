/*
 * STREAM (stream.c 5.9 and 5.10): "Copy:  115552.5  0.027806 ..." in MB of 10^6 bytes,
 * counted without the lines that ordinary stores fetch.
 */
#include <string.h>

#include "host/figures_formats.h"

static const struct {
	const char *name;
	enum figure_kind kind;
} loops[] = {
	{"Copy:", FIGURE_STREAM_COPY},
	{"Scale:", FIGURE_STREAM_SCALE},
	{"Add:", FIGURE_STREAM_ADD},
	{"Triad:", FIGURE_STREAM_TRIAD},
};

static bool is_stream(const char *text)
{
	return strstr(text, "STREAM version") != NULL || strstr(text, "Rate MB/s") != NULL ||
	       strstr(text, "Rate (MB/s)") != NULL;
}

/* The triad as memory sees it: two arrays read, one written. */
static int triad(const struct figure_source *s, struct figures *f, const struct figure *loop,
		 unsigned threads, unsigned long line, struct error *err)
{
	struct figure mix = *loop;

	if (threads && !figure_enough_threads(s, loop, threads, line))
		return 0;
	figure_traffic(&mix, loop->value, 2, 1, s->stores);
	if (s->stores == STORES_ORDINARY)
		figure_remark(s, line,
			      "taken for ordinary stores, which fetch the line that they "
			      "write; --stores streaming, if the compiler made others");
	return figure_put(s, f, mix, line, err);
}

static int read_loop(const struct figure_source *s, struct figures *f, const struct figure_line *l,
		     unsigned threads, struct error *err)
{
	for (size_t i = 0; i < sizeof(loops) / sizeof(loops[0]); i++) {
		const char *p = l->text + strspn(l->text, " \t");
		struct figure one = {.kind = loops[i].kind};
		int rc;

		if (strncmp(p, loops[i].name, strlen(loops[i].name)) != 0)
			continue;
		p += strlen(loops[i].name);
		if (!figure_number(&p, &one.value))
			return error_at(err, ERR_INPUT, s->path, l->number, 0,
					"%s has no rate: was the output cut off?", loops[i].name);
		one.value *= 1e-3;
		figure_place_or_all(s, &one);
		rc = figure_put(s, f, one, l->number, err);
		if (!rc && one.kind == FIGURE_STREAM_TRIAD)
			rc = triad(s, f, &one, threads, l->number, err);
		return rc;
	}
	return 0;
}

static int read_stream(const struct figure_source *s, struct figures *f, struct error *err)
{
	struct figure_line l = {.at = s->text};
	double threads = 0;
	int rc = 0;

	while (!rc && figure_next_line(&l)) {
		const char *p = strchr(l.text, '=');

		if (strncmp(l.text, "Number of Threads", 17) == 0 && p) {
			p++;
			(void)figure_number(&p, &threads);
		}
		rc = read_loop(s, f, &l, (unsigned)(threads < 1e6 ? threads : 1e6), err);
	}
	return rc;
}

const struct figure_format figure_stream = {
	.name = "stream",
	.summary = "STREAM: the triad becomes a mix of reads and writes, all four are kept",
	.source = "https://www.cs.virginia.edu/stream/ref.html, stream.c",
	.how = "numactl -N 0 -m 0 ./stream > FILE; --node 0",
	.is = is_stream,
	.read = read_stream,
};
