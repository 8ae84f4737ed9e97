#!/bin/sh
# Every file of docs/examples/ runs on every host of topologies/, on a small one and on this one; those in
# a folder called like a host run there. And the example at the end of each command's help does what
# it says.
. tests/cli/lib.sh

examples=docs/examples
# try HOST FILE: what such a file is for
try()
{
	case $2 in
	*/zones.json | */day.json)
		run 0 plan "$1" "$2" --quiet
		grep -q refused "$work/out" && fail "plan $1 $2 refuses a zone: $(cat "$work/out")"
		run 0 compare "$1" "$2" --policy compact --quiet
		;;
	*.jsonl) run 0 watch "$2" --quiet ;;
	*/sample.json) run 1 advise "$1" "$2" --quiet ;;
	*.csv) run 0 run "$2" --host "$1" --hosts 1 --policy compact --output "$work/run" --quiet ;;
	*.txt) run 0 rehearse --host "$1" "$2" --output "$work/rehearsed" ;;
	*) return 1 ;;
	esac
}

for file in "$examples"/*; do
	case $file in */README.md | *.yaml) continue ;; esac
	[ -d "$file" ] && continue
	for host in this $(for t in topologies/*.xml; do basename "$t" .xml; done); do
		try "$host" "$file" || fail "nobody tries $file"
	done
done
# a laptop: two cores and 4 GiB
for file in zones.json day.json; do
	try 'node:1(memory=4GiB) core:2 pu:1' "$examples/$file"
done
for folder in "$examples"/*/; do
	case $folder in */library/) continue ;; esac # tests/homenode/examples.sh
	host=$(basename "$folder")
	[ "$host" != library ] || continue # tests/homenode/examples.sh
	[ -e "topologies/$host.xml" ] || fail "$folder is called like no host"
	for file in "$folder"*; do
		try "$host" "$file" || fail "nobody tries $file"
	done
done
echo '{"workloads": ["golden-seven"]}' >"$work/sweep.json"
run 0 size "$examples/trace.csv" --shapes "$examples/shapes.yaml" --policy compact --quiet
run 0 sweep "$examples/sweep.yaml" --no-cost --output "$work/sweep" --quiet
[ "$(wc -l <"$work/sweep/summary.csv")" -gt 4 ] || fail "the sweep has too few rows"

# the help of each command, in a tree of its own, with the runs that it speaks of
source_root=$PWD
mkdir -p "$work/tree/results/runs" "$work/bin"
for entry in *; do
	[ "$entry" = results ] || ln -s "$source_root/$entry" "$work/tree/$entry"
done
ln -s "$source_root/results/baseline" "$work/tree/results/baseline"
# shellcheck disable=SC2016 # for the script that it writes
printf '#!/bin/sh\nexec "%s" "$@"\n' "$HOMENODE" >"$work/bin/homenode"
chmod +x "$work/bin/homenode"
PATH=$work/bin:$PATH
HOME=$work
export PATH HOME
for name in before after; do
	(cd "$work/tree" && homenode run golden-seven --output "results/runs/$name" --quiet >/dev/null)
done
(cd "$work/tree" && homenode run week --quiet >/dev/null) || fail "the week does not run"
# what a person has of a machine of two nodes
cp topologies/xeon-8360y-2n.xml "$work/tree/my-host.xml"
cp tests/host/figures/mlc-icelake.txt "$work/tree/mlc.txt"
for name in $(command_names); do
	# it measures this machine, for minutes
	[ "$name" = probe ] && continue
	line=$("$HOMENODE" "$name" --help | sed -n '/^example: /,$p' | tr -s '\n ' ' ' | sed 's/^example: //; s/ homenode: .*//')
	(cd "$work/tree" && timeout 300 sh -c "$line") >"$work/out" 2>"$work/err"
	status=$?
	[ "$status" -le 1 ] || fail "the example of $name, $line, ended with $status: $(cat "$work/err")"
done
finish
