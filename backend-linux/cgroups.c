#include "backend-linux/cgroups.h"

#include <dirent.h>
#include <fnmatch.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/alloc.h"
#include "base/units.h"

#define DEPTH_MOST 32
#define TEXT_MOST 65536

/* A file of a group; its text, which the caller frees. NULL: it is not there. */
static char *read_text(const char *root, const char *path, const char *name)
{
	char *file = xasprintf("%s%s/%s", root, path, name), *text = NULL;
	FILE *f = fopen(file, "re");
	size_t n;

	free(file);
	if (!f)
		return NULL;
	text = xmalloc(TEXT_MOST);
	n = fread(text, 1, TEXT_MOST - 1, f);
	text[n] = '\0';
	if (ferror(f)) {
		free(text);
		text = NULL;
	}
	fclose(f);
	return text;
}

/* A number of bytes; -1: "max", or no such file. */
static int64_t read_bytes(const char *root, const char *path, const char *name)
{
	char *text = read_text(root, path, name), *end = NULL;
	long long n = text ? strtoll(text, &end, 10) : -1;
	int64_t bytes = text && end != text && n >= 0 ? n : -1;

	free(text);
	return bytes;
}

/* What is not a part of another line: memory.numa_stat has "shmem" within "file", and so on. */
static bool is_whole(const char *what)
{
	static const char *const whole[] = {"anon",
					    "file",
					    "kernel_stack",
					    "pagetables",
					    "sec_pagetables",
					    "slab_reclaimable",
					    "slab_unreclaimable"};

	for (size_t i = 0; i < sizeof(whole) / sizeof(whole[0]); i++)
		if (strcmp(what, whole[i]) == 0)
			return true;
	return false;
}

/* "anon N0=4096 N1=0", a line a kind of memory. */
static void read_nodes(struct cgroup *g, const char *root)
{
	char *text = read_text(root, g->path, "memory.numa_stat"), *line_rest, *rest;

	if (!text)
		return;
	g->node_bytes = xcalloc(CGROUP_NODES_MAX, sizeof(*g->node_bytes));
	for (char *line = strtok_r(text, "\n", &line_rest); line;
	     line = strtok_r(NULL, "\n", &line_rest)) {
		char *word = strtok_r(line, " ", &rest);

		if (!word || !is_whole(word))
			continue;
		while ((word = strtok_r(NULL, " ", &rest)) != NULL) {
			unsigned node;
			long long bytes;

			if (sscanf(word, "N%u=%lld", &node, &bytes) == 2 &&
			    node < CGROUP_NODES_MAX && bytes >= 0 && bytes < TIB << 10)
				g->node_bytes[node] += bytes;
		}
	}
	free(text);
}

/* Its own, or those of the nearest group above that has some: the controller need not be on. */
static void read_cpus(struct cgroup *g, const char *root)
{
	char *path = xstrdup(g->path);

	while (!g->knows_cpus) {
		char *text = read_text(root, path, "cpuset.cpus.effective");
		char *slash = strrchr(path, '/');

		if (text) {
			text[strcspn(text, "\n")] = '\0';
			g->knows_cpus = *text && cpuset_parse(&g->cpus, text);
		}
		free(text);
		if (!slash)
			break;
		*slash = '\0';
	}
	free(path);
}

/* "150000 100000": microseconds of CPU time in each period; "max 100000". */
static void read_quota(struct cgroup *g, const char *root)
{
	char *text = read_text(root, g->path, "cpu.max");
	long long quota, period;

	g->quota_milli = -1;
	if (text && sscanf(text, "%lld %lld", &quota, &period) == 2 && quota > 0 && period > 0 &&
	    quota < INT64_MAX / 1000)
		g->quota_milli = quota * 1000 / period;
	free(text);
}

/* A group of threads has no list of processes, and memory belongs to the group above it. */
static bool has_processes(const char *root, const char *path)
{
	char *text = read_text(root, path, "cgroup.procs");
	bool any = text && *text;

	free(text);
	return any;
}

static bool matches(const char *path, const char *const *patterns)
{
	for (; *patterns; patterns++)
		if (fnmatch(*patterns, path, 0) == 0)
			return true;
	return false;
}

static void look_at(struct cgroups *c, const char *root, const char *path)
{
	int64_t bytes = read_bytes(root, path, "memory.current");
	char *folder = xasprintf("%s%s", root, path);
	struct cgroup *g;
	struct stat st;

	if (bytes >= 0 && has_processes(root, path) && stat(folder, &st) == 0) {
		c->group = grow(c->group, &c->cap, c->nr, sizeof(*c->group));
		g = &c->group[c->nr++];
		*g = (struct cgroup){
			.path = xstrdup(path), .inode = (uint64_t)st.st_ino, .bytes = bytes};
		g->max_bytes = read_bytes(root, path, "memory.max");
		read_cpus(g, root);
		read_quota(g, root);
		read_nodes(g, root);
	}
	free(folder);
}

static void walk(struct cgroups *c, const char *root, const char *path, const char *const *patterns,
		 unsigned depth)
{
	char *folder = xasprintf("%s%s", root, path);
	DIR *d = opendir(folder);
	struct dirent *e;

	if (*path && matches(path, patterns))
		look_at(c, root, path);
	while (d && depth < DEPTH_MOST && (e = readdir(d)) != NULL) {
		char *below = xasprintf("%s/%s", path, e->d_name);
		char *full = xasprintf("%s%s", root, below);
		struct stat st;

		if (*e->d_name != '.' && lstat(full, &st) == 0 && S_ISDIR(st.st_mode))
			walk(c, root, below, patterns, depth + 1);
		free(full);
		free(below);
	}
	if (d)
		closedir(d);
	free(folder);
}

static int by_path(const void *a, const void *b)
{
	return strcmp(((const struct cgroup *)a)->path, ((const struct cgroup *)b)->path);
}

/* Where version 2 is mounted; and is memory accounted by version 1? */
static char *find_root(FILE *f, bool *v1)
{
	char line[4096], place[1024], type[64], options[1024], *root = NULL;

	*v1 = false;
	while (fgets(line, sizeof(line), f)) {
		if (sscanf(line, "%*s %1023s %63s %1023s", place, type, options) != 3)
			continue;
		if (strcmp(type, "cgroup2") == 0 && !root)
			root = xstrdup(place);
		if (strcmp(type, "cgroup") == 0 && strstr(options, "memory"))
			*v1 = true;
	}
	return root;
}

int cgroups_find(struct cgroups *out, const char *const *patterns, const char *mounts,
		 struct error *err)
{
	const char *path = mounts ? mounts : "/proc/self/mounts";
	FILE *f = fopen(path, "re");
	char *root;

	*out = (struct cgroups){0};
	if (!f)
		return error_set(err, ERR_MACHINE, "%s cannot be read", path);
	root = find_root(f, &out->v1);
	fclose(f);
	if (root && !out->v1)
		walk(out, root, "", patterns, 0);
	if (out->nr)
		qsort(out->group, out->nr, sizeof(*out->group), by_path);
	free(root);
	return 0;
}

void cgroups_release(struct cgroups *c)
{
	for (uint32_t i = 0; i < c->nr; i++) {
		free(c->group[i].path);
		free(c->group[i].node_bytes);
	}
	free(c->group);
	*c = (struct cgroups){0};
}
