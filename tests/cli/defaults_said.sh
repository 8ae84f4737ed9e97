#!/bin/sh
# What the pages call a default is what a command does without the option.
. tests/cli/lib.sh

# default_of COMMAND OPTION: the word behind "default" on its page
default_of()
{
	"$HOMENODE" help --man "$1" | sed 's/\\-/-/g' | awk -v option="--$2" '
		found { if (match($0, /default:? [^,;.()]+( [^,;.()]+)*|[a-z]+ \(default\)/)) {
				text = substr($0, RSTART, RLENGTH)
				sub(/^default:? (and limit )?/, "", text); sub(/ \(default\)$/, "", text)
				print text }
			exit }
		/^\\fB/ { line = $0; gsub(/\\f[BRI]/, "", line)
			n = split(line, word, /[ ,]+/)
			for (i = 1; i <= n; i++) if (word[i] == option) found = 1 }'
}

# same OPTION... : COMMAND ARGUMENT...: each alone, as its page says, changes nothing
same()
{
	options=
	while [ "$1" != : ]; do
		options="$options $1"
		shift
	done
	shift
	"$HOMENODE" "$@" >"$work/plain" 2>/dev/null </dev/null
	plain=$?
	[ -s "$work/plain" ] || fail "$* prints nothing"
	[ "$plain" -le 1 ] || fail "$* ended with $plain"
	for option in $options; do
		said=$(default_of "$1" "$option")
		[ -n "$said" ] || { fail "the page of $1 says no default of --$option" && continue; }
		"$HOMENODE" "$@" "--$option=$said" >"$work/out" 2>"$work/err" </dev/null
		status=$?
		{ [ "$status" -eq "$plain" ] && cmp -s "$work/plain" "$work/out"; } ||
			fail "$1 --$option=$said is other than without it: $(cat "$work/err")"
	done
}

zones=docs/examples/epyc-nps4-8n/zones.json
host=epyc-nps4-8n
same policy : plan $host $zones
same target-cpus target-memory max-memory min-memory resource-adjustment-policy virt-backend : \
	plan $host --name a --format json
same policy : compare $host $zones --format csv
same seed : compare $host $zones --launches 3 --policy compact --format csv
same policy seed : capacity $host --flavor 4x6GiB --format csv
# as far as there is to count: a limit is met by what is larger than it
same most : capacity 'node:1(memory=64GiB) core:4 pu:1' --flavor 4x6GiB --policy compact --format csv
same max-refused around most mixes : size golden-seven --policy edera-compact --format csv
same backend : run golden-seven --policy compact --output "$work/run" --format csv
same horizon : run golden-seven --policy oracle --output "$work/run" --format csv
same backend : rehearse --host $host docs/examples/drift.txt
run 0 check "$work/run" --baseline "$work/base.csv" --update --reason first
same rules : check "$work/run" --baseline "$work/base.csv"
# without ZONES other policies
[ "$(default_of compare policy)" = all ] || fail "compare --policy: $(default_of compare policy)"
run 0 compare $host --format csv
cp "$work/out" "$work/plain"
"$HOMENODE" help --man compare | grep -q 'without ZONES compact and scatter' || fail "compare says another default without ZONES"
run 0 compare $host --format csv --policy compact,scatter
cmp -s "$work/plain" "$work/out" || fail "compare without ZONES is not compact and scatter"
# another value is another answer: what is compared depends on the option
"$HOMENODE" plan $host $zones >"$work/plain" 2>/dev/null
"$HOMENODE" plan $host $zones --policy flat 2>/dev/null | cmp -s - "$work/plain" && fail "the policy changes nothing"
for pair in plan:policy:edera-compact size:around:2 run:horizon:5min check:rules:exact plan:max-memory:1024; do
	said=$(default_of "${pair%%:*}" "$(echo "$pair" | cut -d : -f 2)")
	[ "$said" = "${pair##*:}" ] || fail "$pair is read as $said"
done
finish
