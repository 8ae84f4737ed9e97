#include "cli/defaults.h"

#include <ctype.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/doc.h"
#include "base/nearest.h"
#include "base/output.h"
#include "cli/names.h"

#define PREFIX "HOMENODE_"

extern char **environ;

/* Variables that are no options. */
static const char *const others[] = {"HOMENODE_CONFIG", "HOMENODE_DATA", NULL};

/* Programs beside these are tools of the sources: what they print depends on nobody. */
static bool has_defaults(void)
{
	return strcmp(program_name, "homenode") == 0 || strcmp(program_name, "homenode-mpi") == 0;
}

/* homenode-mpi has some commands of homenode, and is told the defaults of all of them. */
static bool knows_all(void)
{
	return strcmp(program_name, "homenode") == 0;
}

static void add(struct defaults *d, struct default_value value)
{
	d->value = grow(d->value, &d->cap, d->nr, sizeof(*d->value));
	d->value[d->nr++] = value;
}

static const struct option *option_of(const struct command *cmd, const char *name)
{
	int i = command_option_named(cmd, name, strlen(name));

	return i < 0 ? NULL : command_option(cmd, (unsigned)i);
}

/* The option of that name of `cmd`, or (NULL) of the first command that has one. --help is no
 * default of anything. */
static const struct option *find_option(const struct command *cmd, const char *name)
{
	const struct option *o = NULL;

	if (strcmp(name, "help") == 0)
		return NULL;
	if (cmd)
		return option_of(cmd, name);
	for (unsigned i = 0; commands[i] && !o; i++)
		o = commands[i]->no_defaults ? NULL : option_of(commands[i], name);
	return o;
}

static const char *const *one_value(struct defaults *d, const char *text)
{
	const char **list = arena_alloc(&d->arena, 2 * sizeof(*list));

	list[0] = arena_strdup(&d->arena, text);
	list[1] = NULL;
	return list;
}

/* --- the environment ---------------------------------------------------------------------- */

/* "RUN_POLICY": that command and "policy"; "POLICY": NULL and "policy". Of an option, its first
 * name. */
static const struct option *read_name(const char *text, size_t n, const struct command **cmd)
{
	char *name = xstrndup(text, n);
	const struct option *o;

	for (char *p = name; *p; p++)
		*p = *p == '_' ? '-' : (char)tolower((unsigned char)*p);
	*cmd = NULL;
	o = find_option(NULL, name);
	for (unsigned i = 0; commands[i] && !o; i++) {
		size_t m = strlen(commands[i]->name);

		if (strncmp(name, commands[i]->name, m) != 0 || name[m] != '-')
			continue;
		*cmd = commands[i];
		o = find_option(*cmd, name + m + 1);
	}
	free(name);
	return o;
}

static void unknown_variable(struct defaults *d, const char *name)
{
	if (knows_all())
		d->warnings = arena_printf(&d->arena,
					   "%s%s: warning: no option is called like the variable "
					   "%s, which is not used (\"%s help config\")\n",
					   d->warnings ? d->warnings : "", program_name, name,
					   program_name);
}

static int read_variable(struct defaults *d, const char *entry, struct error *err)
{
	size_t n = strcspn(entry, "=");
	char *name = arena_strndup(&d->arena, entry, n);
	const struct command *cmd;
	const struct option *o;

	if (!entry[n] || name_index(others, name) >= 0)
		return 0;
	o = read_name(entry + strlen(PREFIX), n - strlen(PREFIX), &cmd);
	if (!o) {
		unknown_variable(d, name);
		return 0;
	}
	if (cmd && cmd->no_defaults)
		return error_set(err, ERR_USAGE, "%s: %s takes no defaults: %s", name, cmd->name,
				 cmd->no_defaults);
	add(d, (struct default_value){
		       .command = cmd ? cmd->name : NULL,
		       .option = o->name,
		       .value = one_value(d, entry + n + 1),
		       .from = name,
		       .environment = true,
	       });
	return 0;
}

static int read_environment(struct defaults *d, struct error *err)
{
	int rc = 0;

	for (char **e = environ; *e && !rc; e++)
		if (strncmp(*e, PREFIX, strlen(PREFIX)) == 0)
			rc = read_variable(d, *e, err);
	return rc;
}

/* --- the file ------------------------------------------------------------------------------ */

static int unknown_key(const struct doc_value *at, const char *what, const char *key,
		       const char *const *names, struct error *err)
{
	const char *near = nearest_name(key, names);

	if (near && strcmp(near, key) == 0)
		return doc_error(at, err, "\"%.80s\" is for the command line and no default", key);
	return doc_error(at, err, "unknown %s \"%.80s\"%s%s%s", what, key,
			 near ? "; did you mean \"" : "", near ? near : "", near ? "\"?" : "");
}

static int unknown_option(const struct doc_value *at, const struct command *cmd, const char *key,
			  struct error *err)
{
	const char *name[512];
	const struct option *o;
	size_t nr = 0;

	for (unsigned c = 0; commands[c]; c++)
		for (unsigned i = 0; (o = command_option(commands[c], i)) && nr < 511; i++)
			if (!cmd || cmd == commands[c])
				name[nr++] = o->name;
	name[nr] = NULL;
	return unknown_key(at, cmd ? "option of that command" : "option", key, name, err);
}

/* A text, or a number as it was written. */
static const char *scalar(const struct doc_value *v)
{
	return v->kind == DOC_TEXT || v->kind == DOC_INT || v->kind == DOC_REAL ? v->text : NULL;
}

static int read_list(struct defaults *d, const struct doc_value *v, const struct option *o,
		     const char *const **out, struct error *err)
{
	const char **list = arena_alloc(&d->arena, (v->nr + 1) * sizeof(*list));

	if (o->how != true)
		return doc_error(v, err, "--%s has one value, not a list", o->name);
	for (uint32_t i = 0; i < v->nr; i++) {
		const char *text = scalar(&v->item[i]);

		if (!text)
			return doc_error(&v->item[i], err, "--%s takes texts and numbers", o->name);
		list[i] = arena_strdup(&d->arena, text);
	}
	list[v->nr] = NULL;
	*out = list;
	return 0;
}

static int read_value(struct defaults *d, const struct doc_value *v, const struct option *o,
		      const char *const **out, struct error *err)
{
	const char *text = scalar(v);

	if (o->value && v->kind == DOC_LIST)
		return read_list(d, v, o, out, err);
	if (!o->value && v->kind == DOC_BOOL)
		text = v->yes ? "yes" : "no";
	else if (!o->value)
		return doc_error(v, err, "--%s is true or false", o->name);
	if (!text)
		return doc_error(v, err, "--%s takes a text or a number%s", o->name,
				 o->how == true ? ", or a list of them" : "");
	*out = one_value(d, text);
	return 0;
}

/* {"policy": ...} of a command, or of all. */
static int read_options(struct defaults *d, const struct doc_value *map, const struct command *cmd,
			struct error *err)
{
	int rc = 0;

	if (map->kind != DOC_MAP)
		return doc_error(map, err, "options are an object: {\"policy\": \"flat\"}");
	for (uint32_t i = 0; i < map->nr && !rc; i++) {
		const struct doc_value *v = &map->member[i].value;
		const struct option *o = find_option(cmd, map->member[i].key);
		struct doc_value key = doc_key(map, i);
		struct default_value value = {.command = cmd ? cmd->name : NULL};

		if (!o && !knows_all())
			continue;
		if (!o)
			return unknown_option(&key, cmd, map->member[i].key, err);
		value.option = o->name;
		value.from = arena_printf(&d->arena, "%s:%u:%u", d->path, key.line, key.column);
		rc = read_value(d, v, o, &value.value, err);
		if (!rc)
			add(d, value);
	}
	return rc;
}

static int read_command(struct defaults *d, const struct doc_value *root, uint32_t i,
			struct error *err)
{
	const struct doc_value *map = &root->member[i].value;
	const char *name[64] = {"all"};
	struct doc_value key = doc_key(root, i);

	if (strcmp(root->member[i].key, name[0]) == 0)
		return read_options(d, map, NULL, err);
	for (unsigned c = 0; commands[c]; c++) {
		name[c + 1] = commands[c]->name;
		if (strcmp(root->member[i].key, name[c + 1]) != 0)
			continue;
		if (commands[c]->no_defaults)
			return doc_error(&key, err, "%s takes no defaults: %s", commands[c]->name,
					 commands[c]->no_defaults);
		return read_options(d, map, commands[c], err);
	}
	return knows_all() ? unknown_key(&key, "command", root->member[i].key, name, err) : 0;
}

static int read_file(struct defaults *d, struct error *err)
{
	struct doc doc = {0};
	const struct doc_value *root;
	int rc = doc_load(&doc, d->path, DOC_JSON, err);

	if (!rc)
		rc = doc_only(&doc, "configuration", &root, err);
	if (!rc && root->kind != DOC_MAP)
		rc = doc_error(root, err, "a configuration is an object: {\"run\": {...}}");
	for (uint32_t i = 0; !rc && i < root->nr; i++)
		rc = read_command(d, root, i, err);
	doc_release(&doc);
	return rc;
}

/* A path that is not absolute is none, says the XDG Base Directory Specification. */
static const char *own_file(struct defaults *d)
{
	const char *config = getenv("XDG_CONFIG_HOME"), *home = getenv("HOME");

	if (config && config[0] == '/')
		return arena_printf(&d->arena, "%s/homenode/config.json", config);
	return home && home[0] == '/'
		       ? arena_printf(&d->arena, "%s/.config/homenode/config.json", home)
		       : NULL;
}

int defaults_load(struct defaults *out, struct error *err)
{
	const char *named = getenv("HOMENODE_CONFIG");
	int rc;

	*out = (struct defaults){.off = !has_defaults() || (named && !*named)};
	if (out->off)
		return 0;
	out->path = named ? named : own_file(out);
	out->found = out->path && (named || access(out->path, F_OK) == 0 || errno == EACCES);
	/* nobody named it, and it could be waited for */
	if (out->found && !named && is_no_file(out->path))
		return error_set(err, ERR_INPUT, "%s: is no file", out->path);
	rc = out->found ? read_file(out, err) : 0;
	return rc ? rc : read_environment(out, err);
}

/* --- what counts --------------------------------------------------------------------------- */

/* The environment before the file, this command before all. */
static int weight(const struct default_value *v)
{
	return (v->environment ? 2 : 0) + (v->command ? 1 : 0);
}

const struct default_value *defaults_find(const struct defaults *d, const struct command *cmd,
					  const struct option *o)
{
	const struct default_value *best = NULL;

	for (size_t i = 0; i < d->nr && !cmd->no_defaults; i++) {
		const struct default_value *v = &d->value[i];

		if (strcmp(v->option, o->name) != 0 ||
		    (v->command && strcmp(v->command, cmd->name) != 0))
			continue;
		if (!best || weight(v) > weight(best))
			best = v;
	}
	return best;
}

static void print_value(const struct default_value *v, FILE *out)
{
	fprintf(out, "  %s --%s", v->command ? v->command : "(all)", v->option);
	for (size_t i = 0; v->value[i]; i++)
		fprintf(out, "%c%s", i ? ',' : '=', v->value[i]);
	fprintf(out, "\n      from %s\n", v->from);
}

void defaults_print_short(const struct defaults *d, FILE *out)
{
	if (d->off)
		fputs("none: HOMENODE_CONFIG is set to nothing\n", out);
	else if (!d->nr)
		fprintf(out, "none; %s%s\n", d->path ? d->path : "no home directory",
			d->path && !d->found ? " is not there" : "");
	else
		fprintf(out, "%zu (%s help config)\n", d->nr, program_name);
}

void defaults_print(const struct defaults *d, FILE *out)
{
	fputs("Options have defaults of your own in a file and in the environment. The command\n"
	      "line goes before the environment, that before the file; what is for one command\n"
	      "goes before what is for all. HOMENODE_CONFIG names another file; set to nothing\n"
	      "it turns off both. check takes none. --NAME=no takes back a flag.\n\n"
	      "  file         {\"all\": {\"wide\": true}, \"run\": {\"policy\": [\"flat\"], "
	      "\"jobs\": 4}}\n"
	      "  environment  HOMENODE_WIDE=yes HOMENODE_RUN_POLICY=flat HOMENODE_RUN_JOBS=4\n\n",
	      out);
	if (d->path)
		fprintf(out, "file: %s%s\n", d->path, d->found ? "" : " (not there)");
	fputs("defaults: ", out);
	if (d->nr)
		fprintf(out, "%zu\n", d->nr);
	else
		defaults_print_short(d, out);
	for (size_t i = 0; i < d->nr; i++)
		print_value(&d->value[i], out);
}

void defaults_release(struct defaults *d)
{
	free(d->value);
	arena_release(&d->arena);
	*d = (struct defaults){0};
}
