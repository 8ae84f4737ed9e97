#!/bin/sh
# Every example in README.md and docs/ does what it shows. A ```console block is
# made of "$ command" lines, each followed by its exact standard output. Commands
# run in the source tree, seen through links: what they write into results/ goes
# away. They must end with status 0 or 1 (the answer is no). A command that ends
# in a backslash goes on in the next line.
# HOMENODE_GOLDEN=rewrite puts what comes out into the files instead.
# And docs/formats.md names every field of run.json; tests/schema/ looks at its columns.
. tests/cli/lib.sh

source_root=$PWD
mkdir "$work/tree" "$work/bin"
for entry in *; do
	[ "$entry" = results ] || ln -s "$source_root/$entry" "$work/tree/$entry"
done
# shellcheck disable=SC2016 # for the script that it writes
printf '#!/bin/sh\nexec "%s" "$@"\n' "$HOMENODE" >"$work/bin/homenode"
chmod +x "$work/bin/homenode"
PATH=$work/bin:$PATH
export PATH
unset HOMENODE_DATA

# example PLACE COMMAND: print what it prints
example()
{
	(cd "$work/tree" && sh -c "$2") </dev/null 2>"$work/err"
	status=$?
	[ "$status" -le 1 ] || echo "$1: status $status: $(cat "$work/err")" >>"$work/ended"
}

# renew FILE: print it with the output of all its examples as it is now
renew()
{
	name=$1 state=text number=0
	while IFS= read -r line || [ -n "$line" ]; do
		number=$((number + 1))
		case $state,$line in
		text,'```console'*) state=output ;;
		text,*) ;;
		command,*) command="$command
$line" ;;
		output,'```') state=text ;;
		output,'$ '*) state=command command=${line#'$ '} ;;
		output,*) continue ;; # what it printed when this was written
		esac
		printf '%s\n' "$line"
		case $state,$line in
		command,*\\) ;;
		command,*) state=output && example "$name:$number" "$command" ;;
		esac
	done <"$1"
	[ "$state" = text ] || echo "$1: a console block has no end" >>"$work/ended"
}

: >"$work/ended"
grep -q '^```console' README.md || fail "README.md has no examples"
for file in README.md docs/*.md; do
	renew "$file" >"$work/new"
	[ -s "$work/ended" ] && fail "$(cat "$work/ended")"
	: >"$work/ended"
	cmp -s "$file" "$work/new" && continue
	if [ "${HOMENODE_GOLDEN:-}" = rewrite ] && [ "$failures" -eq 0 ]; then
		cat "$work/new" >"$file"
		echo "rewrote $file"
	else
		fail "$file shows something else than what comes out: $(diff "$file" "$work/new")"
	fi
done

# every field of run.json is described
(cd "$work/tree" && run 0 run golden-seven --output fields)
sed -n 's/^ "\([a-z_]*\)":.*/\1/p' "$work/tree/fields/run.json" >"$work/fields"
[ -s "$work/fields" ] || fail "the run left no run.json"
while read -r field; do
	grep -Fq "\`$field\`" docs/formats.md || fail "docs/formats.md does not describe $field"
done <"$work/fields"
finish
