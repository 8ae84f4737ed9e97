#!/bin/sh
# homenode report: the page under real keys, narrow, wide, dark and on paper.
. tests/cli/lib.sh

[ -x "$HOMENODE" ] || { echo "skipped: the program is not built"; exit 77; }
browser=$(command -v chromium || command -v chromium-browser || command -v google-chrome)
[ -n "$browser" ] || { echo "skipped: Chromium is not installed"; exit 77; }
command -v node >/dev/null 2>&1 || { echo "skipped: node is not installed"; exit 77; }

# all the tables: refusals, devices, several memory policies and seeds
sed 's/"duration": *"[^"]*"/"duration": "6h"/' workloads/devices.json >"$work/devices.json"
run 0 run "$work/devices.json" --memory static,dynamic --seed 1,2 --zones --output "$work/run" --quiet
run 0 report "$work/run" --quiet
page=$work/run/report.html

# axe-core judges, too, where npm has it: AXE_CORE is the path of axe.min.js, or it is fetched once
axe=${AXE_CORE:-}
if [ -z "$axe" ] && command -v npm >/dev/null 2>&1; then
	(cd "$work" && timeout 60 npm pack axe-core@4.10.2 --silent >/dev/null 2>&1 && tar -xzf axe-core-4.10.2.tgz package/axe.min.js 2>/dev/null)
	[ -s "$work/package/axe.min.js" ] && axe=$work/package/axe.min.js
fi
[ -n "$axe" ] || echo "axe-core is not to be had: contrast is judged by tests/report/page.js alone"

# judge PAGE: what is wrong with it is in $work/verdict
judge()
{
	node tests/report/keys.js "$browser" "$work/profile" "$1" ${axe:+"$axe"} >"$work/verdict" 2>&1
}

judge "$page" || fail "$(cat "$work/verdict")"

# the judge finds what is wrong
sed -e "s/setAttribute('aria-sort'/setAttribute('aria-sorted'/" -e 's/else if (move)/else if (move > 99)/' \
	-e 's/<main /<div style="width:3000px">x<\/div><main /' "$page" >"$work/bad.html"
judge "$work/bad.html" && fail "nothing was found"
says verdict 'after "Enter" aria-sort is null, not ascending'
says verdict 'no host opens by keys'
says verdict '390 px dark: the page is 30'
sed 's/<main /<svg width="1300"><\/svg><main /' "$page" >"$work/bad.html"
judge "$work/bad.html" && fail "nothing was found on paper"
says verdict 'on paper something is cut off'
finish
