#include "sim/found.h"

#include <string.h>

#include "base/alloc.h"
#include "base/units.h"
#include "sim/balloon.h"
#include "sim/overhead.h"

/* A Linux that boots gives back the page that its shared info page takes the place of. */
#define GIVEN_BACK_BYTES PAGE_BYTES

void found_note_step(struct sim *sim, const struct step *s)
{
	struct sim_found *f = &sim->found[s->slot];

	if (s->kind == STEP_START)
		f->known = false;
	f->shrank = s->kind == STEP_RESIZE && s->bytes < sim_resident(sim_zone(sim, s->slot));
}

static struct sim_found *found_of(struct sim *sim, uint32_t slot)
{
	while (slot >= sim->nr_found) {
		sim->found = grow(sim->found, &sim->cap_found, sim->nr_found, sizeof(*sim->found));
		memset(&sim->found[sim->nr_found++], 0, sizeof(*sim->found));
	}
	return &sim->found[slot];
}

static void take_special(struct sim *sim, struct sim_zone *z, struct sim_found *f,
			 const int64_t *bytes)
{
	uint32_t nr_nodes = sim_host(sim, z->host)->state.host->nr_nodes, nr_parts;
	const struct plan_memory *part = sim_parts(sim, z, &nr_parts);
	int64_t pages = 0;

	f->known = true;
	memcpy(f->special, bytes, nr_nodes * sizeof(*bytes));
	for (uint32_t i = 0; i < nr_parts; i++)
		f->special[part[i].node] -= part[i].bytes;
	for (uint32_t n = 0; n < nr_nodes; n++)
		pages += f->special[n] / PAGE_BYTES;
	if (pages > 0 && pages <= OVERHEAD_SPECIAL_PAGES_MAX)
		overhead_set_special(sim, z, pages);
}

/* Its own memory among what was found; false: something else differs, too. */
static bool own_bytes(const struct sim *sim, const struct sim_zone *z, struct sim_found *f,
		      const int64_t *bytes, int64_t own[NODES_MAX])
{
	uint32_t nr_nodes = sim_host(sim, z->host)->state.host->nr_nodes;
	/* the page was one of low memory, so of the first vnode */
	uint32_t first = z->more ? sim_vnodes(z->more)[0].node : z->node;
	int64_t missing = sim_resident(z);
	bool ok = true;

	for (uint32_t n = 0; n < nr_nodes; n++) {
		own[n] = bytes[n] - f->special[n];
		missing -= own[n];
	}
	if (missing > 0 && missing <= GIVEN_BACK_BYTES) {
		f->special[first] -= missing;
		own[first] += missing;
		missing = 0;
	}
	for (uint32_t n = 0; n < nr_nodes; n++)
		ok = ok && own[n] >= 0;
	return ok && !missing;
}

int found_take(struct sim *sim, const struct step *s, const int64_t *bytes, struct error *err)
{
	struct sim_found *f = found_of(sim, s->slot);
	struct sim_zone *z = sim_zone(sim, s->slot);
	int64_t own[NODES_MAX];

	if (s->kind == STEP_START)
		take_special(sim, z, f, bytes);
	if (s->kind != STEP_RESIZE || !f->known || !own_bytes(sim, z, f, bytes, own) || !f->shrank)
		return 0;
	if (balloon_correct(sim, z, own))
		return 0;
	return error_set(err, ERR_CANNOT, "the zone of slot %u cannot have its memory there",
			 s->slot);
}
