#include "cli/watch_screen.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <termios.h>
#include <unistd.h>

#include "base/terminal.h"
#include "base/utf8.h"

#define LINES_LEAST 5
#define LINES_USUAL 24

/* xterm's: the other screen, the cursor hidden; and back (ECMA-48 private modes 1049 and 25). */
#define ENTER "\033[?1049h\033[?25l"
#define LEAVE "\033[?25h\033[?1049l"

static struct termios before; /* what the terminal was like */
static bool begun, has_keys;
static volatile sig_atomic_t resized;

static void on_resize(int number)
{
	(void)number;
	resized = 1;
}

static void take_keys(void)
{
	struct termios raw;

	has_keys = isatty(STDIN_FILENO) && tcgetattr(STDIN_FILENO, &before) == 0;
	if (!has_keys)
		return;
	raw = before;
	raw.c_lflag &= (tcflag_t) ~(ICANON | ECHO);
	raw.c_cc[VMIN] = 0;
	raw.c_cc[VTIME] = 0;
	/* stopped, it would leave the shell on the other screen */
	raw.c_cc[VSUSP] = _POSIX_VDISABLE;
	has_keys = tcsetattr(STDIN_FILENO, TCSAFLUSH, &raw) == 0;
}

bool screen_begin(void)
{
	const char *term = getenv("TERM");
	struct sigaction action = {.sa_handler = on_resize};

	if (!isatty(STDOUT_FILENO) || !term || !*term || strcmp(term, "dumb") == 0)
		return false;
	sigemptyset(&action.sa_mask);
	sigaction(SIGWINCH, &action, NULL);
	take_keys();
	fputs(ENTER, stdout);
	fflush(stdout);
	begun = true;
	atexit(screen_end);
	return true;
}

bool screen_has_keys(void)
{
	return has_keys;
}

void screen_end(void)
{
	if (!begun)
		return;
	begun = false;
	fputs(LEAVE, stdout);
	fflush(stdout);
	if (has_keys)
		tcsetattr(STDIN_FILENO, TCSAFLUSH, &before);
	has_keys = false;
}

static size_t screen_lines(void)
{
	struct winsize size = {0};

	return ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_row >= LINES_LEAST
		       ? size.ws_row
		       : LINES_USUAL;
}

bool screen_resized(void)
{
	bool is = resized;

	resized = 0;
	return is;
}

static size_t count_lines(const char *text)
{
	size_t nr = 0;

	for (; *text; text++)
		nr += *text == '\n';
	return nr;
}

static const char *next_line(const char *text)
{
	const char *end = strchr(text, '\n');

	return end ? end + 1 : text + strlen(text);
}

/* As much as fits of a line. */
static void draw_line(const char *text, size_t columns)
{
	size_t fits = utf8_fit(text, columns), n = strcspn(text, "\n");

	fwrite(text, 1, n < fits ? n : fits, stdout);
	fputs("\033[K", stdout);
}

void screen_draw(const char *head, const char *body, size_t *first)
{
	size_t lines = screen_lines(), columns = terminal_columns(stdout), line = 0;
	size_t head_lines = count_lines(head), body_lines = count_lines(body);
	size_t room = lines > head_lines ? lines - head_lines : 1;

	if (*first + room > body_lines)
		*first = body_lines > room ? body_lines - room : 0;
	for (size_t i = 0; i < *first; i++)
		body = next_line(body);
	fputs("\033[H", stdout);
	for (; line < lines && (*head || *body); line++) {
		const char **text = *head ? &head : &body;

		fputs(line ? "\r\n" : "", stdout);
		draw_line(*text, columns);
		*text = next_line(*text);
	}
	fputs("\033[J", stdout);
	fflush(stdout);
}

/* Of a sequence that begins with ESC [: the arrows and the keys for pages (xterm's). */
static enum screen_key read_sequence(void)
{
	char c[2] = {0};

	if (read(STDIN_FILENO, &c[0], 1) != 1 || c[0] != '[' || read(STDIN_FILENO, &c[1], 1) != 1)
		return KEY_QUIT; /* ESC alone */
	switch (c[1]) {
	case 'A':
		return KEY_UP;
	case 'B':
		return KEY_DOWN;
	case '5':
	case '6':
		if (read(STDIN_FILENO, &c[0], 1) == 1 && c[0] == '~')
			return c[1] == '5' ? KEY_PAGE_UP : KEY_PAGE_DOWN;
		return KEY_OTHER;
	default:
		return KEY_OTHER;
	}
}

enum screen_key screen_key(void)
{
	char c;

	if (!has_keys || read(STDIN_FILENO, &c, 1) != 1)
		return KEY_NONE;
	switch (c) {
	case 'q':
	case 'Q':
		return KEY_QUIT;
	case 'k':
		return KEY_UP;
	case 'b':
		return KEY_PAGE_UP;
	case 'f':
		return KEY_PAGE_DOWN;
	case ' ':
	case 'r':
		return KEY_NOW;
	case '\033':
		return read_sequence();
	case 'j':
		return KEY_DOWN;
	default:
		return KEY_OTHER;
	}
}
