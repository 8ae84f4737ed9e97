/* numactl -H: distances, which firmware says; and FIGURES.json, beside the other formats. */
#include <string.h>

#include "host/figures_formats.h"
#include "host/readers.h"

static int read_numactl(const struct figure_source *s, struct figures *f, struct error *err)
{
	struct host *h = NULL;
	int rc = host_load_text(&h, s->path, s->text, err);

	if (!rc && h->matrix[MATRIX_DISTANCE].grade != GRADE_FIRMWARE)
		rc = error_set(err, ERR_INPUT,
			       "%s: there are no distances in it: was the output "
			       "cut off?",
			       s->path);
	for (unsigned i = 0; !rc && i < h->nr_nodes * h->nr_nodes; i++) {
		unsigned from = i / h->nr_nodes, to = i % h->nr_nodes;
		struct figure one = {.kind = FIGURE_DISTANCE,
				     .from = h->node[from].os_index,
				     .to = h->node[to].os_index,
				     .value = host_distance(h, from, to),
				     .firmware = true,
				     .tool = "numactl -H"};

		rc = figure_put(s, f, one, 0, err);
	}
	host_free(h);
	return rc;
}

const struct figure_format figure_numactl = {
	.name = "numactl",
	.summary = "numactl -H: distances, where the host's are assumed",
	.source = "https://github.com/numactl/numactl, numactl.c, hardware()",
	.how = "numactl -H > FILE",
	.is = numactl_is,
	.read = read_numactl,
};

static bool is_json(const char *text)
{
	return text[strspn(text, " \t\r\n")] == '{' && strstr(text, "\"homenode_figures\"");
}

static int read_json(const struct figure_source *s, struct figures *f, struct error *err)
{
	struct figures read;
	int rc = figures_parse(&read, s->path, s->text, strlen(s->text), err);

	if (rc)
		return rc;
	rc = figures_join(f, &read, err);
	figures_release(&read);
	return rc;
}

const struct figure_format figure_json = {
	.name = "figures",
	.summary = "FIGURES.json, of homenode probe or by hand: every figure there is",
	.source = "docs/calibrate.md",
	.how = "homenode probe --save FILE",
	.is = is_json,
	.read = read_json,
};
