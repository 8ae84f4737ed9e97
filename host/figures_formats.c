#include "host/figures_formats.h"

#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/text.h"

#define TEXT_BYTES_MAX ((size_t)16 << 20)

const struct figure_format *const figure_formats[] = {
	&figure_json,	 &figure_mlc,  &figure_likwid,	   &figure_stream, &figure_lmbench,
	&figure_numactl, &figure_hmat, &figure_multichase, NULL,
};

const struct figure_format *figure_format_find(const char *name)
{
	for (size_t i = 0; figure_formats[i]; i++)
		if (strcmp(figure_formats[i]->name, name) == 0)
			return figure_formats[i];
	return NULL;
}

/* Which format, when nobody says. */
static const struct figure_format *format_of(const struct figure_source *s)
{
	for (size_t i = 0; figure_formats[i]; i++) {
		const struct figure_format *f = figure_formats[i];

		if (s->text ? f->is && f->is(s->text) : !f->is)
			return f;
	}
	return NULL;
}

int figures_import(struct figures *f, struct figure_source *s, const char *name, struct error *err)
{
	const struct figure_format *format = name ? figure_format_find(name) : NULL;
	char *text = NULL;
	struct stat st;
	bool folder = stat(s->path, &st) == 0 && S_ISDIR(st.st_mode);
	size_t size, before = f->nr;
	int rc = folder ? 0 : text_read(s->path, TEXT_BYTES_MAX, &text, &size, err);

	s->text = text;
	if (!rc && !format)
		format = format_of(s);
	if (!rc && (!format || !format->is != folder))
		rc = error_set(err, ERR_INPUT,
			       "%s: %s; homenode list calibrations has what is read", s->path,
			       folder ? "this folder has no figures of a known form"
				      : "no known program printed this");
	if (!rc) {
		s->tool = format->name;
		rc = format->read(s, f, err);
	}
	if (!rc && f->nr == before)
		rc = error_set(err, ERR_INPUT, "%s: nothing in it can be used (%s)", s->path,
			       format->summary);
	free(text);
	s->text = NULL;
	return rc;
}

bool figure_next_line(struct figure_line *l)
{
	size_t n = strcspn(l->at, "\n"), kept = n < sizeof(l->text) ? n : sizeof(l->text) - 1;

	if (!*l->at)
		return false;
	memcpy(l->text, l->at, kept);
	if (kept && l->text[kept - 1] == '\r')
		kept--;
	l->text[kept] = '\0';
	l->at += n + (l->at[n] == '\n');
	l->number++;
	return true;
}

bool figure_number(const char **p, double *out)
{
	const char *at = *p + strspn(*p, " \t");
	char *end;

	if (*at < '0' || *at > '9')
		return false;
	*out = strtod(at, &end);
	*p = end;
	return true;
}

void figure_remark(const struct figure_source *s, unsigned long line, const char *fmt, ...)
{
	va_list ap;

	if (!s->warn)
		return;
	fprintf(s->warn, "%s:%lu: warning: ", s->path, line);
	va_start(ap, fmt);
	vfprintf(s->warn, fmt, ap);
	va_end(ap);
	fputc('\n', s->warn);
}

int figure_put(const struct figure_source *s, struct figures *f, struct figure figure,
	       unsigned long line, struct error *err)
{
	figure.path = s->path;
	figure.line = line;
	figure.tool = figure.tool ? figure.tool : s->tool;
	return figures_add(f, &figure, err);
}

/* The node with CPUs and memory, when there is one; else FIGURE_UNSAID. */
static uint32_t only_node(const struct host *h)
{
	return nodeset_count(h->usable_nodes) == 1
		       ? h->node[nodeset_lowest(h->usable_nodes)].os_index
		       : FIGURE_UNSAID;
}

int figure_place(const struct figure_source *s, struct figure *figure, struct error *err)
{
	figure->from = s->from == FIGURE_UNSAID ? only_node(s->host) : s->from;
	figure->to = s->to == FIGURE_UNSAID ? figure->from : s->to;
	if (figure->from != FIGURE_UNSAID)
		return 0;
	return error_set(err, ERR_USAGE,
			 "%s does not say of which node it is: --node N (and --memory-node M) do",
			 s->path);
}

void figure_place_or_all(const struct figure_source *s, struct figure *figure)
{
	figure->from = s->from == FIGURE_UNSAID ? FIGURE_ALL : s->from;
	figure->to = s->to == FIGURE_UNSAID ? figure->from : s->to;
}

static unsigned cores_of(const struct figure_source *s, const struct figure *figure)
{
	unsigned nr = 0;

	for (unsigned n = 0; n < s->host->nr_nodes; n++)
		if (figure->from == FIGURE_ALL || figure->from == s->host->node[n].os_index)
			nr += s->host->node[n].nr_cores;
	return nr;
}

int64_t figure_cache_bytes(const struct figure_source *s, const struct figure *figure)
{
	const struct host *h = s->host;
	int64_t sum = 0;

	for (unsigned i = 0; i < h->nr_l3s; i++) {
		int n = figure->from == FIGURE_ALL ? -1 : host_find_node(h, figure->from);

		if (n < 0 || nodeset_has(h->l3[i].nodes, (unsigned)n))
			sum += h->l3[i].size_bytes;
	}
	return sum;
}

bool figure_enough_threads(const struct figure_source *s, const struct figure *figure,
			   unsigned threads, unsigned long line)
{
	unsigned cores = cores_of(s, figure);

	if (2 * threads >= cores)
		return true;
	figure_remark(s, line, "not used: %u thread%s of %u cores do not show what all of them get",
		      threads, threads == 1 ? "" : "s", cores);
	return false;
}

void figure_traffic(struct figure *figure, double rate, double loads, double stores,
		    enum figure_stores how)
{
	double counted = loads + stores;

	if (how == STORES_ORDINARY)
		loads += stores;
	figure->value = rate * (loads + stores) / counted;
	figure->read_share = loads / (loads + stores);
	figure->kind = !(stores > 0) ? FIGURE_READ : !(loads > 0) ? FIGURE_WRITE : FIGURE_MIX;
	if (figure->from == FIGURE_ALL)
		figure->kind = FIGURE_MIX; /* of the machine: shared out over its nodes */
	if (figure->kind != FIGURE_MIX)
		figure->read_share = 0;
}
