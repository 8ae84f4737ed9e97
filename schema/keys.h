/* The key that the rows of every file of a run begin with. For schema/ alone. */
#ifndef SCHEMA_KEYS_H
#define SCHEMA_KEYS_H

#define COLUMN_KEY(NAME, TITLE, MEANING)                                                           \
	{                                                                                          \
		.name = (NAME), .title = (TITLE), .meaning = (MEANING), .role = ROLE_KEY           \
	}
#define COLUMN_TEXT(NAME, TITLE, MEANING)                                                          \
	{                                                                                          \
		.name = (NAME), .title = (TITLE), .meaning = (MEANING), .role = ROLE_TEXT          \
	}
#define COLUMN_FIGURE(NAME, UNIT, BETTER, SOURCE, TITLE, MEANING)                                  \
	{                                                                                          \
		.name = (NAME), .title = (TITLE), .meaning = (MEANING), .unit = UNIT_##UNIT,       \
		.better = BETTER_##BETTER, .source = SOURCE_##SOURCE                               \
	}

/* All but the seed, of which repeats are taken together. */
#define KEY_BUT_SEED                                                                               \
	COLUMN_KEY("topology", "topology", "host, or hosts of the fleet with `+` between"),        \
		COLUMN_KEY("workload", "workload", "its name"),                                    \
		COLUMN_KEY("policy", "policy", "its name"),                                        \
		COLUMN_KEY("memory_policy", "memory",                                              \
			   "`as-asked`, `static` or `dynamic`: what every zone was made"),         \
		COLUMN_KEY("allocator", "allocator",                                               \
			   "the simulator's rule for the next extent of memory")
#define KEY KEY_BUT_SEED, COLUMN_KEY("seed", "seed", "of the generator and of random choices")

#define SCHEMA(NAME, WHERE, SUMMARY, TABLE)                                                        \
	{                                                                                          \
		.name = (NAME), .where = (WHERE), .summary = (SUMMARY), .column = (TABLE),         \
		.nr = sizeof(TABLE) / sizeof((TABLE)[0])                                           \
	}

#endif
