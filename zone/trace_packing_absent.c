/* The database of Azure's packing trace where libsqlite3 is missing. */
#include "zone/trace_packing.h"
#include "zone/workload.h"

int packing_open_sqlite(struct zone_stream **out, const char *path, const struct workload *w,
			bool skip_bad, struct error *err)
{
	(void)out, (void)w, (void)skip_bad;
	return error_set(
		err, ERR_INPUT,
		"%s: is an SQLite database, and this homenode was built without libsqlite3 "
		"(Debian: libsqlite3-dev); its tables as CSV need none: sqlite3 -header -csv "
		"FILE 'SELECT * FROM vm ORDER BY starttime' >vm.csv, and vmType",
		path);
}

struct library *libraries_of_database(struct library *out)
{
	return out;
}
