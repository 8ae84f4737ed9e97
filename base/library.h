/*
 * Libraries of others, as they are in this process: what they say of themselves when they are
 * asked, not what this program was built with. Each is named where its one home is.
 */
#ifndef BASE_LIBRARY_H
#define BASE_LIBRARY_H

struct library {
	const char *name;
	char version[32]; /* "": it does not say */
};

/* Each fills the next ones of `out` and returns the place behind them. */
struct library *libraries_of_input(struct library *out); /* input.c: four that unpack */
struct library *libraries_of_json(struct library *out); /* doc_json.c */
struct library *libraries_of_yaml(struct library *out); /* doc_yaml.c */
struct library *libraries_of_sha256(struct library *out); /* sha256.c */

#endif
