#!/bin/sh
# --version: version, commit, what was built in and the libraries of this process; and how the commit
# is found out, in a checkout, in an archive of one, and where nobody knows.
. tests/cli/lib.sh

run 0 --version
head -n 1 "$work/out" | grep -Eqx 'homenode [0-9]+\.[0-9]+\.[0-9]+' || fail "version: $(head -n 1 "$work/out")"
grep -Eqx 'commit     ([0-9a-f]{40,64} \([0-9]{4}-[0-9]{2}-[0-9]{2}\)(, with changes)?|not known: .*)' "$work/out" ||
	fail "commit: $(cat "$work/out")"
for name in expat hwloc jansson libyaml nettle zlib liblzma libzstd bzip2; do
	tr '\n' ' ' <"$work/out" | tr -s ' ' | grep -Eq "${name}[^,]* [0-9]+\.[0-9]+" || fail "no version of $name: $(cat "$work/out")"
done
[ "$(wc -L <"$work/out")" -le 80 ] || fail "--version is wider than a screen"
run 0 list backends --format csv
absent=$(grep -c 'was built without' "$work/out")
run 0 --version
[ "$absent" -gt 0 ] && says out 'without'

# look DIRECTORY: what a build there would say
look()
{
	cmake -DSOURCE="$1" -DFILE="$work/answer" -P cmake/commit.cmake >"$work/said" 2>&1 ||
		fail "commit.cmake: $(cat "$work/said")"
}

command -v cmake >/dev/null 2>&1 || finish
mkdir -p "$work/sources/cmake"
cp cmake/archived "$work/sources/cmake/archived"
look "$work/sources"
says answer 'source_commit[] = ""'
if command -v git >/dev/null 2>&1; then
	# a repository of its own: these sources may not lie in one
	git init -q "$work/sources"
	cp .gitattributes "$work/sources/.gitattributes"
	mine="git -C $work/sources -c user.name=x -c user.email=x@example.org"
	$mine add -A
	GIT_COMMITTER_DATE='2001-02-03T04:05:06Z' GIT_AUTHOR_DATE='2001-02-03T04:05:06Z' $mine commit -qm one
	commit=$($mine rev-parse HEAD)
	look "$work/sources"
	says answer "source_commit[] = \"$commit\""
	says answer 'source_date[] = "2001-02-03"'
	says answer 'source_changed = false'
	touch -d '1999-01-01' "$work/answer"
	look "$work/sources"
	[ -z "$(find "$work/answer" -newer "$work/sources/.gitattributes")" ] || fail "the same answer wrote the file again"
	echo more >>"$work/sources/cmake/archived"
	look "$work/sources"
	says answer 'source_changed = true'
	mkdir "$work/archive"
	$mine archive HEAD | tar -C "$work/archive" -xf -
	look "$work/archive"
	says answer "source_commit[] = \"$commit\""
	says answer 'source_date[] = "2001-02-03"'
	says answer 'source_changed = false'
fi
finish
