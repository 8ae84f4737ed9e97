/* Numbers, sets and texts as they stand in hwloc's XML. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "host/hwloc_tree.h"

bool plain_number(const char *text, uint64_t max, uint64_t *out)
{
	uint64_t v = 0;

	if (!*text)
		return false;
	for (; *text; text++) {
		unsigned digit = (unsigned)(*text - '0');

		if (*text < '0' || *text > '9' || v > (UINT64_MAX - digit) / 10)
			return false;
		v = v * 10 + digit;
	}
	*out = v;
	return v <= max;
}

/* One word of hwloc's bitmap text: up to 8 hex digits, or nothing for 0. */
static bool parse_word(const char *p, size_t n, uint32_t *out)
{
	char digits[9] = "";

	*out = 0;
	if (n == 0)
		return true;
	if (n < 3 || n > 10 || p[0] != '0' || p[1] != 'x')
		return false;
	memcpy(digits, p + 2, n - 2);
	if (digits[strspn(digits, "0123456789abcdefABCDEF")] != '\0')
		return false;
	*out = (uint32_t)strtoul(digits, NULL, 16);
	return true;
}

bool hwloc_set_parse(const char *text, struct cpuset *out, bool *infinite)
{
	size_t words = 1;

	memset(out, 0, sizeof(*out));
	*infinite = strncmp(text, "0xf...f", 7) == 0;
	if (*infinite)
		return text[7] == '\0' || text[7] == ',';
	if (!*text)
		return false;
	for (const char *p = text; *p; p++)
		words += *p == ',';
	for (const char *p = text; words > 0; words--) {
		size_t n = strcspn(p, ",");
		uint32_t word;

		if (!parse_word(p, n, &word) || (word && words > CPUS_MAX / 32))
			return false;
		if (word)
			out->word[(words - 1) / 2] |= (uint64_t)word << 32 * ((words - 1) % 2);
		p += n + (p[n] == ',');
	}
	return true;
}

void copy_text(char *to, size_t size, const char *from)
{
	size_t n = strlen(from);

	if (n >= size)
		for (n = size - 1; n > 0 && (from[n] & 0xc0) == 0x80;)
			n--;
	for (size_t i = 0; i < n; i++)
		to[i] = (unsigned char)from[i] < 0x20 || from[i] == 0x7f ? '?' : from[i];
	to[n] = '\0';
}

const char *hwloc_info(const struct xml_element *object, const char *name)
{
	struct xml_element *e = NULL;

	while (object && (e = xml_child(object, "info", e)) != NULL) {
		const char *key = xml_attr(e, "name"), *value = xml_attr(e, "value");

		if (key && strcmp(key, name) == 0 && value && *value)
			return value;
	}
	return NULL;
}

int hwloc_number(const struct hwloc_tree *t, const struct xml_element *e, const char *name,
		 bool required, uint64_t max, uint64_t *out, struct error *err)
{
	const char *value = xml_attr(e, name);

	if (!value)
		return required ? xml_error(t->doc, e, err, "<%s> has no %s", e->name, name) : 0;
	if (!plain_number(value, max, out))
		return xml_error(t->doc, e, err,
				 "%s=\"%.40s\" is not a whole number from 0 to %llu", name, value,
				 (unsigned long long)max);
	return 0;
}

struct cpuset *hwloc_set(const struct hwloc_tree *t, const struct xml_element *e, const char *name,
			 bool required, struct error *err)
{
	struct cpuset *set = arena_alloc(&t->doc->arena, sizeof(*set));
	const char *value = xml_attr(e, name);
	bool infinite = false;

	if (!value && !required)
		return set;
	if (!value)
		xml_error(t->doc, e, err, "this %.40s has no %s, without which hwloc fails",
			  xml_attr(e, "type"), name);
	else if (!hwloc_set_parse(value, set, &infinite))
		xml_error(t->doc, e, err, "%s=\"%.40s\" is not an hwloc set of numbers below %d",
			  name, value, CPUS_MAX);
	/* hwloc 1 wrote "all" where the machine had no nodes. */
	else if (infinite && !(t->version == 1 && strstr(name, "nodeset")))
		xml_error(t->doc, e, err, "%s=\"%.40s\" has no end", name, value);
	else
		return set;
	return NULL;
}

char *hwloc_set_text(const struct cpuset *set)
{
	int word = 2 * CPUSET_WORDS - 1;
	char *text = NULL;
	size_t size = 0;
	FILE *f = xmemstream(&text, &size);

	while (word > 0 && !(uint32_t)(set->word[word / 2] >> 32 * (word % 2)))
		word--;
	for (; word >= 0; word--)
		fprintf(f, "0x%08" PRIx32 "%s", (uint32_t)(set->word[word / 2] >> 32 * (word % 2)),
			word ? "," : "");
	xmemstream_close(f);
	return text;
}
