/*
 * Between the readers of Azure's packing trace of 2020: the database and its tables as CSV.
 * Private to zone/.
 */
#ifndef ZONE_TRACE_PACKING_H
#define ZONE_TRACE_PACKING_H

#include "zone/trace_rows.h"

/* A row of vmType: what a VM of this type takes of a machine of this kind. */
struct packing_type {
	const char *vm_type, *machine;
	double core, memory; /* parts of it */
	bool more; /* disks or network, too */
};

/* A row of vm. */
struct packing_vm {
	const char *id, *type;
	double start_days, end_days; /* end: INFINITY when it is not known */
	bool low_priority;
};

/* First member of the readers' own streams: rows first, so that it is a trace_stream. */
struct packing {
	struct trace_stream rows;
	struct arena words;
	struct packing_type *type;
	size_t nr, cap;
	struct map
		of_type; /* hash of a VM type, to its row for the machine; see packing_choose() */
	const char *machine; /* which kind the run's host stands for */
	bool named; /* the workload said so */
	struct zone_fault fault; /* of the VM just read */
};

/* Strings are copied. */
void packing_add_type(struct packing *p, const struct packing_type *type);
/* All types are there: choose the machine, w's or that which most types can run on.
 * ERR_INPUT: no such machine, no types, or nobody said how large the machine is. */
int packing_choose(struct packing *p, const struct workload *w, const char *path,
		   struct error *err) MUST_USE;
/* The VM into rows.base.event and rows.zone; rows.no_event when it is left out. False and
 * *why when it contradicts itself. */
bool packing_vm(struct packing *p, const struct packing_vm *vm, const char **why) MUST_USE;
void packing_release(struct packing *p);

/* In trace_packing_sqlite.c, or where libsqlite3 is missing in trace_packing_absent.c. */
int packing_open_sqlite(struct zone_stream **out, const char *path, const struct workload *w,
			bool skip_bad, struct error *err) MUST_USE;

#endif
