#!/bin/sh
# Traces packed in every way and from their caches: the results are the same bytes.
. tests/cli/lib.sh

# trace NAME: rows in the order of time
trace()
{
	awk 'BEGIN {
		print "at_s,lifetime_s,vcpus,memory_mib,name,devices"
		for (i = 0; i < 3000; i++)
			printf "%d.%d,%d,%d,%d,zone-%d,%s\n", i * 7, i % 10, 500 + i * 37 % 3000,
				1 + i % 9, 256 * (1 + i * 11 % 40), i, i % 50 ? "" : "1xnic"
	}' >"$1"
}

# same FOLDER FOLDER: what a run wrote
same()
{
	for file in summary timeline zones; do
		cmp "$1/$file.csv" "$2/$file.csv" || fail "$file.csv of $2 is another than of $1"
	done
}

trace "$work/t.csv"
set -- --no-cost --zones --hosts 2 --policy edera-compact,flat
run 0 run "$work/t.csv" "$@" -o "$work/plain"

# a member, and two one behind the other
for packer in gzip xz bzip2 zstd; do
	mkdir -p "$work/$packer"
	{
		head -1500 "$work/t.csv" | $packer -c
		tail -n +1501 "$work/t.csv" | $packer -c
	} >"$work/$packer/t.csv"
	run 0 run "$work/$packer/t.csv" "$@" -o "$work/$packer/run"
	same "$work/plain" "$work/$packer/run"
	size=$(wc -c <"$work/$packer/t.csv")
	head -c $((size - 40)) "$work/$packer/t.csv" >"$work/$packer/cut.csv"
	refused 2 run "$work/$packer/cut.csv" "$@" -q -o "$work/$packer/cut"
	says err "the compressed data is cut short"
done

# in any order
mkdir "$work/mixed"
{
	head -1 "$work/t.csv"
	tail -n +2 "$work/t.csv" | sort -t, -k3,3n -k1,1rn
} >"$work/mixed/t.csv"
refused 2 run "$work/mixed/t.csv" "$@" -q -o "$work/mixed/run"
says err "t.csv:3:1: the row is before the one above it; --sort puts rows in the order of \"at_s\""
mkdir "$work/tmp"
for cache in "" "--cache $work/mixed/cache"; do
	# shellcheck disable=SC2086 # two words or none
	TMPDIR=$work/tmp run 0 run "$work/mixed/t.csv" "$@" --sort $cache -o "$work/mixed/run"
	same "$work/plain" "$work/mixed/run"
done
[ -z "$(ls -A "$work/tmp")" ] || fail "sorting left something: $(ls -A "$work/tmp")"

# written, then read
run 0 run "$work/t.csv" "$@" --cache "$work/cache/of/traces" -o "$work/written"
same "$work/plain" "$work/written"
find "$work/cache/of/traces" -type f >"$work/files"
[ "$(wc -l <"$work/files")" -eq 1 ] || fail "not one cache: $(cat "$work/files")"
run 0 run "$work/t.csv" "$@" --cache "$work/cache/of/traces" -o "$work/read"
same "$work/plain" "$work/read"
grep -q warning "$work/err" && fail "a good cache was warned of: $(cat "$work/err")"

# one that is damaged
printf 'X' | dd of="$(cat "$work/files")" bs=1 seek=3000 conv=notrunc 2>/dev/null
run 0 run "$work/t.csv" "$@" --cache "$work/cache/of/traces" -o "$work/again"
says err "its checksum is another; the trace is read again"
same "$work/plain" "$work/again"

# what was said of bad rows
echo "30000,1,x,1024,bad," >>"$work/t.csv"
run 0 run "$work/t.csv" "$@" --skip-bad -o "$work/bad"
cp "$work/err" "$work/said"
for i in 1 2; do
	run 0 run "$work/t.csv" "$@" --skip-bad --cache "$work/cache" -o "$work/bad-$i"
	same "$work/bad" "$work/bad-$i"
	says err "1 bad rows skipped, the first: $work/t.csv:3002:9: \"vcpus\" must be a whole number"
done
refused 2 run "$work/t.csv" "$@" --cache "$work/cache" -q -o "$work/none"

# a sizing is the same, and what has no trace has no cache
run 0 size "$work/t.csv" --skip-bad --policy flat
cp "$work/out" "$work/sizes"
run 0 size "$work/t.csv" --skip-bad --policy flat --cache "$work/cache"
cmp "$work/out" "$work/sizes" || fail "size is another from the cache"
refused 2 run week --cache "$work/cache"
says err "--cache is for traces"
"$HOMENODE" run - --trace homenode-csv --cache "$work/cache" <"$work/t.csv" 2>"$work/err" &&
	fail "a cache of standard input"
says err "standard input is not kept"
: >"$work/file"
refused 3 run "$work/t.csv" --skip-bad -q --cache "$work/file/x"
finish
