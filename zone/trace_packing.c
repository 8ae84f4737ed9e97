/*
 * Azure Traces for Packing 2020 (github.com/Azure/AzurePublicDataset,
 * AzureTracesForPacking2020.md at 829aa9b; O. Hadary et al., "Protean: VM allocation service
 * at scale", OSDI'20): an SQLite database with two tables, or these as CSV.
 *	vm(vmId, tenantId, vmTypeId, priority, starttime, endtime)
 *	vmType(id, vmTypeId, machineId, core, memory, hdd, ssd, nic)
 *
 * - Times are fractional days. A negative start: alive when the record begins, so the zone
 *   starts at 0 and keeps its end. No end: alive after 90 days, so it stays.
 * - Sizes are parts of a machine, a row for each kind of machine that the VM type may run on.
 *   The run's host stands for one kind, "type" of the trace's "machine", or that which most
 *   types can run on. VMs of types without it are left out when it was named, and else
 *   sized as on their first kind; both are counted.
 * - Low priority (1) may have been evicted early, so its lifetime is that of the trace's own
 *   cluster. hdd, ssd and nic are not used.
 */
#include "zone/trace_packing.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/map.h"
#include "base/units.h"

#define CHOSEN "are sized as on the commonest type of machine, "
#define DAY_NS (86400.0 * 1e9)

void packing_add_type(struct packing *p, const struct packing_type *type)
{
	p->type = grow(p->type, &p->cap, p->nr, sizeof(*p->type));
	p->type[p->nr] = *type;
	p->type[p->nr].vm_type = arena_strdup(&p->words, type->vm_type);
	p->type[p->nr++].machine = arena_strdup(&p->words, type->machine);
}

/* The row in use for a VM type. */
static uint32_t row_of(const struct packing *p, const char *vm_type)
{
	uint64_t key = hash_text(vm_type);
	size_t at;

	for (uint32_t v = map_first(&p->of_type, key, &at); v != MAP_NONE;
	     v = map_next(&p->of_type, key, &at))
		if (strcmp(p->type[v].vm_type, vm_type) == 0)
			return v;
	return MAP_NONE;
}

/* The kind that most types can run on; of several the first. */
static const char *commonest_machine(const struct packing *p)
{
	struct map counts = {0};
	size_t most = 0, first = 0;

	for (size_t i = 0; i < p->nr; i++) {
		uint64_t key = hash_text(p->type[i].machine);
		size_t at, nr = 1;

		for (uint32_t v = map_first(&counts, key, &at); v != MAP_NONE;
		     v = map_next(&counts, key, &at))
			nr++;
		map_add(&counts, key, (uint32_t)i);
		if (nr > most) {
			most = nr;
			first = i;
		}
	}
	map_release(&counts);
	return p->type[first].machine;
}

int packing_choose(struct packing *p, const struct workload *w, const char *path, struct error *err)
{
	bool met = false;

	if (!p->nr)
		return error_set(err, ERR_INPUT, "%s: holds no type of VM", path);
	if (!w->machine_vcpus || !w->machine_bytes)
		return error_set(
			err, ERR_INPUT,
			"%s: sizes are parts of a machine; say what that has: \"machine\": "
			"{\"vcpus\": 64, \"memory\": \"256GiB\"} in the workload's \"trace\"",
			path);
	p->named = w->machine_type != NULL;
	p->machine = p->named ? w->machine_type : commonest_machine(p);
	for (size_t i = 0; i < p->nr; i++) {
		struct packing_type *t = &p->type[i];
		uint32_t before = row_of(p, t->vm_type);
		bool right = strcmp(t->machine, p->machine) == 0;

		met |= right;
		if (right && before != MAP_NONE)
			map_remove(&p->of_type, hash_text(t->vm_type), before);
		if (right || before == MAP_NONE)
			map_add(&p->of_type, hash_text(t->vm_type), (uint32_t)i);
	}
	if (!met)
		return error_set(err, ERR_INPUT, "%s: no type of VM can run on a machine \"%.80s\"",
				 path, p->machine);
	return 0;
}

static bool vm_life(struct packing *p, const struct packing_vm *vm, const char **why)
{
	struct trace_stream *t = &p->rows;
	struct zone_event *e = &t->base.event;
	double end = vm->end_days;

	*why = NULL;
	if (!(fabs(vm->start_days) < 36500) || isnan(end) || (isfinite(end) && end > 36500))
		*why = "starttime and endtime must be days";
	else if (end < vm->start_days)
		*why = "the VM ends before its start";
	if (*why)
		return false;
	if (vm->start_days < 0)
		trace_note(t, "start before the record: they come together at its beginning");
	if (!isfinite(end))
		trace_note(t, "have no end within 90 days: they stay");
	if (end < 0) {
		trace_note(t, "end before the record: left out");
		t->no_event = true;
	}
	if (vm->low_priority)
		trace_note(t,
			   "are of low priority, perhaps evicted early: they live as in the trace");
	e->at_ns = vm->start_days < 0 ? 0 : (int64_t)floor(vm->start_days * DAY_NS + 0.5);
	e->lifetime_ns = NS_NEVER;
	if (isfinite(end) && end >= 0)
		e->lifetime_ns = (int64_t)floor(end * DAY_NS + 0.5) - e->at_ns;
	return true;
}

static bool vm_size(struct packing *p, const struct packing_type *type, const char **why)
{
	struct trace_stream *t = &p->rows;
	/* parts are binary fractions of a decimal text: 0.1 of 10 is 1, not 1 and a bit */
	double milli = ceil(type->core * t->machine_vcpus * t->vcpu_scale_milli - 1e-6);
	double bytes = ceil(type->memory * (double)t->machine_bytes);
	struct zone *z = &t->zone;
	int64_t vcpus;

	*why = "core and memory must be parts of a machine, more than 0";
	if (!(type->core > 0 && type->memory > 0 && milli < 1e9 && bytes < 1e18))
		return false;
	vcpus = ((int64_t)milli + 999) / 1000;
	*why = "its size is more than a zone can have";
	if (vcpus > ZONE_VCPUS_MAX || (int64_t)bytes > ZONE_MEMORY_MAX_BYTES)
		return false;
	zone_init(z);
	z->name = t->name;
	z->vcpus = z->vcpus_max = (uint32_t)vcpus;
	z->memory_bytes = z->memory_initial_bytes = zone_whole_pages((int64_t)bytes);
	z->memory_min_bytes = zone_default_min(z->memory_bytes);
	return true;
}

bool packing_vm(struct packing *p, const struct packing_vm *vm, const char **why)
{
	struct trace_stream *t = &p->rows;
	uint32_t row = row_of(p, vm->type);
	const struct packing_type *type = row == MAP_NONE ? NULL : &p->type[row];

	t->no_event = false;
	*why = "the VM is of a type that is not in vmType";
	if (!type || !vm_life(p, vm, why))
		return false;
	if (strcmp(type->machine, p->machine) != 0) {
		trace_note(t, p->named ? "cannot run on that type of machine: left out"
				       : "cannot run on the commonest type of machine: sized as "
					 "on their first");
		t->no_event |= p->named;
	}
	if (t->no_event)
		return true;
	if (!vm_size(p, type, why))
		return false;
	if (!p->named && strcmp(type->machine, p->machine) == 0)
		snprintf(trace_note(t, CHOSEN)->which, sizeof(t->base.stats.note[0].which), "%.23s",
			 p->machine);
	if (type->more)
		trace_note(t, "ask for disks or network, which are not used");
	snprintf(t->name, sizeof(t->name), "vm%.*s", ZONE_NAME_MAX - 2, vm->id);
	t->base.event.kind = ZONE_EVENT_START;
	t->base.event.zone = &t->zone;
	t->base.event.id = t->nr_zones;
	*why = p->fault.text;
	return zone_sound(&t->zone, zone_field_names, &p->fault);
}

void packing_release(struct packing *p)
{
	arena_release(&p->words);
	map_release(&p->of_type);
	free(p->type);
}

/* --- the tables as CSV --------------------------------------------------------------- */

enum { VM, TYPE, PRIORITY, START, END, TENANT };

/* "-1.5"; "" and "NULL" are `missing`. */
static int read_real(const struct csv *c, unsigned field, double missing, double *out,
		     struct error *err)
{
	const struct csv_field *f = &c->field[field];
	char text[64], *end;

	*out = missing;
	if (!f->n || (f->n == 4 && memcmp(f->text, "NULL", 4) == 0))
		return 0;
	snprintf(text, sizeof(text), "%.*s", (int)(f->n < sizeof(text) ? f->n : 0), f->text);
	*out = strtod(text, &end);
	if (!*text || *end || !isfinite(*out))
		return csv_error(c, field, err, "\"%s\" must be a number", c->column[field]);
	return 0;
}

/* The field as text; it ends at the next call with this buffer. */
static const char *text_of(const struct csv *c, unsigned field, char *buf, size_t size)
{
	const struct csv_field *f = &c->field[field];

	snprintf(buf, size, "%.*s", (int)(f->n < size ? f->n : size - 1), f->text);
	return buf;
}

static int vm_row(struct trace_stream *t, struct error *err)
{
	struct packing *p = (struct packing *)t;
	char id[ZONE_NAME_MAX], type[ZONE_NAME_MAX];
	struct packing_vm vm;
	const char *why;
	int64_t priority = 0;
	int rc = read_real(&t->csv, (unsigned)t->column[START], NAN, &vm.start_days, err);

	if (!rc)
		rc = read_real(&t->csv, (unsigned)t->column[END], INFINITY, &vm.end_days, err);
	if (!rc)
		rc = csv_int(&t->csv, (unsigned)t->column[PRIORITY], 0, 1, &priority, err);
	if (rc)
		return rc;
	vm.low_priority = priority == 1;
	vm.id = text_of(&t->csv, (unsigned)t->column[VM], id, sizeof(id));
	vm.type = text_of(&t->csv, (unsigned)t->column[TYPE], type, sizeof(type));
	if (!packing_vm(p, &vm, &why))
		return csv_error(&t->csv, (unsigned)t->column[VM], err, "%s", why);
	return t->no_event ? 0 : trace_set_time(t, START, t->base.event.at_ns, err);
}

static void vm_release(struct trace_stream *t)
{
	packing_release((struct packing *)t);
}

static const struct trace_layout vm_layout = {
	.column =
		{
			[VM] = {"vmId", false, NULL, "names the zone"},
			[TYPE] = {"vmTypeId", false, NULL, "its size, in vmType"},
			[PRIORITY] = {"priority", false, NULL, "1: low, perhaps evicted early"},
			[START] = {"starttime", false, "days", "when it starts; negative: at 0"},
			[END] = {"endtime", false, "days", "when it stops; NULL: it stays"},
			[TENANT] = {"tenantId", true, NULL, "not used"},
		},
	.place = {[ZONE_FIELD_NAME] = VM + 1,
		  [ZONE_FIELD_VCPUS] = TYPE + 1,
		  [ZONE_FIELD_MEMORY] = TYPE + 1},
	.named_rows = true,
	.sorted = true,
	.time = START + 1,
	.time_key = csv_sort_key_real,
	.row = vm_row,
	.release = vm_release,
};

static const char *const type_columns[] = {"vmTypeId", "machineId", "core", "memory",
					   "hdd",      "ssd",	    "nic",  NULL};

/* One row of vmType; at[] are the fields of type_columns, -1 where there is none. */
static int read_type(struct packing *p, const struct csv *c, const int *at, struct error *err)
{
	char vm_type[ZONE_NAME_MAX], machine[ZONE_NAME_MAX];
	struct packing_type type = {
		.vm_type = text_of(c, (unsigned)at[0], vm_type, sizeof(vm_type)),
		.machine = text_of(c, (unsigned)at[1], machine, sizeof(machine)),
	};
	double more = 0;
	int rc = read_real(c, (unsigned)at[2], 0, &type.core, err);

	if (!rc)
		rc = read_real(c, (unsigned)at[3], 0, &type.memory, err);
	for (int i = 4; !rc && type_columns[i]; i++) {
		if (at[i] >= 0)
			rc = read_real(c, (unsigned)at[i], 0, &more, err);
		type.more |= more > 0;
	}
	if (!rc)
		packing_add_type(p, &type);
	return rc;
}

static int read_types(struct packing *p, const char *path, struct error *err)
{
	int at[sizeof(type_columns) / sizeof(type_columns[0])];
	struct csv c;
	bool more;
	int rc = csv_open(&c, path, err);

	if (rc)
		return rc;
	for (int i = 0; type_columns[i]; i++) {
		at[i] = csv_column(&c, type_columns[i]);
		if (!rc && i < 4 && at[i] < 0)
			rc = error_at(err, ERR_INPUT, path, 1, 1, "the header has no column \"%s\"",
				      type_columns[i]);
	}
	while (!rc && !(rc = csv_next(&c, &more, err)) && more)
		rc = read_type(p, &c, at, err);
	csv_close(&c);
	return rc;
}

static int csv_open_vms(struct zone_stream **out, struct csv *csv, const struct workload *w,
			bool skip_bad, struct error *err)
{
	struct zone_stream *s;
	int rc = trace_stream_open(&s, sizeof(struct packing), csv, &vm_layout, w, skip_bad, err);

	if (rc)
		return rc;
	if (w->types_path)
		rc = read_types((struct packing *)s, w->types_path, err);
	else
		rc = error_set(
			err, ERR_INPUT,
			"%s: sizes are in another table; name it: \"types\": \"vmType.csv\" in "
			"the workload's \"trace\"",
			w->trace_path);
	if (!rc)
		rc = packing_choose((struct packing *)s, w, w->types_path, err);
	if (rc)
		zone_stream_close(s);
	else
		*out = s;
	return rc;
}

static bool is_sqlite(const char *text, size_t size)
{
	static const char magic[] = "SQLite format 3";

	return size >= sizeof(magic) && memcmp(text, magic, sizeof(magic)) == 0;
}

static const struct trace_column database_columns[] = {
	{"vm.vmId", false, NULL, "names the zone"},
	{"vm.vmTypeId", false, NULL, "its size, in vmType"},
	{"vm.priority", false, NULL, "1: low, perhaps evicted early"},
	{"vm.starttime", false, "days", "when it starts; negative: at 0"},
	{"vm.endtime", false, "days", "when it stops; NULL: it stays"},
	{"vmType.vmTypeId", false, NULL, "a row for each machine it may run on"},
	{"vmType.machineId", false, NULL, "one kind is the run's host"},
	{"vmType.core", false, "machine", "part of its CPUs"},
	{"vmType.memory", false, "machine", "part of its memory"},
	{"vmType.hdd", false, "machine", "not used; ssd, nic: nor"},
	{NULL, false, NULL, NULL},
};

#define SOURCE                                                                                     \
	"https://github.com/Azure/AzurePublicDataset/blob/master/AzureTracesForPacking2020.md"
#define WHERE                                                                                      \
	"https://github.com/Azure/AzurePublicDataset/releases/download/dataset-packing-2020/"      \
	"azurevmallocation_dataset2020_AzurePackingTraceV1.zip"

const struct trace_format trace_packing_csv = {
	.name = "azure-packing-csv",
	.summary = "Azure 2020 for packing: its tables vm and vmType as CSV",
	.keeps = "the zones that live, and types of VM",
	.source = SOURCE,
	.licence = "CC BY 4.0",
	.where = WHERE,
	.in_machines = true,
	.has_machine_types = true,
	.has_types = true,
	.layout = {&vm_layout},
	.open = csv_open_vms,
};

const struct trace_format trace_packing = {
	.name = "azure-packing",
	.summary = "Azure 2020 for packing: VMs of a zone, 14 days (SQLite)",
	.keeps = "types of VM; SQLite sorts the VMs, in a file where they are many",
	.source = SOURCE,
	.licence = "CC BY 4.0",
	.where = WHERE,
	.in_machines = true,
	.has_machine_types = true,
	.column = database_columns,
	.begins = is_sqlite,
	.open_path = packing_open_sqlite,
};
