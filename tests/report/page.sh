#!/bin/sh
# homenode report: the page in a headless browser, narrow and wide.
. tests/cli/lib.sh

[ -x "$HOMENODE" ] || { echo "skipped: the program is not built"; exit 77; }
command -v gnuplot >/dev/null 2>&1 || { echo "skipped: gnuplot is not installed"; exit 77; }
browser=$(command -v chromium || command -v chromium-browser || command -v google-chrome)
if [ -z "$browser" ]; then
	[ "${CI:-}" = true ] && echo "failed: there is no Chromium" && exit 1
	echo "skipped: Chromium is not installed"
	exit 77
fi

run 0 run week --zones --output "$work/week" --quiet
run 0 report "$work/week" --quiet

# harness WIDTH: the page with the judge in it
harness()
{
	{
		sed '/<\/main>/q' "$work/week/report.html"
		echo "<script>const expectedWidth = $1; const expected = ["
		sed -e 1d -e 's/.*/"&",/' "$work/week/summary.csv"
		echo "];"
		cat tests/report/page.js
		echo "</script>"
		sed '1,/<\/main>/d' "$work/week/report.html"
	} >"$work/harness.html"
}

# visit WIDTH: leaves the judge's verdict in $work/dom and the console in $work/log
visit()
{
	harness "$1"
	cat >"$work/frame.html" <<-HTML
		<!DOCTYPE html><link rel="icon" href="data:,"><pre id="verdict">none</pre>
		<script>addEventListener('message', e => verdict.textContent = 'verdict:' + e.data)</script>
		<iframe src="harness.html" style="width:$1px;height:900px;border:0"></iframe>
	HTML
	timeout 60 "$browser" --headless --no-sandbox --disable-gpu --disable-dev-shm-usage \
		--user-data-dir="$work/profile" --enable-logging=stderr --window-size=1600,1000 \
		--virtual-time-budget=5000 --dump-dom "file://$work/frame.html" \
		>"$work/dom" 2>"$work/log"
}

for width in 390 1440; do
	visit "$width"
	grep -q '>verdict:good</pre>' "$work/dom" ||
		fail "at $width px: $(sed -n '/id="verdict"/,$p' "$work/dom")"
	grep ':CONSOLE' "$work/log" && fail "at $width px the console is not empty"
done

# the judge finds what is wrong
sed -i 's/<main>/<main><p style="width:3000px">x<\/p><script>nothing()<\/script>/
	/<tbody id="summary">/,/<\/tbody>/s/>edera-compact</>edera-compct</' "$work/week/report.html"
visit 390
says dom "overflow: "
says dom "edera-compct"
grep -q ':CONSOLE' "$work/log" || fail "an error on the console is not seen"
finish
