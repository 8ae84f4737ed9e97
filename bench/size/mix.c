#include "bench/size/mix.h"

#include <stdlib.h>

#include "base/alloc.h"
#include "bench/size/try.h"

/* A pair: `fixed` is given numbers from 1 to `most`, `sized` is searched. */
struct pair {
	const struct size_question *fixed, *sized; /* each by itself */
	uint32_t most;
	char *topology;
};

struct mixes {
	const struct size_how *how;
	const struct size_bound *bound;
	uint32_t used; /* hosts that there are in any case */
	uint32_t zones_most; /* more hosts than these and one for each zone change nothing */
	int64_t below; /* what a mix must cost less than */
	struct size_mix *out;
	/* of the round at hand */
	struct size_question *question;
	struct size_answer *answer;
	size_t nr, cap, cap_answers;
};

int64_t size_price_micro(const struct size_question *q, uint32_t hosts)
{
	int64_t beside = q->nr_beside ? q->beside->price_micro : 0;

	if (!is_known(q->shape->price_micro) || !is_known(beside))
		return FIGURE_UNKNOWN;
	return q->shape->price_micro * hosts + beside * q->nr_beside;
}

/* So many of `shape` at most, if it is all the price that is left. */
static uint32_t affordable(const struct mixes *m, const struct size_shape *shape, int64_t spent)
{
	uint32_t most = shape->most < m->how->most ? shape->most : m->how->most;
	int64_t left = m->below - 1 - spent;

	most = most < m->zones_most ? most : m->zones_most;
	if (left < shape->price_micro)
		return 0;
	if (shape->price_micro && left / shape->price_micro < most)
		most = (uint32_t)(left / shape->price_micro);
	return most;
}

/* The sizes of the sized shape beside so many of the other; false: none is possible. */
static bool range(const struct mixes *m, const struct pair *p, uint32_t nr, uint32_t *least,
		  uint32_t *most)
{
	const struct size_shape *sized = p->sized->shape, *fixed = p->fixed->shape;

	*least = 1;
	if (!m->how->goals.refused_ppm)
		*least = size_bound_hosts(m->bound, &p->sized->workload->fleet, sized->host,
					  fixed->host, nr);
	if (m->used > nr && m->used - nr > *least)
		*least = m->used - nr;
	*most = affordable(m, sized, fixed->price_micro * nr);
	return *least <= *most;
}

static void add_question(struct mixes *m, const struct pair *p, uint32_t nr)
{
	uint32_t least, most;

	if (!range(m, p, nr, &least, &most)) {
		m->out->ruled_out++;
		return;
	}
	m->out->searched++;
	m->question = grow(m->question, &m->cap, m->nr, sizeof(*m->question));
	m->answer = grow(m->answer, &m->cap_answers, m->nr, sizeof(*m->answer));
	m->question[m->nr] = *p->sized;
	m->question[m->nr].topology = p->topology;
	m->question[m->nr].beside = p->fixed->shape;
	m->question[m->nr].nr_beside = nr;
	m->question[m->nr].beside_first = p->fixed < p->sized;
	m->question[m->nr].least = least;
	/* an answer is looked at from above too, where it is too dear */
	m->question[m->nr].most = most + m->how->around;
	m->question[m->nr].twin = NULL;
	m->answer[m->nr++] = (struct size_answer){.hosts = 0};
}

/* The cheaper; at the same price that of fewer hosts; else that of before. */
static void keep_cheapest(struct mixes *m, size_t i)
{
	struct size_mix *out = m->out;
	const struct size_question *q = &m->question[i];
	struct size_answer *a = &m->answer[i];
	int64_t price = a->hosts ? size_price_micro(q, a->hosts) : 0;

	if (!a->hosts || (out->found && (price > out->price_micro ||
					 (price == out->price_micro &&
					  a->hosts + q->nr_beside >=
						  out->answer.hosts + out->question.nr_beside))))
		return;
	size_answer_release(&out->answer);
	out->found = true;
	out->question = *q;
	out->answer = *a;
	out->price_micro = price;
	*a = (struct size_answer){.hosts = 0};
}

static int run_round(struct mixes *m, struct error *err)
{
	int rc = m->nr ? size_find(m->how, m->question, m->answer, m->nr, err) : 0;

	for (size_t i = 0; i < m->nr; i++) {
		if (!rc)
			keep_cheapest(m, i);
		size_answer_release(&m->answer[i]);
	}
	m->nr = 0;
	return rc;
}

/* `limit` numbers of (from, to), spread evenly; with `ends` of [from, to]. Returns how many were
 * left out. */
static uint32_t spread(struct mixes *m, const struct pair *p, uint32_t from, uint32_t to, bool ends,
		       uint32_t limit)
{
	uint32_t first = ends ? from : from + 1, last = ends ? to : to - 1, nr, take;

	if (first > last || !limit)
		return 0;
	nr = last - first + 1;
	take = nr < limit ? nr : limit;
	for (uint32_t i = 0; i < take; i++)
		add_question(m, p,
			     take == 1 ? first
				       : first + (uint32_t)((uint64_t)i * (nr - 1) / (take - 1)));
	return nr - take;
}

/* The cheapest of a pair whose numbers are too many: what lies between it and its neighbours
 * in the first round. */
static int look_closer(struct mixes *m, const struct pair *p, uint32_t limit, struct error *err)
{
	uint32_t at = m->out->question.nr_beside, step = p->most / limit + 1;
	uint32_t from = at > step ? at - step : 0,
		 to = p->most - at > step ? at + step : p->most + 1;
	uint32_t before = m->out->searched + m->out->ruled_out, more;

	if (!m->out->found || m->out->question.topology != p->topology)
		return 0;
	(void)spread(m, p, from, at, false, limit / 2);
	(void)spread(m, p, at, to, false, limit / 2);
	more = m->out->searched + m->out->ruled_out - before;
	m->out->left_out -= more < m->out->left_out ? more : m->out->left_out;
	return run_round(m, err);
}

/* The one of which fewer can be paid for is fixed. */
static struct pair pair_of(const struct mixes *m, const struct size_question *a,
			   const struct size_question *b)
{
	uint32_t most_a = affordable(m, a->shape, b->shape->price_micro);
	uint32_t most_b = affordable(m, b->shape, a->shape->price_micro);
	struct pair p = {.fixed = most_a < most_b ? a : b,
			 .sized = most_a < most_b ? b : a,
			 .most = most_a < most_b ? most_a : most_b};

	p.topology = xasprintf("%s+%s", a->shape->name, b->shape->name);
	return p;
}

static int search_pair(struct mixes *m, struct pair *p, uint32_t limit, struct error *err)
{
	uint32_t left = p->most ? spread(m, p, 1, p->most, true, limit) : 0;
	int rc = run_round(m, err);

	m->out->left_out += left;
	if (!rc && left)
		rc = look_closer(m, p, limit, err);
	if (m->out->found && m->out->question.topology == p->topology) {
		free(m->out->topology);
		m->out->topology = p->topology;
	} else {
		free(p->topology);
	}
	return rc;
}

/* The price of the cheapest shape alone; false: some shape has none. */
static bool cheapest_alone(const struct size_question *alone, const struct size_answer *answer,
			   size_t nr, int64_t *out)
{
	*out = INT64_MAX;
	for (size_t i = 0; i < nr; i++) {
		int64_t price = size_price_micro(&alone[i], answer[i].hosts);

		if (!is_known(price))
			return false;
		if (answer[i].hosts && price < *out)
			*out = price;
	}
	return true;
}

int size_mix_find(const struct size_how *how, uint32_t limit, const struct size_question *alone,
		  const struct size_answer *answer, size_t nr, struct size_mix *out,
		  struct error *err)
{
	struct mixes m = {.how = how,
			  .bound = &answer[0].bound,
			  .used = size_used_hosts(alone[0].workload),
			  .out = out};
	int rc = 0;

	m.zones_most = m.bound->peak_zones + m.used;
	*out = (struct size_mix){.found = false};
	out->priced = cheapest_alone(alone, answer, nr, &m.below) && nr > 1;
	for (size_t i = 0; out->priced && limit && i < nr && !rc; i++) {
		for (size_t j = i + 1; j < nr && !rc; j++) {
			struct pair p = pair_of(&m, &alone[i], &alone[j]);

			rc = search_pair(&m, &p, limit, err);
		}
	}
	out->sampled = out->left_out > 0;
	free(m.question);
	free(m.answer);
	return rc;
}

void size_mix_release(struct size_mix *m)
{
	size_answer_release(&m->answer);
	free(m->topology);
	*m = (struct size_mix){.found = false};
}
