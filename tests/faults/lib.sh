# shellcheck shell=sh
# Sourced by the scripts here, behind tests/cli/lib.sh: the main commands, each with what it
# leaves behind, and what may be there after something failed in the middle of it.
#
# HOMENODE_FAULTS says how many points of each kind are tried (default 12), spread evenly over
# all there are; "all" tries every one.

# shellcheck disable=SC2154 # work is of cli/lib.sh
points=${HOMENODE_FAULTS:-12}
new=$work/new old=$work/old case=$work/case seen=$work/seen
host=$PWD/topologies/epyc-nps4-8n.xml

commands='run emit report calibrate record update size compare'

# invoke COMMAND: with its outputs in the working directory; $WRAP goes in front
invoke()
{
	# shellcheck disable=SC2086 # words
	case $1 in
	run) $WRAP "$HOMENODE" run golden-seven --host "$host" -p flat,edera-compact -z -o out ;;
	emit) $WRAP "$HOMENODE" plan "$host" "$work/zones.json" --emit acpi -o out ;;
	report) $WRAP "$HOMENODE" report "$work/results" -o page.html ;;
	calibrate) $WRAP "$HOMENODE" calibrate "$host" "$home/tests/host/figures/full.json" -o host.xml --figures f.json ;;
	record) $WRAP "$HOMENODE" run golden-seven --host "$host" -p flat -o out --record run.record ;;
	update) $WRAP "$HOMENODE" check "$work/results" --baseline base.csv --update --accept-worse --reason test ;;
	size) $WRAP "$HOMENODE" size golden-seven --host "$host" ;;
	compare) $WRAP "$HOMENODE" compare "$host" "$work/zones.json" ;;
	esac
}

# What was there before a command ran: an older answer of the same.
prepare_old()
{
	case $1 in
	run) "$HOMENODE" run golden-seven --host "$host" -p edera-scatter -z -q -o out ;;
	record) "$HOMENODE" run golden-seven --host "$host" -p edera-scatter -q -o out --record run.record ;;
	emit) "$HOMENODE" plan "$host" "$work/zones.json" -p flat --emit acpi -q -o out ;;
	report) echo 'an older page' >page.html ;;
	calibrate) cp "$host" host.xml && echo '{}' >f.json ;;
	update) cp "$work/other/summary.csv" base.csv ;;
	esac >/dev/null 2>&1
}

# in_new_folder FUNCTION ARGUMENT...
in_new_folder()
{
	rm -rf "$case"
	mkdir "$case"
	(cd "$case" && "$@")
}

prepare()
{
	home=$PWD
	HOMENODE_DATA=$home
	export HOMENODE_DATA
	printf '{"zones":[{"name":"a","vcpus":16,"memory":"24GiB"},{"name":"b","vcpus":4,"memory":"2GiB"}]}' \
		>"$work/zones.json"
	run 0 run golden-seven --host "$host" -p flat,edera-compact -z -q -o "$work/results"
	run 0 run golden-seven --host "$host" -p edera-scatter -q -o "$work/other"
	mkdir -p "$new" "$old"
	for command in $commands; do
		mkdir -p "$new/$command" "$old/$command"
		WRAP=''
		(cd "$old/$command" && prepare_old "$command")
		# from what was there: some keep a word of it
		cp -a "$old/$command/." "$new/$command"
		(cd "$new/$command" && invoke "$command" >../"$command".out 2>../"$command".err) ||
			fail "$command: $(cat "$new/$command.err")"
	done
}

# Files of the working directory that are neither as before nor as they should be. run.json has
# the time that a run took, and base.json of when a baseline is.
half_files()
{
	find . -type f | while read -r file; do
		case $file in
		*/run.json | ./base.json) tail -n 1 "$file" | grep -qx '}' || echo "$file" ;;
		*) cmp -s "$file" "$new/$1/$file" || cmp -s "$file" "$old/$1/$file" || echo "$file" ;;
		esac
	done
}

# Is what report takes for one run of one time?
mixed_run()
{
	[ -f out/run.json ] || return 1
	was='' is=''
	for file in out/*.csv; do
		[ -f "$file" ] || continue
		if cmp -s "$file" "$new/$1/$file"; then is=1; else was=1; fi
	done
	[ "$was$is" = 11 ] && "$HOMENODE" report out -q -o "$work/mixed.html" >/dev/null 2>&1
}

# Did it succeed with a warning of what is not there, which is not what it says always?
warned()
{
	[ "$2" -eq 0 ] && grep warning "$work/said.err" | grep -Fqvxf "$new/$1.err"
}

# judge COMMAND STATUS WHERE: what is left in the working directory. Killed is 137.
judge()
{
	left=$(half_files "$1")
	[ -z "$left" ] || warned "$1" "$2" || echo "$3: half-written: $left"
	! mixed_run "$1" || echo "$3: files of two runs are taken for one"
	[ "$2" -ne 137 ] || return 0
	left=$(find . -name '.?*' -type f)
	[ -z "$left" ] || echo "$3: left behind: $left"
	if [ "$2" -eq 0 ]; then
		warned "$1" "$2" || judge_success "$1" "$3"
	elif [ "$2" -ge 126 ] && ! grep -q 'error while loading shared' "$work/said.err"; then
		echo "$3: ended with $2: $(tail -n 3 "$work/said.err")"
	elif ! [ -s "$work/said.err" ]; then
		echo "$3: ended with $2 and said nothing"
	fi
}

judge_success()
{
	cmp -s "$work/said.out" "$new/$1.out" || echo "$2: succeeded, and printed something else"
	(cd "$new/$1" && find . -type f ! -name run.json ! -name base.json) | while read -r file; do
		cmp -s "$file" "$new/$1/$file" || echo "$2: succeeded without $file"
	done
}

# try COMMAND WHERE FRESH: one faulty run by $WRAP
try()
{
	[ -n "$3" ] || cp -a "$old/$1/." .
	invoke "$1" >"$work/said.out" 2>"$work/said.err" </dev/null
	judge "$1" $? "$1, $2" >>"$seen"
}

# each COMMAND FIRST LAST LABEL WRAPPER: a fault at points from FIRST to LAST, in turn into a
# fresh folder and over what was there; %N in WRAPPER is the point
each()
{
	step=1
	[ "$points" = all ] || step=$((($3 - $2 + points) / points))
	[ "$step" -gt 0 ] || step=1
	n=$2 fresh=''
	while [ "$n" -le "$3" ]; do
		WRAP=$(echo "$5" | sed "s/%N/$n/g")
		tried=$((tried + 1))
		in_new_folder try "$1" "$4 at $n of $3" "$fresh"
		# a baseline is there, or it is another command
		[ -n "$fresh" ] || [ "$1" = update ] && fresh='' || fresh=1
		n=$((n + step))
	done
}

finish()
{
	[ ! -s "$seen" ] || fail "$(wc -l <"$seen") of $tried: $(head -n 20 "$seen")"
	echo "$tried faults"
}
tried=0
: >"$seen"
