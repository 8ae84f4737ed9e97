/* Plans for people (a table, sentences under it) and for spreadsheets. */
#include <stdlib.h>

#include "base/alloc.h"
#include "base/csv.h"
#include "base/table.h"
#include "base/terminal.h"
#include "base/units.h"
#include "plan/plan.h"

char *plan_nodes_text(const struct plan *p)
{
	char text[NODES_MAX * 12] = "";
	size_t n = 0;

	for (uint32_t v = 0; v < p->nr_vnodes; v++)
		n += (size_t)snprintf(text + n, sizeof(text) - n, "%s%u", v ? " " : "",
				      p->host->node[p->vnode[v].node].os_index);
	return xstrdup(text);
}

static void vcpus_text(const struct plan *p, char *buf, size_t size)
{
	size_t n = 0;

	buf[0] = '\0';
	for (uint32_t v = 0; v < p->nr_vnodes && n < size; v++)
		n += (size_t)snprintf(buf + n, size - n, "%s%u", v ? "+" : "", p->vnode[v].vcpus);
}

static void placed_row(struct table *t, const struct plan *p)
{
	char *nodes = plan_nodes_text(p), vcpus[1024], spilled[32];

	vcpus_text(p, vcpus, sizeof(vcpus));
	table_cell(t, "%s", nodes);
	table_cell(t, "%s", vcpus);
	table_cell(t, "%s", plan_told_name(p->told));
	table_cell(t, "%s",
		   p->spilled_bytes ? bytes_text(p->spilled_bytes, spilled, sizeof(spilled)) : "-");
	free(nodes);
}

static void result_row(struct table *t, const struct plan_result *r)
{
	char memory[32];

	table_cell(t, "%s", r->zone->name);
	table_cell(t, "%u", r->zone->vcpus);
	table_cell(t, "%s", bytes_text(zone_boot_bytes(r->zone), memory, sizeof(memory)));
	if (r->plan) {
		placed_row(t, r->plan);
	} else {
		table_cell(t, "refused");
		table_cell(t, "-");
		table_cell(t, "-");
		table_cell(t, "-");
	}
	table_end_row(t);
}

static void print_sentences(const struct plan_result *r, bool explain, FILE *out)
{
	char *text;

	if (!r->plan) {
		text = xasprintf("%s: refused (%s): %s", r->zone->name, error_name(r->error_code),
				 r->error_text ? r->error_text : "");
		fputc('\n', out);
		terminal_print_sentence(text, out);
		free(text);
	} else if (explain) {
		fprintf(out, "\n%s:\n", r->zone->name);
	}
	for (uint32_t i = 0; (explain || !r->plan) && i < r->nr_reasons; i++) {
		text = xasprintf("- %s", r->reason[i]);
		terminal_print_indented(2, 4, text, out);
		free(text);
	}
}

void plan_print_text(const struct host *host, const char *policy, const struct plan_result *result,
		     size_t nr, bool explain, FILE *out)
{
	static const char *const heading[] = {"zone",	  "vcpus", "memory", "nodes",
					      "per node", "told",  "spilled"};
	struct table *t = table_new();

	fprintf(out, "%s, %s\n\n", host->name, policy);
	for (size_t i = 0; i < sizeof(heading) / sizeof(heading[0]); i++)
		table_cell(t, "%s", heading[i]);
	table_end_row(t);
	for (size_t i = 0; i < nr; i++)
		result_row(t, &result[i]);
	(void)table_print_within(t, out, 0, TABLE_ALL, terminal_columns(out));
	table_free(t);
	for (size_t i = 0; i < nr; i++)
		print_sentences(&result[i], explain, out);
}

static void csv_placed(const struct plan *p, FILE *out)
{
	char *nodes = plan_nodes_text(p);
	struct plan_locality l;

	plan_locality(p, p->memory, p->nr_memory, &l);
	fprintf(out, ",%s,%s,%lld,%lld,%lld", plan_told_name(p->told), nodes,
		(long long)l.local_bytes, (long long)p->spilled_bytes,
		(long long)l.mean_distance_centi);
	free(nodes);
}

void plan_print_csv(const struct host *host, const char *policy, const struct plan_result *result,
		    size_t nr, FILE *out)
{
	fputs("host,policy,zone,vcpus,memory_bytes,placed,error,told,nodes,local_bytes,"
	      "spilled_bytes,mean_distance_centi\n",
	      out);
	for (size_t i = 0; i < nr; i++) {
		const struct plan_result *r = &result[i];

		csv_print_field(host->name, out);
		fputc(',', out);
		csv_print_field(policy, out);
		fputc(',', out);
		csv_print_field(r->zone->name, out);
		fprintf(out, ",%u,%lld,%d,%s", r->zone->vcpus, (long long)zone_boot_bytes(r->zone),
			r->plan ? 1 : 0, r->plan ? "" : error_name(r->error_code));
		if (r->plan)
			csv_placed(r->plan, out);
		else
			fputs(",,,,,", out);
		fputc('\n', out);
	}
}
