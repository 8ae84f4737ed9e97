#include "report/topology_parts.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/units.h"

#define INSIDE (TOPOLOGY_NODE_WIDTH - 16)
#define CPUS_A_LINE 16
#define CPUS_DRAWN 128 /* more are a bar */
#define CPU 11 /* with the space beside it */
#define BAR 8 /* of memory */
#define DEVICE (DRAWING_LINE + 4)
#define ZONES_A_NODE 12 /* of more only the number is said */

/* --- a node ---------------------------------------------------------------------------- */

static unsigned devices_of(const struct page_node *n)
{
	unsigned nr = *n->devices != '\0';

	for (const char *p = n->devices; (p = strstr(p, ", ")); p += 2)
		nr++;
	return nr;
}

static unsigned cpu_lines(const struct page_node *n)
{
	return n->nr_cpus > CPUS_DRAWN ? 1 : (n->nr_cpus + CPUS_A_LINE - 1) / CPUS_A_LINE;
}

static unsigned parts_of(const struct topology *t, unsigned node)
{
	unsigned nr = 0;

	for (size_t i = 0; t->plan && i < t->plan->nr_parts; i++)
		nr += t->plan->part[i].node == node;
	return nr;
}

unsigned topology_node_height(const struct topology *t, unsigned node)
{
	const struct page_node *n = &t->host->node[node];
	unsigned zones = parts_of(t, node);

	zones = zones > ZONES_A_NODE ? ZONES_A_NODE + 1 : zones;
	return 8 + 2 * DRAWING_LINE + CPU * cpu_lines(n) + 6 + BAR + 8 +
	       (devices_of(n) ? (DEVICE + 4) * devices_of(n) + 2 : 0) +
	       (zones ? DRAWING_LINE * zones + 4 : 0);
}

/* The zone that a device is for, or -1. */
static int zone_of_device(const struct topology *t, const char *name)
{
	for (size_t z = 0; t->plan && z < t->plan->nr_zones; z++)
		for (unsigned d = 0; d < t->plan->zone[z].nr_devices; d++)
			if (strcmp(t->plan->zone[z].device[d], name) == 0)
				return (int)z;
	return -1;
}

static unsigned draw_devices(const struct topology *t, const struct page_node *n, unsigned x,
			     unsigned y)
{
	const char *p = n->devices;

	while (*p) {
		const char *end = strstr(p, ", ");
		char *name = xasprintf("%.*s", (int)(end ? end - p : (long)strlen(p)), p);
		int zone = zone_of_device(t, name);

		draw_box(&t->draw, BOX_DEVICE, x, y, INSIDE, DEVICE);
		if (zone >= 0)
			draw_box(&t->draw, BOX_ZONE + (unsigned)zone, x + 5, y + 5, 10,
				 DEVICE - 10);
		draw_words(&t->draw, WORDS_BOLD, x + (zone >= 0 ? 20 : 7), y + 14, name,
			   (size_t)((INSIDE - 24) / DRAWING_BOLD));
		free(name);
		y += DEVICE + 4;
		p = end ? end + 2 : "";
	}
	return devices_of(n) ? y + 2 : y;
}

/* How long the part of a bar is that stands for `part` of `all`. */
static unsigned share(int64_t part, int64_t all, unsigned length)
{
	if (all <= 0 || part <= 0)
		return 0;
	return part >= all ? length : (unsigned)((double)part / (double)all * length + 0.5);
}

/* A CPU is a square, each in the hue of a zone whose vCPU it stands for: vCPUs float over the
 * CPUs of their node, so that only their number means something. Many CPUs are a bar. */
static void draw_cpus(const struct topology *t, unsigned node, unsigned x, unsigned y)
{
	const struct page_node *n = &t->host->node[node];
	unsigned at = 0;

	if (n->nr_cpus > CPUS_DRAWN) {
		draw_box(&t->draw, BOX_CPU, x, y, INSIDE, CPU - 2);
	} else {
		for (unsigned i = 0; i < n->nr_cpus; i++)
			draw_box(&t->draw, BOX_CPU, x + i % CPUS_A_LINE * CPU,
				 y + i / CPUS_A_LINE * CPU, CPU - 2, CPU - 2);
	}
	for (size_t i = 0; t->plan && i < t->plan->nr_parts; i++) {
		const struct drawn_part *p = &t->plan->part[i];
		unsigned from = share(at, n->nr_cpus, INSIDE);

		if (p->node != node)
			continue;
		if (n->nr_cpus > CPUS_DRAWN)
			draw_box(&t->draw, BOX_ZONE + p->zone, x + from, y,
				 share(at + p->vcpus, n->nr_cpus, INSIDE) - from, CPU - 2);
		for (unsigned k = at;
		     n->nr_cpus <= CPUS_DRAWN && k < at + p->vcpus && k < n->nr_cpus; k++)
			draw_box(&t->draw, BOX_ZONE + p->zone, x + k % CPUS_A_LINE * CPU,
				 y + k / CPUS_A_LINE * CPU, CPU - 2, CPU - 2);
		at += p->vcpus;
	}
}

/* As long as the host's largest node is full; what zones have lies in it from the left, after
 * what was taken before. */
static void draw_memory(const struct topology *t, unsigned node, unsigned x, unsigned y)
{
	const struct page_node *n = &t->host->node[node];
	int64_t at = 0;
	unsigned from = 0, to;

	if (!t->plan) {
		draw_box(&t->draw, BOX_MEMORY, x, y, share(n->memory_bytes, t->most_bytes, INSIDE),
			 BAR);
		draw_box(&t->draw, BOX_BAR, x, y, INSIDE, BAR);
		return;
	}
	at = t->plan->used_bytes ? t->plan->used_bytes[node] : 0;
	to = share(at, t->most_bytes, INSIDE);
	draw_box(&t->draw, BOX_USED, x, y, to, BAR);
	for (size_t i = 0; i < t->plan->nr_parts; i++) {
		const struct drawn_part *p = &t->plan->part[i];

		if (p->node != node)
			continue;
		from = to;
		at += p->bytes;
		to = share(at, t->most_bytes, INSIDE);
		draw_box(&t->draw, BOX_ZONE + p->zone, x + from, y, to - from, BAR);
	}
	draw_box(&t->draw, BOX_BAR, x, y, share(n->memory_bytes, t->most_bytes, INSIDE), BAR);
}

/* "171 MiB" where the whole figure is 170.67 MiB: a node is narrow, and the sentence below is
 * exact. */
static const char *short_bytes(int64_t bytes, char *buf, size_t size)
{
	static const char *const unit[] = {"B", "KiB", "MiB", "GiB", "TiB", "PiB"};
	double v = (double)bytes;
	size_t u = 0;

	for (; v >= 1024 && u + 1 < sizeof(unit) / sizeof(unit[0]); u++)
		v /= 1024;
	snprintf(buf, size, "%.*f %s", v >= 100 || v == (double)(int64_t)v ? 0 : 1, v, unit[u]);
	return buf;
}

/* "db 16 vCPUs, 12 GiB"; of these what was asked for elsewhere. */
static void draw_part(const struct topology *t, const struct drawn_part *p, unsigned x, unsigned y)
{
	const char *name = t->plan->zone[p->zone].name;
	char memory[32], *text;
	double room;

	short_bytes(p->bytes, memory, sizeof(memory));
	if (!p->bytes)
		text = xasprintf("%u vCPU%s", p->vcpus, p->vcpus == 1 ? "" : "s");
	else if (p->vcpus)
		text = xasprintf("%u vCPU%s, %s", p->vcpus, p->vcpus == 1 ? "" : "s", memory);
	else
		text = xasprintf("%s%s", memory, p->spilled_bytes ? " spilled" : "");
	room = INSIDE - 20 - (double)strlen(text) * DRAWING_LETTER;
	draw_box(&t->draw, BOX_ZONE + p->zone, x, y - 9, 9, 9);
	draw_words(&t->draw, WORDS_BOLD, x + 14, y, name,
		   room > 3 * DRAWING_BOLD ? (size_t)(room / DRAWING_BOLD) : 3);
	draw_words(&t->draw, WORDS_RIGHT, x + INSIDE, y, text, 40);
	free(text);
}

static void draw_parts(const struct topology *t, unsigned node, unsigned x, unsigned y)
{
	unsigned nr = parts_of(t, node), drawn = 0;
	char text[48];

	for (size_t i = 0; nr && i < t->plan->nr_parts && drawn < ZONES_A_NODE; i++) {
		if (t->plan->part[i].node != node)
			continue;
		y += DRAWING_LINE;
		draw_part(t, &t->plan->part[i], x, y - 3);
		drawn++;
	}
	if (nr <= drawn)
		return;
	snprintf(text, sizeof(text), "and %u more zones", nr - drawn);
	draw_words(&t->draw, WORDS_SOFT, x, y + DRAWING_LINE - 3, text, 30);
}

/* "16 CPUs: 0-15", or "20 vCPUs on 16 CPUs". */
static void cpus_text(const struct topology *t, unsigned node, char *buf, size_t size)
{
	const struct page_node *n = &t->host->node[node];
	unsigned vcpus = 0;

	for (size_t i = 0; t->plan && i < t->plan->nr_parts; i++)
		vcpus += t->plan->part[i].node == node ? t->plan->part[i].vcpus : 0;
	if (vcpus > n->nr_cpus)
		snprintf(buf, size, "%u vCPUs on %u CPUs", vcpus, n->nr_cpus);
	else
		snprintf(buf, size, "%u CPU%s%s%s", n->nr_cpus, n->nr_cpus == 1 ? "" : "s",
			 *n->cpus ? ": " : "", strlen(n->cpus) < 40 ? n->cpus : "");
}

void topology_draw_node(const struct topology *t, unsigned node, unsigned x, unsigned y,
			unsigned height)
{
	const struct page_node *n = &t->host->node[node];
	bool plain = strcmp(n->kind, "DRAM") == 0;
	char text[80], size[32];

	draw_box(&t->draw, BOX_NODE, x, y, TOPOLOGY_NODE_WIDTH, height);
	x += 8;
	y += 8 + DRAWING_LINE - 5;
	snprintf(text, sizeof(text), "node %u", n->number);
	draw_words(&t->draw, WORDS_BOLD, x, y, text, 20);
	snprintf(text, sizeof(text), "%s%s%s", bytes_text(n->memory_bytes, size, sizeof(size)),
		 plain ? "" : " ", plain ? "" : n->kind);
	draw_words(&t->draw, WORDS_RIGHT, x + INSIDE, y, text, 18);
	y += DRAWING_LINE;
	cpus_text(t, node, text, sizeof(text));
	draw_words(&t->draw, WORDS_SOFT, x, y, text, (size_t)(INSIDE / DRAWING_LETTER));
	y += 5;
	draw_cpus(t, node, x, y);
	y += CPU * cpu_lines(n) + 5;
	draw_memory(t, node, x, y);
	y = draw_devices(t, n, x, y + BAR + 6);
	draw_parts(t, node, x, y);
}

/* --- the zones' words ------------------------------------------------------------------ */

/* Draws a sentence over as many lines as it needs from `y` on, or only counts; where it ends. */
static unsigned wrap(const struct topology *t, enum words words, unsigned x, unsigned y,
		     unsigned width, const char *text, bool draw)
{
	size_t most = (size_t)(width / DRAWING_LETTER);

	while (*text) {
		size_t n = strlen(text), cut = n;

		if (n > most) {
			for (cut = most; cut && text[cut] != ' '; cut--)
				;
			cut = cut ? cut : n;
		}
		if (draw) {
			char *part = xasprintf("%.*s", (int)cut, text);

			draw_words(&t->draw, words, x, y + DRAWING_LINE - 4, part, most);
			free(part);
		}
		y += DRAWING_LINE;
		text += cut;
		text += strspn(text, " ");
	}
	return y;
}

static unsigned legend_of(const struct topology *t, unsigned i, unsigned y, unsigned width,
			  bool draw)
{
	const struct drawn_zone *z = &t->plan->zone[i];

	if (draw) {
		draw_box(&t->draw, BOX_ZONE + i, 1, y + 3, 10, 10);
		draw_words(&t->draw, WORDS_BOLD, 18, y + DRAWING_LINE - 4, z->name, 60);
	}
	y = wrap(t, z->refused ? WORDS_BAD : WORDS_PLAIN, 18, y + DRAWING_LINE, width - 18, z->line,
		 draw);
	for (unsigned r = 0; r < z->nr_reasons; r++)
		y = wrap(t, WORDS_SOFT, 18, y, width - 18, z->reason[r], draw);
	return y + 8;
}

unsigned topology_legend(const struct topology *t, unsigned width, bool draw)
{
	unsigned y = t->legend;

	for (unsigned i = 0; i < t->plan->nr_zones; i++)
		y = legend_of(t, i, y, width, draw);
	return y - t->legend;
}
