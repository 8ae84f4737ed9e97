#include "bench/size/study.h"

#include <stdlib.h>

#include "base/alloc.h"
#include "bench/size/try.h"

/* --- questions --------------------------------------------------------------------- */

/* The questions of one case, policy, memory policy and seed, one a shape. */
static void ask_group(const struct size_study *s, size_t group, struct size_question *q)
{
	size_t seed = group % s->nr_seeds, left = group / s->nr_seeds;
	size_t memory = left % s->nr_memories, policy = left / s->nr_memories % s->nr_policies;
	const struct size_case *kase = &s->kase[left / s->nr_memories / s->nr_policies];

	for (size_t i = 0; i < s->nr_shapes; i++)
		q[i] = (struct size_question){
			.workload = kase->workload,
			.policy = s->policy[policy],
			.memory = s->memory[memory],
			.seed = s->seed[seed],
			.topology = kase->shape[i].name,
			.shape = &kase->shape[i],
			.twin = seed ? &q[i] - seed * s->nr_shapes : NULL,
		};
}

static int find_mixes(const struct size_study *s, struct size_lines *l, struct error *err)
{
	int rc = 0;

	for (size_t g = 0; g < l->nr_groups && !rc; g++)
		rc = size_mix_find(&s->how, s->mixes, &l->question[g * s->nr_shapes],
				   &l->answer[g * s->nr_shapes], s->nr_shapes, &l->mix[g], err);
	return rc;
}

/* --- lines --------------------------------------------------------------------------- */

static struct size_line *add_line(const struct size_study *s, struct size_lines *l, size_t group)
{
	size_t a_case = l->nr_groups / s->nr_cases;
	struct size_line *line = &l->line[l->nr++];

	*line = (struct size_line){.kase = &s->kase[group / a_case]};
	return line;
}

static void add_group(const struct size_study *s, struct size_lines *l, size_t group)
{
	struct size_mix *mix = &l->mix[group];
	struct size_line *first = &l->line[l->nr], *cheapest = NULL, *line;

	for (size_t i = 0; i < s->nr_shapes; i++) {
		line = add_line(s, l, group);
		line->question = l->question[group * s->nr_shapes + i];
		line->answer = l->answer[group * s->nr_shapes + i];
		l->answer[group * s->nr_shapes + i] = (struct size_answer){.hosts = 0};
	}
	if (mix->found) {
		line = add_line(s, l, group);
		line->question = mix->question;
		line->question.topology = mix->topology;
		line->answer = mix->answer;
		line->mix = mix;
		mix->answer = (struct size_answer){.hosts = 0};
	}
	for (line = first; mix->priced && line < &l->line[l->nr]; line++)
		if (line->answer.hosts &&
		    (!cheapest ||
		     size_price_micro(&line->question, line->answer.hosts) <
			     size_price_micro(&cheapest->question, cheapest->answer.hosts)))
			cheapest = line;
	if (cheapest)
		cheapest->cheapest = true;
}

/* Of the first case: the same policy, memory policy and seed, and the same shape or the mix. */
static const struct size_line *base_of(const struct size_study *s, const struct size_lines *l,
				       const struct size_line *line)
{
	for (const struct size_line *b = l->line; b < line && b->kase == s->kase; b++)
		if (b->question.policy == line->question.policy &&
		    b->question.memory == line->question.memory &&
		    b->question.seed == line->question.seed && !b->mix == !line->mix &&
		    (line->mix || b->question.shape - b->kase->shape ==
					  line->question.shape - line->kase->shape))
			return b;
	return NULL;
}

/* The base's fleet, of this case's shapes. */
static void ask_as_base(struct size_line *line)
{
	const struct size_line *b = line->base;
	const struct size_question *asked = &b->question;
	struct size_question *q = &line->as_base;

	*q = line->question;
	q->shape = &line->kase->shape[asked->shape - b->kase->shape];
	q->nr_beside = asked->nr_beside;
	q->beside_first = asked->beside_first;
	q->beside = asked->beside ? &line->kase->shape[asked->beside - b->kase->shape] : NULL;
}

int size_study_find(const struct size_study *s, struct size_lines *out, struct error *err)
{
	size_t nr;
	int rc;

	*out = (struct size_lines){.nr_groups = s->nr_cases * s->nr_policies * s->nr_memories *
						s->nr_seeds,
				   .nr_shapes = s->nr_shapes};
	nr = out->nr_groups * s->nr_shapes;
	out->question = xcalloc(nr, sizeof(*out->question));
	out->answer = xcalloc(nr, sizeof(*out->answer));
	out->mix = xcalloc(out->nr_groups, sizeof(*out->mix));
	out->line = xcalloc(nr + out->nr_groups, sizeof(*out->line));
	for (size_t g = 0; g < out->nr_groups; g++)
		ask_group(s, g, &out->question[g * s->nr_shapes]);
	rc = size_find(&s->how, out->question, out->answer, nr, err);
	if (!rc)
		rc = find_mixes(s, out, err);
	for (size_t g = 0; !rc && g < out->nr_groups; g++)
		add_group(s, out, g);
	for (size_t i = 0; i < out->nr; i++) {
		struct size_line *line = &out->line[i];

		line->base = line->kase == s->kase ? NULL : base_of(s, out, line);
		if (line->base && line->base->answer.hosts)
			ask_as_base(line);
	}
	return rc;
}

/* --- figures ------------------------------------------------------------------------- */

struct wish_list {
	struct size_wish *wish;
	size_t nr, cap;
};

static void wish(struct wish_list *w, const struct size_question *q, struct size_answer *a,
		 uint32_t hosts)
{
	w->wish = grow(w->wish, &w->cap, w->nr, sizeof(*w->wish));
	w->wish[w->nr++] = (struct size_wish){.question = q, .answer = a, .hosts = hosts};
}

/* Sizes below were given up early, or not tried; those above are known. */
static void wish_around(const struct size_study *s, struct wish_list *w, struct size_line *line)
{
	uint32_t hosts = line->answer.hosts, used = size_used_hosts(line->question.workload);

	for (uint32_t d = 1; d <= s->how.around && d < hosts; d++) {
		const struct size_point *p = size_point_of(&line->answer, hosts - d);

		if (hosts - d + line->question.nr_beside < used)
			break;
		if (!p || !p->whole)
			wish(w, &line->question, &line->answer, hosts - d);
	}
	if (line->as_base.shape)
		wish(w, &line->as_base, &line->unchanged, line->base->answer.hosts);
}

/* Rows are lines: the gatherer's i-th row is wish i, which is line number[i]. */
struct renumbered {
	const struct gatherer *gatherer;
	void *self;
	const size_t *number;
};

static int begin_renumbered(void *self, size_t row, struct run_input *in, struct error *err)
{
	const struct renumbered *r = self;

	return r->gatherer->on_begin ? r->gatherer->on_begin(r->self, r->number[row], in, err) : 0;
}

static int take_renumbered(void *self, const struct experiment_row *row, struct error *err)
{
	const struct renumbered *r = self;
	struct experiment_row line = *row;

	line.row = line.same_as = r->number[row->row];
	return r->gatherer->on_row ? r->gatherer->on_row(r->self, &line, err) : 0;
}

static int run_answers(const struct size_study *s, struct size_lines *l,
		       const struct gatherer *gatherer, void *gatherer_self, struct error *err)
{
	static const struct gatherer renumber = {begin_renumbered, take_renumbered};
	struct wish_list w = {NULL, 0, 0};
	size_t *number = xcalloc(l->nr + 1, sizeof(*number));
	struct renumbered r = {gatherer, gatherer_self, number};
	int rc;

	for (size_t i = 0; i < l->nr; i++) {
		struct size_line *line = &l->line[i];

		if (!line->answer.hosts)
			continue;
		number[w.nr] = i;
		wish(&w, &line->question, &line->answer, line->answer.hosts);
		w.wish[w.nr - 1].priced = s->how.cost;
	}
	rc = size_run(&s->how, w.wish, w.nr, gatherer ? &renumber : NULL, &r, err);
	free(number);
	free(w.wish);
	return rc;
}

/* One near below that does, though one less than the answer does not? */
static void look_below(const struct size_study *s, struct size_line *line)
{
	for (uint32_t d = 1; d <= s->how.around && d < line->answer.hosts; d++) {
		const struct size_point *p = size_point_of(&line->answer, line->answer.hosts - d);

		line->answer.uneven |= p && p->meets;
	}
}

int size_study_finish(const struct size_study *s, struct size_lines *lines,
		      const struct gatherer *gatherer, void *gatherer_self, struct error *err)
{
	struct wish_list w = {NULL, 0, 0};
	int rc;

	for (size_t i = 0; i < lines->nr; i++)
		wish_around(s, &w, &lines->line[i]);
	rc = size_run(&s->how, w.wish, w.nr, NULL, NULL, err);
	free(w.wish);
	for (size_t i = 0; !rc && i < lines->nr; i++)
		look_below(s, &lines->line[i]);
	if (!rc && (gatherer || s->how.cost))
		rc = run_answers(s, lines, gatherer, gatherer_self, err);
	return rc;
}

void size_lines_release(struct size_lines *l)
{
	for (size_t i = 0; i < l->nr; i++) {
		size_answer_release(&l->line[i].answer);
		size_answer_release(&l->line[i].unchanged);
	}
	for (size_t i = 0; l->answer && i < l->nr_groups * l->nr_shapes; i++)
		size_answer_release(&l->answer[i]);
	for (size_t i = 0; l->mix && i < l->nr_groups; i++)
		size_mix_release(&l->mix[i]);
	free(l->question);
	free(l->answer);
	free(l->mix);
	free(l->line);
	*l = (struct size_lines){.nr = 0};
}
