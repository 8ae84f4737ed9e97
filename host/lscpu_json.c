#include <jansson.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/units.h"
#include "host/draft.h"
#include "host/hwloc_tree.h"
#include "host/readers.h"

bool lscpu_is(const char *text)
{
	text += strspn(text, " \t\r\n");
	return *text == '{' && strstr(text, "\"lscpu\"");
}

/* jansson keeps no places. */
static unsigned long line_of(const char *text, const char *at)
{
	unsigned long line = 1;

	for (; text < at; text++)
		line += *text == '\n';
	return line;
}

static int numa_cpus(struct draft *d, const char *field, const char *data, bool *is_one,
		     struct error *err)
{
	struct draft_node *unused;
	struct cpuset cpus;
	char *end = NULL;
	uint64_t node;
	int rc;

	*is_one = strncmp(field, "NUMA node", 9) == 0 && field[9] >= '0' && field[9] <= '9';
	if (!*is_one)
		return 0;
	node = strtoull(field + 9, &end, 10);
	rc = draft_node(d, node, &unused, err);
	if (!rc && *data && !cpuset_parse(&cpus, data))
		rc = error_set(err, ERR_INPUT, "%s: \"%.60s\" is no list of CPUs", d->path, data);
	for (unsigned c = *data && !rc ? cpuset_next(&cpus, 0) : CPUSET_NONE;
	     c != CPUSET_NONE && !rc; c = cpuset_next(&cpus, c + 1))
		rc = draft_cpu(d, c, node, DRAFT_UNKNOWN, DRAFT_UNKNOWN, err);
	return rc;
}

/* "On-line CPU(s) list:"; where no CPU is in the list, some versions have no text. */
static int cpu_list(struct draft *d, struct cpuset *online, const char *field, const char *data,
		    struct error *err)
{
	struct cpuset offline;
	bool is_offline = strcmp(field, "Off-line CPU(s) list:") == 0;

	if ((!is_offline && strcmp(field, "On-line CPU(s) list:") != 0) || !*data)
		return 0;
	if (!cpuset_parse(is_offline ? &offline : online, data))
		return error_set(err, ERR_INPUT, "%s: \"%.60s\" is no list of CPUs", d->path, data);
	if (is_offline)
		d->nr_offline = cpuset_count(&offline);
	return 0;
}

static int one_field(struct draft *d, struct cpuset *online, const char *field, const char *data,
		     struct error *err)
{
	uint64_t number = 0;
	bool is_one;
	int rc = numa_cpus(d, field, data, &is_one, err);

	if (!rc && !is_one)
		rc = cpu_list(d, online, field, data, err);
	if (rc || is_one)
		return rc;
	if (strcmp(field, "Model name:") == 0)
		copy_text(d->source, sizeof(d->source), data);
	if (!plain_number(data, CPUS_MAX, &number))
		return 0;
	if (strcmp(field, "NUMA node(s):") == 0)
		d->nodes_said = (struct draft_count){number, 1};
	if (strcmp(field, "Thread(s) per core:") == 0)
		d->threads_per_core = (unsigned)number;
	else if (strcmp(field, "Socket(s):") == 0)
		d->nr_sockets = (unsigned)number;
	return 0;
}

/* Newer versions nest fields in "children". */
static int fields(struct draft *d, struct cpuset *online, json_t *list, unsigned depth,
		  struct error *err)
{
	size_t i;
	json_t *o;
	int rc = 0;

	json_array_foreach(list, i, o)
	{
		const char *field = json_string_value(json_object_get(o, "field"));
		const char *data = json_string_value(json_object_get(o, "data"));

		if (field)
			rc = one_field(d, online, field, data ? data : "", err);
		if (!rc && depth < 8)
			rc = fields(d, online, json_object_get(o, "children"), depth + 1, err);
		if (rc)
			break;
	}
	return rc;
}

/* A machine without NUMA: lscpu names no node. */
static int one_node(struct draft *d, const struct cpuset *online, struct error *err)
{
	int rc = 0;

	for (unsigned c = cpuset_next(online, 0); c != CPUSET_NONE && !rc;
	     c = cpuset_next(online, c + 1))
		rc = draft_cpu(d, c, 0, DRAFT_UNKNOWN, DRAFT_UNKNOWN, err);
	return rc;
}

/* What the JSON says, before further texts add to it. */
static int check_nodes(struct draft *d, const char *text, const struct cpuset *online,
		       struct error *err)
{
	const char *at = strstr(text, "\"NUMA node(s):\"");
	struct draft_count said = d->nodes_said;
	int rc;

	d->nodes_said = (struct draft_count){0};
	said.line = said.line ? line_of(text, at ? at : text) : 0;
	rc = draft_check_count(d, &said, d->nr_nodes, "NUMA nodes", err);
	for (unsigned c = cpuset_next(online, 0); c != CPUSET_NONE && !rc && d->nr_nodes;
	     c = cpuset_next(online, c + 1))
		if (d->cpu[c].node == DRAFT_UNKNOWN)
			rc = error_set(err, ERR_INPUT,
				       "%s: CPU %u is on-line, but in no node's list: lines are "
				       "missing",
				       d->path, c);
	return rc;
}

static int read_text(struct draft *d, const char *text, struct error *err)
{
	struct cpuset online = {{0}};
	json_error_t where;
	json_t *root = json_loads(text, JSON_DISABLE_EOF_CHECK | JSON_REJECT_DUPLICATES, &where);
	unsigned seen;
	int rc;

	if (!root)
		return error_at(err, ERR_INPUT, d->path, (unsigned long)where.line,
				(unsigned long)where.column, "%s", where.text);
	rc = fields(d, &online, json_object_get(root, "lscpu"), 0, err);
	json_decref(root);
	if (!rc)
		rc = check_nodes(d, text, &online, err);
	if (!rc && d->nr_nodes == 0)
		rc = one_node(d, &online, err);
	d->line = line_of(text, text + where.position);
	return rc ? rc : draft_lines(d, text + where.position, &seen, err);
}

int lscpu_host(struct host **out, const char *path, const char *text, struct error *err)
{
	struct draft *d = xmalloc(sizeof(*d));
	int rc;

	draft_init(d, path, "lscpu");
	rc = read_text(d, text, err);
	if (!rc)
		rc = draft_host(out, d, err);
	draft_release(d);
	free(d);
	return rc;
}
