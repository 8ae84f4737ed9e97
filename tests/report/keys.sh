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

# judge PAGE: what is wrong with it is in $work/verdict
judge()
{
	node tests/report/keys.js "$browser" "$work/profile" "$1" >"$work/verdict" 2>&1
}

judge "$page" || fail "$(cat "$work/verdict")"

# the judge finds what is wrong
sed -e "s/setAttribute('aria-sort'/setAttribute('aria-sorted'/" -e 's/return d\*(/return (/' \
	-e 's/<main>/<main><p style="width:1500px">x<\/p>/' "$page" >"$work/bad.html"
judge "$work/bad.html" && fail "nothing was found"
says verdict 'after "Enter" aria-sort is null, not ascending'
says verdict 'after " " rows are not descending'
says verdict '390 px dark: the page is 15'
sed 's/<main>/<main><svg width="1300"><\/svg>/' "$page" >"$work/bad.html"
judge "$work/bad.html" && fail "nothing was found on paper"
says verdict 'on paper something is cut off'
finish
