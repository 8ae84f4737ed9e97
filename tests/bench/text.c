#include "tests/bench/text.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <unistd.h>

#include "tests/temporary.h"

void load_text(struct workload *out, const char *text)
{
	char dir[256], path[300];
	struct error err;
	FILE *f;

	cr_assert_not_null(mkdtemp(temporary_name(dir, sizeof(dir), "homenode-text")));
	snprintf(path, sizeof(path), "%s/w.json", dir);
	f = fopen(path, "w");
	cr_assert_not_null(f);
	cr_assert_geq(fputs(text, f), 0);
	cr_assert_eq(fclose(f), 0);
	*out = (struct workload){0};
	cr_assert_eq(workload_load(out, path, NULL, &err), 0, "%s", err.text);
	unlink(path);
	rmdir(dir);
}
