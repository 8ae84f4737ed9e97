/* Lines of numactl -H, of the kernel's files below /sys/devices/system/node, and rows
 * of a SLIT alone. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/units.h"
#include "host/draft.h"

/* Columns of the table of distances that is being read: the nodes' numbers. */
struct table_head {
	unsigned nr;
	uint64_t node[NODES_MAX];
	unsigned nr_rows; /* without a number in front */
	bool behind_cpus; /* the line before ended a node's CPUs */
};

static bool take_number(const char **p, uint64_t *out)
{
	char *end;

	*p += strspn(*p, " \t");
	if (**p < '0' || **p > '9')
		return false;
	*out = strtoull(*p, &end, 10);
	*p = end;
	return true;
}

/* "0 1 2", or the kernel's "0-2,4"; up to something else. */
static int take_cpus(struct draft *d, const char *p, uint64_t node, struct error *err)
{
	uint64_t first, last;
	int rc = 0;

	while (!rc && take_number(&p, &first)) {
		last = first;
		if (*p == '-') {
			p++;
			if (!take_number(&p, &last) || last >= CPUS_MAX)
				last = CPUS_MAX;
		}
		for (uint64_t c = first; c <= last && !rc; c++)
			rc = draft_cpu(d, c, node, DRAFT_UNKNOWN, DRAFT_UNKNOWN, err);
		p += *p == ',';
	}
	return rc;
}

static int64_t unit_of(const char *p)
{
	p += strspn(p, " \t");
	return strncmp(p, "kB", 2) == 0	  ? KIB
	       : strncmp(p, "MB", 2) == 0 ? MIB
	       : strncmp(p, "GB", 2) == 0 ? GIB
					  : 0;
}

/* "node 0 cpus: 0 1", "node 0 size: 4096 MB", "Node 0 MemTotal: 4194304 kB". */
static int node_line(struct draft *d, const char *p, bool *known, struct error *err)
{
	struct draft_node *unused;
	uint64_t node, value;
	char word[16];
	int n = 0, rc;

	p += strlen("node");
	if (!take_number(&p, &node) || sscanf(p, " %15[A-Za-z]:%n", word, &n) != 1 || !n)
		return 0;
	p += n;
	*known = true;
	rc = draft_node(d, node, &unused, err);
	if (!rc && strcmp(word, "cpus") == 0)
		return take_cpus(d, p, node, err);
	if (rc || !take_number(&p, &value) || !unit_of(p)) /* "<not available>" */
		return rc;
	if (strcmp(word, "free") == 0 || strcmp(word, "MemFree") == 0)
		draft_free(d, node, value, unit_of(p));
	if (strcmp(word, "size") != 0 && strcmp(word, "MemTotal") != 0)
		return 0;
	return draft_memory(d, node, value, unit_of(p), err);
}

/* "node   0   1   2" above numactl's table. */
static bool head_line(struct table_head *head, const char *p)
{
	p += strlen("node");
	head->nr = head->nr_rows = 0;
	while (head->nr < NODES_MAX && take_number(&p, &head->node[head->nr]))
		head->nr++;
	p += strspn(p, " \t\r");
	if (*p != '\0')
		head->nr = 0;
	return head->nr > 0;
}

/* "available: 2 nodes (0-1)" */
static bool count_line(struct draft *d, const char *p)
{
	unsigned nr;
	int n = 0;

	if (sscanf(p, "available: %u node%n", &nr, &n) != 1 || !n)
		return false;
	d->nodes_said = (struct draft_count){nr, d->line};
	return true;
}

/* numactl has sizes behind a list of CPUs, not numbers. */
static int wrapped(const struct draft *d, struct error *err)
{
	return error_at(err, ERR_INPUT, d->path, d->line, 0,
			"numbers alone below a node's list of CPUs: if the list was wrapped, join "
			"the lines; if these are distances, set a blank line above them");
}

/* "  0:  10  21", or "10 21": the row of the next node. */
static int distance_line(struct draft *d, struct table_head *head, const char *p, bool *known,
			 struct error *err)
{
	uint64_t from, value[NODES_MAX];
	unsigned nr = 0;
	bool named;
	int rc = 0;

	if (!take_number(&p, &from))
		return 0;
	named = *p == ':';
	if (named)
		p++;
	else
		value[nr++] = from;
	while (nr < NODES_MAX && take_number(&p, &value[nr]))
		nr++;
	p += strspn(p, " \t\r");
	if (*p != '\0' || nr == 0 || (named && head->nr != nr))
		return 0;
	if (!named && head->behind_cpus)
		return wrapped(d, err);
	*known = true;
	for (unsigned to = 0; to < nr && !rc; to++) {
		if (named)
			rc = draft_distance(d, from, head->node[to], value[to], err);
		else if (head->nr_rows < d->nr_nodes && to < d->nr_nodes)
			rc = draft_distance(d, d->node[head->nr_rows].os_index,
					    d->node[to].os_index, value[to], err);
	}
	if (!named && ++head->nr_rows && nr != d->nr_nodes)
		return error_set(err, ERR_INPUT,
				 "%s: a row of %u distances, but there are %u nodes", d->path, nr,
				 d->nr_nodes);
	return rc;
}

static int one_line(struct draft *d, struct table_head *head, const char *p, unsigned *seen,
		    struct error *err)
{
	bool known = false, of_cpus = strstr(p, " cpus:") != NULL;
	int rc = 0;

	p += strspn(p, " \t");
	if (strncmp(p, "node", 4) == 0 || strncmp(p, "Node", 4) == 0) {
		rc = node_line(d, p, &known, err);
		if (!rc && !known)
			known = head_line(head, p);
	} else if (count_line(d, p)) {
		known = true;
	} else {
		rc = distance_line(d, head, p, &known, err);
	}
	*seen += known;
	head->behind_cpus = known && of_cpus;
	return rc;
}

int draft_lines(struct draft *d, const char *text, unsigned *seen, struct error *err)
{
	struct table_head head = {0};
	int rc = 0;

	*seen = 0;
	while (*text && !rc) {
		size_t n = strcspn(text, "\n");
		char *line = xstrndup(text, n);

		rc = one_line(d, &head, line, seen, err);
		free(line);
		text += n + (text[n] == '\n');
		d->line++;
	}
	return rc;
}
