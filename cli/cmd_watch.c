/*
 * homenode watch: a host as it is, again and again. Nothing on it is changed.
 *
 * What a sample cost decides when the next is: a hundred times as long, so that no more than 1 %
 * of a CPU is taken, whatever was asked for.
 */
#include <poll.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/clock.h"
#include "base/output.h"
#include "base/table.h"
#include "base/terminal.h"
#include "cli/names.h"
#include "cli/sources.h"
#include "cli/stop.h"
#include "cli/watch_listen.h"
#include "cli/watch_print.h"
#include "cli/watch_screen.h"
#include "live/recording.h"

#define INTERVAL_NS (10 * NS_PER_S)
#define REPLAY_NS NS_PER_S /* between samples of a recording on a screen */
#define INTERVAL_LEAST_NS (100 * NS_PER_MS)
#define COST_TIMES 100 /* a sample's cost is no more than 1 % of the time until the next */
#define FAILURES_MOST 5 /* in a row: then it is no accident */

struct watch {
	struct live_source *source;
	const struct live_source_ops *ops;
	struct live_where where;
	struct cost_params params;
	enum output_format format;
	int table;
	struct view view;
	struct watch_pace pace;
	int64_t count; /* 0: until it is stopped */
	const char *metrics_path;
	struct recording_writer *record;
	struct listener *listener;
	bool quiet, screen, ended;

	struct live_sample now, before;
	struct watch_tables tables;
	int64_t taken; /* samples */
	int64_t cpu_ns; /* of this process when it began to wait for the sample */
	unsigned failures;
	struct error problem; /* why there was no sample */
	size_t first; /* line of the screen */
	bool said_slow;
};

/* --- a sample ---------------------------------------------------------------------------- */

static void price(struct watch *w)
{
	struct live_price *out = xcalloc(w->now.nr_zones + 1, sizeof(*out));

	live_price(&w->now, &w->params, NULL, out);
	watch_tables_release(&w->tables);
	watch_tables_fill(&w->tables, &w->now, w->taken > 1 ? &w->before : NULL, out,
			  w->ops->recorded ? LIVE_UNKNOWN : w->pace.interval_ns);
	free(out);
}

/* How long until the next: what was asked for, unless that costs too much. Once when there is a
 * sample, so that it can be said, and once more when all was made of it. */
static void set_pace(struct watch *w)
{
	int64_t cost = process_cpu_ns() - w->cpu_ns + w->source->beside_ns;

	if (w->ops->recorded)
		return;
	w->pace.interval_ns = w->pace.asked_ns;
	if (cost > w->pace.asked_ns / COST_TIMES)
		w->pace.interval_ns =
			cost > TIME_MAX_NS / COST_TIMES ? TIME_MAX_NS : cost * COST_TIMES;
	if (w->pace.interval_ns > w->pace.asked_ns && !w->said_slow && !w->screen && !w->quiet &&
	    w->count != 1) {
		char text[40];

		fprintf(stderr,
			"homenode: warning: looking at this host takes more than 1 %% of a CPU at "
			"the "
			"interval asked for: the next sample is in %s\n",
			duration_text(w->pace.interval_ns, text, sizeof(text)));
		w->said_slow = true;
	}
}

/* The first must be there; later ones may fail now and then. */
static int failed(struct watch *w, int rc, const struct error *why, struct error *err)
{
	if (!w->taken || w->ops->recorded || ++w->failures == FAILURES_MOST) {
		*err = *why;
		return rc;
	}
	w->problem = *why;
	if (!w->screen && !w->quiet)
		fprintf(stderr, "homenode: warning: no sample: %s\n", why->text);
	return 0;
}

static int take(struct watch *w, bool *more, struct error *err)
{
	struct live_sample next;
	struct error why = {0};
	int rc;

	w->problem.code = 0;
	rc = live_source_sample(w->source, &next, more, &why);
	if (rc)
		return failed(w, rc, &why, err);
	if (!*more) {
		for (uint32_t i = 0; i < next.nr_notes && !w->quiet && !w->screen; i++)
			print_warning(next.note[i]);
		live_sample_release(&next);
		return 0;
	}
	w->failures = 0;
	if (!w->ops->recorded && w->taken)
		live_sample_not_before(&next, w->now.at_ns);
	live_sample_release(&w->before);
	w->before = w->now;
	w->now = next;
	w->taken++;
	set_pace(w);
	price(w);
	return w->record ? recording_add(w->record, &w->now, err) : 0;
}

/* --- what is made of it ------------------------------------------------------------------ */

static char *metrics_text(const struct watch *w)
{
	char *text = NULL;
	size_t size;
	FILE *f = xmemstream(&text, &size);

	watch_tables_metrics(&w->tables, f);
	xmemstream_close(f);
	return text;
}

static int give_metrics(struct watch *w, struct error *err)
{
	char *text;
	int rc = 0;

	if (!w->metrics_path && !w->listener)
		return 0;
	text = metrics_text(w);
	if (w->listener)
		listener_set(w->listener, text);
	if (w->metrics_path)
		rc = output_text(w->metrics_path, text, err);
	free(text);
	return rc;
}

static unsigned width_of(const struct watch *w)
{
	return w->view.wide || w->view.nr ? TABLE_ANY_WIDTH : terminal_columns(stdout);
}

static void print_text(struct watch *w, FILE *out)
{
	struct watch_pace pace = w->pace;

	if (w->count && w->taken >= w->count)
		pace.interval_ns = LIVE_UNKNOWN; /* there is no next one */
	fputs(w->taken > 1 ? "\n" : "", out);
	watch_print_head(&w->now, &w->tables, &pace, out);
	watch_print_body(&w->now, &w->tables, &w->view, width_of(w), out);
}

static int print(struct watch *w, struct error *err)
{
	struct rows *chosen = &w->tables.table[w->table];

	switch (w->format) {
	case FORMAT_TEXT:
		print_text(w, stdout);
		break;
	case FORMAT_CSV:
		chosen->headless = w->taken > 1;
		rows_print(chosen, FORMAT_CSV, NULL, stdout);
		break;
	case FORMAT_OPENMETRICS:
		watch_tables_metrics(&w->tables, stdout);
		break;
	case FORMAT_JSON:
	case FORMAT_JSONL:
		rows_print_json_all(w->tables.table, WATCH_TABLES, w->format == FORMAT_JSONL,
				    stdout);
		break;
	}
	/* whoever reads a pipe sees each sample when it is there */
	if (fflush(stdout) != 0 || ferror(stdout))
		return error_set(err, ERR_MACHINE, "standard output cannot be written");
	return 0;
}

static char *screen_text(struct watch *w, bool head)
{
	char *text = NULL;
	size_t size;
	FILE *f = xmemstream(&text, &size);

	if (head)
		watch_print_head(&w->now, &w->tables, &w->pace, f);
	if (head && w->problem.code)
		fprintf(f, "no sample, that of before is shown: %s\n", w->problem.text);
	if (head && w->ended)
		fputs("the recording ends here; q leaves\n", f);
	if (!head)
		watch_print_body(&w->now, &w->tables, &w->view, width_of(w), f);
	xmemstream_close(f);
	return text;
}

static void draw(struct watch *w)
{
	char *head = screen_text(w, true), *body = screen_text(w, false);

	screen_draw(head, body, &w->first);
	free(head);
	free(body);
}

static int give(struct watch *w, struct error *err)
{
	int rc = give_metrics(w, err);

	if (rc)
		return rc;
	if (!w->screen)
		return print(w, err);
	draw(w);
	return 0;
}

/* --- waiting ----------------------------------------------------------------------------- */

static size_t less(size_t from, size_t by)
{
	return from > by ? from - by : 0;
}

/* False: it is to end. *until_ns becomes now where the next sample is asked for. */
static bool obey_keys(struct watch *w, int64_t *until_ns)
{
	enum screen_key key;
	size_t first = w->first;

	while ((key = screen_key()) != KEY_NONE) {
		if (key == KEY_QUIT)
			return false;
		if (key == KEY_NOW && w->ops->recorded)
			*until_ns = 0;
		w->first = key == KEY_UP	  ? less(w->first, 1)
			   : key == KEY_DOWN	  ? w->first + 1
			   : key == KEY_PAGE_UP	  ? less(w->first, 10)
			   : key == KEY_PAGE_DOWN ? w->first + 10
						  : w->first;
	}
	if (w->first != first)
		draw(w);
	return true;
}

static int ms_until(int64_t until_ns)
{
	int64_t left = until_ns - monotonic_ns();

	return left <= 0 ? 0 : left > 3600 * NS_PER_S ? 3600000 : (int)(left / NS_PER_MS + 1);
}

/* Until then, answering whoever asks; false: it is to end. */
static bool wait_until(struct watch *w, int64_t until_ns)
{
	do {
		struct pollfd fd[1 + LISTENER_FDS];
		int64_t wake_ns = until_ns;
		unsigned nr = 0;

		if (w->screen && screen_has_keys())
			fd[nr++] = (struct pollfd){STDIN_FILENO, POLLIN, 0};
		if (w->listener)
			nr += listener_wants(w->listener, fd + nr, &wake_ns);
		(void)poll(fd, nr, ms_until(wake_ns));
		if (atomic_load(stop_flag()))
			return false;
		if (w->listener)
			listener_serve(w->listener);
		if (w->screen && screen_resized())
			draw(w);
		if (w->screen && !obey_keys(w, &until_ns))
			return false;
	} while (monotonic_ns() < until_ns);
	return true;
}

static int loop(struct watch *w, struct error *err)
{
	bool more = true, go_on = true;
	int rc = 0;

	w->cpu_ns = process_cpu_ns();
	while (!rc && go_on) {
		int64_t began_ns = monotonic_ns();

		rc = take(w, &more, err);
		if (rc)
			break;
		w->ended = !more;
		if ((more && !w->problem.code) || w->screen)
			rc = give(w, err);
		if (more)
			set_pace(w);
		w->cpu_ns = process_cpu_ns();
		if (rc || (w->count && w->taken >= w->count) || (!more && !w->screen))
			break;
		if (w->ops->recorded && !w->screen)
			go_on = !atomic_load(stop_flag());
		else
			go_on = wait_until(w, more ? began_ns + w->pace.interval_ns : NS_NEVER);
	}
	return rc;
}

/* --- options ----------------------------------------------------------------------------- */

static int read_times(struct watch *w, const struct args *args, struct error *err)
{
	int64_t count = 0;
	int rc = args_int(args, "count", 1, INT32_MAX, &count, err);

	w->pace.asked_ns = w->ops->recorded ? REPLAY_NS : INTERVAL_NS;
	if (!rc)
		rc = args_duration(args, "interval", &w->pace.asked_ns, err);
	if (!rc && w->pace.asked_ns < INTERVAL_LEAST_NS)
		rc = error_set(err, ERR_USAGE, "--interval is 0.1 s or longer");
	if (!rc && args_flag(args, "once") && count > 1)
		rc = error_set(err, ERR_USAGE, "--once and --count %lld do not go together",
			       (long long)count);
	w->count = args_flag(args, "once") ? 1 : count;
	w->pace.interval_ns = w->pace.asked_ns;
	return rc;
}

static int read_form(struct watch *w, const struct args *args, struct error *err)
{
	const char *table = args_string(args, "table", watch_table_names[WATCH_ZONES]);
	int rc = args_format(args, &w->format, err);

	if (!rc)
		rc = find_name("--table", "table", table, watch_table_names, &w->table, err);
	if (!rc && args_given(args, "table") && w->format != FORMAT_CSV)
		rc = error_set(err, ERR_USAGE,
			       "--table is for --format csv; other formats have all");
	if (!rc && (w->format == FORMAT_JSON || w->format == FORMAT_OPENMETRICS) && w->count != 1)
		rc = error_set(err, ERR_USAGE, "--format %s is of one sample: with --once, or %s",
			       w->format == FORMAT_JSON ? "json" : "openmetrics",
			       w->format == FORMAT_JSON ? "take jsonl"
							: "take --openmetrics FILE or --listen");
	if (!rc)
		rc = view_read(&w->view, args, w->format, schema_watch.column, schema_watch.nr,
			       err);
	return rc;
}

static int read_options(struct watch *w, const struct args *args, struct error *err)
{
	const char *record = args_string(args, "record", NULL);
	int rc = find_source(args, &w->where, &w->ops, err);

	if (rc)
		return rc;
	w->quiet = args_flag(args, "quiet");
	w->metrics_path = args_string(args, "openmetrics", NULL);
	if (record && w->ops->recorded)
		return error_set(err, ERR_USAGE, "%s is a recording already: copy it",
				 args_operand(args, 0));
	rc = read_times(w, args, err);
	return rc ? rc : read_form(w, args, err);
}

static int open_all(struct watch *w, const struct args *args, struct error *err)
{
	const char *record = args_string(args, "record", NULL);
	const char *where = args_string(args, "listen", NULL);
	int rc = live_source_open(&w->source, w->ops, &w->where, err);

	if (rc)
		return rc;
	print_host_warnings(w->source->host, w->quiet);
	cost_params_init(&w->params, w->source->host, NULL);
	if (where)
		rc = listener_open(&w->listener, where, err);
	if (!rc && record)
		rc = recording_create(&w->record, record, w->source->host, err);
	if (!rc && w->format == FORMAT_TEXT && w->count != 1)
		w->screen = screen_begin();
	if (w->ops->recorded && !w->screen)
		w->pace.interval_ns = LIVE_UNKNOWN;
	return rc;
}

static int close_all(struct watch *w, int rc, struct error *err)
{
	int closed;

	screen_end();
	closed = recording_finish(w->record, rc ? NULL : err);
	listener_close(w->listener);
	watch_tables_release(&w->tables);
	live_sample_release(&w->now);
	live_sample_release(&w->before);
	view_release(&w->view);
	if (w->source)
		cost_params_release(&w->params);
	live_source_close(w->source);
	return rc ? rc : closed;
}

static int run_watch(const struct args *args, int *status, struct error *err)
{
	struct watch w = {0};
	int rc = read_options(&w, args, err);

	stop_on_signals();
	if (!rc)
		rc = open_all(&w, args, err);
	if (!rc)
		rc = loop(&w, err);
	*status = 0;
	return close_all(&w, rc, err);
}

static struct column *columns(const char *operand, size_t *nr)
{
	(void)operand;
	return view_columns(schema_watch.column, schema_watch.nr, nr);
}

static const struct option watch_options[] = {
	{"once", '1', NULL, "one sample, and no screen", false},
	{"interval", 'i', "TIME", "between samples (default: 10s), or longer", false},
	{"count", 'n', "N", "so many samples (default: until it is stopped)", false},
	OPTION_FORMAT("text|json|jsonl|csv|openmetrics", "text (default); jsonl: a sample a line"),
	{"table", 0, "zones|nodes|pages|samples", "which one as CSV (default: zones)", false},
	{"record", 'r', "FILE", "write, or go on with, a recording", false},
	{"openmetrics", 0, "FILE", "for node_exporter, written whole each time", false},
	{"listen", 0, "ADDRESS", "as 127.0.0.1:9464: /metrics there, for Prometheus", false},
	OPTION_CGROUP,
	VIEW_OPTIONS,
	{0},
};

const struct command cmd_watch = {
	.name = "watch",
	.operands = "HOST",
	.min_operands = 1,
	.max_operands = 1,
	.summary = "where a running host's zones are, and how they drift",
	.about = "HOST is xen (in its dom0), this (QEMU's guests and containers) or a recording; "
		 "xen:FILE and this:FILE predict by what was measured of the machine (homenode "
		 "calibrate). It changes nothing, and takes no more than 1 % of a CPU: where "
		 "looking costs "
		 "more, it looks less often than asked and says so.",
	.example = "homenode watch this --once",
	.option = watch_options,
	.columns = columns,
	.run = run_watch,
};
