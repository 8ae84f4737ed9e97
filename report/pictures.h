/* Scripts for gnuplot of a run's pictures; the caller frees them. */
#ifndef REPORT_PICTURES_H
#define REPORT_PICTURES_H

#include "report/picture.h"
#include "report/refusals.h"
#include "report/series.h"

/* picture_series.c */
char *locality_script(const struct series *s, unsigned *height) MUST_USE;
char *live_script(const struct series *s) MUST_USE;
/* picture_refusals.c */
char *refusals_script(const struct refusals *r) MUST_USE;
/* picture_measured.c: directory/measuredbandwidth.svg and so on. */
int measured_pictures(const char *path, const char *directory, struct error *err) MUST_USE;

#endif
