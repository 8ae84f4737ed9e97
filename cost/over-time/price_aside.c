#include "base/units.h"
#include "cost/over-time/price_impl.h"

void ledger_hide(struct ledger *p, uint32_t slot, int64_t now_ns)
{
	struct priced_zone *z = &p->zone[slot];
	struct price_host *h = &p->host[z->host];
	struct shape *s = &h->model->shape[z->shape];

	host_catch_up(p, h, now_ns);
	/* held, as a shape without a class may be forgotten */
	h->model->idle_shapes -= !s->classes++;
	host_leave(h, z->shape, now_ns);
}

void ledger_show(struct ledger *p, uint32_t slot, int64_t now_ns)
{
	struct priced_zone *z = &p->zone[slot];
	struct price_host *h = &p->host[z->host];
	struct shape *s = &h->model->shape[z->shape];

	host_catch_up(p, h, now_ns);
	host_join(p, h, z->shape, now_ns, z->before);
	h->model->idle_shapes += !--s->classes;
	z->start_ns = now_ns;
}

int64_t ledger_lost_nano_vcpus(struct ledger *p, uint32_t host)
{
	struct price_host *h = &p->host[host];
	int128 sum = 0;

	if (h->dirty)
		host_solve(p, h);
	for (uint32_t i = 0; i < h->nr_classes; i++) {
		const struct shape *s = &h->model->shape[h->class[i].shape];
		int128 lost = (int128)ACCOUNT_UNIT - h->accounts[i].rate[ACCOUNT_SPEED];
		int64_t vcpus_micro = 0;

		for (uint32_t k = 0; k < s->nr_flows; k++)
			vcpus_micro += s->flow[k].vcpus_micro;
		sum += lost * vcpus_micro * h->class[i].zones;
	}
	return (int64_t)(sum * (NS_PER_S / VCPU_MICRO) / (int128)ACCOUNT_UNIT);
}
