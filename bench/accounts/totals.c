#include "bench/accounts/totals.h"

#include "base/units.h"
#include "bench/loop/cluster.h"
#include "bench/loop/run_input.h"

static void advance(struct totals *t, int64_t to_ns)
{
	int128 dt = to_ns - t->at_ns;

	if (dt <= 0)
		return;
	t->vcpu_ns += t->vcpus * dt;
	t->resident_ns += t->resident_bytes * dt;
	t->local_ns += t->local_bytes * dt;
	t->own_ns += t->own_bytes * dt;
	t->distance_ns += t->distance * dt;
	t->at_ns = to_ns;
}

/* Add (sign 1) or remove (sign -1) a zone's share. */
static void move(struct totals *t, const struct plan_locality *l, int sign)
{
	t->resident_bytes += sign * l->resident_bytes;
	t->local_bytes += sign * l->local_bytes;
	t->own_bytes += sign * l->own_bytes;
	t->distance += (int128)(sign * l->resident_bytes) * l->mean_distance_centi;
}

static void count_placed(struct totals *t, const struct plan *p, uint32_t nr_live)
{
	t->placed++;
	t->multi_node += p->nr_vnodes > 1;
	t->spilled += p->spilled_bytes > 0;
	t->spilled_bytes += p->spilled_bytes;
	if (nr_live > t->peak_live)
		t->peak_live = nr_live;
}

static void count_refused(struct totals *t, const struct zone_news *n)
{
	t->refused++;
	t->refused_no_room += n->refusal->code == ERR_NO_ROOM;
	t->refused_infeasible += n->refusal->code == ERR_INFEASIBLE;
	t->refused_no_device += n->refusal->code == ERR_NO_DEVICE;
	if (!t->first_refusal)
		t->first_refusal = (int64_t)n->ordinal;
}

static int on_zone(void *self, const struct run_view *view, const struct zone_news *n,
		   struct error *err)
{
	struct totals *t = self;

	(void)err;
	t->events++;
	if (n->kind == NEWS_REFUSED) {
		count_refused(t, n);
		return 0;
	}
	advance(t, n->at_ns);
	if (n->kind != NEWS_STARTED)
		move(t, n->before, -1);
	if (n->kind != NEWS_LEFT)
		move(t, n->now, 1);
	if (n->kind == NEWS_STARTED) {
		t->vcpus += n->vcpus;
		count_placed(t, n->plan, view->cluster->live.nr_live);
	} else if (n->kind == NEWS_LEFT) {
		t->vcpus -= n->vcpus;
	}
	return 0;
}

static void on_row(void *self, const struct run_view *view, struct run_result *out)
{
	struct totals *t = self;
	struct row *row = &out->row;

	advance(t, view->cluster->now_ns);
	row->events = (int64_t)t->events;
	row->zones_placed = t->placed;
	row->zones_multi_node = t->multi_node;
	row->zones_spilled = t->spilled;
	row->spilled_bytes = t->spilled_bytes;
	row->peak_live_zones = t->peak_live;
	row->zones_refused = t->refused;
	row->refused_no_room = t->refused_no_room;
	row->refused_infeasible = t->refused_infeasible;
	row->refused_no_device = t->refused_no_device;
	row->vcpu_time_s = (int64_t)(t->vcpu_ns / NS_PER_S);
	row->off_home_page_s = (int64_t)((t->resident_ns - t->local_ns) / PAGE_BYTES / NS_PER_S);
	if (t->first_refusal)
		row->first_refusal_zone = t->first_refusal;
	if (!t->resident_ns)
		return;
	row->local_page_ppm = ppm_wide(t->local_ns, t->resident_ns);
	row->own_page_ppm = ppm_wide(t->own_ns, t->resident_ns);
	row->wrong_vnode_page_ppm = ppm_wide(t->own_ns - t->local_ns, t->resident_ns);
	row->off_node_page_ppm = ppm_wide(t->resident_ns - t->own_ns, t->resident_ns);
	row->mean_distance_centi = (int64_t)(t->distance_ns / t->resident_ns);
}

const struct observer_ops totals_observer = {
	.name = "totals",
	.wants = NEWS(NEWS_STARTED) | NEWS(NEWS_MOVED) | NEWS(NEWS_LEFT) | NEWS(NEWS_REFUSED),
	.on_zone = on_zone,
	.on_row = on_row,
};
