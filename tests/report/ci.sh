#!/bin/sh
# docs/ci.md: its jobs are valid, and their homenode steps do what the page says of them.
. tests/cli/lib.sh
. tools/packages.sh

[ -x "$HOMENODE" ] || { echo "skipped: the program is not built"; exit 77; }
python=
for name in python3 /usr/bin/python3; do
	"$name" -c 'import yaml' 2>/dev/null && python=$name && break
done
[ -n "$python" ] || { echo "skipped: Python has no yaml module (python3-yaml)"; exit 77; }
command -v bash >/dev/null 2>&1 || { echo "skipped: bash is not installed"; exit 77; }

awk -v to="$work" '/^```yaml$/ { n++; on = 1; next } /^```$/ { on = 0 } on { print >(to "/" n ".yml") }' docs/ci.md

# a script for each step, its condition first; what is no job is said
"$python" - "$work" >"$work/shape" <<'PYTHON' || fail "the jobs: $(cat "$work/shape")"
import sys
import yaml

work = sys.argv[1]
with open(work + "/1.yml") as f:
    github = yaml.safe_load(f)
with open(work + "/2.yml") as f:
    gitlab = yaml.safe_load(f)

def need(what, text):
    if not what:
        sys.exit(text)

# "on" is a boolean to YAML 1.1
need(set(github) == {"name", True, "permissions", "jobs"}, "keys of the workflow: %s" % list(github))
n = 0
for name, job in github["jobs"].items():
    need(set(job) <= {"runs-on", "timeout-minutes", "steps"}, "keys of job %s: %s" % (name, list(job)))
    for step in job["steps"]:
        need(("uses" in step) != ("run" in step), "a step uses or runs: %s" % step)
        need(set(step) <= {"uses", "run", "name", "if", "with"}, "keys of a step: %s" % step)
        if "run" in step:
            n += 1
            with open("%s/github-%d" % (work, n), "w") as f:
                f.write("# %s\n%s" % (step.get("if", "success()"), step["run"]))
need(set(gitlab) == {"placement"}, "one job: %s" % list(gitlab))
job = gitlab["placement"]
need(set(job) == {"image", "timeout", "before_script", "script", "artifacts"}, "keys: %s" % list(job))
need(job["artifacts"]["reports"]["junit"] == "placement.xml", "no JUnit report")
for key in ("before_script", "script"):
    need(all(isinstance(line, str) for line in job[key]), "a line of %s is no text" % key)
    with open("%s/gitlab-%s" % (work, key), "w") as f:
        f.write("\n".join(job[key]) + "\n")
PYTHON
[ "$failures" -eq 0 ] || finish

# both install what the build needs
for job in "$work/github-1" "$work/gitlab-before_script"; do
	for package in $(echo "$packages_table" | awk '$1 == "build" { print $2 }') gnuplot-nox; do
		grep -qw -e "$package" "$job" || fail "$job does not install $package"
	done
done

# a checkout whose build is there already; a day of the week will do
checkout=$work/checkout
mkdir -p "$checkout/build/release" "$checkout/ci"
program=$(realpath "$HOMENODE")
ln -s "$program" "$checkout/build/release/homenode"
mkdir "$checkout/workloads"
sed 's/"duration": *"[^"]*"/"duration": "12h"/' workloads/week.json >"$checkout/workloads/week.json"
# the name would find the workload of the source tree
sed -i 's,run week ,run workloads/week.json ,' "$work"/github-* "$work"/gitlab-script

# in_checkout SCRIPT: as GitHub's runner runs a step
in_checkout()
{
	(cd "$checkout" && GITHUB_STEP_SUMMARY=$work/summary bash --noprofile --norc -e -o pipefail "$1") \
		>"$work/out" 2>"$work/err"
}

# github: what the steps from the third on end with, as 0 and 1
github()
{
	verdict=
	going=true
	rm -f "$work/summary" "$checkout/placement.html"
	for step in "$work/github-3" "$work/github-4" "$work/github-5"; do
		if $going || grep -q '^# always()' "$step"; then
			if in_checkout "$step"; then
				verdict=${verdict}0
			else
				verdict=${verdict}1
				going=false
			fi
			case $step in *-4) cp "$work/out" "$work/annotations" ;; esac
		fi
	done
}

(cd "$checkout" && build/release/homenode run workloads/week.json --output results/first --quiet &&
	build/release/homenode check results/first --baseline ci/week.csv --update --quiet \
		--reason "what we have today") >/dev/null || fail "there is no baseline"
github
[ "$verdict" = 000 ] || fail "the steps ended with $verdict: $(cat "$work/err")"
says summary "homenode check passed"
[ -s "$checkout/placement.html" ] || fail "there is no page"
in_checkout "$work/gitlab-script" || fail "the GitLab job fails: $(cat "$work/err")"
says checkout/placement.xml 'failures="0"'

# a figure that moved turns both red; page and summary are there all the same
awk -F, -v OFS=, 'NR == 2 { $9 -= 1 } { print }' "$checkout/ci/week.csv" >"$work/moved.csv"
mv "$work/moved.csv" "$checkout/ci/week.csv"
rm "$checkout/placement.xml"
github
[ "$verdict" = 010 ] || fail "after a change the steps ended with $verdict"
says annotations "::error file=ci/week.csv,title=moved::"
says summary "homenode check failed"
[ -s "$checkout/placement.html" ] || fail "there is no page after a change"
in_checkout "$work/gitlab-script" && fail "the GitLab job passes after a change"
grep -q '<failure type="moved"' "$checkout/placement.xml" || fail "there is no failure in the JUnit file"
finish
