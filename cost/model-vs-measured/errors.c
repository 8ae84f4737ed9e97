#include "cost/model-vs-measured/errors.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/doc.h"
#include "cost/model-vs-measured/machine_host.h"
#include "cost/params/error_table.h"
#include "cost/params/host_figures.h"
#include "cost/params/slit.h"

#define ANY 0xff /* of a figure: in whatever way it is known */
#define SLIT_CLASSES 6
#define WORTH 0.97 /* of the highest bandwidth: beyond it the curve is a cliff */

/* One prediction, and of what it is one: which figures it rests on, known how. */
struct sample {
	enum error_kind kind;
	uint8_t grade[ERROR_FIGURES];
	uint32_t figure; /* of the kind, which it shows */
	uint32_t machine;
	double error;
};

struct samples {
	struct sample *item;
	size_t nr, cap;
	uint32_t machine; /* whose are being added */
};

static void add(struct samples *s, enum error_kind kind, uint32_t figure, const uint8_t *grade,
		double predicted, double measured)
{
	struct sample *x;

	if (!(predicted > 0) || !(measured > 0))
		return;
	s->item = grow(s->item, &s->cap, s->nr, sizeof(*s->item));
	x = &s->item[s->nr++];
	*x = (struct sample){.kind = kind,
			     .figure = figure,
			     .machine = s->machine,
			     .error = fabs(predicted / measured - 1)};
	memcpy(x->grade, grade, ERROR_FIGURES);
}

/* --- latency -------------------------------------------------------------------------- */

static const uint8_t local_as[][ERROR_FIGURES] = {
	[GRADE_ASSUMED] = {GRADE_ASSUMED},
	[GRADE_FIRMWARE] = {GRADE_FIRMWARE},
	[GRADE_MEASURED] = {GRADE_MEASURED},
};
static const uint8_t remote_as[][ERROR_FIGURES] = {
	[GRADE_ASSUMED] = {GRADE_ASSUMED, ANY},
	[GRADE_FIRMWARE] = {GRADE_FIRMWARE, ANY},
	[GRADE_MEASURED] = {GRADE_MEASURED, ANY},
};
static const uint8_t loaded_as[][ERROR_FIGURES] = {
	[GRADE_ASSUMED] = {ANY, GRADE_ASSUMED},
	[GRADE_MEASURED] = {ANY, GRADE_MEASURED},
};

/* The next node's own memory says what this one's is. */
static void local_latencies(struct samples *s, const struct machine *m)
{
	for (uint32_t n = 0; n < m->nr_nodes; n++) {
		double own = m->latency_ns[n][n];
		uint32_t other = (n + 1) % m->nr_nodes;

		add(s, ERROR_LOCAL, 0, local_as[GRADE_ASSUMED], FIGURE_LOCAL_NS, own);
		if (other != n)
			add(s, ERROR_LOCAL, 0, local_as[GRADE_MEASURED],
			    m->latency_ns[other][other], own);
	}
}

/* The path the other way says what this one is. */
static void remote_latencies(struct samples *s, const struct machine *m)
{
	for (uint32_t i = 0; i < m->nr_nodes; i++)
		for (uint32_t j = 0; j < m->nr_nodes; j++)
			if (i != j)
				add(s, ERROR_RATIO, 0, remote_as[GRADE_MEASURED],
				    m->latency_ns[j][i], m->latency_ns[i][j]);
}

/* Classes of cost/params/slit.h; above 32 a formula, which is nobody's mean. */
static uint32_t class_of(const struct machine *m, double entry)
{
	bool zen1 = strncmp(m->id, "HYGON", 5) == 0;

	return entry <= 12 ? 0 : entry <= 18 ? 1 : entry <= 24 ? 2 : entry <= 32 ? zen1 ? 4 : 3 : 5;
}

/* Mean over other machines of the class; 0: there is none. */
static double others_mean(const struct machines *all, size_t left_out, uint32_t class)
{
	double sum = 0, measured, says;
	unsigned nr = 0;

	for (size_t i = 0; i < all->nr; i++) {
		for (uint32_t entry = 11; i != left_out && entry < 255; entry++) {
			const struct machine *m = &all->machine[i];

			if (class_of(m, entry) != class ||
			    !machine_class_ratio(m, entry, &measured, &says))
				continue;
			sum += measured;
			nr++;
		}
	}
	return nr ? sum / nr : 0;
}

static void slit_latencies(struct samples *s, const struct machines *all, size_t which)
{
	const struct machine *m = &all->machine[which];
	double measured, says;

	for (uint32_t entry = 11; entry < 255; entry++) {
		uint32_t class = class_of(m, entry);
		double by_class = slit_ratio(entry, class == 4), others;

		if (!machine_class_ratio(m, entry, &measured, &says))
			continue;
		others = others_mean(all, which, class);
		/* ranks inside a package, and the formula, are as the model has them */
		if (class != SLIT_CLASSES - 1 && others > 0 && !(fabs(says - by_class) > 1e-9))
			says = others;
		add(s, ERROR_RATIO, 0, remote_as[GRADE_ASSUMED], says, measured);
	}
}

/* Mean over the other machines' curves. */
static double others_curve(const struct curves *all, size_t left_out, double u)
{
	double sum = 0;

	for (size_t i = 0; i < all->nr; i++)
		sum += i == left_out ? 0 : curve_at(&all->curve[i], u);
	return all->nr > 1 ? sum / (double)(all->nr - 1) : 0;
}

/* Points of one curve: as many as it has, each once, but the cliff. */
static void loaded_latencies(struct samples *s, const struct curves *all, size_t which)
{
	const struct curve *c = &all->curve[which];

	for (size_t i = 0; i < c->nr; i++) {
		bool used;
		double six = curve_six_points(c, c->u[i], i, &used);

		if (c->u[i] > WORTH)
			continue;
		add(s, ERROR_RATIO, 1, loaded_as[GRADE_ASSUMED],
		    c->idle * others_curve(all, which, c->u[i]), c->latency[i]);
		if (!used)
			add(s, ERROR_RATIO, 1, loaded_as[GRADE_MEASURED], six, c->latency[i]);
	}
}

/* --- bandwidth -------------------------------------------------------------------------- */

enum { READS, WRITES, PORTS, LINKS };

static int by_value(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return (x > y) - (x < y);
}

/* Median over the other machines; 0: there are none. */
static double others_median(const struct machines *all, size_t left_out,
			    double (*of)(const struct machine *m))
{
	double *value = xcalloc(all->nr + 1, sizeof(*value)), median = 0;
	size_t nr = 0;

	for (size_t i = 0; i < all->nr; i++)
		if (i != left_out && of(&all->machine[i]) > 0)
			value[nr++] = of(&all->machine[i]);
	qsort(value, nr, sizeof(*value), by_value);
	if (nr)
		median = (value[(nr - 1) / 2] + value[nr / 2]) / 2;
	free(value);
	return median;
}

static bool has_reads(const struct machine *m)
{
	bool all = m->peak_r > 0;

	for (uint32_t n = 0; n < m->nr_nodes && all; n++)
		all = m->read_mbps[n][n] > 0 ||
		      (m->nr_nodes % m->nr_sockets && n == m->nr_nodes - 1);
	return all;
}

/* All at once: reads alone, and mixed with writes. With a measured write figure, which is made
 * of the 1:1 mix, that one is no prediction. */
static void mixes(struct samples *s, const struct machine *m, const struct machine_inputs *in,
		  uint8_t reads, uint8_t writes)
{
	uint8_t ports = machine_has_ports(m) ? reads : GRADE_NONE;
	const uint8_t as_reads[] = {reads, ANY, ports, ANY}, mixed[] = {reads, writes, ports, ANY};

	if (writes == GRADE_ASSUMED)
		add(s, ERROR_BANDWIDTH, READS, as_reads, machine_system_bandwidth(m, 1, in),
		    m->peak_r / 1e3);
	add(s, ERROR_BANDWIDTH, WRITES, mixed, machine_system_bandwidth(m, 0.75, in),
	    m->peak_3r1w / 1e3);
	add(s, ERROR_BANDWIDTH, WRITES, mixed, machine_system_bandwidth(m, 2.0 / 3, in),
	    m->peak_2r1w / 1e3);
	if (writes == GRADE_ASSUMED)
		add(s, ERROR_BANDWIDTH, WRITES, mixed, machine_system_bandwidth(m, 0.5, in),
		    m->peak_1r1w / 1e3);
}

static void bandwidths(struct samples *s, const struct machines *all, size_t which)
{
	const struct machine *m = &all->machine[which];
	double share = others_median(all, which, machine_write_share);
	const struct machine_inputs measured = {.write_share = 0},
				    reads_alone = {.write_share = share},
				    nothing = {.reads_assumed = true, .write_share = share};

	if (!has_reads(m))
		return;
	if (!machine_has_ports(m))
		mixes(s, m, &measured, GRADE_MEASURED, GRADE_MEASURED);
	mixes(s, m, &reads_alone, GRADE_MEASURED, GRADE_ASSUMED);
	if (machine_cores(m))
		mixes(s, m, &nothing, GRADE_ASSUMED, GRADE_ASSUMED);
}

/* Of a machine with a node a package: what the other package reads of the own one's rate. */
static double link_share(const struct machine *m)
{
	if (m->nr_nodes != 2 || m->nr_sockets != 2 || !(m->read_mbps[0][0] > 0))
		return 0;
	return m->read_mbps[1][0] / m->read_mbps[0][0];
}

static void links(struct samples *s, const struct machines *all, size_t which)
{
	static const uint8_t measured[] = {ANY, ANY, ANY, GRADE_MEASURED};
	static const uint8_t assumed[] = {ANY, ANY, ANY, GRADE_ASSUMED};
	const struct machine *m = &all->machine[which];

	if (!(link_share(m) > 0))
		return;
	add(s, ERROR_BANDWIDTH, LINKS, measured, m->read_mbps[1][0], m->read_mbps[0][1]);
	add(s, ERROR_BANDWIDTH, LINKS, assumed,
	    m->read_mbps[0][0] * others_median(all, which, link_share), m->read_mbps[1][0]);
}

/* --- firmware --------------------------------------------------------------------------- */

static double number_in(const struct doc_value *map, const char *key)
{
	double out;

	return doc_real(doc_member(map, key), 0, 1e12, &out) ? out : 0;
}

/* One machine whose HMAT was published beside its latencies. */
static int firmware(struct samples *s, const char *directory, struct error *err)
{
	char *path = xasprintf("%s/hmat_spr.json", directory);
	const struct doc_value *says, *is;
	struct doc doc = {0};
	int rc = access(path, F_OK) == 0 ? doc_load(&doc, path, DOC_JSON, err) : 0;

	if (!rc && doc.root) {
		says = doc_member(doc_member(doc.root, "hmat"), "read_latency_ns");
		is = doc_member(doc.root, "mlc_latency_ns");
		add(s, ERROR_LOCAL, 0, local_as[GRADE_FIRMWARE], number_in(says, "local"),
		    number_in(is, "local"));
		if (number_in(says, "local") > 0 && number_in(is, "local") > 0)
			add(s, ERROR_RATIO, 0, remote_as[GRADE_FIRMWARE],
			    number_in(says, "remote") / number_in(says, "local"),
			    number_in(is, "remote") / number_in(is, "local"));
	}
	doc_release(&doc);
	free(path);
	return rc;
}

/* --- rows ---------------------------------------------------------------------------------- */

/* Does it show this combination? */
static bool fits(const struct sample *x, const uint8_t *grade, uint32_t nr_figures)
{
	if (!grade[x->figure])
		return false;
	for (uint32_t f = 0; f < nr_figures; f++)
		if (x->grade[f] != ANY && x->grade[f] != grade[f] &&
		    (f == x->figure || grade[f] || x->grade[f]))
			return false;
	return true;
}

static int32_t ppm(double error)
{
	/* a tenth of a per mille: more would differ between machines */
	return (int32_t)(error * 1e4 + 0.5) * 100;
}

/* The errors of one figure in a combination. */
struct spread {
	size_t nr;
	uint32_t machines;
	double median, most, worst;
};

static struct spread spread_of(const struct samples *s, enum error_kind kind, uint32_t figure,
			       const uint8_t *grade, uint32_t nr_figures)
{
	double *error = xcalloc(s->nr + 1, sizeof(*error));
	struct spread p = {.nr = 0};
	uint32_t last = UINT32_MAX;

	for (size_t i = 0; i < s->nr; i++) {
		const struct sample *x = &s->item[i];

		if (x->kind != kind || x->figure != figure || !fits(x, grade, nr_figures))
			continue;
		error[p.nr++] = x->error;
		p.machines += x->machine != last;
		last = x->machine;
	}
	qsort(error, p.nr, sizeof(*error), by_value);
	if (p.nr) {
		p.median = error[(p.nr - 1) / 2];
		p.most = error[(size_t)(0.95 * (double)(p.nr - 1) + 0.5)];
		p.worst = error[p.nr - 1];
	}
	free(error);
	return p;
}

/* A combination is as good as the worst of its figures, and rests on as many machines as the
 * one that the fewest show; one that nobody shows makes no row. What is mixed passes the
 * ports. */
static void one_row(const struct samples *s, enum error_kind kind, const uint8_t *grade,
		    uint32_t nr_figures, FILE *out)
{
	struct spread all = {.machines = UINT32_MAX};

	for (uint32_t f = 0; f < nr_figures; f++) {
		struct spread p = spread_of(s, kind, f, grade, nr_figures);

		if (!grade[f] || (kind == ERROR_BANDWIDTH && f == PORTS))
			continue;
		if (!p.nr)
			return;
		all.nr += p.nr;
		all.machines = p.machines < all.machines ? p.machines : all.machines;
		all.median = fmax(all.median, p.median);
		all.most = fmax(all.most, p.most);
		all.worst = fmax(all.worst, p.worst);
	}
	if (all.nr)
		fprintf(out, "\t{%d, {%u, %u, %u, %u}, %zu, %u, %d, %d, %d},\n", (int)kind,
			grade[0], grade[1], grade[2], grade[3], all.nr, all.machines,
			ppm(all.median), ppm(all.most), ppm(all.worst));
}

static void rows(const struct samples *s, enum error_kind kind, FILE *out)
{
	uint32_t nr_figures = 0, all = 1;

	while (error_figures[kind][nr_figures] != COST_FIGURES) {
		nr_figures++;
		all *= GRADE_MEASURED + 1;
	}
	for (uint32_t code = 0; code < all; code++) {
		uint8_t grade[ERROR_FIGURES] = {0};
		uint32_t left = code;

		for (uint32_t f = nr_figures; f-- > 0; left /= GRADE_MEASURED + 1)
			grade[f] = (uint8_t)(left % (GRADE_MEASURED + 1));
		one_row(s, kind, grade, nr_figures, out);
	}
}

int errors_print(const struct machines *all, const struct curves *curves, const char *directory,
		 FILE *out, struct error *err)
{
	struct samples s = {.nr = 0};
	int rc;

	for (size_t i = 0; i < all->nr; i++) {
		s.machine = (uint32_t)i;
		local_latencies(&s, &all->machine[i]);
		remote_latencies(&s, &all->machine[i]);
		slit_latencies(&s, all, i);
		bandwidths(&s, all, i);
		links(&s, all, i);
	}
	for (size_t i = 0; i < curves->nr; i++) {
		s.machine = (uint32_t)(all->nr + i);
		for (size_t k = 0; k < all->nr; k++)
			if (strcmp(all->machine[k].id, curves->curve[i].id) == 0)
				s.machine = (uint32_t)k;
		loaded_latencies(&s, curves, i);
	}
	s.machine = (uint32_t)(all->nr + curves->nr);
	rc = firmware(&s, directory, err);
	if (!rc) {
		fputs("/* Made by homenode-model-vs-measured --errors; not to be edited. */\n"
		      "#include \"cost/params/error_table.h\"\n\n"
		      "const struct error_row error_table[] = {\n",
		      out);
		for (int kind = 0; kind < ERROR_KINDS; kind++)
			rows(&s, (enum error_kind)kind, out);
		fputs("};\n\nconst size_t error_table_rows = sizeof(error_table) / "
		      "sizeof(error_table[0]);\n",
		      out);
	}
	free(s.item);
	return rc;
}
