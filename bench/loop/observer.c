#include "bench/loop/observer.h"

#include "base/alloc.h"

void audience_add(struct audience *a, const struct observer_ops *ops, void *self)
{
	struct observer o = {.ops = ops, .self = self};

	BUG_ON(a->nr == OBSERVERS_MAX);
	a->all[a->nr++] = o;
	for (unsigned kind = 0; kind < NR_NEWS; kind++)
		if (ops->wants & NEWS(kind))
			a->of[kind][a->nr_of[kind]++] = (struct listener){ops->on_zone, self};
	if (ops->on_expected)
		a->expecting[a->nr_expecting++] = o;
	a->wants_reasons |= ops->wants_reasons;
	a->wants_samples |= ops->on_sample != NULL;
}

int audience_begin(struct audience *a, struct error *err)
{
	int rc = 0;

	for (unsigned i = 0; i < a->nr && !rc; i++)
		if (a->all[i].ops->on_begin)
			rc = a->all[i].ops->on_begin(a->all[i].self, &a->view, err);
	return rc;
}

void audience_sample(const struct audience *a, int64_t at_ns)
{
	for (unsigned i = 0; i < a->nr; i++)
		if (a->all[i].ops->on_sample)
			a->all[i].ops->on_sample(a->all[i].self, &a->view, at_ns);
}

void audience_end(const struct audience *a, struct run_result *out)
{
	for (unsigned i = 0; i < a->nr; i++)
		if (a->all[i].ops->on_row)
			a->all[i].ops->on_row(a->all[i].self, &a->view, out);
}
