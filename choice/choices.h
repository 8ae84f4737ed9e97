/* Every choice there is, for the table in choices.c. */
#ifndef CHOICE_CHOICES_H
#define CHOICE_CHOICES_H

#include "choice/choice.h"

extern const struct choice choice_first_fit;
extern const struct choice choice_best_fit;
extern const struct choice choice_worst_fit;
extern const struct choice choice_random;
extern const struct choice choice_two_choices;
extern const struct choice choice_least_allocated;
extern const struct choice choice_most_allocated;
extern const struct choice choice_dot_product;
extern const struct choice choice_balance_fit;
extern const struct choice choice_fgd;

#endif
