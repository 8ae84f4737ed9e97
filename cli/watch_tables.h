/* What homenode watch says of one sample, in rows: schema/watch.c has the columns. */
#ifndef CLI_WATCH_TABLES_H
#define CLI_WATCH_TABLES_H

#include "cli/rows.h"
#include "live/price.h"

enum watch_table { WATCH_ZONES, WATCH_NODES, WATCH_PAGES, WATCH_SAMPLES, WATCH_TABLES };

/* "zones", "nodes", "pages", "samples"; NULL ends them. */
extern const char *const watch_table_names[WATCH_TABLES + 1];

struct watch_tables {
	struct rows table[WATCH_TABLES];
};

/* `before`: the sample before it, or NULL; `price` of each of its zones. */
void watch_tables_fill(struct watch_tables *out, const struct live_sample *now,
		       const struct live_sample *before, const struct live_price *price,
		       int64_t interval_ns);
void watch_tables_release(struct watch_tables *t); /* zeroed is fine */

/* All four as OpenMetrics text. */
void watch_tables_metrics(const struct watch_tables *t, FILE *out);
/* "2026-11-29T20:17:33.250Z"; returns buf. */
const char *watch_time_text(int64_t at_ns, char *buf, size_t size);
/* "0-1,4", by the host's numbers; "" of none. In the arena. */
const char *watch_nodes_text(const struct host *host, nodeset nodes, struct arena *a);

#endif
