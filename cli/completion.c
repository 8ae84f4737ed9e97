/*
 * The scripts by which bash, zsh and fish complete: each splits the command line in its own way
 * and asks the program (complete.h), so that a script needs no change when options do. In a script
 * PROGRAM is the program's name and FUNCTION the same as part of a function's name.
 */
#include <ctype.h>
#include <string.h>

#include "cli/command.h"

/* bash cuts words at = and : too where COMP_WORDBREAKS has them, and replaces only what is behind.
 */
static const char bash_script[] =
	"# bash completion for PROGRAM; written by \"PROGRAM help --completion bash\"\n"
	"_FUNCTION()\n"
	"{\n"
	"\tlocal line=${COMP_LINE:0:COMP_POINT} words=() word path cut i\n"
	"\tfor ((i = 0; i <= COMP_CWORD; i++)); do\n"
	"\t\tword=${COMP_WORDS[i]}\n"
	"\t\tif [[ $i == 0 || $line == [[:space:]]* ]]; then\n"
	"\t\t\twords+=('')\n"
	"\t\t\tline=${line#\"${line%%[![:space:]]*}\"}\n"
	"\t\tfi\n"
	"\t\t((i < COMP_CWORD)) || word=$line\n"
	"\t\twords[${#words[@]}-1]+=$word\n"
	"\t\tline=${line#\"$word\"}\n"
	"\tdone\n"
	"\tcut=${words[${#words[@]}-1]}\n"
	"\t[[ $word == [=:]* ]] || cut=${cut%\"$word\"}\n"
	"\tCOMPREPLY=()\n"
	"\twhile IFS=$'\\t' read -r word _; do\n"
	"\t\tcase $word in\n"
	"\t\t:files | :directories)\n"
	"\t\t\tcompopt -o filenames 2>/dev/null\n"
	"\t\t\tword=${word:1:1}\n"
	"\t\t\twhile IFS= read -r path; do\n"
	"\t\t\t\tCOMPREPLY+=(\"$path\")\n"
	"\t\t\tdone < <(compgen \"-$word\" -- \"${words[${#words[@]}-1]#\"$cut\"}\")\n"
	"\t\t\t;;\n"
	"\t\t:open) compopt -o nospace 2>/dev/null ;;\n"
	"\t\t*) COMPREPLY+=(\"${word#\"$cut\"}\") ;;\n"
	"\t\tesac\n"
	"\tdone < <(\"${words[0]/#\\~\\//$HOME/}\" --complete \"${words[@]:1}\" 2>/dev/null)\n"
	"}\n"
	"complete -F _FUNCTION PROGRAM\n";

static const char zsh_script[] =
	"#compdef PROGRAM\n"
	"# zsh completion for PROGRAM; written by \"PROGRAM help --completion zsh\"\n"
	"_FUNCTION()\n"
	"{\n"
	"\tlocal word what paths found=1\n"
	"\tlocal -a names shown open asked\n"
	"\tasked=(\"${(@Q)words[2,CURRENT-1]}\" \"$PREFIX\")\n"
	"\twhile IFS=$'\\t' read -r word what; do\n"
	"\t\tcase $word in\n"
	"\t\t(:files) paths=_files ;;\n"
	"\t\t(:directories) paths=_directories ;;\n"
	"\t\t(:open) open=(-S '') ;;\n"
	"\t\t(*)\n"
	"\t\t\tnames+=(\"$word\")\n"
	"\t\t\tword=\"${word##*[=,]}${what:+  -- $what}\"\n"
	"\t\t\tshown+=(\"${word[1,COLUMNS-1]}\")\n"
	"\t\t\t;;\n"
	"\t\tesac\n"
	"\tdone < <(\"${(Q)~words[1]}\" --complete \"${asked[@]}\" 2>/dev/null)\n"
	"\tcompadd \"${open[@]}\" -l -d shown -a names && found=0\n"
	"\tif [[ -n $paths ]]; then\n"
	"\t\t[[ $PREFIX == --*=* ]] && compset -P '*='\n"
	"\t\t$paths && found=0\n"
	"\tfi\n"
	"\treturn found\n"
	"}\n"
	"if [[ $funcstack[1] == _FUNCTION ]]; then\n"
	"\t_FUNCTION \"$@\"\n"
	"else\n"
	"\tcompdef _FUNCTION PROGRAM\n"
	"fi\n";

static const char fish_script[] =
	"# fish completion for PROGRAM; written by \"PROGRAM help --completion fish\"\n"
	"function __FUNCTION_complete\n"
	"\tset -l asked (commandline -opc) (commandline -ct)\n"
	"\tset -l last (string replace -r '^--[^=]*=' '' -- $asked[-1])\n"
	"\tset -l before (string replace -r '^(--[^=]*=)?.*' '$1' -- $asked[-1])\n"
	"\tfor line in ($asked[1] --complete $asked[2..-1] 2>/dev/null)\n"
	"\t\tswitch $line\n"
	"\t\t\tcase :files\n"
	"\t\t\t\tprintf '%s\\n' $before(__fish_complete_path $last)\n"
	"\t\t\tcase :directories\n"
	"\t\t\t\tprintf '%s\\n' $before(__fish_complete_directories $last '')\n"
	"\t\t\tcase :open\n"
	"\t\t\tcase '*'\n"
	"\t\t\t\tprintf '%s\\n' $line\n"
	"\t\tend\n"
	"\tend\n"
	"end\n"
	"complete -c PROGRAM -f -a '(__FUNCTION_complete)'\n";

static void put_name(bool function, FILE *out)
{
	for (const char *c = program_name; *c; c++)
		fputc(function && !isalnum((unsigned char)*c) ? '_' : *c, out);
}

static void put_script(const char *script, FILE *out)
{
	static const char program[] = "PROGRAM", function[] = "FUNCTION";

	for (const char *p = script; *p;) {
		bool f = strncmp(p, function, strlen(function)) == 0;

		if (f || strncmp(p, program, strlen(program)) == 0) {
			put_name(f, out);
			p += f ? strlen(function) : strlen(program);
		} else {
			fputc(*p++, out);
		}
	}
}

bool completion_script(const char *shell, FILE *out)
{
	static const struct {
		const char *shell, *script;
	} scripts[] = {{"bash", bash_script}, {"zsh", zsh_script}, {"fish", fish_script}};

	for (size_t i = 0; i < sizeof(scripts) / sizeof(scripts[0]); i++) {
		if (strcmp(scripts[i].shell, shell) == 0) {
			put_script(scripts[i].script, out);
			return true;
		}
	}
	return false;
}
