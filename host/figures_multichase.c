/*
 * multichase ("  85.9", ns, the only line) and multiload (a line of titles that begins
 * with "Samples", then values between commas; latencies in ns, loads in MiB a second).
 * Both print as multichase.c and multiload.c of google/multichase do.
 */
#include <string.h>

#include "host/figures_formats.h"

#define MIB_PER_S 1048576e-9 /* bytes a ns */
#define FIELDS 12

enum field {
	CHASE_THREADS = 2,
	CHASE_NS = 3,
	LOAD_THREADS = 6,
	LOAD_MIB = 8,
	CHASE_NAME = 10,
	LOAD_NAME = 11
};

/* Nothing but a number: the only output of multichase. */
static bool is_single(const char *text)
{
	const char *p = text + strspn(text, " \t\r\n");
	double value;

	return figure_number(&p, &value) && p[strspn(p, " \t\r\n")] == '\0';
}

static bool is_multichase(const char *text)
{
	return is_single(text) || (strstr(text, "ChaseThds") && strstr(text, "LdAvgMibs"));
}

/* Splits the line at commas; how many there are. */
static unsigned split(char *line, char **field)
{
	unsigned nr = 0;

	while (nr < FIELDS) {
		char *end = line + strcspn(line, ",");
		bool last = !*end;

		*end = '\0';
		line += strspn(line, " \t");
		line[strcspn(line, " \t")] = '\0';
		field[nr++] = line;
		if (last)
			break;
		line = end + 1;
	}
	return nr;
}

static bool number_of(const char *field, double *out)
{
	return figure_number(&field, out) && !*field;
}

static int put_load(const struct figure_source *s, struct figures *f, struct figure one,
		    char **field, double mib, unsigned long line, struct error *err)
{
	double threads;

	if (strcmp(field[LOAD_NAME], "stream-sum") != 0) {
		figure_remark(s, line, "not used: load %s; stream-sum, which reads alone, is",
			      field[LOAD_NAME]);
		return 0;
	}
	if (one.kind == FIGURE_LOADED) {
		one.load = mib * MIB_PER_S;
		one.read_share = 1;
		return figure_put(s, f, one, line, err);
	}
	one.value = mib * MIB_PER_S;
	if (!number_of(field[LOAD_THREADS], &threads) ||
	    !figure_enough_threads(s, &one, (unsigned)threads, line))
		return 0;
	return figure_put(s, f, one, line, err);
}

static int read_values(const struct figure_source *s, struct figures *f, struct figure_line *l,
		       struct error *err)
{
	char *field[FIELDS];
	double chasers, ns, mib;
	struct figure one = {.kind = FIGURE_LATENCY};
	int rc = figure_place(s, &one, err);

	if (rc)
		return rc;
	if (split(l->text, field) != FIELDS || !number_of(field[CHASE_THREADS], &chasers) ||
	    !number_of(field[CHASE_NS], &ns) || !number_of(field[LOAD_MIB], &mib))
		return error_at(err, ERR_INPUT, s->path, l->number, 0,
				"twelve values between commas are expected below \"Samples\": was "
				"the output cut off?");
	one.value = ns;
	if (strcmp(field[CHASE_NAME], "--------") == 0)
		one.kind = FIGURE_READ;
	else if (strcmp(field[LOAD_NAME], "--------") != 0)
		one.kind = FIGURE_LOADED;
	if (one.kind == FIGURE_LATENCY)
		return figure_put(s, f, one, l->number, err);
	return put_load(s, f, one, field, mib, l->number, err);
}

static int read_single(const struct figure_source *s, struct figures *f, struct error *err)
{
	struct figure_line l = {.at = s->text};
	struct figure one = {.kind = FIGURE_LATENCY};
	int rc = figure_place(s, &one, err);

	while (!rc && figure_next_line(&l)) {
		const char *p = l.text;

		if (figure_number(&p, &one.value))
			return figure_put(s, f, one, l.number, err);
	}
	return rc;
}

static int read_multichase(const struct figure_source *s, struct figures *f, struct error *err)
{
	struct figure_line l = {.at = s->text};
	bool values = false;
	int rc = 0;

	if (is_single(s->text))
		return read_single(s, f, err);
	while (!rc && figure_next_line(&l)) {
		bool titles = strncmp(l.text, "Samples", 7) == 0;

		if (values)
			rc = read_values(s, f, &l, err);
		values = titles;
	}
	if (!rc && values)
		rc = error_at(err, ERR_INPUT, s->path, l.number, 0,
			      "the line of titles has no values below: was the output cut off?");
	return rc;
}

const struct figure_format figure_multichase = {
	.name = "multichase",
	.summary = "multichase: a latency; multiload: latency, bandwidth, latency under load",
	.source = "https://github.com/google/multichase, multichase.c, multiload.c",
	.how = "numactl -N 0 -m 0 multichase -m 1g -H > FILE; --node 0",
	.is = is_multichase,
	.read = read_multichase,
};
