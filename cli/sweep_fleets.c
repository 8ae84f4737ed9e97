#include "cli/sweep_fleets.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "choice/choice.h"
#include "cli/command.h"
#include "host/host.h"

#define HOSTS_MAX 1000000

struct sweep_fleet {
	const struct doc_value *at;
	struct fleet_group *group;
	uint32_t nr_groups;
	bool sized; /* it says how many hosts it has */
};

/* How many hosts of one kind; 0: as the topology says. */
struct sizes {
	uint32_t *nr_hosts;
	size_t nr;
};

struct choices {
	const char **name; /* NULL: the workload's own */
	size_t nr;
};

static bool is_there(const char *path)
{
	return access(path, F_OK) == 0;
}

char *sweep_file_path(const struct sweep_file *f, const char *name)
{
	char *path;

	if (name[0] == '/')
		return xstrdup(name);
	path = xasprintf("%s%s", f->folder, name);
	if (strchr(name, '/') || (strchr(name, '.') && is_there(path)))
		return path;
	free(path);
	return NULL;
}

/* --- hosts ------------------------------------------------------------------------------ */

/* What changes from machine to machine is no host of a sweep. */
static int load_host(struct sweep_file *f, const struct doc_value *at, const char *name, bool quiet,
		     struct error *err)
{
	char *path = host_is_synthetic(name) ? NULL : sweep_file_path(f, name);
	struct host *h;
	int rc;

	if (strcmp(name, "this") == 0 || strcmp(name, "xen") == 0)
		rc = doc_error(at, err,
			       "\"%s\" is another host on every machine; write it to a file first "
			       "(lstopo --of xml NAME.xml)",
			       name);
	else if ((rc = find_host(path ? path : name, &h, err)) && rc == ERR_USAGE)
		rc = doc_error(at, err, "there is no host \"%s\" (homenode list topologies)", name);
	free(path);
	if (rc)
		return rc;
	print_host_warnings(h, quiet);
	f->host = grow(f->host, &f->cap_hosts, f->nr_hosts, sizeof(*f->host));
	f->host_name = xreallocarray(f->host_name, f->cap_hosts, sizeof(*f->host_name));
	f->host_name[f->nr_hosts] = name;
	f->host[f->nr_hosts++] = h;
	return 0;
}

static int find_loaded(struct sweep_file *f, const struct doc_value *at, const char *name,
		       bool quiet, const struct host **out, struct error *err)
{
	size_t i = 0;
	int rc = 0;

	while (i < f->nr_hosts && strcmp(f->host_name[i], name) != 0)
		i++;
	if (i == f->nr_hosts)
		rc = load_host(f, at, name, quiet, err);
	if (!rc)
		*out = f->host[i];
	return rc;
}

const char *sweep_host_path(const struct sweep_file *f, size_t i)
{
	return f->host[i]->path;
}

/* --- topologies ------------------------------------------------------------------------- */

/* {"topology": "epyc-nps4-8n", "count": 4} */
static int read_group(const struct doc_value *at, struct fleet_group *out, bool *sized,
		      struct error *err)
{
	static const char *const keys[] = {"topology", "count", NULL};
	int64_t count = 1;
	int rc = at->kind == DOC_MAP ? doc_known(at, "topology", keys, err)
				     : doc_error(at, err,
						 "a topology is a name, {\"topology\", "
						 "\"count\"}, or a list of these");

	if (!rc)
		rc = doc_get_text(at, "topology", true, &out->topology, err);
	if (!rc)
		rc = doc_get_int(at, "count", false, 1, HOSTS_MAX, &count, err);
	*sized = doc_member(at, "count") != NULL;
	out->count = (uint32_t)count;
	return rc;
}

/* A name, a group, or a list of groups: a fleet of several kinds. */
static int read_topology(struct sweep_file *f, const struct doc_value *at, struct sweep_fleet *out,
			 struct error *err)
{
	const char *name = doc_text(at);
	uint32_t nr = at->kind == DOC_LIST ? at->nr : 1;
	int rc = 0;

	if (!nr)
		return doc_error(at, err, "a fleet needs a host");
	*out = (struct sweep_fleet){.at = at, .nr_groups = nr, .sized = nr > 1};
	out->group = arena_alloc(&f->arena, nr * sizeof(*out->group));
	if (name) {
		out->group[0] = (struct fleet_group){.topology = name, .count = 1};
		return 0;
	}
	for (uint32_t i = 0; !rc && i < nr; i++) {
		bool sized;

		rc = read_group(at->kind == DOC_LIST ? &at->item[i] : at, &out->group[i], &sized,
				err);
		out->sized |= sized;
	}
	return rc;
}

static bool same_fleet(const struct fleet_spec *a, const struct fleet_spec *b)
{
	if (a->nr_groups != b->nr_groups)
		return false;
	for (uint32_t i = 0; i < a->nr_groups; i++)
		if (a->group[i].count != b->group[i].count ||
		    strcmp(a->group[i].topology, b->group[i].topology) != 0)
			return false;
	return true;
}

/* The workloads' own, where they agree; --hosts of a run resizes it too. */
static int own_topology(struct sweep_file *f, const struct doc_value *root, struct error *err)
{
	const struct fleet_spec *own = &f->workload[0].fleet;
	struct sweep_fleet *t = f->topology = arena_alloc(&f->arena, sizeof(*t));

	for (size_t i = 1; i < f->nr_workloads; i++)
		if (!same_fleet(own, &f->workload[i].fleet))
			return sweep_file_differ(f, "topologies", i, err);
	*t = (struct sweep_fleet){.at = root, .nr_groups = own->nr_groups};
	t->sized = own->nr_groups > 1;
	t->group = arena_alloc(&f->arena, own->nr_groups * sizeof(*t->group));
	memcpy(t->group, own->group, own->nr_groups * sizeof(*t->group));
	f->nr_topologies = 1;
	return 0;
}

static int read_topologies(struct sweep_file *f, const struct doc_value *root, struct error *err)
{
	const struct doc_value *list;
	int rc = doc_get_list(root, "topologies", false, &list, err);

	if (rc)
		return rc;
	if (!list)
		return own_topology(f, root, err);
	if (!list->nr)
		return doc_error(list, err, "\"topologies\" is empty");
	f->topology = arena_alloc(&f->arena, list->nr * sizeof(*f->topology));
	for (uint32_t i = 0; !rc && i < list->nr; i++)
		rc = read_topology(f, &list->item[i], &f->topology[f->nr_topologies++], err);
	return rc;
}

/* --- sizes and choices ------------------------------------------------------------------ */

static int check_sizes(const struct sweep_file *f, const struct doc_value *list, struct error *err)
{
	for (size_t i = 0; i < f->nr_topologies; i++)
		if (f->topology[i].sized)
			return doc_error(list, err,
					 "\"hosts\" needs fleets of one kind without a count; a "
					 "topology has its own");
	return 0;
}

static int read_sizes(struct sweep_file *f, const struct doc_value *root, struct sizes *out,
		      struct error *err)
{
	const struct doc_value *list;
	int rc = doc_get_list(root, "hosts", false, &list, err);

	out->nr = list ? list->nr : 1;
	out->nr_hosts = arena_alloc(&f->arena, (out->nr + 1) * sizeof(*out->nr_hosts));
	if (rc || !list)
		return rc;
	if (!list->nr)
		return doc_error(list, err, "\"hosts\" is empty");
	for (uint32_t i = 0; i < list->nr; i++) {
		int64_t nr;

		if (!doc_int(&list->item[i], 1, HOSTS_MAX, &nr))
			return doc_error(&list->item[i], err,
					 "so many hosts are a whole number from 1 to %d",
					 HOSTS_MAX);
		for (uint32_t k = 0; k < i; k++)
			if (out->nr_hosts[k] == (uint32_t)nr)
				return doc_error(&list->item[i], err, "it is given twice");
		out->nr_hosts[i] = (uint32_t)nr;
	}
	return check_sizes(f, list, err);
}

static int read_choices(struct sweep_file *f, const struct doc_value *root, struct choices *out,
			struct error *err)
{
	const struct doc_value *at = doc_place(root, "choices");
	int rc = doc_get_strings(root, "choices", false, &f->arena, &out->name, &out->nr, err);

	if (rc)
		return rc;
	if (!doc_member(root, "choices")) {
		out->name = arena_alloc(&f->arena, sizeof(*out->name));
		out->nr = 1;
		for (size_t i = 0; i < f->nr_workloads; i++)
			if (!choice_find(f->workload[i].fleet.choice))
				return find_choice(f->workload[i].path, f->workload[i].fleet.choice,
						   err);
		return 0;
	}
	if (!out->nr)
		return doc_error(at, err, "\"choices\" is empty");
	for (size_t i = 0; i < out->nr; i++) {
		if (!choice_find(out->name[i]))
			return doc_error(&at->item[i], err,
					 "there is no host choice \"%s\" (homenode list choices)",
					 out->name[i]);
		for (size_t k = 0; k < i; k++)
			if (strcmp(out->name[k], out->name[i]) == 0)
				return doc_error(&at->item[i], err, "it is given twice");
	}
	return 0;
}

/* --- fleets ----------------------------------------------------------------------------- */

/* "a+b", with counts "a:4+b:2"; the choice behind an @ where several are compared. */
static const char *label_of(struct sweep_file *f, const struct sweep_fleet *t, uint32_t nr_hosts,
			    bool counted, const char *choice, const struct host *const *host)
{
	const char *label = "";
	uint32_t at = 0;

	for (uint32_t g = 0; g < t->nr_groups; g++) {
		uint32_t count = nr_hosts ? nr_hosts : t->group[g].count;

		label = arena_printf(&f->arena, "%s%s%s", label, g ? "+" : "", host[at]->name);
		if (counted)
			label = arena_printf(&f->arena, "%s:%u", label, count);
		at += count;
	}
	return choice ? arena_printf(&f->arena, "%s@%s", label, choice) : label;
}

static int hosts_of(struct sweep_file *f, const struct sweep_fleet *t, uint32_t nr_hosts,
		    bool quiet, struct matrix_fleet *out, struct error *err)
{
	const struct host **host;
	uint64_t sum = 0;
	uint32_t at = 0;

	for (uint32_t g = 0; g < t->nr_groups; g++)
		sum += nr_hosts ? nr_hosts : t->group[g].count;
	if (sum > HOSTS_MAX)
		return doc_error(t->at, err, "a fleet has at most %d hosts", HOSTS_MAX);
	host = arena_alloc(&f->arena, sum * sizeof(const struct host *));
	for (uint32_t g = 0; g < t->nr_groups; g++) {
		uint32_t count = nr_hosts ? nr_hosts : t->group[g].count;
		const struct host *h = NULL;
		int rc = find_loaded(f, t->at, t->group[g].topology, quiet, &h, err);

		if (rc)
			return rc;
		for (uint32_t i = 0; i < count; i++)
			host[at++] = h;
	}
	*out = (struct matrix_fleet){.host = host, .nr_hosts = (uint32_t)sum};
	return 0;
}

/* Would two be called the same? */
static bool ambiguous(const struct matrix *m, const char **twice)
{
	for (size_t i = 0; i < m->nr_fleets; i++)
		for (size_t k = 0; k < i; k++)
			if (strcmp(m->fleet[i].name, m->fleet[k].name) == 0) {
				*twice = m->fleet[i].name;
				return true;
			}
	return false;
}

static void label_all(struct sweep_file *f, const struct sizes *s, const struct choices *c,
		      bool counted)
{
	struct matrix_fleet *to = f->matrix.fleet;

	for (size_t i = 0; i < f->matrix.nr_fleets; i++) {
		size_t topology = i / c->nr / s->nr, size = i / c->nr % s->nr;

		to[i].name = label_of(f, &f->topology[topology], s->nr_hosts[size], counted,
				      c->nr > 1 ? to[i].choice : NULL, to[i].host);
	}
}

static int combine(struct sweep_file *f, const struct sizes *s, const struct choices *c, bool quiet,
		   struct error *err)
{
	struct matrix *m = &f->matrix;
	size_t nr = f->nr_topologies * s->nr;
	const char *twice;

	m->fleet = arena_alloc(&f->arena, nr * c->nr * sizeof(*m->fleet));
	for (size_t i = 0; i < nr; i++) {
		const struct sweep_fleet *t = &f->topology[i / s->nr];
		struct matrix_fleet fleet;
		int rc = hosts_of(f, t, s->nr_hosts[i % s->nr], quiet, &fleet, err);

		if (rc)
			return rc;
		for (size_t k = 0; k < c->nr; k++) {
			fleet.choice = c->name[k];
			m->fleet[m->nr_fleets++] = fleet;
		}
	}
	label_all(f, s, c, s->nr > 1);
	if (s->nr == 1 && ambiguous(m, &twice))
		label_all(f, s, c, true);
	return ambiguous(m, &twice) ? doc_error(doc_place(f->doc.root, "topologies"), err,
						"two fleets are both called \"%s\"", twice)
				    : 0;
}

/* A fleet in clusters is the workload's: nothing else says which hosts are whose. */
static int check_clusters(const struct sweep_file *f, const struct doc_value *root,
			  struct error *err)
{
	static const char *const fleets[] = {"topologies", "hosts"};

	for (size_t i = 0; i < f->nr_workloads; i++)
		for (size_t k = 0; f->workload[i].fleet.nr_clusters && k < 2; k++)
			if (doc_member(root, fleets[k]))
				return doc_error(doc_place(root, fleets[k]), err,
						 "the fleet of %s has clusters, which no other "
						 "fleet has; leave out \"%s\"",
						 f->workload[i].path, fleets[k]);
	return 0;
}

int sweep_file_fleets(struct sweep_file *f, const struct doc_value *root, bool quiet,
		      struct error *err)
{
	struct sizes sizes;
	struct choices choice = {.nr = 0};
	int rc = check_clusters(f, root, err);

	if (!rc)
		rc = read_topologies(f, root, err);
	if (!rc)
		rc = read_sizes(f, root, &sizes, err);
	if (!rc)
		rc = read_choices(f, root, &choice, err);
	return rc ? rc : combine(f, &sizes, &choice, quiet, err);
}

void sweep_file_release_fleets(struct sweep_file *f)
{
	for (size_t i = 0; i < f->nr_hosts; i++)
		host_free(f->host[i]);
	free(f->host);
	free(f->host_name);
}
