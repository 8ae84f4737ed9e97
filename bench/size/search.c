#include "bench/size/search.h"

#include "base/error.h"

void size_search_begin(struct size_search *s, uint32_t least, uint32_t guess, uint32_t most,
		       uint32_t around)
{
	BUG_ON(!least || least > guess || guess > most);
	*s = (struct size_search){.at = SEARCH_RISE,
				  .least = least,
				  .most = most,
				  .around = around,
				  .low = least,
				  .next = guess,
				  .step = guess / 16 + 1};
}

static void finish(struct size_search *s, uint32_t answer)
{
	s->at = SEARCH_DONE;
	s->answer = answer;
	s->next = 0;
}

/* `high` does: are those above to be looked at? */
static void look_above(struct size_search *s)
{
	s->at = SEARCH_ABOVE;
	if (s->above >= s->around || s->high + s->above >= s->most)
		finish(s, s->high);
	else
		s->next = s->high + s->above + 1;
}

static void halve(struct size_search *s)
{
	s->at = SEARCH_HALVE;
	if (s->low == s->high)
		look_above(s);
	else
		s->next = s->low + (s->high - s->low) / 2;
}

static void rise(struct size_search *s, bool meets)
{
	if (meets && s->low == s->least && s->next > s->least) {
		s->high = s->next;
		s->at = SEARCH_FALL;
		s->next = s->next - s->least > s->step ? s->next - s->step : s->least;
	} else if (meets) {
		s->high = s->next;
		halve(s);
	} else if (s->next == s->most) {
		finish(s, 0);
	} else {
		s->low = s->next + 1;
		s->next = s->most - s->next > s->step ? s->next + s->step : s->most;
		s->step *= 2;
	}
}

static void fall(struct size_search *s, bool meets)
{
	if (!meets) {
		s->low = s->next + 1;
		halve(s);
		return;
	}
	s->high = s->next;
	s->step *= 2;
	if (s->next == s->least)
		halve(s);
	else
		s->next = s->next - s->least > s->step ? s->next - s->step : s->least;
}

/* From here on size by size: `next` failed. */
static void scan_on(struct size_search *s)
{
	s->at = SEARCH_SCAN;
	s->above = 0;
	if (s->next == s->most)
		finish(s, 0);
	else
		s->next++;
}

void size_search_tell(struct size_search *s, bool meets)
{
	switch (s->at) {
	case SEARCH_RISE:
		rise(s, meets);
		return;
	case SEARCH_FALL:
		fall(s, meets);
		return;
	case SEARCH_HALVE:
		if (meets)
			s->high = s->next;
		else
			s->low = s->next + 1;
		halve(s);
		return;
	case SEARCH_SCAN:
		s->high = s->next;
		if (meets)
			look_above(s);
		else
			scan_on(s);
		return;
	case SEARCH_ABOVE:
		s->above++;
		s->fell |= !meets;
		if (meets)
			look_above(s);
		else
			scan_on(s);
		return;
	case SEARCH_DONE:
		break;
	}
	BUG_ON(true);
}

uint32_t size_search_next(const struct size_search *s)
{
	return s->next;
}

void size_search_give_up(struct size_search *s)
{
	finish(s, 0);
}
