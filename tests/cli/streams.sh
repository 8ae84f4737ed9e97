#!/bin/sh
# Output that cannot be written ends with status 3; a reader that leaves is no
# error worth a word.
. tests/cli/lib.sh

"$HOMENODE" help >&- 2>"$work/err"
[ $? -eq 3 ] || fail "closed standard output was not noticed"
says err 'homenode: standard output cannot be written'

if [ -c /dev/full ]; then
	"$HOMENODE" help --man >/dev/full 2>"$work/err"
	[ $? -eq 3 ] || fail "a full device was not noticed"
	says err 'No space left on device'
fi

"$HOMENODE" help >"$work/out" 2>&- <&- || fail "closed standard input and error matter"
says out 'usage: homenode'

# far more than a pipe holds
for _ in 1 2 3; do
	"$HOMENODE" help --man
done 2>"$work/err" | head -n 1 >"$work/out"
[ -s "$work/err" ] && fail "a closed pipe was worth a word: $(cat "$work/err")"
finish
