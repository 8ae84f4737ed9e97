#!/bin/sh
# Completion in the shells themselves: what a person sees and gets after the tab key. In a shell that
# is not installed it is not tried; without any this is skipped.
. tests/cli/lib.sh

# What they all ask: homenode --complete. Every command and every option is offered.
complete_says()
{
	run 0 --complete "$@"
	cut -f 1 "$work/out" >"$work/candidates"
}

complete_says ''
for name in $(command_names); do
	grep -qx "$name" "$work/candidates" || fail "the command $name is not offered"
done
for name in $(command_names); do
	complete_says "$name" --
	cp "$work/candidates" "$work/offered"
	for option in $(option_names "$name"); do
		grep -qx -e "$option" "$work/offered" || fail "$name $option is not offered"
	done
done

# offers WORD... : CANDIDATE...: all of these, and no other of their kind
offers()
{
	words=
	while [ "$1" != : ]; do
		words="$words '$1'"
		shift
	done
	shift
	eval "complete_says $words"
	for want in "$@"; do
		grep -qxF -e "$want" "$work/candidates" ||
			fail "$words is not offered $want, but $(head -c 300 "$work/candidates")"
	done
}

# offers_not WORD... : CANDIDATE
offers_not()
{
	words=
	while [ "$1" != : ]; do
		words="$words '$1'"
		shift
	done
	eval "complete_says $words"
	if grep -qxF -e "$2" "$work/candidates"; then
		fail "$words is offered $2"
	fi
}

# the same names that `list` has
for kind in policies:--policy choices:--choice; do
	run 0 list "${kind%:*}" --format csv
	sed -e 1d -e 's/,.*//' "$work/out" | sort >"$work/list"
	complete_says run "${kind#*:}" ''
	grep -v '^:' "$work/candidates" | sort | cmp -s - "$work/list" ||
		fail "run ${kind#*:} is offered other names than list ${kind%:*} has"
done
offers run --policy edera-compact,fl : edera-compact,flat
offers_not run --policy edera-compact, : edera-compact,edera-compact
offers_not run --policy edera-compact --policy '' : edera-compact
offers run -p fl : flat
offers run --policy=flat,edera-c : --policy=flat,edera-compact
offers compare epyc-nps4-8n --policy fl : flat
offers run --memory '' : static dynamic as-asked
offers_not run --memory '' : flat
offers run --allocator '' : xen most-free slit home-strict
offers run --refused '' : count queue stop
offers run '' : week :files
offers run --trace op : openb
offers run --backend '' : sim
offers run --backend sim:a : sim:allocator=
offers run --columns zones_p : zones_placed
offers list policies --columns '' : name summary
offers list columns su : summary
offers list formats op : openb
offers show epyc-nps : epyc-nps4-8n epyc-nps4-8n-smt :files
offers size --what-if hosts=epyc-nps : hosts=epyc-nps4-8n
offers size --price epyc-nps : epyc-nps4-8n=
offers check --rules '' : exact quality :files
offers run --format '' : text json jsonl csv openmetrics
offers run --output '' : :directories
offers plan --profile w : web
offers help pl : plan
# what was given once is not offered again, nor is an option's value taken for an operand
offers_not run week --zones --z : --zones
offers run --hosts 3 we : week
offers_not run week '' : week
offers_not run -- --pol : --policy
# result directories, where they are
mkdir -p "$work/here/results/runs/mine" "$work/here/results/runs/other"
echo '{}' >"$work/here/results/runs/mine/run.json"
program=$(cd "$(dirname "$HOMENODE")" && pwd)/$(basename "$HOMENODE")
(cd "$work/here" && "$program" --complete report '') >"$work/runs"
grep -q '^results/runs/mine' "$work/runs" || fail "a result directory is not offered"
grep -q '^results/runs/other' "$work/runs" && fail "a directory without results is offered"

# --- the shells ---------------------------------------------------------------------------

tried=
mkdir "$work/bin" "$work/a place"
ln -s "$program" "$work/bin/homenode"
PATH=$work/bin:$PATH
: >"$work/zones one.json"

# what a shell must make of LINE and a tab: the line after it, run by a stand-in that prints it
cat >"$work/cases" <<EOF
homenode ru@homenode run
homenode run --policy edera-compact,fl@homenode run --policy edera-compact,flat
homenode run --policy=edera-compact,fl@homenode run --policy=edera-compact,flat
homenode run --memory st@homenode run --memory static
homenode run --backend sim:al@homenode run --backend sim:allocator=
homenode size --what-if hosts=xeon-8360y@homenode size --what-if hosts=xeon-8360y-2n
homenode check --rules qu@homenode check --rules quality
homenode compare epyc-7551@homenode compare epyc-7551-8n
homenode plan epyc-nps4-8n zon@homenode plan epyc-nps4-8n zones one.json
homenode run --output a@homenode run --output a place/
homenode run --reco@homenode run --reco
homenode list columns aro@homenode list columns around
EOF
# shellcheck disable=SC2016 # of the shell that completes
stand_in='homenode() { if [ "$1" = --complete ]; then command homenode "$@"; else
	printf "<GOT>homenode"; printf " %s" "$@"; printf "<END>\n"; fi; }'

if command -v bash >/dev/null 2>&1 && command -v script >/dev/null 2>&1; then
	tried="$tried bash"
	"$HOMENODE" help --completion bash >"$work/homenode.bash"
	cat >"$work/rc" <<-EOF
		$stand_in
		. "$work/homenode.bash"
		PS1='> '
		cd "$work"
		bind 'set bell-style none'
	EOF
	while IFS=@ read -r line _; do
		printf '%s\t\n' "$line"
	done <"$work/cases" >"$work/keys"
	printf 'exit\n' >>"$work/keys"
	timeout 300 script -qec "bash --noprofile --rcfile '$work/rc' -i" /dev/null \
		<"$work/keys" >"$work/typed" 2>&1
	sed -n 's/.*<GOT>\(.*\)<END>.*/\1/p' "$work/typed" | tr -d '\r' | sed 's/ *$//' >"$work/got"
	sed 's/.*@//' "$work/cases" >"$work/want"
	cmp -s "$work/want" "$work/got" || fail "bash completed otherwise: $(diff "$work/want" "$work/got")"
	# where words are cut at spaces alone
	sed "\$a COMP_WORDBREAKS=' '" "$work/rc" >"$work/rc.spaces"
	timeout 300 script -qec "bash --noprofile --rcfile '$work/rc.spaces' -i" /dev/null \
		<"$work/keys" >"$work/typed" 2>&1
	sed -n 's/.*<GOT>\(.*\)<END>.*/\1/p' "$work/typed" | tr -d '\r' | sed 's/ *$//' >"$work/got"
	cmp -s "$work/want" "$work/got" ||
		fail "bash with other COMP_WORDBREAKS completed otherwise: $(diff "$work/want" "$work/got")"
fi
if command -v zsh >/dev/null 2>&1; then
	tried="$tried zsh"
	mkdir "$work/site"
	"$HOMENODE" help --completion zsh >"$work/site/_homenode"
	# typed ahead, a tab is a tab unless insert-tab says otherwise
	cat >"$work/rc.zsh" <<-EOF
		$stand_in
		# found as an installed one is
		fpath=("$work/site" \$fpath)
		autoload -Uz compinit
		compinit -u -D
		zstyle ':completion:*' insert-tab false
		cd "$work"
		unsetopt beep
	EOF
	cat >"$work/drive.zsh" <<-'EOF'
		zmodload zsh/zpty
		zpty shell zsh -f -i
		zpty -w shell "source $1/rc.zsh; echo '<REA''DY>'"
		zpty -r -m shell seen '*<READY>*'
		while IFS=@ read -r line want; do
			zpty -w -n shell "$line"$'\t\n'
			zpty -r -m shell seen '*<GOT>*<END>*'
			seen=${seen##*<GOT>}
			print -r -- "${${seen%%<END>*}%% #}"
		done <$1/cases
		zpty -d shell
	EOF
	timeout 300 zsh -f "$work/drive.zsh" "$work" >"$work/got" 2>"$work/err"
	# zsh takes the slash away again when the line ends
	sed -e 's/.*@//' -e 's/\/$//' "$work/cases" >"$work/want"
	sed 's/ *$//' "$work/got" | cmp -s - "$work/want" ||
		fail "zsh completed otherwise: $(diff "$work/want" "$work/got") $(cat "$work/err")"
fi
if command -v fish >/dev/null 2>&1; then
	tried="$tried fish"
	"$HOMENODE" help --completion fish >"$work/homenode.fish"
	while IFS=@ read -r line want; do
		[ "$line" = "$want" ] && continue
		HOME=$work timeout 300 fish --no-config -c "cd '$work'; source homenode.fish; complete -C '$line'" \
			2>"$work/err" | cut -f 1 >"$work/got"
		word=${want#"${line% *} "}
		[ "$(cat "$work/got")" = "$word" ] ||
			fail "fish completes $line with $(head -c 300 "$work/got"), not $word $(cat "$work/err")"
	done <"$work/cases"
fi
[ "$failures" -eq 0 ] && [ -z "$tried" ] && echo "skipped: no shell that homenode completes is installed" && exit 77
echo "tried:$tried"
finish
