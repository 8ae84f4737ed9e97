#include "cli/advise_emit.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/units.h"
#include "cli/advise_text.h"
#include "cli/version.h"
#include "emit/words.h"

struct script {
	const struct live_sample *s;
	const struct advice *a;
	FILE *out;
};

/* As one word of the shell, whatever is in it. */
static void quote(const char *text, FILE *out)
{
	fputc('\'', out);
	for (; *text; text++)
		if (*text == '\'')
			fputs("'\\''", out);
		else
			fputc(*text, out);
	fputc('\'', out);
}

static const struct live_zone *zone_of(const struct script *c, const struct advice_step *step)
{
	return &c->s->zone[step->zone];
}

static void name_of(const struct script *c, const struct advice_step *step)
{
	quote(zone_of(c, step)->name, c->out);
}

static void all_cpus(const struct script *c, const struct plan *p)
{
	char *list = emit_all_cpus_list(p);

	fputs(list, c->out);
	free(list);
}

static void nodes(const struct script *c, nodeset set)
{
	char *list = host_nodes_text(c->s->host, set);

	fputs(list, c->out);
	free(list);
}

/* --- what every such file can do ------------------------------------------------------- */

static const char head_xen[] =
	"# Where the domains' own files are: NAME.cfg. What is said here goes before what they "
	"say.\n"
	"config=${config:-/etc/xen}\n"
	"\n"
	"# A domain's id is never used again: this one is still there, under this name.\n"
	"same_domain() # NAME ID\n"
	"{\n"
	"\t[ \"$(xl domid \"$1\")\" = \"$2\" ] || die \"$1 is no longer domain $2: look again\"\n"
	"}\n"
	"\n"
	"# Is it there, and does xl take it, while the domain still runs?\n"
	"can_create() # NAME SETTING...\n"
	"{\n"
	"\tfile=$config/$1.cfg\n"
	"\tshift\n"
	"\t[ -r \"$file\" ] || die \"there is no $file: set config to where it is\"\n"
	"\txl -N create \"$file\" \"$@\" >/dev/null || die \"xl does not take $file\"\n"
	"}\n"
	"\n"
	"stop() # NAME ID\n"
	"{\n"
	"\txl shutdown -w \"$2\" || die \"$1 does not stop: start those that did by the lines "
	"below\"\n"
	"}\n"
	"\n"
	"# The balloon takes its time; it is waited for two minutes.\n"
	"shrink() # NAME ID MIB\n"
	"{\n"
	"\txl mem-set \"$2\" \"$3m\"\n"
	"\tfor _ in $(seq 120); do\n"
	"\t\thas=$(xl list \"$2\" | awk 'NR == 2 { print $(NF - 3) }') # a name may have blanks\n"
	"\t\tcase $has in '' | *[!0-9]*) die \"xl list does not say what $1 has\" ;; esac\n"
	"\t\t[ \"$has\" -gt \"$3\" ] || return 0\n"
	"\t\tsleep 1\n"
	"\tdone\n"
	"\tdie \"$1 has not given back what it was asked for\"\n"
	"}\n"
	"\n"
	"# What a balloon gives back may lie elsewhere than was thought.\n"
	"room() # NODE MIB\n"
	"{\n"
	"\tfree=$(xl info -n | awk -v node=\"$1:\" '/^numa_info/ { on = 1 } on && $1 == node { "
	"print $3 }')\n"
	"\t[ \"${free:-0}\" -ge \"$2\" ] ||\n"
	"\t\techo \"warning: node $1 has ${free:-?} MiB free, not $2: some of it will lie "
	"elsewhere\" >&2\n"
	"}\n"
	"\n";

static const char head_qemu[] =
	"# A process's start: another that has its number since has another.\n"
	"same_process() # PID START\n"
	"{\n"
	"\t[ \"$(sed 's/.*) //' \"/proc/$1/stat\" | cut -d ' ' -f 20)\" = \"$2\" ] ||\n"
	"\t\tdie \"process $1 is another one now: look again\"\n"
	"}\n"
	"\n"
	"# Is the process libvirt's guest of this name? Anybody may call a process so, and virsh "
	"takes\n"
	"# digits for a number of its own.\n"
	"guests=${guests:-/run/libvirt/qemu}\n"
	"by_libvirt() # NAME PID\n"
	"{\n"
	"\tcase $1 in *[!0-9]*) ;; *) return 1 ;; esac\n"
	"\t[ \"$(cat \"$guests/$1.pid\" 2>/dev/null)\" = \"$2\" ] &&\n"
	"\t\tvirsh domstate \"$1\" >/dev/null 2>&1\n"
	"}\n"
	"\n"
	"# By libvirt where it is one of its guests, else thread by thread.\n"
	"run_guest() # NAME PID VCPUS CPUS\n"
	"{\n"
	"\tif by_libvirt \"$1\" \"$2\"; then\n"
	"\t\tfor vcpu in $(seq 0 $(($3 - 1))); do\n"
	"\t\t\tvirsh vcpupin \"$1\" \"$vcpu\" \"$4\" --live\n"
	"\t\tdone\n"
	"\t\tvirsh emulatorpin \"$1\" \"$4\" --live\n"
	"\telse\n"
	"\t\ttaskset -a -c -p \"$4\" \"$2\"\n"
	"\tfi\n"
	"}\n"
	"\n"
	"move_pages() # NAME PID NODES-BEFORE NODES\n"
	"{\n"
	"\tif by_libvirt \"$1\" \"$2\"; then\n"
	"\t\tvirsh numatune \"$1\" --nodeset \"$4\" --live || true\n"
	"\tfi\n"
	"\tmigratepages \"$2\" \"$3\" \"$4\"\n"
	"}\n"
	"\n"
	"shrink_guest() # NAME PID KIB\n"
	"{\n"
	"\tby_libvirt \"$1\" \"$2\" || die \"$1 is none of libvirt's guests: shrink it by QEMU's "
	"monitor\"\n"
	"\tvirsh setmem \"$1\" \"$3KiB\" --live\n"
	"}\n"
	"\n";

static const char head_container[] =
	"cgroups=${cgroups:-/sys/fs/cgroup}\n"
	"\n"
	"same_cgroup() # PATH INODE\n"
	"{\n"
	"\t[ \"$(stat -c %i \"$cgroups$1\")\" = \"$2\" ] || die \"$1 is another one now: look "
	"again\"\n"
	"}\n"
	"\n"
	"# By systemd where the group is a unit of its, else in its files; pages follow "
	"cpuset.mems.\n"
	"set_cgroup() # PATH FILE PROPERTY LIST\n"
	"{\n"
	"\tunit=${1##*/}\n"
	"\tif [ \"$(systemctl show -p ControlGroup --value -- \"$unit\" 2>/dev/null)\" = \"$1\" ]; "
	"then\n"
	"\t\tsystemctl set-property --runtime -- \"$unit\" \"$3=$4\"\n"
	"\telse\n"
	"\t\techo \"$4\" >\"$cgroups$1/$2\"\n"
	"\tfi\n"
	"}\n"
	"\n";

static bool is_xen(const struct live_zone *z)
{
	return z->kind == LIVE_XEN_PVH || z->kind == LIVE_XEN_HVM || z->kind == LIVE_XEN_PV;
}

static void print_head(const struct script *c)
{
	bool xen = false, qemu = false, container = false;

	for (uint32_t i = 0; i < c->a->nr_steps; i++) {
		const struct live_zone *z = zone_of(c, &c->a->step[i]);

		xen = xen || is_xen(z);
		qemu = qemu || z->kind == LIVE_QEMU;
		container = container || z->kind == LIVE_CONTAINER;
	}
	fprintf(c->out,
		"#!/bin/sh\n"
		"# Advice of homenode %s for host %s. Read it before you run it: it changes zones\n"
		"# that run. It ends at the first step that fails; those before are done then.\n"
		"set -eu\n\n"
		"die()\n{\n\techo \"$*\" >&2\n\texit 1\n}\n\n",
		program_version(), c->s->host->name);
	fputs(xen ? head_xen : "", c->out);
	fputs(qemu ? head_qemu : "", c->out);
	fputs(container ? head_container : "", c->out);
	if (!c->a->nr_steps)
		fputs("# There is nothing to change.\n", c->out);
}

/* --- Xen ------------------------------------------------------------------------------- */

/* "domid 3 UUID"; one that was started by a step before has another, which is not known yet. */
static bool knows_domid(const struct script *c, const struct advice_step *step, unsigned *domid)
{
	for (const struct advice_step *before = c->a->step; before < step; before++)
		if (before->zone == step->zone && before->kind == ADVICE_RESTART)
			return false;
	return sscanf(zone_of(c, step)->id, "domid %u", domid) == 1;
}

/* By its number, as xl takes a name of digits for one, and one with a dash for an option. */
static void domain_of(const struct script *c, const struct advice_step *step)
{
	unsigned domid;

	if (knows_domid(c, step, &domid)) {
		fprintf(c->out, " %u", domid);
		return;
	}
	fputs(" \"$(xl domid ", c->out);
	name_of(c, step);
	fputs(")\"", c->out);
}

static void check_domain(const struct script *c, const struct advice_step *step)
{
	unsigned domid;

	if (!knows_domid(c, step, &domid))
		return;
	fputs("same_domain ", c->out);
	name_of(c, step);
	fprintf(c->out, " %u\n", domid);
}

static void pin_xen(const struct script *c, const struct advice_step *step)
{
	const struct plan *p = step->plan;

	check_domain(c, step);
	for (uint32_t v = 0; v < p->nr_vnodes; v++) {
		char *cpus = emit_cpu_list(p, v);

		for (uint32_t i = 0; i < (p->nr_vnodes > 1 ? p->vnode[v].vcpus : 1); i++) {
			fputs("xl vcpu-pin", c->out);
			domain_of(c, step);
			if (p->nr_vnodes > 1)
				fprintf(c->out, " %u", plan_first_vcpu(p, v) + i);
			else
				fputs(" all", c->out);
			fprintf(c->out, " %s all\n", cpus);
		}
		free(cpus);
	}
}

/* What goes before the domain's own file: vCPUs' CPUs, memory, vnodes. */
static void print_settings(const struct script *c, const struct advice_step *step)
{
	const struct plan *p = step->plan;
	int64_t mib = emit_mib(plan_memory_bytes(p)), most = emit_mib(p->zone->memory_bytes);

	fputs(" \\\n\t'cpus=[", c->out);
	for (uint32_t i = 0; i < p->zone->vcpus; i++) {
		char *list = emit_cpu_list(p, emit_vnode_of(p, i));

		fprintf(c->out, "%s\"%s\"", i ? ", " : "", list);
		free(list);
	}
	fprintf(c->out, "]' 'memory=%" PRId64 "' 'maxmem=%" PRId64 "'", mib,
		most > mib ? most : mib);
	if (p->told == PLAN_TOLD_VNUMA && zone_of(c, step)->kind == LIVE_XEN_HVM) {
		fputs(" \\\n\t'", c->out);
		emit_xl_vnuma(p, most > mib ? most : mib, c->out);
		fputc('\'', c->out);
	}
	fputc('\n', c->out);
}

static void with_settings(const struct script *c, const char *command,
			  const struct advice_step *step, const char *behind)
{
	fputs(command, c->out);
	if (*behind) {
		fputs("\"$config/\"", c->out);
		name_of(c, step);
		fputs(behind, c->out);
	} else {
		name_of(c, step);
	}
	print_settings(c, step);
}

/* Steps first to last are made together: nothing stops before all are known to start. */
static void restart_xen(const struct script *c, uint32_t first, uint32_t last)
{
	const struct advice_step *step = c->a->step;

	for (uint32_t i = first; i <= last; i++) {
		check_domain(c, &step[i]);
		with_settings(c, "can_create ", &step[i], "");
	}
	for (uint32_t i = first; i <= last; i++) {
		fputs("stop ", c->out);
		name_of(c, &step[i]);
		domain_of(c, &step[i]);
		fputc('\n', c->out);
	}
	for (uint32_t i = first; i <= last; i++) {
		const struct plan *p = step[i].plan;

		for (uint32_t v = 0; v < p->nr_vnodes; v++)
			fprintf(c->out, "room %u %" PRId64 "\n",
				c->s->host->node[p->vnode[v].node].os_index,
				emit_mib(p->vnode[v].memory_bytes));
		with_settings(c, "xl create ", &step[i], ".cfg");
	}
}

/* homenode's own backend alone can start it as it is. */
static bool by_hand(const struct script *c, const struct advice_step *step)
{
	const struct live_zone *z = zone_of(c, step);

	return z->kind == LIVE_MODEL || (step->kind == ADVICE_RESTART && z->kind == LIVE_XEN_PVH &&
					 step->plan->told == PLAN_TOLD_VNUMA);
}

static void print_by_hand(const struct script *c, const struct advice_step *step)
{
	fputs("die ", c->out);
	name_of(c, step);
	fputs(zone_of(c, step)->kind == LIVE_MODEL
		      ? " 'is a zone of the simulator: nothing can be done here'\n"
		      : " 'is a PVH guest that is told of its nodes, which xl cannot start:' \\\n"
			"\t'restart it by --backend xen and go on from here'\n",
	      c->out);
}

static void change_xen(const struct script *c, const struct advice_step *step, uint32_t first,
		       uint32_t last)
{
	if (step->kind == ADVICE_PIN) {
		pin_xen(c, step);
	} else if (step->kind == ADVICE_SHRINK) {
		check_domain(c, step);
		fputs("shrink ", c->out);
		name_of(c, step);
		domain_of(c, step);
		fprintf(c->out, " %" PRId64 "\n", plan_memory_bytes(step->plan) / MIB);
	} else {
		restart_xen(c, first, last);
	}
}

/* --- KVM and containers ----------------------------------------------------------------- */

static nodeset has_pages_on(const struct script *c, const struct live_zone *z)
{
	nodeset set = 0;

	for (unsigned n = 0; n < c->s->host->nr_nodes; n++)
		if (z->node_bytes[n] > 0)
			set |= nodeset_of(n);
	return set;
}

/* "pid 812 START" */
static void change_guest(const struct script *c, const struct advice_step *step)
{
	const struct live_zone *z = zone_of(c, step);
	unsigned long long start;
	long pid;

	if (sscanf(z->id, "pid %ld %llu", &pid, &start) != 2) {
		fputs("die 'whose process it is is not known'\n", c->out);
		return;
	}
	fprintf(c->out, "same_process %ld %llu\n", pid, start);
	if (step->kind == ADVICE_SHRINK) {
		fputs("shrink_guest ", c->out);
		name_of(c, step);
		fprintf(c->out, " %ld %" PRId64 "\n", pid, plan_memory_bytes(step->plan) / KIB);
		return;
	}
	fputs("run_guest ", c->out);
	name_of(c, step);
	fprintf(c->out, " %ld %u ", pid, z->vcpus);
	all_cpus(c, step->plan);
	if (step->kind == ADVICE_MOVE) {
		fputs("\nmove_pages ", c->out);
		name_of(c, step);
		fprintf(c->out, " %ld ", pid);
		nodes(c, has_pages_on(c, z));
		fputc(' ', c->out);
		nodes(c, step->plan->nodes);
	}
	fputc('\n', c->out);
}

/* A cgroup's path, a blank, its inode. */
static void change_container(const struct script *c, const struct advice_step *step)
{
	const struct live_zone *z = zone_of(c, step);
	const char *blank = strrchr(z->id, ' ');
	char *path = xstrndup(z->id, blank ? (size_t)(blank - z->id) : strlen(z->id));

	if (blank) {
		fputs("same_cgroup ", c->out);
		quote(path, c->out);
		fprintf(c->out, " %llu\n", strtoull(blank + 1, NULL, 10));
	}
	fputs("set_cgroup ", c->out);
	quote(path, c->out);
	fputs(" cpuset.cpus AllowedCPUs ", c->out);
	all_cpus(c, step->plan);
	if (step->kind == ADVICE_MOVE) {
		fputs("\nset_cgroup ", c->out);
		quote(path, c->out);
		fputs(" cpuset.mems AllowedMemoryNodes ", c->out);
		nodes(c, step->plan->nodes);
	}
	fputc('\n', c->out);
	free(path);
}

/* --- steps ------------------------------------------------------------------------------ */

static void comment(const struct script *c, uint32_t i)
{
	const struct advice_step *step = &c->a->step[i];
	char *what = advise_step_text(c->s, step), *cost = advise_cost_text(step);
	char *text = xasprintf("%u. %s (%s; risk: %s)%s", i + 1, what, cost,
			       advise_risk_text(c->s, step),
			       step->with_next ? ", together with the next" : "");

	fputc('\n', c->out);
	emit_comment(text, "# ", c->out);
	free(text);
	free(cost);
	free(what);
}

static void say(const struct script *c, uint32_t i)
{
	char *what = advise_step_text(c->s, &c->a->step[i]);

	text_tame(what);
	fputs("echo ", c->out);
	quote(what, c->out);
	fputc('\n', c->out);
	free(what);
}

void advise_emit(const struct live_sample *s, const struct advice *a, FILE *out)
{
	const struct script c = {s, a, out};

	print_head(&c);
	for (uint32_t i = 0; i < a->nr_steps; i++) {
		uint32_t first = i;
		bool hand;

		for (; a->step[i].with_next && a->step[i].kind == ADVICE_RESTART; i++)
			comment(&c, i);
		comment(&c, i);
		hand = false;
		for (uint32_t k = first; k <= i; k++) {
			say(&c, k);
			if (by_hand(&c, &a->step[k]) && !hand) {
				print_by_hand(&c, &a->step[k]);
				hand = true;
			}
		}
		if (hand)
			continue;
		if (is_xen(zone_of(&c, &a->step[i])))
			change_xen(&c, &a->step[i], first, i);
		else if (zone_of(&c, &a->step[i])->kind == LIVE_QEMU)
			change_guest(&c, &a->step[i]);
		else
			change_container(&c, &a->step[i]);
	}
}
