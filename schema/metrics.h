/*
 * Columns as families of OpenMetrics text (1.0, https://github.com/prometheus/OpenMetrics,
 * specification/OpenMetrics.md): units are base units and end the name, text is UTF-8, samples of
 * a family stand together, the last line is "# EOF". All are gauges, so that what reads Prometheus'
 * older form takes them too.
 */
#ifndef SCHEMA_METRICS_H
#define SCHEMA_METRICS_H

#include <stdint.h>
#include <stdio.h>

#include "schema/schema.h"

/* "PREFIX_local_page_ratio"; the caller frees. */
char *metric_name(const char *prefix, const struct column *c);
/* Its type, unit and help, before its samples. */
void metric_put_family(const char *name, const struct column *c, FILE *out);
/* NAME="VALUE"; what is not UTF-8 becomes "?". */
void metric_put_label(const char *name, const char *value, FILE *out);
/* A blank, the figure in the base unit, exactly, and the line's end. */
void metric_put_figure(const struct column *c, int64_t figure, FILE *out);
/* homenode_build_info, and what it says of who wrote the text. */
void metric_put_version(const char *version, const char *help, FILE *out);

#endif
