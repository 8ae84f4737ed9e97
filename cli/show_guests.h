/* homenode show this --zones. */
#ifndef CLI_SHOW_GUESTS_H
#define CLI_SHOW_GUESTS_H

#include "base/error.h"
#include "cli/command.h"

/* Guests that run here, one a row, on standard output. Errors as guests_find(). */
int show_guests(enum output_format format, struct error *err) MUST_USE;

#endif
