#include "cli/complete.h"

#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"

/* What the words before the last one were taken for. */
struct line {
	const struct command *cmd;
	/* Options that were given, as places, and their values: "" of a flag, or not there yet. */
	struct given {
		int option;
		const char *value;
	} * given;
	unsigned nr_given;
	const char *first; /* operand */
	unsigned nr_operands;
	int pending; /* the option whose value the last word is; -1: none */
	bool options_end;
};

static void note(struct line *l, int option, const char *value)
{
	l->given[l->nr_given++] = (struct given){option, value};
}

/* The word behind "-p": the letter's option if it takes a value, else -1. */
static int value_of_letters(struct line *l, const char *word)
{
	for (const char *p = word + 1; *p; p++) {
		int i = command_option_lettered(l->cmd, *p);

		if (i < 0)
			return -1;
		if (!command_option(l->cmd, (unsigned)i)->value) {
			note(l, i, "");
			continue;
		}
		note(l, i, p + 1);
		return p[1] ? -1 : i;
	}
	return -1;
}

static int value_of_name(struct line *l, const char *word)
{
	size_t n = strcspn(word + 2, "=");
	int i = command_option_named(l->cmd, word + 2, n);

	if (i < 0)
		return -1;
	note(l, i, word[2 + n] ? word + 2 + n + 1 : "");
	return command_option(l->cmd, (unsigned)i)->value && !word[2 + n] ? i : -1;
}

static void read_word(struct line *l, const char *word)
{
	if (l->pending >= 0 && strncmp(word, "--", 2) != 0) {
		l->given[l->nr_given - 1].value = word;
		l->pending = -1;
		return;
	}
	l->pending = -1;
	if (l->options_end || word[0] != '-' || !word[1]) {
		l->first = l->nr_operands++ ? l->first : word;
		return;
	}
	l->options_end = strcmp(word, "--") == 0;
	if (!l->options_end)
		l->pending = word[1] == '-' ? value_of_name(l, word) : value_of_letters(l, word);
}

/* --- what may stand there --------------------------------------------------------------- */

static bool is_given(const struct line *l, unsigned option)
{
	for (unsigned i = 0; i < l->nr_given; i++)
		if (l->given[i].option == (int)option)
			return true;
	return false;
}

/* A value of this option, beside those that it has. */
static void offer_value(struct unfinished *u, const struct line *l, unsigned option)
{
	const char **taken = xcalloc(l->nr_given + 1, sizeof(*taken));
	unsigned nr = 0;

	for (unsigned i = 0; i < l->nr_given; i++)
		if (l->given[i].option == (int)option)
			taken[nr++] = l->given[i].value;
	u->taken = taken;
	(void)complete_value(u, command_option(l->cmd, option)->value);
	free(taken);
}

static void offer_options(struct unfinished *u, const struct line *l)
{
	const struct option *o;

	for (unsigned i = 0; (o = command_option(l->cmd, i)); i++) {
		char *name = xasprintf("--%s", o->name);

		if (o->how != OPTION_ALIAS && (o->how == true || !is_given(l, i)))
			complete_offer(u, name, o->help);
		free(name);
	}
}

/* The word of "HOST [ZONES [DIR]]" for the operand that comes next; the caller frees. */
static char *operand_kind(const struct line *l)
{
	const struct command *cmd = l->cmd;
	const char *p = cmd->operands + strspn(cmd->operands, "[ ");

	if (cmd->max_operands >= 0 && l->nr_operands >= (unsigned)cmd->max_operands)
		return NULL;
	for (unsigned i = 0; i < l->nr_operands; i++) {
		const char *next = p + strcspn(p, " ");

		next += strspn(next, "[ ");
		if (*next)
			p = next;
	}
	return xstrndup(p, strcspn(p, " ]."));
}

static void offer_operand(struct unfinished *u, const struct line *l)
{
	char *kind = operand_kind(l);

	if (kind)
		(void)complete_value(u, kind);
	free(kind);
}

/* "--policy=ed": the value behind the equals sign. */
static void offer_attached(struct unfinished *u, const struct line *l, const char *word)
{
	size_t n = strcspn(word, "=");
	int i = command_option_named(l->cmd, word + 2, n - 2);
	char *before;

	if (i < 0 || !command_option(l->cmd, (unsigned)i)->value)
		return;
	before = xstrndup(word, n + 1);
	u->before = before;
	u->text = word + n + 1;
	offer_value(u, l, (unsigned)i);
	free(before);
}

static void offer_word(struct line *l, const char *word, FILE *out)
{
	struct unfinished u = {
		.cmd = l->cmd, .operand = l->first, .before = "", .text = word, .out = out};

	if (l->pending >= 0 && strncmp(word, "--", 2) != 0)
		offer_value(&u, l, (unsigned)l->pending);
	else if (!l->options_end && strncmp(word, "--", 2) == 0 && strchr(word, '='))
		offer_attached(&u, l, word);
	else if (!l->options_end && word[0] == '-')
		offer_options(&u, l);
	else
		offer_operand(&u, l);
	if (u.paths)
		fputs(":files\n", out);
	if (u.directories)
		fputs(":directories\n", out);
	if (u.open)
		fputs(":open\n", out);
}

static void offer_commands(const char *word, FILE *out)
{
	struct unfinished u = {.before = "", .text = word, .out = out};

	for (unsigned i = 0; commands[i]; i++)
		complete_offer(&u, commands[i]->name, commands[i]->summary);
	if (*word != '-')
		return;
	complete_offer(&u, "--help", "the commands");
	complete_offer(&u, "--version", "which version this is, and of which libraries");
}

void complete_words(char *const *word, int nr, FILE *out)
{
	struct line l = {.pending = -1};
	struct error unknown = {0};
	size_t letters = 0;

	if (nr < 2) {
		offer_commands(nr ? word[0] : "", out);
		return;
	}
	l.cmd = command_find(word[0], &unknown);
	if (!l.cmd)
		return;
	for (int i = 1; i < nr - 1; i++)
		letters += strlen(word[i]) + 1;
	l.given = xcalloc(letters + 1, sizeof(*l.given)); /* no more options than letters */
	for (int i = 1; i < nr - 1; i++)
		read_word(&l, word[i]);
	offer_word(&l, word[nr - 1], out);
	free(l.given);
}
