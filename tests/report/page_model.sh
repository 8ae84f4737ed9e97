#!/bin/sh
# homenode report --format json: the model behind the page says what the result files say.
. tests/cli/lib.sh

[ -x "$HOMENODE" ] || { echo "skipped: the program is not built"; exit 77; }

# what it looks like, without what changes from run to run
run 0 run golden-seven --zones --output "$work/seven" --quiet
run 0 report "$work/seven" --format json --output "$work/seven.json" --quiet
sed -E -e 's/"wall_ms":[0-9]+/"wall_ms":0/' -e 's/"version":"[^"]*"/"version":""/' -e 's/"arguments":\[[^]]*\]/"arguments":[]/' \
	-e 's/"sha256":"[^"]*"/"sha256":""/g' -e 's/"hosts":\[.*\],"runs":/"hosts":[],"runs":/' -e 's/([]}],)/\1\
/g' "$work/seven.json" >"$work/model"
if [ "${HOMENODE_GOLDEN:-}" = rewrite ]; then
	cp "$work/model" tests/golden/page-model.json
else
	diff tests/golden/page-model.json "$work/model" >"$work/diff" || fail "the model is not that of tests/golden/page-model.json: $(head -20 "$work/diff")"
fi

command -v node >/dev/null 2>&1 || { echo "node is not installed: the model was not compared with the files"; finish; }
sed 's/"duration": *"[^"]*"/"duration": "12h"/' workloads/devices.json >"$work/devices.json"
sed 's/"duration": *"[^"]*"/"duration": "12h"/' workloads/week.json >"$work/week.json"
sed 's/"duration": *"[^"]*"/"duration": "3h"/' workloads/balloon-week.json >"$work/balloons.json"
for name in devices week balloons; do
	run 0 run "$work/$name.json" --zones --policy edera-compact,homenode,flat --output "$work/$name" --quiet
	run 0 report "$work/$name" --format json --output "$work/model.json" --quiet
	node tests/report/page/check_model.js "$work/model.json" "$work/$name" >"$work/out" || fail "$name: $(cat "$work/out")"
done
# where there is not room for all, the zones of what is recommended come first, then the baseline's
cat >"$work/first.js" <<'END'
const page = require(process.argv[2]), model = JSON.parse(require('fs').readFileSync(process.argv[3], 'utf8'));
page.useModel(model);
const place = page.placesOf(model.runs[0])[0], wanted = [...new Set([page.answer(place).best, place.baseline])];
const rows = model.runs[0].zones.rows.slice(0, wanted.length).map(r => r.row);
console.log(wanted.map(c => c.rows[0].index).join() === rows.join() ? 'good' : `${rows} are not those of ${wanted.map(c => c.name)}`);
END
for policies in edera-compact,homenode,flat flat,nova,edera-scatter; do
	run 0 run "$work/devices.json" --zones -p "$policies" --output "$work/first" --quiet --force
	run 0 report "$work/first" --format json --output "$work/first.json" --quiet
	node "$work/first.js" "$PWD/tests/report/page/load.js" "$work/first.json" >"$work/out" 2>&1
	says out good
done
# the judge finds what is wrong
sed 's/"live_zones":\[0,/"live_zones":[1,/' "$work/model.json" >"$work/bad.json"
node tests/report/page/check_model.js "$work/bad.json" "$work/balloons" >"$work/out" && fail "a wrong sample is not seen"
says out 'sample 0: 0,1,'

# names are text; what is no UTF-8 does not end the model
sed 's/,golden-seven,/,<\/script>"\\,/' "$work/seven/summary.csv" >"$work/evil.csv"
printf '\377' >"$work/byte"
sed "s/,edera-compact,/,$(cat "$work/byte")x,/" "$work/evil.csv" >"$work/evil2.csv"
run 0 report "$work/evil2.csv" --format json --output "$work/evil.json" --quiet
node -e 'const m = JSON.parse(require("fs").readFileSync(process.argv[1], "utf8")).runs[0].rows[0]; process.exit(m[1] === "</script>\"\\" && m[2] === "?x" ? 0 : 1)' \
	"$work/evil.json" || fail "names did not survive"
grep -q '</script>' "$work/evil.json" && fail "a name ends the script"
finish
