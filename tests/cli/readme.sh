#!/bin/sh
# The examples of README.md and docs/*.md print what they show. In a block
#	```console
#	$ command
#	its standard output
#	```
# every command is run from the source root with `homenode` being the program under
# test, and its output compared. HOMENODE_GOLDEN=rewrite writes what it printed.
set -u
. tests/cli/lib.sh

# blocks FILE OUT: copy FILE to OUT with the outputs of its console blocks replaced
blocks()
{
	awk -v dir="$work" '
	BEGIN { script = dir "/command.sh" }
	/^```console$/ { inside = 1; print; next }
	/^```$/ && inside { inside = 0; print; next }
	!inside { print; next }
	/^\$ / {
		print
		print substr($0, 3) > script
		close(script)
		# shellcheck disable=SC2016 # for the shell that runs it
		run = "PATH=\"" dir "/bin:$PATH\" sh " script " 2>/dev/null </dev/null"
		while ((run | getline line) > 0)
			print line
		close(run)
		next
	}
	# what the command printed when it was written down
	{ next }
	' "$1" >"$2"
}

mkdir "$work/bin" || exit 1
ln -s "$HOMENODE" "$work/bin/homenode"
for file in README.md docs/*.md; do
	blocks "$file" "$work/now"
	if cmp -s "$file" "$work/now"; then
		continue
	elif [ "${HOMENODE_GOLDEN:-}" = rewrite ]; then
		cp "$work/now" "$file"
	else
		diff -u "$file" "$work/now"
		fail "$file shows what the program does not print (HOMENODE_GOLDEN=rewrite mends it)"
	fi
done
finish
