#include "backend-xen/boot_stage.h"

#include <stdio.h>
#include <string.h>

#include "base/units.h"

#define VALUE_MAX 32
#define VERSION_MAX 99
#define PARTS_MAX 64

static enum store_value read_below(const struct store *s, uint32_t domid, const char *key,
				   char value[VALUE_MAX + 1])
{
	char path[64];

	snprintf(path, sizeof(path), "/local/domain/%u/%s", domid, key);
	return store_text(s, path, VALUE_MAX, value);
}

static bool says(const struct store *s, uint32_t domid, const char *key, const char *expected)
{
	char value[VALUE_MAX + 1];

	return read_below(s, domid, key, value) == STORE_TEXT && strcmp(value, expected) == 0;
}

static bool is_report(const char *value)
{
	uint64_t version, parts;

	return digits_parse(&value, ' ', VERSION_MAX, &version) && version &&
	       digits_parse(&value, '\0', PARTS_MAX, &parts);
}

enum boot_stage boot_stage(const struct store *s, uint32_t domid, char lie[BOOT_LIE_MAX])
{
	char value[VALUE_MAX + 1];
	enum store_value kind = read_below(s, domid, "data/homenode/report", value);

	*lie = '\0';
	if (kind == STORE_TEXT && is_report(value))
		return BOOT_REPORTS;
	if (kind == STORE_TEXT || kind == STORE_ODD)
		snprintf(lie, BOOT_LIE_MAX, "data/homenode/report is \"%s%s\"", value,
			 kind == STORE_ODD ? "..." : "");
	return says(s, domid, "control/feature-poweroff", "1") ||
			       says(s, domid, "control/feature-balloon", "1")
		       ? BOOT_LISTENS
		       : BOOT_SILENT;
}
