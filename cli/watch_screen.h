/*
 * A screen that is drawn over and over, as top does: the terminal's other screen, keys as they are
 * pressed. What was on the terminal before is there again afterwards, however the program ends but
 * by SIGKILL.
 */
#ifndef CLI_WATCH_SCREEN_H
#define CLI_WATCH_SCREEN_H

#include <stdbool.h>
#include <stddef.h>

/* Takes over the terminal that standard output is; one at a time. False: it is none, or a dumb one.
 */
bool screen_begin(void);
bool screen_has_keys(void);
void screen_end(void); /* also where none was begun */
/* Lines of `head` stay, those of `body` begin at line `*first` of it, which is made less where that
 * is beyond its end; both are cut to the screen. */
void screen_draw(const char *head, const char *body, size_t *first);

enum screen_key {
	KEY_NONE,
	KEY_QUIT,
	KEY_NOW,
	KEY_UP,
	KEY_DOWN,
	KEY_PAGE_UP,
	KEY_PAGE_DOWN,
	KEY_OTHER,
};
/* What was pressed, without waiting; KEY_NONE ends them. */
enum screen_key screen_key(void);
/* Has the terminal another size than when this was last asked? */
bool screen_resized(void);

#endif
