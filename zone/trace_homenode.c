/*
 * Our own table: what a zone needs and nothing else, easy to write from any
 * other trace. docs/formats-workloads.md describes it for people.
 */
#include <string.h>

#include "base/units.h"
#include "zone/trace_rows.h"

enum {
	AT,
	LIFETIME,
	VCPUS,
	MEMORY,
	NAME,
	NODES,
	PLACEMENT,
	POLICY,
	VIRT,
	DEVICES,
	GROUP,
	RULE,
	DOMAIN,
	CLUSTER
};

/* A device list longer than this is no device list. */
#define DEVICE_TEXT_MAX 2048

struct homenode_stream {
	struct trace_stream rows;
	bool plain; /* no column of read_options() is there */
	char device_text[DEVICE_TEXT_MAX];
	const char *device[ZONE_DEVICES_MAX];
	struct zone_group group;
	char group_name[ZONE_NAME_MAX + 1];
};

static int no_choice(const struct trace_stream *t, unsigned column, const char *const *names,
		     struct error *err)
{
	char list[128] = "";

	for (int i = 0; names[i]; i++) {
		size_t used = strlen(list);

		snprintf(list + used, sizeof(list) - used, "%s%s", used ? ", " : "", names[i]);
	}
	return csv_error(&t->csv, (unsigned)t->column[column], err, "\"%s\" must be one of %s",
			 t->layout->column[column].name, list);
}

/* A field that is one of `names`; absent or empty: *out stays. */
static int read_choice(const struct trace_stream *t, unsigned column, const char *const *names,
		       int *out, struct error *err)
{
	const struct csv_field *f;

	if (!trace_given(t, column))
		return 0;
	f = &t->csv.field[t->column[column]];
	for (int i = 0; names[i]; i++)
		if (strlen(names[i]) == f->n && memcmp(names[i], f->text, f->n) == 0) {
			*out = i;
			return 0;
		}
	return no_choice(t, column, names, err);
}

/* Names between semicolons. */
static int read_devices(struct homenode_stream *h, struct error *err)
{
	struct trace_stream *t = &h->rows;
	unsigned field = (unsigned)t->column[DEVICES];
	char *p = h->device_text;
	uint32_t nr = 0;

	if (!trace_given(t, DEVICES))
		return 0;
	if (t->csv.field[field].n >= sizeof(h->device_text))
		return csv_error(&t->csv, field, err, "the list of devices is too long");
	memcpy(p, t->csv.field[field].text, t->csv.field[field].n);
	p[t->csv.field[field].n] = '\0';
	for (char *semicolon = p; semicolon; p = semicolon) {
		semicolon = strchr(p, ';');
		if (semicolon)
			*semicolon++ = '\0';
		if (!*p || nr == ZONE_DEVICES_MAX)
			return csv_error(&t->csv, field, err,
					 "\"devices\" must be 1 to %d names with a semicolon "
					 "between them: nic0;gpu1",
					 ZONE_DEVICES_MAX);
		h->device[nr++] = p;
	}
	t->zone.device = h->device;
	t->zone.nr_devices = nr;
	return 0;
}

/* "group" and "group_rule" come together, "fault_domain" with the rule of that name. */
static int read_group(struct homenode_stream *h, struct error *err)
{
	struct trace_stream *t = &h->rows;
	const struct csv_field *f;
	int64_t domain = 0;
	int rule = -1, rc = read_choice(t, RULE, zone_group_rule_names, &rule, err);

	t->base.event.group = NULL;
	if (rc || (rule < 0 && !trace_given(t, GROUP)))
		return rc;
	if (rule < 0 || !trace_given(t, GROUP))
		return csv_error(&t->csv, (unsigned)t->column[rule < 0 ? GROUP : RULE], err,
				 "a group has a name in \"group\" and a rule in \"group_rule\"");
	f = &t->csv.field[t->column[GROUP]];
	if (f->n > ZONE_NAME_MAX)
		return csv_error(&t->csv, (unsigned)t->column[GROUP], err,
				 "the group's name is longer than %d characters", ZONE_NAME_MAX);
	snprintf(h->group_name, sizeof(h->group_name), "%.*s", (int)f->n, f->text);
	if (trace_given(t, DOMAIN))
		rc = csv_int(&t->csv, (unsigned)t->column[DOMAIN], 0, INT32_MAX, &domain, err);
	h->group = (struct zone_group){h->group_name, (enum zone_group_rule)rule, (uint32_t)domain};
	t->base.event.group = &h->group;
	if (!rc && trace_given(t, DOMAIN) != (rule == ZONE_FAULT_DOMAIN))
		return csv_error(&t->csv, (unsigned)t->column[RULE], err,
				 "\"fault_domain\" says which, under the rule fault-domain and no "
				 "other");
	return rc;
}

static int read_options(struct trace_stream *t, struct error *err)
{
	int spread = ZONE_SPREAD_DEFAULT, policy = ZONE_DYNAMIC, virt = ZONE_AUTO, rc = 0;
	int64_t nodes = 0;

	if (trace_given(t, NODES))
		rc = csv_int(&t->csv, (unsigned)t->column[NODES], 1, ZONE_NODES_MAX, &nodes, err);
	if (!rc)
		rc = read_choice(t, PLACEMENT, zone_spread_names, &spread, err);
	if (!rc)
		rc = read_choice(t, POLICY, zone_memory_policy_names, &policy, err);
	if (!rc)
		rc = read_choice(t, VIRT, zone_virt_names, &virt, err);
	t->zone.numa_nodes = (uint32_t)nodes;
	t->zone.spread = (enum zone_spread)spread;
	t->zone.memory_policy = (enum zone_memory_policy)policy;
	t->zone.virt = (enum zone_virt)virt;
	if (!rc)
		rc = read_devices((struct homenode_stream *)t, err);
	return rc ? rc : read_group((struct homenode_stream *)t, err);
}

static int homenode_row(struct trace_stream *t, struct error *err)
{
	struct zone_event *e = &t->base.event;
	int64_t vcpus = 0, bytes = 0;
	int rc = trace_read_time(t, AT, err);

	e->lifetime_ns = NS_NEVER;
	if (!rc && trace_given(t, LIFETIME))
		rc = csv_seconds(&t->csv, (unsigned)t->column[LIFETIME], &e->lifetime_ns, err);
	if (!rc)
		rc = csv_int(&t->csv, (unsigned)t->column[VCPUS], 1, ZONE_VCPUS_MAX, &vcpus, err);
	if (!rc)
		rc = csv_decimal(&t->csv, (unsigned)t->column[MEMORY], MIB, ZONE_MEMORY_MAX_BYTES,
				 &bytes, err);
	if (!rc)
		rc = trace_set_zone(t, VCPUS, vcpus * 1000, MEMORY, bytes, err);
	if (rc)
		return rc;
	if (trace_given(t, NAME))
		rc = trace_set_name(t, "", NAME, err);
	else
		trace_number_name(t);
	if (!rc && !((struct homenode_stream *)t)->plain)
		rc = read_options(t, err);
	e->id = t->nr_zones;
	return rc;
}

static const struct trace_layout layout = {
	.column =
		{
			[AT] = {"at_s", false, "s", "when it starts"},
			[LIFETIME] = {"lifetime_s", false, "s",
				      "how long it lives; empty: to the end"},
			[VCPUS] = {"vcpus", false, "vCPUs", "its size"},
			[MEMORY] = {"memory_mib", false, "MiB", "its memory"},
			[NAME] = {"name", true, NULL, "names the zone"},
			[NODES] = {"numa_nodes", true, NULL, "on so many NUMA nodes"},
			[PLACEMENT] = {"placement", true, NULL, "default, compact, scatter"},
			[POLICY] = {"memory_policy", true, NULL, "dynamic, static"},
			[VIRT] = {"virt", true, NULL, "auto, pv, pvh"},
			[DEVICES] = {"devices", true, NULL, "names with semicolons between"},
			[GROUP] = {"group", true, NULL, "the zones it belongs with"},
			[RULE] = {"group_rule", true, NULL,
				  "affinity, anti-affinity, fault-domain"},
			[DOMAIN] = {"fault_domain", true, NULL, "which part of the group"},
			[CLUSTER] = {"cluster", true, NULL, "whose hosts it may go to"},
		},
	.place =
		{
			[ZONE_FIELD_NAME] = NAME + 1,
			[ZONE_FIELD_VCPUS] = VCPUS + 1,
			[ZONE_FIELD_MEMORY] = MEMORY + 1,
			[ZONE_FIELD_MEMORY_POLICY] = POLICY + 1,
			[ZONE_FIELD_NUMA_NODES] = NODES + 1,
			[ZONE_FIELD_PLACEMENT] = PLACEMENT + 1,
			[ZONE_FIELD_VIRT] = VIRT + 1,
			[ZONE_FIELD_DEVICES] = DEVICES + 1,
		},
	.strict = true,
	.named_rows = true,
	.sorted = true,
	.time = AT + 1,
	.cluster = CLUSTER + 1,
	.row = homenode_row,
};

static int homenode_open(struct zone_stream **out, struct csv *csv, const struct workload *w,
			 bool skip_bad, struct error *err)
{
	int rc = trace_stream_open(out, sizeof(struct homenode_stream), csv, &layout, w, skip_bad,
				   err);

	if (!rc) {
		struct homenode_stream *h = (struct homenode_stream *)*out;

		h->plain = true;
		for (int i = NODES; i <= DOMAIN; i++)
			h->plain &= h->rows.column[i] < 0;
	}
	return rc;
}

const struct trace_format trace_homenode = {
	.name = "homenode-csv",
	.summary = "a zone a row, for whatever has no format of its own",
	.source = "docs/formats-workloads.md",
	.cluster = "cluster",
	.layout = {&layout},
	.open = homenode_open,
	.never_resizes = true,
};
