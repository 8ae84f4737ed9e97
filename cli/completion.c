/*
 * Completion for bash, written from the same tables as --help. The script is a
 * pair of case statements: the words of each command, and what comes after an
 * option that takes a value.
 */
#include <ctype.h>
#include <string.h>

#include "cli/command.h"

/* How values are completed: what the tables call them, and the shell words that
 * make the candidates ("" = none; NULL = files). */
struct candidates {
	const char *value, *shell;
};

static const struct candidates named[] = {
	{"HOST", "this $(_homenode_list topologies)"},
	{"POLICY", "$(_homenode_list policies)"},
	{"CHOICE", "$(_homenode_list choices)"},
	{"BACKEND", "$(_homenode_list backends)"},
	{"COMMAND", "$commands"},
	{"N", ""},
	{"SIZE", ""},
	{"TIME", ""},
	{"NAME", ""},
};

/* One `case` branch that fills COMPREPLY for a value or an operand. */
static void put_candidates(FILE *out, const char *value, size_t n)
{
	if (memchr(value, '|', n) || islower((unsigned char)value[0])) {
		fputs("_homenode_words \"", out);
		for (size_t i = 0; i < n; i++)
			fputc(value[i] == '|' ? ' ' : value[i], out);
		fputs("\"", out);
		return;
	}
	n = strspn(value, "ABCDEFGHIJKLMNOPQRSTUVWXYZ");
	for (size_t i = 0; i < sizeof(named) / sizeof(named[0]); i++) {
		if (strlen(named[i].value) != n || strncmp(named[i].value, value, n) != 0)
			continue;
		fprintf(out, "_homenode_words \"%s\"", named[i].shell);
		return;
	}
	fputs("_homenode_files", out);
}

static void put_commands(FILE *out, const struct command *const *all)
{
	fputs("\tlocal commands=\"", out);
	for (unsigned i = 0; all[i]; i++)
		fprintf(out, "%s%s", i ? " " : "", all[i]->name);
	fputs("\"\n", out);
}

/* "run:--policy" | "run:-p") ... */
static void put_values(FILE *out, const struct command *cmd)
{
	const struct option *o;

	for (unsigned i = 0; (o = command_option(cmd, i)); i++) {
		if (!o->value)
			continue;
		fprintf(out, "\t%s:--%s", cmd->name, o->name);
		if (o->letter)
			fprintf(out, "|%s:-%c", cmd->name, o->letter);
		fputs(") ", out);
		put_candidates(out, o->value, strlen(o->value));
		fputs("; return ;;\n", out);
	}
}

static void put_options(FILE *out, const struct command *cmd)
{
	const struct option *o;

	fprintf(out, "\t%s:-*) _homenode_words \"", cmd->name);
	for (unsigned i = 0; (o = command_option(cmd, i)); i++) {
		fprintf(out, "%s--%s", i ? " " : "", o->name);
		if (o->letter)
			fprintf(out, " -%c", o->letter);
	}
	fputs("\" ;;\n", out);
}

/* All words of `operands` may come anywhere: one that names nothing known means
 * that files are offered too, so the first known one decides. */
static void put_operands(FILE *out, const struct command *cmd)
{
	const char *word = cmd->operands + strspn(cmd->operands, "[ ");
	size_t n = strcspn(word, " ]");

	if (!n)
		return;
	fprintf(out, "\t%s:*) ", cmd->name);
	put_candidates(out, word, n);
	if (word[n + strspn(word + n, " ].")])
		fputs("; _homenode_files", out);
	fputs(" ;;\n", out);
}

static const char functions[] =
	"# bash completion for homenode; written by \"homenode help --completion bash\"\n\n"
	"_homenode_list()\n{\n"
	"\t\"${COMP_WORDS[0]}\" list \"$1\" --format csv --quiet 2>/dev/null | sed -e 1d -e "
	"'s/,.*//'\n}\n\n"
	"# candidates from words, added to those there are\n"
	"_homenode_words()\n{\n"
	"\tlocal word\n"
	"\twhile IFS= read -r word; do\n\t\tCOMPREPLY+=(\"$word\")\n"
	"\tdone < <(compgen -W \"$1\" -- \"$cur\")\n}\n\n"
	"_homenode_files()\n{\n"
	"\tlocal word\n"
	"\tcompopt -o filenames 2>/dev/null\n"
	"\twhile IFS= read -r word; do\n\t\tCOMPREPLY+=(\"$word\")\n"
	"\tdone < <(compgen -f -- \"$cur\")\n}\n\n"
	"_homenode()\n{\n"
	"\tlocal cur=${COMP_WORDS[COMP_CWORD]} prev=${COMP_WORDS[COMP_CWORD-1]}\n";

void completion_bash(const struct command *const *all, FILE *out)
{
	fputs(functions, out);
	put_commands(out, all);
	/* bash splits "--name=value" at the equals sign into three words */
	fputs("\tCOMPREPLY=()\n"
	      "\tif ((COMP_CWORD == 1)); then\n"
	      "\t\t_homenode_words \"$commands --help --version\"\n\t\treturn\n\tfi\n"
	      "\tif [[ $cur == = ]]; then\n\t\tcur=\n"
	      "\telif [[ $prev == = ]]; then\n\t\tprev=${COMP_WORDS[COMP_CWORD-2]}\n\tfi\n"
	      "\tcase ${COMP_WORDS[1]}:$prev in\n",
	      out);
	for (unsigned i = 0; all[i]; i++)
		put_values(out, all[i]);
	fputs("\tesac\n\tcase ${COMP_WORDS[1]}:$cur in\n", out);
	for (unsigned i = 0; all[i]; i++) {
		put_options(out, all[i]);
		put_operands(out, all[i]);
	}
	fputs("\tesac\n}\n\ncomplete -F _homenode homenode\n", out);
}
