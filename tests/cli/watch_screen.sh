#!/bin/sh
# The screen of homenode watch in a terminal: drawn, resized, scrolled, and what was there before is there again.
. tests/cli/lib.sh
command -v tmux >/dev/null 2>&1 || {
	echo "skipped: no tmux"
	exit 77
}
TMUX_TMPDIR=$work
export TMUX_TMPDIR
unset TMUX
term()
{
	tmux -L watch -f /dev/null "$@"
}

# shows TEXT: the terminal does, soon
shows()
{
	for _ in $(seq 100); do
		term capture-pane -p >"$work/screen"
		grep -Fq -e "$1" "$work/screen" && return 0
		sleep 0.1
	done
	fail "\"$1\" is not on the screen: $(cat "$work/screen")"
}

# gone TEXT
gone()
{
	grep -Fq -e "$1" "$work/screen" && fail "\"$1\" is on the screen: $(cat "$work/screen")"
}

term new-session -d -x 80 -y 20 "echo before; '$HOMENODE' watch docs/examples/drifting.jsonl --interval 0.3s;
	echo status \$?; exec cat" || {
	echo "skipped: tmux opens no terminal"
	exit 77
}
shows 'the recording ends here'
gone before
shows 'xen  2025-11-29T09:00:00.000Z'
grep -q '^web  *0 ' "$work/screen" || fail "web is not there: $(cat "$work/screen")"
[ "$(awk 'length($0) > 80' "$work/screen" | wc -l)" -eq 0 ] || fail "wider than the terminal"
term resize-window -x 100 -y 14
shows 'latency grade'
gone 'late  '
term send-keys f
shows 'late  '
shows 'the recording ends here'
term send-keys q
shows 'status 0'
gone 'latency grade'
gone 'xen  2025'
shows before
term kill-session

# ended by a signal, the terminal is as it was, too
term new-session -d -x 80 -y 20 "echo before; '$HOMENODE' watch docs/examples/drifting.jsonl; echo status \$?; exec cat"
shows 'xen  2025'
term send-keys C-c
shows 'status 0'
shows before
gone 'xen  2025'
term kill-server
finish
