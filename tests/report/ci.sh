#!/bin/sh
# homenode check in the CI of another repository: the .deb, the GitHub action and the GitLab job of
# this one, installed, run and red where a figure is worse. docs/ci.md shows how they are used.
. tests/cli/lib.sh

[ -x "$HOMENODE" ] || { echo "skipped: the program is not built"; exit 77; }
build=$(realpath "${HOMENODE_BUILD:-build/dev}")
source=$(pwd)
python=
for name in python3 /usr/bin/python3; do
	"$name" -c 'import yaml' 2>/dev/null && python=$name && break
done
[ -n "$python" ] || { echo "skipped: Python has no yaml module (python3-yaml)"; exit 77; }
for program in bash cpack dpkg-shlibdeps dpkg-deb; do
	command -v "$program" >/dev/null 2>&1 || { echo "skipped: $program is not installed"; exit 77; }
done

# --- the package ---------------------------------------------------------------------------

(cd "$build" && cpack -G DEB -B "$work/deb") >"$work/out" 2>&1 || fail "there is no package: $(cat "$work/out")"
deb=$(echo "$work"/deb/homenode_*.deb)
[ -f "$deb" ] || { fail "there is no package: $(cat "$work/out")"; finish; }
dpkg-deb -f "$deb" >"$work/control"
for word in "Package: homenode" "libjansson4" "libhwloc15" "libc6"; do
	says control "$word"
done
grep -q "^Depends:.*openmpi" "$work/control" && fail "the package needs Open MPI: $(cat "$work/control")"

# apt-get of a machine of CI, which unpacks what it is told to install; the rest is there
root=$work/root
mkdir -p "$root" "$work/bin"
cat >"$work/bin/apt-get" <<EOF
#!/bin/sh
for word; do
	case \$word in *.deb) dpkg-deb -x "\$word" "$root" ;; esac
done
EOF
printf '#!/bin/sh\nexec "$@"\n' >"$work/bin/sudo"
# what gh and curl are told, and that there is no comment yet
printf '#!/bin/sh\necho "gh $*" >>"%s"\n' "$work/gh.log" >"$work/bin/gh"
printf '#!/bin/sh\necho "curl $*" >>"%s"\n' "$work/curl.log" >"$work/bin/curl"
chmod +x "$work/bin"/*
PATH=$work/bin:$root/usr/bin:$PATH
export PATH
unset HOMENODE_DATA

# --- the other repository ------------------------------------------------------------------

other=$work/other
mkdir -p "$other/ci" "$other/.gitlab"
cp .gitlab/check.yml "$other/.gitlab/"
cp "$deb" "$other/ci/homenode.deb"
(cd "$other" && "$HOMENODE" run golden-seven --policy edera-compact,homenode --output first --quiet &&
	"$HOMENODE" check first --baseline ci/week.csv --update --quiet --reason "what we have today") \
	>/dev/null || fail "there is no baseline"
cp "$other/ci/week.csv" "$work/baseline.csv"
# worse than what it was: the baseline becomes better than the run
better_baseline()
{
	awk -F, -v OFS=, 'NR == 1 { for (i = 1; i <= NF; i++) if ($i == "local_page_ppm") c = i }
		$4 == "edera-compact" { $c += 21000 } { print }' "$work/baseline.csv" >"$other/ci/week.csv"
}

# --- GitHub --------------------------------------------------------------------------------

# as GitHub's runner runs the steps of a composite action: expressions, files, conditions
cat >"$work/runner.py" <<'PYTHON'
import os, re, subprocess, sys
import yaml

source, work, event = sys.argv[1:4]
given = dict(word.split("=", 1) for word in sys.argv[4:])
with open(source + "/.github/actions/check/action.yml") as f:
    action = yaml.safe_load(f)
context = {"github.action_path": source + "/.github/actions/check", "github.token": "secret",
           "github.event_name": event, "github.event.pull_request.number": "7", "github.repository": "our/repo"}
for name in given:
    if name not in action["inputs"]:
        sys.exit("no input %s" % name)

def fill(text):
    return re.sub(r"\$\{\{ *([a-z_.]+) *\}\}", lambda m: context[m.group(1)], str(text))

for name, declared in action["inputs"].items():
    if declared.get("required") and name not in given:
        sys.exit("input %s is needed" % name)
    context["inputs." + name] = given.get(name, fill(declared.get("default", "")))
for step in action["runs"]["steps"]:
    when = step.get("if", "true == true").replace("&&", " and ").replace("true == true", "True")
    when = re.sub(r"(inputs|github)\.[a-z_.]+", lambda m: repr(context[m.group(0)]), when)
    if not eval(when):
        continue
    if "${{" in step["run"]:
        sys.exit("what is given comes into step %s as code" % step["name"])
    output = work + "/github-output"
    open(output, "w").close()
    env = dict(os.environ, GITHUB_OUTPUT=output, GITHUB_STEP_SUMMARY=work + "/summary")
    env.update((k, fill(v)) for k, v in step.get("env", {}).items())
    done = subprocess.run(["bash", "--noprofile", "--norc", "-e", "-o", "pipefail", "-c", step["run"]],
                          cwd=work + "/other", env=env)
    if done.returncode:
        print("step %s ended with %d" % (step["name"], done.returncode))
        sys.exit(1)
    with open(output) as f:
        for line in f:
            key, value = line.rstrip("\n").split("=", 1)
            context["steps.%s.outputs.%s" % (step["id"], key)] = value
for name, value in action["outputs"].items():
    print("%s=%s" % (name, fill(value["value"])))
PYTHON

# github STATUS EVENT INPUT=VALUE...
github()
{
	want=$1
	shift
	rm -rf "$work/summary" "$work/gh.log" "$other/results"
	"$python" "$work/runner.py" "$source" "$work" "$@" baseline=ci/week.csv results=results \
		deb=ci/homenode.deb "run=golden-seven --policy edera-compact,homenode" >"$work/out" 2>"$work/err"
	got=$?
	[ "$got" -eq "$want" ] || fail "the action ended with $got, not $want: $(cat "$work/out" "$work/err")"
}

github 0 push
says out "verdict=passed"
says out "page=results/page.html"
says summary "### homenode check passed"
[ -s "$other/results/page.html" ] || fail "there is no page"
[ -x "$root/usr/bin/homenode" ] || fail "the package was not installed"
[ -e "$work/gh.log" ] && fail "a push has a comment: $(cat "$work/gh.log")"
better_baseline
github 1 pull_request comment=true
says out "::error file=ci/week.csv,line=2,title=worse::"
says out "step verdict ended with 1"
says summary "1 row worse: local memory of edera-compact on golden-seven -2.1 points"
says gh.log "--method POST repos/our/repo/issues/7/comments -F body=@results/comment.md"
head -n 1 "$other/results/comment.md" | grep -q "<!-- homenode check -->" || fail "a comment that is not known again"
# the comment that is there is written anew
printf '#!/bin/sh\necho "gh $*" >>"%s"\ncase $* in *--paginate*) echo 41; echo 42 ;; esac\n' "$work/gh.log" >"$work/bin/gh"
github 1 pull_request comment=true
says gh.log "--method PATCH repos/our/repo/issues/comments/42 "
github 1 push rules=exact
says out "title=moved::"
github 1 push rules=qualty
says out "step check ended with 2"
cp "$work/baseline.csv" "$other/ci/week.csv"

# --- GitLab, and what both services take -----------------------------------------------------

# Programs that npm has, once a build: gitlab-ci-local runs GitLab's jobs and holds them against its
# schema; action-validator has the schemas of actions and workflows. act needs Docker's images or a
# binary that npm has not.
tools=$build/npm-ci
if [ ! -x "$tools/node_modules/.bin/gitlab-ci-local" ] && command -v npm >/dev/null 2>&1; then
	timeout 120 npm install --silent --no-audit --no-fund --prefix "$tools" gitlab-ci-local@4.61.0 \
		@action-validator/core@0.6.0 @action-validator/cli@0.6.0 >/dev/null 2>&1
fi
tools=$tools/node_modules/.bin
for program in "$tools/gitlab-ci-local" rsync git; do
	command -v "$program" >/dev/null 2>&1 && continue
	echo "the jobs of GitLab were not run and no schema was asked: there is no $(basename "$program")"
	finish
done

awk -v to="$work" '/^```yaml$/ { n++; on = 1; next } /^```$/ { on = 0 } on { print >(to "/" n ".yml") }' docs/ci.md
mkdir -p "$work/.github/workflows"
cp "$work/1.yml" "$work/.github/workflows/placement.yml"
for file in .github/actions/check/action.yml "$work/.github/workflows/placement.yml"; do
	"$tools/action-validator" "$file" >"$work/out" 2>&1 || fail "$file: $(cat "$work/out")"
done
sed 's/description:/descripton:/' .github/actions/check/action.yml >"$work/action.yml"
"$tools/action-validator" "$work/action.yml" >/dev/null 2>&1 && fail "the validator takes anything"

# gitlab STATUS [OPTION...]: the job of docs/ci.md in the other repository
gitlab()
{
	want=$1
	shift
	(cd "$other" && rm -rf homenode-results && timeout 120 "$tools/gitlab-ci-local" --force-shell-executor \
		--artifacts-to-source=true "$@") >"$work/out" 2>"$work/err"
	got=$?
	[ "$got" -eq "$want" ] || fail "the job of GitLab ended with $got, not $want: $(cat "$work/out" "$work/err")"
}

# the file of this repository stands for the same file of a project on a server
"$python" - "$work/2.yml" >"$other/.gitlab-ci.yml" <<'PYTHON' || fail "the example of GitLab"
import sys
import yaml

with open(sys.argv[1]) as f:
    job = yaml.safe_load(f)
[include] = job["include"]
assert set(include) == {"project", "ref", "file", "inputs"}, include
assert include["file"] == "/.gitlab/check.yml", include
include["inputs"].update(run="golden-seven --policy edera-compact,homenode", deb="ci/homenode.deb", source="")
yaml.safe_dump({"include": [{"local": include["file"], "inputs": include["inputs"]}]}, sys.stdout)
PYTHON
(cd "$other" && git init -q . && git remote add origin git@gitlab.com:our/repo.git && git add -A &&
	git -c user.name=a -c user.email=a@localhost commit -q -m "placement") || fail "git"
gitlab 0
says out "nothing moved"
for file in page.html junit.xml quality.json verdict.md summary.csv; do
	[ -s "$other/homenode-results/$file" ] || fail "the job of GitLab left no $file"
done
better_baseline
gitlab 1 --variable HOMENODE_COMMENT_TOKEN=secret --variable CI_MERGE_REQUEST_IID=7
says out "the baseline was edited; 1 row worse: local memory"
says out "2 rows compared: edited 1, worse 1"
says curl.log "/merge_requests/7/notes"
# what a job that failed leaves is kept where the runner built
left=$(find "$other/.gitlab-ci-local" "$other/homenode-results" -name junit.xml 2>/dev/null | head -n 1)
grep -q '<failure type="worse"' "${left:-/dev/null}" || fail "no failure in the JUnit file"
grep -q '"begin": 2' "${left%/*}/quality.json" || fail "no line in the Code Quality report"
finish
