/*
 * Our own table: what a zone needs and nothing else, easy to write from any
 * other trace. docs/formats-workloads.md describes it for people.
 */
#include <string.h>

#include "base/units.h"
#include "zone/trace_rows.h"

enum { AT, LIFETIME, VCPUS, MEMORY, NAME, NODES, PLACEMENT, POLICY, VIRT, DEVICES };

/* A device list longer than this is no device list. */
#define DEVICE_TEXT_MAX 2048

struct homenode_stream {
	struct trace_stream rows;
	struct stream_name name; /* "z<n>" of zone named_to - 1 */
	uint64_t named_to;
	char device_text[DEVICE_TEXT_MAX];
	const char *device[ZONE_DEVICES_MAX];
};

/* A field that is one of `names`; absent or empty: *out stays. */
static int read_choice(const struct trace_stream *t, unsigned column, const char *const *names,
		       int *out, struct error *err)
{
	const struct csv_field *f;
	char list[128] = "";

	if (!trace_given(t, column))
		return 0;
	f = &t->csv.field[t->column[column]];
	for (int i = 0; names[i]; i++) {
		size_t used = strlen(list);

		if (strlen(names[i]) == f->n && memcmp(names[i], f->text, f->n) == 0) {
			*out = i;
			return 0;
		}
		snprintf(list + used, sizeof(list) - used, "%s%s", used ? ", " : "", names[i]);
	}
	return csv_error(&t->csv, (unsigned)t->column[column], err, "\"%s\" must be one of %s",
			 t->layout->column[column].name, list);
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
	return rc;
}

/* "z" and the zone's number. */
static const char *number_name(struct homenode_stream *h)
{
	for (; h->named_to <= h->rows.nr_zones; h->named_to++)
		stream_name_next(&h->name);
	return h->name.text;
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
		t->zone.name = number_name((struct homenode_stream *)t);
	if (!rc)
		rc = read_options(t, err);
	e->id = t->nr_zones;
	return rc;
}

static const struct trace_layout layout = {
	.column =
		{
			[AT] = {"at_s", false},
			[LIFETIME] = {"lifetime_s", false},
			[VCPUS] = {"vcpus", false},
			[MEMORY] = {"memory_mib", false},
			[NAME] = {"name", true},
			[NODES] = {"numa_nodes", true},
			[PLACEMENT] = {"placement", true},
			[POLICY] = {"memory_policy", true},
			[VIRT] = {"virt", true},
			[DEVICES] = {"devices", true},
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
	.row = homenode_row,
};

static int homenode_open(struct zone_stream **out, struct csv *csv, const struct workload *w,
			 bool skip_bad, struct error *err)
{
	return trace_stream_open(out, sizeof(struct homenode_stream), csv, &layout, w, skip_bad,
				 err);
}

const struct trace_format trace_homenode = {
	.name = "homenode-csv",
	.summary = "one row a zone: at_s,lifetime_s,vcpus,memory_mib and optional columns",
	.source = "docs/formats-workloads.md",
	.layout = {&layout},
	.open = homenode_open,
	.never_resizes = true,
};
