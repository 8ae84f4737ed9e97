/* A run's pictures as files, drawn by gnuplot: for documents, and where no script runs. */
#include "report/pictures.h"

#include <stdlib.h>

#include "base/alloc.h"
#include "base/output.h"
#include "base/units.h"
#include "report/figures.h"
#include "report/page.h"
#include "report/topology.h"

static char *heat_script(const struct heat *h, const struct heat_map *m)
{
	double hours = (double)h->end_ns / (double)NS_PER_HOUR;
	bool one = h->nr_hosts == 1;
	char *text = NULL;
	size_t n;
	FILE *f = xmemstream(&text, &n);

	fputs("$heat << END\n", f);
	for (size_t r = 0; r < h->nr_rows; r++) {
		for (size_t c = 0; c < HEAT_COLUMNS; c++)
			fprintf(f, "%.4g ", (double)m->bytes[r * HEAT_COLUMNS + c] / (double)GIB);
		fputc('\n', f);
	}
	fprintf(f,
		"END\nset xlabel 'hours since the start'\nset ylabel '%s'\n"
		"set cblabel 'GiB on a node'\nset palette defined (0 '#f7fbff', 1 '#6baed6', "
		"2 '#08306b')\nset cbrange [0:*]\nset xrange [0:%.6g]\nset yrange [%.6g:%.6g]\n"
		"set ytics %s\nunset key\n"
		"plot $heat matrix using (($1+0.5)*%.6g):(($2+0.5)*%.6g%s):3 with image\n",
		one ? "node" : "host", hours, one ? h->nr_nodes - 0.5 : (double)h->nr_hosts,
		one ? -0.5 : 0.0, h->nr_hosts <= 16 ? "1" : "autofreq", hours / HEAT_COLUMNS,
		(double)h->per_row / (one ? 1 : h->nr_nodes), one ? "-0.5" : "");
	xmemstream_close(f);
	return text;
}

static bool one_host(const struct sheet *s)
{
	int64_t hosts;

	for (size_t r = 0; r < s->nr; r++)
		if (!sheet_known(s, r, SUMMARY_hosts, &hosts) || hosts != 1)
			return false;
	return s->nr > 0;
}

static int write_heat(const struct run_dir *run, const char *directory, struct error *err)
{
	bool timeline = run->timeline && one_host(&run->summary);
	struct heat h;
	int rc;

	if (!timeline && !run->zones)
		return 0;
	rc = heat_load(&h, timeline ? run->timeline : run->zones, timeline, err);
	for (size_t m = 0; !rc && h.nr_rows && m < h.nr_maps; m++) {
		char *script = heat_script(&h, &h.map[m]), *name = xasprintf("occupancy%zu", m + 1);
		struct picture p = {
			.name = m ? name : "occupancy",
			.script = script,
			.height = h.nr_hosts == 1 ? 120 + 26 * h.nr_nodes : 520,
			.directory = directory,
		};

		rc = picture_write(&p, err);
		free(name);
		free(script);
	}
	heat_release(&h);
	return rc;
}

static int write_refusals(const struct run_dir *run, const char *directory, struct error *err)
{
	struct picture p = {.name = "refusals", .height = 320, .directory = directory};
	struct refusals r = {0};
	char *script = NULL;
	int rc = run->zones ? refusals_load(&r, run->zones, err) : 0;

	for (size_t i = 0; !rc && i < r.nr; i++)
		r.row[i]->name = sheet_name_of(&run->summary, r.row[i]->key, '\x01', r.row[i]->name,
					       &r.arena);
	if (!rc && r.nr) {
		p.script = script = refusals_script(&r);
		rc = picture_write(&p, err);
	}
	free(script);
	refusals_release(&r);
	return rc;
}

static int write_curves(const struct run_dir *run, const char *directory, struct error *err)
{
	struct picture p = {.name = "locality", .directory = directory};
	struct series s;
	char *script;
	int rc = series_load(&s, run->timeline, err);

	if (rc || !s.nr)
		goto out;
	for (size_t i = 0; i < s.nr; i++)
		s.curve[i].name = sheet_name_of(&run->summary, s.curve[i].key, '\x01',
						s.curve[i].name, &s.arena);
	p.script = script = locality_script(&s, &p.height);
	rc = picture_write(&p, err);
	free(script);
	if (rc)
		goto out;
	p = (struct picture){.name = "live", .height = 380, .directory = directory};
	p.script = script = live_script(&s);
	rc = picture_write(&p, err);
	free(script);
out:
	series_release(&s);
	return rc;
}

int pictures_write(const struct page_input *p, const char *directory, struct error *err)
{
	const struct run_dir *run = p->run[0].dir, *from = p->measured ? p->measured : run;
	int rc;

	if (!have_gnuplot())
		return error_set(err, ERR_MACHINE,
				 "pictures need gnuplot, which is not installed (gnuplot-nox on "
				 "Debian)");
	rc = make_directories(directory, err);
	if (!rc && run->timeline)
		rc = write_curves(run, directory, err);
	if (!rc)
		rc = write_refusals(run, directory, err);
	if (!rc)
		rc = write_heat(run, directory, err);
	if (!rc && from->measured)
		rc = measured_pictures(from->measured, directory, err);
	for (size_t i = 0; !rc && i < p->nr_hosts; i++) {
		char *name = xasprintf("topology%zu", i + 1);

		rc = topology_write(&p->host[i], name, directory, err);
		free(name);
	}
	return rc;
}
