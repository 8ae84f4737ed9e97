# shellcheck shell=sh
# shellcheck disable=SC2034,SC2154 # used by, and set by, who sources it
# Sourced after lib.sh, whose $work it uses: a sweep of 112 rows, some 20 ms each, and what is asked of its results.

# make_sweep FOLDER: sweep.yaml and its workloads. A day of zones that are drawn, and a list, of
# whose rows only the first seed is run.
make_sweep()
{
	mkdir -p "$1/in"
	cat >"$1/in/day.json" <<'END'
{"duration": "1d", "generator": {"arrivals": {"per_hour": 150},
 "lifetimes": {"exponential": "1h"},
 "sizes": [{"vcpus": 1, "memory": "2GiB", "weight": 6}, {"vcpus": 4, "memory": "16GiB"},
  {"vcpus": 20, "memory": "40GiB"}]}}
END
	cat >"$1/in/list.json" <<'END'
{"events": [
 {"at": "0s", "start": {"name": "A", "vcpus": 2, "memory": "4GiB"}, "lifetime": "1h"},
 {"at": "1s", "start": {"name": "B", "vcpus": 2, "memory": "4GiB"}},
 {"at": "2h", "stop": "B"}]}
END
	cat >"$1/sweep.yaml" <<'END'
workloads: [in/day.json, in/list.json]
topologies: [epyc-nps4-8n]
hosts: [1, 2]
choices: [first-fit, worst-fit]
policies: [edera-compact, flat]
seeds: {first: 5, count: 7}
END
}
sweep_rows=112

# rows_of DIR: how many the journal has
rows_of()
{
	grep -c '^row ' "$1/sweep.journal" 2>/dev/null
}

# Their numbers.
journal_rows()
{
	grep '^row ' "$1/sweep.journal" | cut -d ' ' -f 2
}

# same DIR: its summary is that of one thread
same()
{
	cmp "$work/one/summary.csv" "$1/summary.csv" || fail "summary.csv of $1 is another"
}

# none_twice DIR: no row was run twice, and 64 of the 112 were run
none_twice()
{
	[ "$(journal_rows "$1" | sort -u | wc -l)" -eq "$(journal_rows "$1" | wc -l)" ] ||
		fail "$1: a row was run twice"
	[ "$(journal_rows "$1" | wc -l)" -eq 64 ] ||
		fail "$1: $(journal_rows "$1" | wc -l) rows were run, not 64"
}

# some_rows DIR [PID]: until the journal has 5 rows, or that process runs no more, or a minute
some_rows()
{
	tries=0
	while [ $tries -lt 3000 ] && { [ -z "${2:-}" ] || kill -0 "$2" 2>/dev/null; }; do
		n=$(rows_of "$1")
		[ "${n:-0}" -ge 5 ] && return
		tries=$((tries + 1))
		sleep 0.02
	done
}

# half_done DIR COMMAND [ARGUMENT...]: runs it, which is to start a sweep into DIR and kill it; again
# where the sweep was over before
half_done()
{
	half=$1
	shift
	for attempt in 1 2 3 4 5 6 7 8 9 10; do
		rm -rf "$half"
		"$@"
		[ -e "$half/summary.csv" ] || break
	done
	[ ! -e "$half/summary.csv" ] || fail "a killed sweep looks whole, $attempt times"
	grep '^row .*#................$' "$half/sweep.journal" >"$work/before"
	[ -s "$work/before" ] || fail "nothing was kept of a killed sweep"
}

# kept DIR: the rows that half_done() left are there as they were, and none was run twice
kept()
{
	same "$1"
	none_twice "$1"
	grep '^row ' "$1/sweep.journal" | head -n "$(wc -l <"$work/before")" |
		cmp - "$work/before" || fail "rows that were done are not kept"
}
