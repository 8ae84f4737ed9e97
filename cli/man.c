/*
 * The man page, written from the same tables as --help, and that of backends. Macros: man(7).
 */
#include <stdlib.h>

#include "cli/backends.h"
#include "cli/command.h"
#include "cli/version.h"

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
	if (o->value) {
		fputs(" \\fI", out);
		put_text(out, o->value);
		fputs("\\fR", out);
	}
	fputc('\n', out);
	put_line(out, o->help, o->how == true ? "; may be given several times." : ".");
}

static void put_command(FILE *out, const struct command *cmd)
{
	char *usage = command_usage(cmd);

	fputs(".SS \"", out);
	put_line(out, usage, "\"");
	put_line(out, cmd->summary, ".");
	if (cmd->about) {
		fputs(".PP\n", out);
		put_line(out, cmd->about, "");
	}
	for (const struct option *o = cmd->option; o && o->name; o++)
		put_option(out, o);
	if (cmd->example) {
		fputs(".PP\nExample:\n.PP\n.RS\n.nf\n", out);
		put_line(out, cmd->example, "");
		fputs(".fi\n.RE\n", out);
	}
	free(usage);
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

static const char head[] =
	".SH NAME\n"
	"homenode \\- where a zone should live on a NUMA machine\n"
	".SH SYNOPSIS\n"
	"\\fBhomenode\\fR \\fICOMMAND\\fR [\\fIOPTION\\fR...] [\\fIOPERAND\\fR...]\n"
	".SH DESCRIPTION\n"
	"homenode decides where a zone (a virtual machine, or a pod in one of its own) should\n"
	"live on a NUMA machine, and says what that costs over the zone's life.\n"
	"Data goes to standard output; warnings and progress go to standard error.\n"
	"Options may be written \\fB\\-\\-name=value\\fR or \\fB\\-\\-name value\\fR and may "
	"stand\n"
	"before or after operands; \\fB\\-\\-\\fR ends them.\n"
	".SH COMMANDS\n";

static const char tail[] =
	".SH EXIT STATUS\n"
	".TP\n.B 0\nDone.\n"
	".TP\n.B 1\nThe answer is no: a zone was refused, a comparison found a regression.\n"
	".TP\n.B 2\nThe request was wrong: an option, an operand or an input file.\n"
	".TP\n.B 3\nThe machine failed: a file could not be written, a system call failed.\n"
	".SH ENVIRONMENT\n"
	".TP\n.B HOMENODE_DATA\n"
	"Directory that holds topologies/ and workloads/. Without it they are looked for\n"
	"beside the program.\n";

void man_page(const struct command *const *all, FILE *out)
{
	fprintf(out, ".TH HOMENODE 1 \"\" \"homenode %s\" \"User Commands\"\n", program_version());
	fputs(head, out);
	for (unsigned i = 0; all[i]; i++)
		put_command(out, all[i]);
	fputs(".SH COMMON OPTIONS\nEvery command takes these.\n", out);
	for (const struct option *o = common_options; o->name; o++)
		put_option(out, o);
	fputs(".SH BACKENDS\nWhat \\fB\\-\\-backend\\fR takes: a name, and behind a colon its "
	      "options, "
	      "\\fIkey\\fR=\\fIvalue\\fR with commas between.\n",
	      out);
	for (unsigned i = 0; backends[i]; i++)
		put_backend(out, backends[i]);
	fputs(tail, out);
}
