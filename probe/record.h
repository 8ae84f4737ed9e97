/*
 * One result, one line: "key=value key=value" for shells, or a JSON object. Values
 * are whole numbers or words without spaces and quotes ("-" when empty).
 */
#ifndef PROBE_RECORD_H
#define PROBE_RECORD_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

struct record {
	FILE *out;
	bool json, begun;
};

void record_begin(struct record *r, FILE *out, bool json);
void record_text(struct record *r, const char *key, const char *value);
void record_int(struct record *r, const char *key, int64_t value);
void record_end(struct record *r);

#endif
