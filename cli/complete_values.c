/*
 * What values of options and operands may be: a table of the words that stand for them in the
 * tables of options.
 */
#include <dirent.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/alloc.h"
#include "choice/choice.h"
#include "cli/backends.h"
#include "cli/complete.h"
#include "cli/data_files.h"
#include "host/figures_formats.h"
#include "placement/policy.h"
#include "probe/cells.h"
#include "schema/schema.h"
#include "sim/allocator.h"
#include "zone/workload.h"
#include "zone/zone_check.h"

void complete_offer(struct unfinished *u, const char *name, const char *what)
{
	if (strncmp(name, u->text, strlen(u->text)) == 0)
		fprintf(u->out, "%s%s%s\t%s\n", u->before, name, u->behind ? u->behind : "",
			what ? what : "");
}

/* --- lists with commas ------------------------------------------------------------------ */

/* Is `name` an item of "a,b,c"? */
static bool holds(const char *list, const char *name)
{
	size_t n = strlen(name);

	for (const char *item = list; item; item = strchr(item, ',')) {
		item += *item == ',';
		if (strcspn(item, ",") == n && strncmp(item, name, n) == 0)
			return true;
	}
	return false;
}

/* An item that the list has not, neither in this word nor in those before. */
static void offer_item(struct unfinished *u, const char *name, const char *what)
{
	const char *equals = strchr(u->before, '=');

	if (holds(equals ? equals + 1 : u->before, name))
		return;
	for (const char *const *t = u->taken; t && *t; t++)
		if (holds(*t, name))
			return;
	complete_offer(u, name, what);
}

/* --- kinds ------------------------------------------------------------------------------- */

static void offer_policies(struct unfinished *u)
{
	for (size_t i = 0; policies[i]; i++)
		offer_item(u, policies[i]->name, policies[i]->summary);
}

static void offer_choices(struct unfinished *u)
{
	for (size_t i = 0; choices[i]; i++)
		offer_item(u, choices[i]->name, choices[i]->summary);
}

static void offer_allocators(struct unfinished *u)
{
	for (size_t i = 0; allocators[i]; i++)
		offer_item(u, allocators[i]->name, NULL);
}

static void offer_names(struct unfinished *u, const char *const *name)
{
	for (; *name; name++)
		offer_item(u, *name, NULL);
}

static void offer_memories(struct unfinished *u)
{
	offer_names(u, zone_memory_policy_names);
	offer_item(u, "as-asked", "as each zone asks");
}

static void offer_profiles(struct unfinished *u)
{
	offer_names(u, zone_profile_names);
}

static void offer_data(struct unfinished *u, const char *folder, const char *suffix)
{
	struct data_files files;
	struct error none = {0};

	if (data_files_list(&files, folder, suffix, &none) != 0)
		return;
	offer_names(u, files.name);
	data_files_release(&files);
}

static void offer_hosts(struct unfinished *u)
{
	offer_item(u, "this", "the machine this runs on");
	offer_item(u, "xen", "the host whose dom0 this is");
	offer_data(u, "topologies", ".xml");
}

static void offer_workloads(struct unfinished *u)
{
	offer_data(u, "workloads", ".json");
}

static void offer_formats(struct unfinished *u)
{
	for (size_t i = 0; trace_formats[i]; i++)
		complete_offer(u, trace_formats[i]->name, trace_formats[i]->summary);
}

static void offer_figures(struct unfinished *u)
{
	for (unsigned f = 0; f < CELL_FIGURES; f++)
		offer_item(u, cell_figure_name((enum cell_figure)f), NULL);
}

static void offer_calibrations(struct unfinished *u)
{
	for (size_t i = 0; figure_formats[i]; i++)
		complete_offer(u, figure_formats[i]->name, figure_formats[i]->summary);
}

static void offer_tables(struct unfinished *u)
{
	for (size_t i = 0; schemas[i]; i++)
		complete_offer(u, schemas[i]->name, schemas[i]->summary);
}

static void offer_commands(struct unfinished *u)
{
	for (unsigned i = 0; commands[i]; i++)
		complete_offer(u, commands[i]->name, commands[i]->summary);
	complete_offer(u, "config", "which defaults of your own are in force");
}

static void offer_columns(struct unfinished *u)
{
	size_t nr = 0;
	struct column *column = u->cmd->columns ? u->cmd->columns(u->operand, &nr) : NULL;

	for (size_t i = 0; i < nr; i++)
		offer_item(u, column[i].name, column[i].meaning);
	free(column);
}

/* Result directories where `run` writes them. */
static void offer_runs(struct unfinished *u)
{
	static const char under[] = "results/runs";
	DIR *dir = opendir(under);
	const struct dirent *entry;

	while (dir && (entry = readdir(dir))) {
		char *path = xasprintf("%s/%s", under, entry->d_name);
		char *about = xasprintf("%s/run.json", path);

		if (entry->d_name[0] != '.' && access(about, R_OK) == 0)
			complete_offer(u, path, NULL);
		free(about);
		free(path);
	}
	if (dir)
		closedir(dir);
}

static void offer_rules(struct unfinished *u)
{
	complete_offer(u, "exact", "every figure must be equal");
	complete_offer(u, "quality", "no figure may be worse than its tolerance");
}

/* The second operand of `list`. */
static void offer_parts(struct unfinished *u)
{
	const char *list = u->operand ? u->operand : "";

	if (strcmp(list, "formats") == 0)
		offer_formats(u);
	else if (strcmp(list, "columns") == 0)
		offer_tables(u);
}

/* "xen", then "xen:kernel=". */
static void offer_backends(struct unfinished *u)
{
	const char *colon = strchr(u->text, ':');
	const struct backend_option *o = NULL;

	for (size_t i = 0; backends[i]; i++) {
		size_t n = strlen(backends[i]->name);

		if (!colon)
			complete_offer(u, backends[i]->name, backends[i]->summary);
		else if (n == (size_t)(colon - u->text) && !strncmp(backends[i]->name, u->text, n))
			o = backends[i]->option;
	}
	for (; o && o->key; o++) {
		const char *last = strrchr(colon, ',') ? strrchr(colon, ',') : colon;
		char *name = xasprintf("%.*s%s=", (int)(last + 1 - u->text), u->text, o->key);

		if (*o->key)
			complete_offer(u, name, o->meaning);
		u->open = true;
		free(name);
	}
}

static const struct kind {
	const char *word;
	void (*offer)(struct unfinished *u); /* NULL: names nobody can know */
	enum { NO_PATH, FILES, DIRECTORIES } path;
} kinds[] = {
	{"ADDRESS", NULL, NO_PATH},
	{"ALLOCATOR", offer_allocators, NO_PATH},
	{"BACKEND", offer_backends, NO_PATH},
	{"CALIBRATION", offer_calibrations, NO_PATH},
	{"CHOICE", offer_choices, NO_PATH},
	{"COLUMN", offer_columns, NO_PATH},
	{"COMMAND", offer_commands, NO_PATH},
	{"DIR", NULL, DIRECTORIES},
	{"FIGURE", offer_figures, NO_PATH},
	{"FILE", NULL, FILES},
	{"FORMAT", offer_formats, NO_PATH},
	{"HOST", offer_hosts, FILES},
	{"LINE", NULL, NO_PATH},
	{"M", NULL, NO_PATH},
	{"MEMORY", offer_memories, NO_PATH},
	{"N", NULL, NO_PATH},
	{"NAME", NULL, NO_PATH},
	{"NODE", NULL, NO_PATH},
	{"PART", offer_parts, NO_PATH},
	{"PATH", NULL, FILES},
	{"PATTERN", NULL, NO_PATH},
	{"PERCENT", NULL, NO_PATH},
	{"POLICY", offer_policies, NO_PATH},
	{"PROFILE", offer_profiles, NO_PATH},
	{"RATIO", NULL, NO_PATH},
	{"RECORDING", NULL, FILES},
	{"RULES", offer_rules, FILES},
	{"RUN", offer_runs, FILES},
	{"SCENARIO", NULL, FILES},
	{"SHAPE", NULL, FILES},
	{"SHARE", NULL, NO_PATH},
	{"SIZE", NULL, NO_PATH},
	{"STATE", NULL, FILES},
	{"TIME", NULL, NO_PATH},
	{"WORKLOAD", offer_workloads, FILES},
	{"ZONES", NULL, FILES},
};

static const struct kind *kind_of(const char *word)
{
	size_t n = strspn(word, "ABCDEFGHIJKLMNOPQRSTUVWXYZ");

	for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++)
		if (strlen(kinds[i].word) == n && strncmp(kinds[i].word, word, n) == 0)
			return &kinds[i];
	return NULL;
}

static bool is_capital(char c)
{
	return c >= 'A' && c <= 'Z';
}

/* false: there is no such kind. */
static bool offer_kind(struct unfinished *u, const char *word)
{
	const struct kind *k = kind_of(word);

	if (k && k->offer)
		k->offer(u);
	u->paths = u->paths || !k || k->path == FILES;
	u->directories = u->directories || (k && k->path == DIRECTORIES);
	return k != NULL;
}

/* --- the words of a table ----------------------------------------------------------------- */

/* One of "a|b|N": a word, a kind, or "word=KIND". */
static bool offer_alternative(struct unfinished *u, const char *word)
{
	size_t n = strcspn(word, "=");
	const char *before = u->before;
	bool known = true;

	if (is_capital(word[0])) {
		u->behind = word[n] ? "=" : NULL;
		u->open = u->open || word[n];
		known = offer_kind(u, word);
		u->behind = NULL;
	} else if (!word[n]) {
		offer_item(u, word, NULL);
	} else if (strncmp(u->text, word, n + 1) == 0) {
		char *kept = xasprintf("%s%.*s", before, (int)n + 1, word);

		u->before = kept;
		u->text += n + 1;
		known = offer_kind(u, word + n + 1);
		u->before = before;
		free(kept);
	} else {
		char *begin = xstrndup(word, n + 1);

		complete_offer(u, begin, NULL);
		u->open = true;
		free(begin);
	}
	return known;
}

static bool offer_alternatives(struct unfinished *u, const char *value)
{
	bool known = true;

	while (*value) {
		size_t n = strcspn(value, "|,[.");
		char *word = xstrndup(value, n);

		known = offer_alternative(u, word + (*word == '+')) && known;
		free(word);
		if (value[n] != '|')
			break;
		value += n + 1;
	}
	return known;
}

bool complete_value(struct unfinished *u, const char *value)
{
	const char *comma = strstr(value, ",...") ? strrchr(u->text, ',') : NULL;
	const char *before = u->before, *text = u->text;
	char *kept;
	bool known;

	u->open = u->open || strstr(value, ",...");
	if (!comma)
		return offer_alternatives(u, value);
	kept = xasprintf("%s%.*s", before, (int)(comma + 1 - text), text);
	u->before = kept;
	u->text = comma + 1;
	known = offer_alternatives(u, value);
	u->before = before;
	u->text = text;
	free(kept);
	return known;
}
