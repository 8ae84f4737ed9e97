/*
 * A zone of a real host beside the one that stands for it: where its memory was found
 * after a step. Two things cannot be predicted, and what comes after depends on them:
 * how many pages the domain's builder adds (found after START: overhead.h), and which
 * pages a guest hands back when its balloon takes some. Those are taken over. What the
 * hypervisor decides is not: there a difference is the model's mistake, and stays.
 */
#ifndef SIM_FOUND_H
#define SIM_FOUND_H

#include "sim/sim_impl.h"

/* A step that is carried out, a RESIZE before it is. */
void found_note_step(struct sim *sim, const struct step *s);
/* Most zones were never found. */
static inline void found_note(struct sim *sim, const struct step *s)
{
	if (s->slot < sim->nr_found)
		found_note_step(sim, s);
}

/* After it: the zone was found with `bytes` by node, special pages included. ERR_CANNOT:
 * it cannot have its memory there. */
int found_take(struct sim *sim, const struct step *s, const int64_t *bytes,
	       struct error *err) MUST_USE;

#endif
