#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/nearest.h"
#include "base/units.h"
#include "cli/command.h"
#include "cli/defaults.h"
#include "cli/names.h"

/* What was given of one option; flags count in nr and keep no text. */
struct given {
	const char **value; /* nr of them, then NULL */
	size_t nr, cap;
	bool off; /* a flag that was taken back: --quiet=no */
	const struct default_value *by; /* where it comes from, if not from the command line */
};

struct args {
	const struct command *cmd;
	const char **operand;
	size_t nr_operands, cap_operands;
	struct given *given; /* in the order of command_option() */
	unsigned nr_options;
	char **word; /* as given, after the command's name */
	int nr_words;
	char **all_words; /* with what defaults gave before them; NULL: nothing */
	int nr_all_words;
	struct arena arena;
};

/* The words still to be parsed. */
struct words {
	char **word;
	int nr, next;
};

static int unknown_option(const struct args *a, const char *word, struct error *err)
{
	const char **name = xcalloc(a->nr_options + 1, sizeof(*name));
	char *text = xstrndup(word, strcspn(word, "="));
	char *who = xasprintf("%s %s --help", program_name, a->cmd->name);

	for (unsigned i = 0; i < a->nr_options; i++)
		name[i] = xasprintf("--%s", command_option(a->cmd, i)->name);
	unknown_listed(err, NULL, "option", text, name, who);
	for (unsigned i = 0; i < a->nr_options; i++)
		free((void *)(uintptr_t)name[i]);
	free(who);
	free(text);
	free(name);
	return ERR_USAGE;
}

static void keep(struct given *g, const char *value)
{
	g->value = grow(g->value, &g->cap, g->nr + 1, sizeof(*g->value));
	g->value[g->nr++] = value;
	g->value[g->nr] = NULL;
}

/* Take the value of option `o`: `attached` to its word, or the next word. */
static int take_value(struct given *g, const struct option *o, const char *attached,
		      struct words *w, struct error *err)
{
	if (!attached && w->next < w->nr && strncmp(w->word[w->next], "--", 2) != 0)
		attached = w->word[w->next++];
	if (!attached)
		return error_set(err, ERR_USAGE, "option --%s needs a value: --%s=%s", o->name,
				 o->name, o->value);
	keep(g, attached);
	return 0;
}

/* A flag, alone or "=yes", "=no": a default may be taken back. */
static int take_flag(struct given *g, const struct option *o, const char *attached,
		     struct error *err)
{
	static const char *const words[] = {"yes", "no", "true", "false", "1", "0", NULL};
	int place = attached ? name_index(words, attached) : 0;

	if (place < 0)
		return error_set(err, ERR_USAGE,
				 "option --%s takes no value, but yes or no: \"%.80s\"", o->name,
				 attached);
	g->nr++;
	g->off = place % 2;
	return 0;
}

static int parse_long(struct args *a, const char *word, struct words *w, struct error *err)
{
	size_t n = strcspn(word + 2, "=");
	const char *attached = word[2 + n] ? word + 2 + n + 1 : NULL;
	int i = command_option_named(a->cmd, word + 2, n);
	const struct option *o;

	if (i < 0)
		return unknown_option(a, word, err);
	o = command_option(a->cmd, (unsigned)i);
	if (o->value)
		return take_value(&a->given[i], o, attached, w, err);
	return take_flag(&a->given[i], o, attached, err);
}

/* "-q", "-pNAME", "-p NAME", "-qp NAME". */
static int parse_letters(struct args *a, const char *word, struct words *w, struct error *err)
{
	for (const char *p = word + 1; *p; p++) {
		int i = command_option_lettered(a->cmd, *p);
		const struct option *o = i < 0 ? NULL : command_option(a->cmd, (unsigned)i);

		if (!o) {
			char letter[3] = {'-', *p, '\0'};

			return unknown_option(a, letter, err);
		}
		if (o->value)
			return take_value(&a->given[i], o, p[1] ? p + 1 : NULL, w, err);
		(void)!take_flag(&a->given[i], o, NULL, err);
	}
	return 0;
}

static int check_operands(const struct args *a, struct error *err)
{
	const struct command *cmd = a->cmd;
	bool few = a->nr_operands < (size_t)cmd->min_operands;
	char *usage;

	if (!few && (cmd->max_operands < 0 || a->nr_operands <= (size_t)cmd->max_operands))
		return 0;
	usage = command_usage(cmd);
	if (few)
		error_set(err, ERR_USAGE, "an operand is missing; usage: %s", usage);
	else
		error_set(err, ERR_USAGE, "one operand too many, \"%s\"; usage: %s",
			  a->operand[cmd->max_operands], usage);
	free(usage);
	return ERR_USAGE;
}

/* Whatever the command makes of it: its row of --format names all that it takes. */
static int check_format(const struct args *a, struct error *err)
{
	int i = command_option_named(a->cmd, "format", strlen("format")), place, rc;
	const char *format = args_string(a, "format", NULL);
	struct arena words = {0};

	if (!format)
		return 0;
	rc = find_name("--format", "format", format,
		       cut_choices(command_option(a->cmd, (unsigned)i)->value, &words), &place,
		       err);
	arena_release(&words);
	return rc;
}

static int parse_words(struct args *a, struct words *w, struct error *err)
{
	bool options_end = false;
	int rc;

	while (w->next < w->nr) {
		const char *word = w->word[w->next++];

		if (options_end || word[0] != '-' || !word[1]) {
			a->operand = grow(a->operand, &a->cap_operands, a->nr_operands,
					  sizeof(*a->operand));
			a->operand[a->nr_operands++] = word;
			continue;
		}
		if (strcmp(word, "--") == 0) {
			options_end = true;
			continue;
		}
		rc = word[1] == '-' ? parse_long(a, word, w, err) : parse_letters(a, word, w, err);
		if (rc)
			return rc;
		if (args_flag(a, "help"))
			return 0;
	}
	rc = check_operands(a, err);
	return rc ? rc : check_format(a, err);
}

int args_parse(struct args **out, const struct command *cmd, int argc, char **argv,
	       struct error *err)
{
	struct args *a = xcalloc(1, sizeof(*a));
	struct words w = {.word = argv, .nr = argc};
	int rc;

	a->cmd = cmd;
	a->word = argv;
	a->nr_words = argc;
	while (command_option(cmd, a->nr_options))
		a->nr_options++;
	a->given = xcalloc(a->nr_options, sizeof(*a->given));
	rc = parse_words(a, &w, err);
	if (rc) {
		args_free(a);
		a = NULL;
	}
	*out = a;
	return rc;
}

void args_free(struct args *a)
{
	if (!a)
		return;
	for (unsigned i = 0; i < a->nr_options; i++)
		free(a->given[i].value);
	free(a->all_words);
	arena_release(&a->arena);
	free(a->given);
	free(a->operand);
	free(a);
}

static const struct given *given(const struct args *a, const char *name)
{
	for (unsigned i = 0; i < a->nr_options; i++)
		if (strcmp(command_option(a->cmd, i)->name, name) == 0)
			return &a->given[i];
	bug_at(__FILE__, __LINE__, "command %s has no option \"%s\"", a->cmd->name, name);
}

/* --- defaults of the user ------------------------------------------------------------------ */

static void add_word(struct args *a, char *word)
{
	a->all_words = xreallocarray(a->all_words, (size_t)a->nr_all_words + 1, sizeof(char *));
	a->all_words[a->nr_all_words++] = word;
}

/* "--policy=a,b"; in the arena. */
static char *joined(struct args *a, const struct option *o, const struct default_value *v)
{
	char *text = arena_printf(&a->arena, "--%s", o->name);

	for (size_t n = 0; v->value[n]; n++)
		text = arena_printf(&a->arena, "%s%c%s", text, n ? ',' : '=', v->value[n]);
	return text;
}

static int add_default(struct args *a, unsigned i, const struct default_value *v, struct error *err)
{
	const struct option *o = command_option(a->cmd, i);
	bool list = o->value && strstr(o->value, ",...");
	struct given *g = &a->given[i];
	int rc = 0;

	g->by = v;
	for (size_t n = 0; v->value[n] && !rc; n++) {
		if (o->value)
			keep(g, v->value[n]);
		else
			rc = take_flag(g, o, v->value[n], err);
		if (!list)
			add_word(a, arena_printf(&a->arena, "--%s=%s", o->name, v->value[n]));
	}
	if (list)
		add_word(a, joined(a, o, v));
	return rc;
}

int args_add_defaults(struct args *a, const struct defaults *d, struct error *err)
{
	int rc = 0;

	for (unsigned i = 0; i < a->nr_options && !rc; i++) {
		const struct option *o = command_option(a->cmd, i);
		const struct default_value *v = a->given[i].nr || o->how == OPTION_ALIAS
							? NULL
							: defaults_find(d, a->cmd, o);

		if (v)
			rc = add_default(a, i, v, err);
	}
	for (int w = 0; a->all_words && w < a->nr_words; w++)
		add_word(a, a->word[w]);
	return rc ? rc : check_format(a, err);
}

/* "--policy=flat is from HOMENODE_POLICY"; in the arena. */
static const char *origin(struct args *a, unsigned i)
{
	const struct default_value *v = a->given[i].by;

	return arena_printf(&a->arena, "%s is from %s", joined(a, command_option(a->cmd, i), v),
			    v->from);
}

void args_say_defaults(struct args *a, FILE *out)
{
	for (unsigned i = 0; i < a->nr_options; i++)
		if (a->given[i].by)
			fprintf(out, "%s: %s\n", program_name, origin(a, i));
}

static bool speaks_of(const struct error *err, const char *option)
{
	char name[64];

	snprintf(name, sizeof(name), "--%s", option);
	return strstr(err->text, name) != NULL;
}

void args_explain(struct args *a, struct error *err)
{
	size_t n = strlen(err->text);

	for (unsigned i = 0; i < a->nr_options; i++) {
		if (!a->given[i].by || !speaks_of(err, command_option(a->cmd, i)->name))
			continue;
		snprintf(err->text + n, sizeof(err->text) - n, " (%s)", origin(a, i));
		return;
	}
}

bool args_typed(const struct args *a, const char *name)
{
	return given(a, name)->nr > 0 && !given(a, name)->by;
}

char *const *args_words(const struct args *a, int *nr)
{
	*nr = a->all_words ? a->nr_all_words : a->nr_words;
	return a->all_words ? a->all_words : a->word;
}

unsigned args_nr_operands(const struct args *a)
{
	return (unsigned)a->nr_operands;
}

const char *args_operand(const struct args *a, unsigned index)
{
	return index < a->nr_operands ? a->operand[index] : NULL;
}

bool args_flag(const struct args *a, const char *name)
{
	return given(a, name)->nr > 0 && !given(a, name)->off;
}

bool args_given(const struct args *a, const char *name)
{
	return given(a, name)->nr > 0;
}

const char *args_string(const struct args *a, const char *name, const char *fallback)
{
	const struct given *g = given(a, name);

	return g->value ? g->value[g->nr - 1] : fallback;
}

const char *const *args_strings(const struct args *a, const char *name)
{
	static const char *const none[] = {NULL};
	const struct given *g = given(a, name);

	return g->value ? g->value : none;
}

int args_int(const struct args *a, const char *name, int64_t min, int64_t max, int64_t *out,
	     struct error *err)
{
	const char *text = args_string(a, name, NULL);
	long long value;
	char *end;

	if (!text)
		return 0;
	errno = 0;
	value = strtoll(text, &end, 10);
	/* strtoll would also take leading space and an empty text */
	if (errno || *end || end == text || !strchr("-+0123456789", text[0]) || value < min ||
	    value > max)
		return error_set(err, ERR_USAGE,
				 "option --%s: \"%s\" is not a whole number from %" PRId64
				 " to %" PRId64,
				 name, text, min, max);
	*out = value;
	return 0;
}

int args_bytes(const struct args *a, const char *name, int64_t *out, struct error *err)
{
	const char *text = args_string(a, name, NULL);

	if (!text || bytes_parse_option(text, out))
		return 0;
	return error_set(err, ERR_USAGE,
			 "option --%s: \"%s\" is not a size; write it like 6GiB or 512MiB", name,
			 text);
}

int args_duration(const struct args *a, const char *name, int64_t *out_ns, struct error *err)
{
	const char *text = args_string(a, name, NULL);

	if (!text || duration_parse(text, out_ns))
		return 0;
	return error_set(
		err, ERR_USAGE,
		"option --%s: \"%s\" is not a time; write it like 7d, 12h, 5min or 1.5s, at most "
		"146 years",
		name, text);
}

int args_format(const struct args *a, enum output_format *out, struct error *err)
{
	static const char *const name[] = {"text", "json", "jsonl", "csv", "openmetrics", NULL};
	int format = FORMAT_TEXT;
	int rc = find_name("--format", "format", args_string(a, "format", "text"), name, &format,
			   err);

	*out = (enum output_format)format;
	return rc;
}
