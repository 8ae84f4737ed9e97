#include "bench/accounts/totals.h"

#include "base/units.h"
#include "bench/loop/cluster.h"
#include "bench/loop/run_input.h"

/* From 0 on. */
static int128 integral(const struct held *h, int64_t to_ns)
{
	return h->now * to_ns - h->changes_ns;
}

void totals_refused(struct totals *t, int code, uint64_t ordinal, int64_t at_ns, uint64_t place)
{
	t->events++;
	t->refused++;
	t->refused_no_room += code == ERR_NO_ROOM;
	t->refused_infeasible += code == ERR_INFEASIBLE;
	t->refused_no_device += code == ERR_NO_DEVICE;
	if (t->first_refusal)
		return;
	t->first_refusal = (int64_t)ordinal;
	t->first_refusal_ns = at_ns;
	t->first_refusal_place = place;
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
	.on_row = on_row,
};
