#include <criterion/criterion.h>
#include <signal.h>
#include <stdio.h>

#include "base/error.h"

Test(error, sentences)
{
	struct error err = {0};

	cr_assert_eq(error_set(&err, ERR_NO_ROOM, "node %u is full", 3), ERR_NO_ROOM);
	cr_assert_eq(err.code, ERR_NO_ROOM);
	cr_assert_str_eq(err.text, "node 3 is full");
	cr_assert_eq(error_prefix(&err, "zone %s", "A"), ERR_NO_ROOM);
	cr_assert_str_eq(err.text, "zone A: node 3 is full");
	cr_assert_eq(error_at(&err, ERR_INPUT, "f", 2, 3, "bad"), ERR_INPUT);
	cr_assert_str_eq(err.text, "f:2:3: bad");
	error_at(&err, ERR_INPUT, "f", 2, 0, "bad");
	cr_assert_str_eq(err.text, "f:2: bad");
	error_at(&err, ERR_INPUT, "f", 0, 0, "bad");
	cr_assert_str_eq(err.text, "f: bad");
}

Test(error, nobody_listens)
{
	cr_assert_eq(error_set(NULL, ERR_USAGE, "x"), ERR_USAGE);
	cr_assert_eq(error_at(NULL, ERR_INPUT, "f", 1, 1, "x"), ERR_INPUT);
}

Test(error, long_sentences_are_cut)
{
	static char text[3 * ERROR_TEXT_MAX];
	struct error err;

	memset(text, 'x', sizeof(text) - 1);
	error_set(&err, ERR_INPUT, "%s", text);
	cr_assert_eq(strlen(err.text), ERROR_TEXT_MAX - 1);
	error_prefix(&err, "p");
	cr_assert_eq(strlen(err.text), ERROR_TEXT_MAX - 1);
	cr_assert_eq(strncmp(err.text, "p: xx", 5), 0);
	error_at(&err, ERR_INPUT, text, 1, 1, "bad");
	cr_assert_eq(strlen(err.text), ERROR_TEXT_MAX - 1);
}

Test(error, names_and_exit_statuses)
{
	cr_assert_str_eq(error_name(ERR_NO_DEVICE), "ERR_NO_DEVICE");
	cr_assert_str_eq(error_name(99), "ERR_UNKNOWN");
	cr_assert_eq(error_exit_status(0), 0);
	cr_assert_eq(error_exit_status(ERR_NO_ROOM), 1);
	cr_assert_eq(error_exit_status(ERR_INFEASIBLE), 1);
	cr_assert_eq(error_exit_status(ERR_USAGE), 2);
	cr_assert_eq(error_exit_status(ERR_INPUT), 2);
	cr_assert_eq(error_exit_status(ERR_MACHINE), 3);
	cr_assert_eq(error_exit_status(99), 3);
}

Test(error, bugs_abort, .signal = SIGABRT)
{
	BUG_ON(1 + 1 == 2);
}

/* What a terminal obeys: control characters of ASCII, and of Latin-1 in UTF-8 or by themselves,
 * also behind each other. */
Test(error, text_is_tamed)
{
	static const char *const text[][2] = {
		{"a b~", "a b~"},
		{"\033[2J\n\t\177", "?[2J???"},
		{"Z\303\274rich \342\202\254", "Z\303\274rich \342\202\254"},
		{"\302\233x", "??x"},
		{"\302\240", "\302\240"},
		{"\233\233\2332J", "???2J"},
		{"\303\233\2332J", "\303\233?2J"}, /* a letter, then one by itself */
		{"Z\374rich", "Z\374rich"},
		{"\342\202\233", "\342\202\233"},
		{"\342\202", "\342?"},
		{"\302", "\302"},
	};

	for (size_t i = 0; i < sizeof(text) / sizeof(text[0]); i++) {
		char tame[64];

		snprintf(tame, sizeof(tame), "%s", text[i][0]);
		text_tame(tame);
		cr_expect_str_eq(tame, text[i][1], "%zu: %s", i, tame);
		text_tame(tame);
		cr_expect_str_eq(tame, text[i][1], "%zu: %s", i, tame);
	}
}
