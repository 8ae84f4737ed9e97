#!/bin/sh
# homenode report: the page in a headless browser, narrow and wide.
. tests/cli/lib.sh

[ -x "$HOMENODE" ] || { echo "skipped: the program is not built"; exit 77; }
browser=$(command -v chromium || command -v chromium-browser || command -v google-chrome)
if [ -z "$browser" ]; then
	[ "${CI:-}" = true ] && echo "failed: there is no Chromium" && exit 1
	echo "skipped: Chromium is not installed"
	exit 77
fi

sed 's/"duration": *"[^"]*"/"duration": "1d"/' workloads/week.json >"$work/week.json"
run 0 run "$work/week.json" --zones --output "$work/week" --quiet
run 0 report "$work/week" --quiet

# harness WIDTH DARK: the page with the judge in it
harness()
{
	{
		sed '/<\/main>/q' "$work/week/report.html"
		echo "<script>const expectedWidth = $1, expectedDark = $2; const expected = ["
		sed -e 1d -e 's/^2,\(.*\)/"\1",/' "$work/week/summary.csv"
		echo "];"
		cat tests/report/page.js
		echo "</script>"
		sed '1,/<\/main>/d' "$work/week/report.html"
	} >"$work/harness.html"
}

# visit WIDTH light|dark: leaves the judge's verdict in $work/dom and the console in $work/log
visit()
{
	case $2 in dark) harness "$1" true; scheme=0 ;; *) harness "$1" false; scheme=1 ;; esac
	cat >"$work/frame.html" <<-HTML
		<!DOCTYPE html><link rel="icon" href="data:,"><pre id="verdict">none</pre>
		<script>addEventListener('message', e => verdict.textContent = 'verdict:' + e.data)</script>
		<iframe src="harness.html" style="width:$1px;height:900px;border:0"></iframe>
	HTML
	timeout 60 "$browser" --headless --no-sandbox --disable-gpu --disable-dev-shm-usage \
		--user-data-dir="$work/profile" --enable-logging=stderr --window-size=2700,1000 --blink-settings=preferredColorScheme=$scheme \
		--virtual-time-budget=5000 --dump-dom "file://$work/frame.html" \
		>"$work/dom" 2>"$work/log"
}

for look in "390 light" "1024 light" "2560 light" "390 dark" "2560 dark"; do
	visit "${look% *}" "${look#* }"
	grep -q '>verdict:good</pre>' "$work/dom" ||
		fail "$look: $(sed -n '/id="verdict"/,$p' "$work/dom")"
	grep ':CONSOLE' "$work/log" && fail "$look: the console is not empty"
done

# pages of one policy and of no row: a line a figure, and a sentence
plain()
{
	timeout 60 "$browser" --headless --no-sandbox --disable-gpu --disable-dev-shm-usage --user-data-dir="$work/profile" \
		--enable-logging=stderr --virtual-time-budget=3000 --dump-dom "file://$1" >"$work/dom" 2>"$work/log"
	grep ':CONSOLE' "$work/log" && fail "$1: the console is not empty"
}
run 0 run golden-seven --policy libxl --zones --output "$work/one" --quiet
run 0 report "$work/one" --quiet
plain "$work/one/report.html"
says dom 'Figures of libxl'
says dom "share of the zones' memory, over time, on the node that the guest was told it is on</td>"
sed -i 1q "$work/one/summary.csv"
run 0 report "$work/one" --quiet
plain "$work/one/report.html"
says dom 'There is no row in summary.csv'

# a recording of a host: which of its zones drift, curves of zones and nodes
run 0 report docs/examples/drifting.jsonl --output "$work/recorded.html" --quiet
plain "$work/recorded.html"
says dom '2 of 6 zones drift.'
says dom 'web: 384 MiB more away from home'
[ "$(grep -o '<canvas' "$work/dom" | wc -l)" -ge 2 ] || [ "$(grep -o 'class="plain"' "$work/dom" | wc -l)" -eq 2 ] ||
	fail "no curves of zones and nodes"

# it can be printed
timeout 60 "$browser" --headless --no-sandbox --disable-gpu --disable-dev-shm-usage \
	--user-data-dir="$work/profile" --print-to-pdf="$work/page.pdf" \
	"file://$work/week/report.html" >/dev/null 2>&1
[ "$(head -c 5 "$work/page.pdf")" = "%PDF-" ] || fail "the page cannot be printed"

# the judge finds what is wrong
sed -i -e 's/<main /<p style="width:3000px;color:#ccc;background:#fff">x<\/p><script>nothing()<\/script><main /' \
	-e 's/"edera-compact","as-asked"/"edera-compct","as-asked"/' "$work/week/report.html"
visit 390 light
says dom "overflow: "
says dom "contrast 1.6: x"
says dom "edera-compct"
grep -q ':CONSOLE' "$work/log" || fail "an error on the console is not seen"
finish
