#!/bin/sh
# systemd-analyze verify takes every drop-in, for a service of the zone's name.
. tests/cli/lib.sh
. tests/emit/zones.sh

command -v systemd-analyze >/dev/null 2>&1 || skip "no systemd-analyze"

# install FILE NAME: as the service NAME with the drop-in
install_unit()
{
	mkdir -p "$work/units/$2.service.d"
	printf '[Service]\nExecStart=/bin/true\n' >"$work/units/$2.service"
	cp "$1" "$work/units/$2.service.d/numa.conf"
}

verify()
{
	SYSTEMD_UNIT_PATH="$work/units:" systemd-analyze verify "$@" >"$work/said" 2>&1 &&
		! grep -q "$work" "$work/said"
}

emit_all systemd
for file in "$work"/files/*/*.conf; do
	policy=${file%/*}
	name=$(basename "$file" .conf)
	install_unit "$file" "${policy##*/}-$name"
done
install_unit /dev/null plain
verify "$work/units/plain.service" || forbidden "systemd-analyze does not run here: $(tail -n 1 "$work/said")"
verify "$work"/units/*.service || fail "systemd says: $(cat "$work/said")"
sed '/^#/d' "$work/files/edera-compact/two.conf" >"$work/two"
printf '[Service]\nAllowedCPUs=0-31\nAllowedMemoryNodes=0-1\nNUMAPolicy=bind\nNUMAMask=0-1\n' |
	cmp -s - "$work/two" || fail "two: $(cat "$work/two")"

# the check can fail
sed 's/^NUMAMask=.*/NUMAMask=0-x/' "$work/files/edera-compact/two.conf" >"$work/wrong"
install_unit "$work/wrong" wrong
verify "$work/units/wrong.service" && fail "systemd took NUMAMask=0-x"
finish
