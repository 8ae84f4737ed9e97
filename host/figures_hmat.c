/*
 * What firmware's HMAT says, as Linux shows it: nodeN/accessK/initiators/ has the best
 * initiators of node N as links nodeM, read_latency and write_latency in ns,
 * read_bandwidth and write_bandwidth in MiB/s (Documentation/admin-guide/mm/numaperf.rst;
 * class 0 any initiator, class 1 CPUs). A copy: cp -rL is too much, tar keeps the links.
 */
#include <dirent.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/text.h"
#include "host/figures_formats.h"

#define MIB_PER_S 1048576e-9 /* bytes a ns */
#define NUMBER_BYTES_MAX 64

static const struct {
	const char *name;
	enum figure_kind kind;
	double unit;
} files[] = {
	{"read_latency", FIGURE_LATENCY, 1},
	{"read_bandwidth", FIGURE_READ, MIB_PER_S},
	{"write_bandwidth", FIGURE_WRITE, MIB_PER_S},
};

/* A file with one number; false: there is none. 0 is what the kernel shows for not known. */
static int read_number(const char *path, double *out, bool *known, struct error *err)
{
	char *text = NULL;
	const char *p;
	size_t size;
	int rc;

	*known = false;
	if (access(path, R_OK) != 0)
		return 0;
	rc = text_read(path, NUMBER_BYTES_MAX, &text, &size, err);
	if (rc)
		return rc;
	p = text;
	*known = figure_number(&p, out);
	if (!*known || p[strspn(p, " \r\n")] != '\0')
		rc = error_at(err, ERR_INPUT, path, 1, 1, "a number was expected");
	*known = *known && *out > 0;
	free(text);
	return rc;
}

static bool said(const struct figures *f, enum figure_kind kind, uint32_t from, uint32_t to)
{
	for (size_t i = 0; i < f->nr; i++)
		if (f->figure[i].kind == kind && f->figure[i].firmware &&
		    f->figure[i].from == from && f->figure[i].to == to)
			return true;
	return false;
}

/* The folder's figures for one of its initiators. */
static int read_files(struct figures *f, const char *folder, uint32_t from, uint32_t to,
		      struct error *err)
{
	int rc = 0;

	for (size_t i = 0; !rc && i < sizeof(files) / sizeof(files[0]); i++) {
		char *path = xasprintf("%s/%s", folder, files[i].name);
		struct figure one = {
			.kind = files[i].kind, .from = from, .to = to, .firmware = true};
		bool known;

		rc = read_number(path, &one.value, &known, err);
		one.value *= files[i].unit;
		one.path = path;
		one.line = 1;
		one.tool = "HMAT";
		if (!rc && known && !said(f, one.kind, from, to))
			rc = figures_add(f, &one, err);
		free(path);
	}
	return rc;
}

/* Initiators without CPUs (a GPU, a network card) are left out. */
static int read_access(const struct figure_source *s, struct figures *f, const char *node_folder,
		       unsigned class, uint32_t to, struct error *err)
{
	char *folder = xasprintf("%s/access%u/initiators", node_folder, class);
	int rc = 0;

	for (unsigned n = 0; !rc && n < s->host->nr_nodes; n++) {
		uint32_t from = s->host->node[n].os_index;
		char *link = xasprintf("%s/node%u", folder, from);
		char target[16];
		/* a link of a copied tree may lead nowhere: that it is there says enough */
		bool there = access(link, F_OK) == 0 || readlink(link, target, sizeof(target)) >= 0;

		if (there && s->host->node[n].nr_cpus)
			rc = read_files(f, folder, from, to, err);
		free(link);
	}
	free(folder);
	return rc;
}

static char *root_of(const char *path)
{
	static const char *const below[] = {"", "/sys/devices/system/node", "/devices/system/node",
					    "/node"};

	for (size_t i = 0; i < sizeof(below) / sizeof(below[0]); i++) {
		char *root = xasprintf("%s%s", path, below[i]);
		DIR *d = opendir(root);
		const struct dirent *e;
		bool found = false;

		while (d && !found && (e = readdir(d)) != NULL)
			found = strncmp(e->d_name, "node", 4) == 0 && e->d_name[4] >= '0' &&
				e->d_name[4] <= '9';
		if (d)
			closedir(d);
		if (found)
			return root;
		free(root);
	}
	return NULL;
}

static int read_hmat(const struct figure_source *s, struct figures *f, struct error *err)
{
	char *root = root_of(s->path);
	size_t before = f->nr;
	int rc = 0;

	if (!root)
		return error_set(err, ERR_INPUT,
				 "%s: there is no folder node0 in it, nor below "
				 "sys/devices/system/node",
				 s->path);
	for (unsigned n = 0; !rc && n < s->host->nr_nodes; n++) {
		uint32_t to = s->host->node[n].os_index;
		char *folder = xasprintf("%s/node%u", root, to);

		for (unsigned class = 0; class < 2 && !rc && s->host->node[n].memory_bytes;
		     class ++)
			rc = read_access(s, f, folder, class, to, err);
		free(folder);
	}
	free(root);
	if (!rc && f->nr == before)
		rc = error_set(err, ERR_INPUT,
			       "%s: no node has access0/initiators with figures: the "
			       "firmware has no HMAT, or the kernel does not show it",
			       s->path);
	return rc;
}

const struct figure_format figure_hmat = {
	.name = "hmat",
	.summary = "ACPI HMAT as Linux shows it: a folder, this machine's or a copy",
	.source = "Documentation/admin-guide/mm/numaperf.rst of Linux",
	.how = "tar -C / -cf - $(ls -d /sys/devices/system/node/node*/access*) | tar -C DIR -xf -",
	.is = NULL,
	.read = read_hmat,
};
