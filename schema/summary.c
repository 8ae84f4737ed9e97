#include "schema/summary.h"

#include "schema/keys.h"

static const struct column columns[] = {{.name = "format",
					 .title = "format",
					 .meaning = "2: the version of the file",
					 .role = ROLE_FORMAT},
					KEY,
#define X(NAME, UNIT, BETTER, SOURCE, AT_FIRST, TITLE, BRIEF, MEANING)                             \
	{.name = #NAME,                                                                            \
	 .title = (TITLE),                                                                         \
	 .brief = (BRIEF),                                                                         \
	 .meaning = (MEANING),                                                                     \
	 .unit = UNIT_##UNIT,                                                                      \
	 .better = BETTER_##BETTER,                                                                \
	 .source = SOURCE_##SOURCE},
					SUMMARY_FIGURES(X)
#undef X
};

const struct column *summary_column(enum summary_figure f)
{
	return &columns[sizeof(columns) / sizeof(columns[0]) - NR_SUMMARY_FIGURES + f];
}

const struct schema schema_summary = SCHEMA(
	"summary", "summary.csv",
	"a topology, workload, policy, memory policy, allocator and seed, sorted by them", columns);
