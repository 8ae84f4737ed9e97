/*
 * The man pages, one a command and one of the program, written from the same tables as --help, and
 * that of backends. Macros: man(7).
 */
#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/output.h"
#include "cli/backends.h"
#include "cli/command.h"
#include "cli/version.h"
#include "probe/usage.h"

/* Text for roff: a backslash is "\e", a hyphen that people may copy is "\-", and
 * a line must not start with a control character. */
static void put_text(FILE *out, const char *text)
{
	bool line_start = true;

	for (; *text; text++) {
		if (line_start && (*text == '.' || *text == '\''))
			fputs("\\&", out);
		if (*text == '\\')
			fputs("\\e", out);
		else if (*text == '-')
			fputs("\\-", out);
		else
			fputc(*text, out);
		line_start = *text == '\n';
	}
}

static void put_line(FILE *out, const char *text, const char *end)
{
	put_text(out, text);
	fprintf(out, "%s\n", end);
}

static void put_option(FILE *out, const struct option *o)
{
	fputs(".TP\n", out);
	if (o->letter)
		fprintf(out, "\\fB\\-%c\\fR, ", o->letter);
	fputs("\\fB\\-\\-", out);
	put_text(out, o->name);
	fputs("\\fR", out);
	if (o->value && o->how != OPTION_ALIAS) {
		fputs(" \\fI", out);
		put_text(out, o->value);
		fputs("\\fR", out);
	}
	fputc('\n', out);
	if (o->how == OPTION_ALIAS)
		fprintf(out, "The old name of \\fB\\-\\-%s\\fR.\n", o->value);
	else
		put_line(out, o->help, o->how == true ? "; may be given several times." : ".");
}

static void put_name(FILE *out, const char *name, const char *summary)
{
	fputs(".SH NAME\n", out);
	put_text(out, name);
	fputs(" \\- ", out);
	put_line(out, summary, "");
}

/* Of a page of this name, in capitals. */
static void put_title(FILE *out, const char *name)
{
	fputs(".TH ", out);
	for (const char *p = name; *p; p++)
		fputc(toupper((unsigned char)*p), out);
	fprintf(out, " 1 \"%s\" \"homenode %s\" \"User Commands\"\n", program_date(),
		program_version());
}

static void put_reference(FILE *out, const char *page, const char *end)
{
	fputs("\\fB", out);
	put_text(out, page);
	fprintf(out, "\\fR(1)%s\n", end);
}

static void put_backend(FILE *out, const struct backend_ops *ops)
{
	fputs(".SS ", out);
	put_line(out, ops->name, "");
	put_line(out, ops->summary, ".");
	for (const struct backend_option *o = ops->option; o && o->key; o++) {
		fputs(".TP\n\\fB", out);
		put_text(out, o->key);
		fprintf(out, "\\fR%s\\fI", *o->key ? "=" : "");
		put_text(out, o->value);
		fputs("\\fR\n", out);
		put_line(out, o->meaning, ".");
	}
}

static bool takes_backends(void)
{
	for (unsigned i = 0; commands[i]; i++)
		if (command_option_named(commands[i], "backend", strlen("backend")) >= 0)
			return true;
	return false;
}

static const char description[] =
	"Data goes to standard output; warnings and progress go to standard error.\n"
	"Options may be written \\fB\\-\\-name=value\\fR or \\fB\\-\\-name value\\fR and may "
	"stand\n"
	"before or after operands; \\fB\\-\\-\\fR ends them.\n";

static const char exit_status[] =
	".SH EXIT STATUS\n"
	".TP\n.B 0\nDone.\n"
	".TP\n.B 1\nThe answer is no: a zone was refused, a comparison found a regression.\n"
	".TP\n.B 2\nThe request was wrong: an option, an operand or an input file.\n"
	".TP\n.B 3\nThe machine failed: a file could not be written, a system call failed.\n";

static const char environment[] =
	".SH ENVIRONMENT\n"
	".TP\n.B HOMENODE_DATA\n"
	"Directory that holds topologies/ and workloads/. Without it they are looked for\n"
	"beside the program.\n"
	".TP\n.BR HOMENODE_ \"OPTION, \" HOMENODE_ COMMAND _ OPTION\n"
	"The default of an option, of all commands that have it or of one. A flag is yes or no.\n"
	".TP\n.B HOMENODE_CONFIG\n"
	"The file of defaults; set to nothing it turns off all of them, of the environment too.\n"
	".TP\n.B NO_COLOR\nTables in a terminal have no colour where this is set.\n"
	".TP\n.B COLUMNS\nHow wide tables may be where there is no terminal to ask.\n"
	".SH FILES\n"
	".TP\n.I $XDG_CONFIG_HOME/homenode/config.json\n"
	".TQ\n.I ~/.config/homenode/config.json\n"
	"Defaults of options, by command or for all:\n"
	"{\"all\": {\"wide\": true}, \"run\": {\"jobs\": 4}}.\n"
	"\\fBhomenode help config\\fR says which are in force.\n";

static char *page_name(const struct command *cmd)
{
	return xasprintf("%s-%s", program_name, cmd->name);
}

static void put_commands(FILE *out)
{
	fputs(".SH COMMANDS\n", out);
	for (unsigned i = 0; commands[i]; i++) {
		char *page = page_name(commands[i]), *usage = command_usage(commands[i]);

		fputs(".TP\n", out);
		put_reference(out, page, "");
		put_line(out, commands[i]->summary, ".\n.br");
		put_line(out, usage, "");
		free(usage);
		free(page);
	}
}

void man_program(FILE *out)
{
	bool house = strcmp(program_name, "homenode") == 0;

	put_title(out, program_name);
	put_name(out, program_name,
		 house ? "where a zone should live on a NUMA machine" : commands[0]->summary);
	fputs(".SH SYNOPSIS\n\\fB", out);
	put_text(out, program_name);
	fputs("\\fR \\fICOMMAND\\fR [\\fIOPTION\\fR...] [\\fIOPERAND\\fR...]\n.SH DESCRIPTION\n",
	      out);
	if (house)
		fputs("homenode decides where a zone (a virtual machine, or a pod in one of its "
		      "own) should\nlive on a NUMA machine, and says what that costs over the "
		      "zone's life.\n",
		      out);
	fputs(description, out);
	put_commands(out);
	fputs(".SH COMMON OPTIONS\nEvery command takes these.\n", out);
	for (const struct option *o = common_options; o->name; o++)
		put_option(out, o);
	if (takes_backends())
		fputs(".SH BACKENDS\nWhat \\fB\\-\\-backend\\fR takes: a name, and behind a colon "
		      "its options,\n\\fIkey\\fR=\\fIvalue\\fR with commas between.\n",
		      out);
	for (unsigned i = 0; takes_backends() && backends[i]; i++)
		put_backend(out, backends[i]);
	fputs(exit_status, out);
	fputs(environment, out);
}

/* Text as it is printed, line by line. */
static void put_verbatim(FILE *out, const char *text)
{
	fputs(".nf\n", out);
	put_line(out, text, "");
	fputs(".fi\n", out);
}

/* One line where the terminal is wide enough, broken between words where it is not. */
static void put_command_line(FILE *out, const char *text)
{
	fputs(".RS\n.nh\n.ad l\n", out);
	put_line(out, text, "");
	fputs(".ad\n.hy\n.RE\n", out);
}

/* The static program that is called like the page of the command. */
static void put_probe_program(FILE *out)
{
	fputs(".SH THE PROGRAM FOR GUESTS\nThe probes are also a program of their own, "
	      "\\fBhomenode\\-probe\\fR, static, for guests that\n"
	      "have nothing else; the command does not need it.\n",
	      out);
	put_verbatim(out, probe_usage);
}

void man_command(const struct command *cmd, FILE *out)
{
	char *page = page_name(cmd), *usage = command_usage(cmd);
	const struct option *o;

	put_title(out, page);
	put_name(out, page, cmd->summary);
	fputs(".SH SYNOPSIS\n", out);
	put_line(out, usage, "");
	fputs(".SH DESCRIPTION\n", out);
	put_line(out, cmd->about ? cmd->about : cmd->summary, cmd->about ? "" : ".");
	fputs(".SH OPTIONS\n", out);
	for (unsigned i = 0; (o = command_option(cmd, i)); i++)
		put_option(out, o);
	if (cmd->example) {
		fputs(".SH EXAMPLES\n", out);
		put_command_line(out, cmd->example);
	}
	if (strcmp(page, "homenode-probe") == 0)
		put_probe_program(out);
	fputs(exit_status, out);
	fputs(".SH SEE ALSO\n", out);
	put_reference(out, program_name, "");
	free(usage);
	free(page);
}

static int write_page(const char *directory, const char *name, const struct command *cmd,
		      struct error *err)
{
	char *path = xasprintf("%s/%s.1", directory, name);
	struct output page;
	int rc = output_open(&page, path, err);

	if (!rc && cmd)
		man_command(cmd, page.file);
	else if (!rc)
		man_program(page.file);
	if (!rc)
		rc = output_commit(&page, err);
	free(path);
	return rc;
}

int man_pages(const char *directory, struct error *err)
{
	int rc = write_page(directory, program_name, NULL, err);

	for (unsigned i = 0; !rc && commands[i]; i++) {
		char *name = page_name(commands[i]);

		rc = write_page(directory, name, commands[i], err);
		free(name);
	}
	return rc;
}
