#include "bench/accounts/totals.h"

#include "base/units.h"
#include "bench/loop/cluster.h"
#include "bench/loop/run_input.h"

static void change(struct held *h, int64_t by, int64_t at_ns)
{
	h->now += by;
	h->changes_ns += (int128)by * at_ns;
}

static void change_way(struct held *h, int128 by, int64_t at_ns)
{
	h->now += by;
	h->changes_ns += by * at_ns;
}

/* From 0 on. */
static int128 integral(const struct held *h, int64_t to_ns)
{
	return h->now * to_ns - h->changes_ns;
}

/* Add (sign 1) or remove (sign -1) a zone's share. */
static void move(struct totals *t, const struct plan_locality *l, int sign, int64_t at_ns)
{
	int64_t off_home = l->resident_bytes - l->local_bytes;
	int64_t off_node = l->resident_bytes - l->own_bytes;
	int64_t farther = l->mean_distance_centi - TOTALS_HOME_CENTI;

	change(&t->resident_bytes, sign * l->resident_bytes, at_ns);
	if (off_home)
		change(&t->off_home_bytes, sign * off_home, at_ns);
	if (off_node)
		change(&t->off_node_bytes, sign * off_node, at_ns);
	if (farther)
		change_way(&t->way, (int128)(sign * l->resident_bytes) * farther, at_ns);
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

static void count_refused(struct totals *t, const struct run_view *view, const struct zone_news *n)
{
	t->refused++;
	t->refused_no_room += n->refusal->code == ERR_NO_ROOM;
	t->refused_infeasible += n->refusal->code == ERR_INFEASIBLE;
	t->refused_no_device += n->refusal->code == ERR_NO_DEVICE;
	if (t->first_refusal)
		return;
	t->first_refusal = (int64_t)n->ordinal;
	t->first_refusal_ns = n->at_ns;
	t->first_refusal_place = view->place;
}

static int on_zone(void *self, const struct run_view *view, const struct zone_news *n,
		   struct error *err)
{
	struct totals *t = self;

	(void)err;
	t->events++;
	if (n->kind == NEWS_REFUSED) {
		count_refused(t, view, n);
		return 0;
	}
	if (n->kind != NEWS_STARTED)
		move(t, n->before, -1, n->at_ns);
	if (n->kind != NEWS_LEFT)
		move(t, n->now, 1, n->at_ns);
	if (n->kind == NEWS_STARTED) {
		change(&t->vcpus, n->vcpus, n->at_ns);
		count_placed(t, n->plan, view->cluster->live.nr_live);
	} else if (n->kind == NEWS_LEFT) {
		change(&t->vcpus, -(int64_t)n->vcpus, n->at_ns);
	}
	return 0;
}

/* Where memory was, weighed by time. */
static void fill_shares(const struct totals *t, int64_t end_ns, struct row *row)
{
	int128 resident = integral(&t->resident_bytes, end_ns);
	int128 off_home = integral(&t->off_home_bytes, end_ns);
	int128 off_node = integral(&t->off_node_bytes, end_ns);
	int128 way = integral(&t->way, end_ns);

	row->off_home_page_s = (int64_t)(off_home / PAGE_BYTES / NS_PER_S);
	if (!resident)
		return;
	row->local_page_ppm = ppm_wide(resident - off_home, resident);
	row->own_page_ppm = ppm_wide(resident - off_node, resident);
	row->wrong_vnode_page_ppm = ppm_wide(off_home - off_node, resident);
	row->off_node_page_ppm = ppm_wide(off_node, resident);
	row->mean_distance_centi = (int64_t)((way + resident * TOTALS_HOME_CENTI) / resident);
}

static void on_row(void *self, const struct run_view *view, struct run_result *out)
{
	const struct totals *t = self;
	struct row *row = &out->row;
	int64_t end_ns = view->cluster->now_ns;

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
	row->vcpu_time_s = (int64_t)(integral(&t->vcpus, end_ns) / NS_PER_S);
	if (t->first_refusal)
		row->first_refusal_zone = t->first_refusal;
	fill_shares(t, end_ns, row);
}

static void join_held(struct held *h, const struct held *other)
{
	h->now += other->now;
	h->changes_ns += other->changes_ns;
}

static bool refused_before(const struct totals *a, const struct totals *b)
{
	if (!a->first_refusal || !b->first_refusal)
		return a->first_refusal != 0;
	if (a->first_refusal_ns != b->first_refusal_ns)
		return a->first_refusal_ns < b->first_refusal_ns;
	return a->first_refusal_place < b->first_refusal_place;
}

void totals_join(struct totals *t, const struct totals *other)
{
	if (refused_before(other, t)) {
		t->first_refusal = other->first_refusal;
		t->first_refusal_ns = other->first_refusal_ns;
		t->first_refusal_place = other->first_refusal_place;
	}
	join_held(&t->vcpus, &other->vcpus);
	join_held(&t->resident_bytes, &other->resident_bytes);
	join_held(&t->off_home_bytes, &other->off_home_bytes);
	join_held(&t->off_node_bytes, &other->off_node_bytes);
	join_held(&t->way, &other->way);
	t->events += other->events;
	t->placed += other->placed;
	t->multi_node += other->multi_node;
	t->spilled += other->spilled;
	t->spilled_bytes += other->spilled_bytes;
	t->refused += other->refused;
	t->refused_no_room += other->refused_no_room;
	t->refused_infeasible += other->refused_infeasible;
	t->refused_no_device += other->refused_no_device;
}

const struct observer_ops totals_observer = {
	.name = "totals",
	.wants = NEWS(NEWS_STARTED) | NEWS(NEWS_MOVED) | NEWS(NEWS_LEFT) | NEWS(NEWS_REFUSED),
	.on_zone = on_zone,
	.on_row = on_row,
};
