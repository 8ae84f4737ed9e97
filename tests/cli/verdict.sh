#!/bin/sh
# The verdict under `run` recommends the policy that the page recommends.
. tests/cli/lib.sh

command -v node >/dev/null 2>&1 || { echo "skipped: node is not installed"; exit 77; }
sed 's/"duration": *"[^"]*"/"duration": "12h"/' workloads/week.json >"$work/week.json"
sed 's/"duration": *"[^"]*"/"duration": "12h"/' workloads/devices.json >"$work/devices.json"
sed 's/"duration": *"[^"]*"/"duration": "3h"/' workloads/balloon-week.json >"$work/balloon-week.json"
cat >"$work/answer.js" <<'END'
const page = require(process.argv[2]), model = JSON.parse(require('fs').readFileSync(process.argv[3], 'utf8'));
page.useModel(model);
const a = page.answer(page.placesOf(model.runs[0])[0]);
console.log(`${a.lead.toLowerCase()}${a.name}`);
END

# alike ARGUMENT...: of `homenode run`
alike()
{
	run 0 run "$@" -q --force --output "$work/run"
	sed -n -e 's/^\(stay with .*\)/\1/p' -e 's/^\(take [^:]*\):.*/\1/p' "$work/out" >"$work/verdict"
	run 0 report "$work/run" --format json --output "$work/model.json" --quiet
	node "$work/answer.js" "$PWD/tests/report/page/load.js" "$work/model.json" >"$work/page" 2>&1
	[ -s "$work/verdict" ] || fail "no verdict: $*"
	cmp -s "$work/verdict" "$work/page" ||
		fail "$*: the verdict is \"$(cat "$work/verdict")\", the page's \"$(cat "$work/page")\""
}

for name in week devices balloon-week; do
	alike "$work/$name.json" --policy edera-compact,homenode,flat
	alike "$work/$name.json" --policy flat,nova,random,edera-scatter --seed 1,2
	alike "$work/$name.json" --policy homenode,edera-compact --memory static
done
alike golden-seven --policy edera-scatter,edera-compact,libxl
alike golden-seven --policy edera-scatter,edera-compact --no-cost
alike "$work/balloon-week.json" --policy edera-compact --allocator xen,slit
# whatever the arguments look like: the first that was asked for is the baseline
for policies in "--policy scatter,compact" "--policy=scatter --policy compact" "-pscatter,compact" "-qp edera-scatter,compact"; do
	# shellcheck disable=SC2086 # words
	alike golden-seven $policies
	says verdict 'take edera-compact'
done
finish
