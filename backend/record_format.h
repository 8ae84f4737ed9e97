/*
 * The words of a record, shared by recorder and replay; nobody else includes
 * this. One line a call, fields separated by blanks, answers after "->":
 *
 *	homenode-record 2 BACKEND CAN NR_HOSTS
 *	state HOST TOTAL_FREE VCPUS LIMIT NR_ZONES free N... vcpus N... taken N...
 *	check|apply KIND HOST SLOT BYTES PLAN [WORK] -> CODE SENTENCE
 *	wait UNTIL_NS -> CODE KIND AT_NS HOST SLOT NOW_NS
 *	now NS
 *	correct KIND HOST SLOT BYTES PLAN N... -> CODE SENTENCE
 *	left TEXT
 *	measure HOST SLOT -> CODE FIELDS RESIDENT UNKNOWN BANDWIDTH LATENCY NR part V:N:BYTES...
 *
 * What a killed run left follows the first states, TEXT as in backend/left.h; where a START goes on
 * with such a zone, BYTES is its number. States follow the answer with which they became known.
 * PLAN is "-" or ZONE:TOLD:PINNED:vnode,vcpus,bytes;... so that replay notices another
 * decision.
 */
#ifndef BACKEND_RECORD_FORMAT_H
#define BACKEND_RECORD_FORMAT_H

#include "plan/plan.h"

#define RECORD_VERSION 2 /* 1: states after applied steps and events only */
#define STATE_FIRST 's' /* no question begins so */
#define NOW_FIRST 'n' /* nor so */
#define LEFT_FIRST 'l' /* nor so */

/* The question part of a check, apply or correct line; the caller frees. */
char *record_step_text(const char *verb, const struct step *s) MUST_USE;
char *record_correction_text(const struct step *s, const int64_t *bytes,
			     uint32_t nr_nodes) MUST_USE;

#endif
