#!/bin/sh
# The committed topologies are what the generator writes: same-bytes.sh GENERATOR
set -u
generator=$1
fresh=$(mktemp -d) || exit 1
trap 'rm -rf "$fresh"' EXIT

# Nothing of the caller's environment may show in the files.
HWLOC_LIBXML=1 HWLOC_XML_EXPORT_SUPPORT=1 LC_ALL=C "$generator" "$fresh" || exit 1
if ! diff -r "$fresh" topologies; then
	echo "topologies/ is not what $generator writes (< fresh, > committed)." >&2
	echo "If the table changed, run 'ninja generate-topologies' and commit the result." >&2
	echo "If it did not, the hwloc library writes its XML differently: the committed files" >&2
	echo "are XML 2.0 as hwloc 2.9 writes it; this machine has hwloc" \
		"$(pkg-config --modversion hwloc 2>/dev/null || echo '(unknown version)')." >&2
	exit 1
fi

# A directory that cannot be written is said so, in one sentence.
: >"$fresh/file"
if "$generator" "$fresh/file/below" 2>"$fresh/error"; then
	echo "the generator wrote below a plain file" >&2
	exit 1
fi
grep -q '^topology-generator: ' "$fresh/error" || {
	echo "no sentence for an unwritable directory:" >&2
	cat "$fresh/error" >&2
	exit 1
}
