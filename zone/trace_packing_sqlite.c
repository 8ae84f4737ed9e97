/* The database of Azure's packing trace, through libsqlite3. */
#include <math.h>
#include <sqlite3.h>
#include <stdlib.h>

#include "base/library.h"
#include "zone/trace_packing.h"
#include "zone/workload.h"

struct database {
	struct packing packing;
	const char *path;
	sqlite3 *db;
	sqlite3_stmt *vms;
};

static int sql_error(const struct database *d, struct error *err)
{
	/* what is packed was looked into before, but SQLite reads the file itself */
	if (sqlite3_errcode(d->db) == SQLITE_NOTADB)
		return error_set(err, ERR_INPUT,
				 "%s: SQLite reads no packed database; unpack it first", d->path);
	return error_set(err, ERR_INPUT, "%s: %s (a packing trace has the tables vm and vmType)",
			 d->path, sqlite3_errmsg(d->db));
}

static const char *text_of(sqlite3_stmt *row, int column)
{
	const unsigned char *text = sqlite3_column_text(row, column);

	return text ? (const char *)text : "";
}

/* A number, or not one: SQLite takes any text for 0. */
static double real_of(sqlite3_stmt *row, int column)
{
	int type = sqlite3_column_type(row, column);

	return type == SQLITE_FLOAT || type == SQLITE_INTEGER ? sqlite3_column_double(row, column)
							      : (double)NAN;
}

static int read_types(struct database *d, struct error *err)
{
	static const char query[] =
		"SELECT vmTypeId, machineId, core, memory, "
		"coalesce(hdd, 0) > 0 OR coalesce(ssd, 0) > 0 OR coalesce(nic, 0) > 0 "
		"FROM vmType ORDER BY rowid";
	sqlite3_stmt *row;
	int rc;

	if (sqlite3_prepare_v2(d->db, query, -1, &row, NULL) != SQLITE_OK)
		return sql_error(d, err);
	while ((rc = sqlite3_step(row)) == SQLITE_ROW)
		packing_add_type(&d->packing, &(struct packing_type){
						      .vm_type = text_of(row, 0),
						      .machine = text_of(row, 1),
						      .core = real_of(row, 2),
						      .memory = real_of(row, 3),
						      .more = sqlite3_column_int(row, 4) != 0,
					      });
	rc = rc == SQLITE_DONE ? 0 : sql_error(d, err);
	sqlite3_finalize(row);
	return rc;
}

/* A bad row is said with its VM, there are no lines. */
static int bad_row(struct database *d, const char *why, struct error *err)
{
	struct zone_stream_stats *stats = &d->packing.rows.base.stats;
	struct error own = {.code = 0};
	int rc = error_set(&own, ERR_INPUT, "%s: vm %.80s: %s", d->path, text_of(d->vms, 0), why);

	if (!d->packing.rows.skip_bad) {
		if (err)
			*err = own;
		return rc;
	}
	if (!stats->bad_rows++)
		snprintf(stats->first_bad, sizeof(stats->first_bad), "%.*s",
			 (int)sizeof(stats->first_bad) - 1, own.text);
	return 0;
}

/* The row the statement stands on; *good when it is an event. */
static int read_vm(struct database *d, bool *good, struct error *err)
{
	sqlite3_stmt *row = d->vms;
	bool ends = sqlite3_column_type(row, 4) != SQLITE_NULL;
	const char *why;
	struct packing_vm vm = {
		.id = text_of(row, 0),
		.type = text_of(row, 1),
		.low_priority = sqlite3_column_int(row, 2) != 0,
		.start_days = real_of(row, 3),
		.end_days = ends ? real_of(row, 4) : (double)INFINITY,
	};

	*good = packing_vm(&d->packing, &vm, &why);
	if (!*good)
		return bad_row(d, why, err);
	*good = !d->packing.rows.no_event;
	/* rows come in the order of their start, as the query says */
	if (*good && !trace_name_is_new(&d->packing.rows, true)) {
		*good = false;
		return bad_row(d, "is there already; a name stands for one zone at a time", err);
	}
	return 0;
}

static int database_next(struct zone_stream *s, const struct zone_event **out, struct error *err)
{
	struct database *d = (struct database *)s;
	bool good = false;
	int rc = 0;

	*out = NULL;
	while (!good && d->vms) {
		int step = sqlite3_step(d->vms);

		if (step != SQLITE_ROW) {
			rc = step == SQLITE_DONE ? 0 : sql_error(d, err);
			sqlite3_finalize(d->vms);
			d->vms = NULL;
			return rc;
		}
		rc = read_vm(d, &good, err);
		if (rc)
			return rc;
	}
	if (good) {
		d->packing.rows.nr_zones++;
		*out = &s->event;
	}
	return 0;
}

static void database_close(struct zone_stream *s)
{
	struct database *d = (struct database *)s;

	sqlite3_finalize(d->vms);
	sqlite3_close(d->db);
	name_set_release(&d->packing.rows.names);
	packing_release(&d->packing);
	free(d);
}

int packing_open_sqlite(struct zone_stream **out, const char *path, const struct workload *w,
			bool skip_bad, struct error *err)
{
	static const struct zone_stream_ops ops = {database_next, database_close};
	static const char query[] = "SELECT vmId, vmTypeId, priority, starttime, endtime FROM vm "
				    "ORDER BY starttime, rowid";
	struct database *d = xcalloc(1, sizeof(*d));
	int rc = 0;

	d->path = path;
	d->packing.rows.base.ops = &ops;
	d->packing.rows.skip_bad = skip_bad;
	d->packing.rows.vcpu_scale_milli = w->vcpu_scale_milli;
	d->packing.rows.machine_vcpus = w->machine_vcpus;
	d->packing.rows.machine_bytes = w->machine_bytes;
	if (sqlite3_open_v2(path, &d->db, SQLITE_OPEN_READONLY, NULL) != SQLITE_OK)
		rc = sql_error(d, err);
	if (!rc)
		rc = read_types(d, err);
	if (!rc)
		rc = packing_choose(&d->packing, w, path, err);
	if (!rc && sqlite3_prepare_v2(d->db, query, -1, &d->vms, NULL) != SQLITE_OK)
		rc = sql_error(d, err);
	if (rc)
		database_close(&d->packing.rows.base);
	else
		*out = &d->packing.rows.base;
	return rc;
}

struct library *libraries_of_database(struct library *out)
{
	*out = (struct library){.name = "SQLite"};
	snprintf(out->version, sizeof(out->version), "%s", sqlite3_libversion());
	return out + 1;
}
