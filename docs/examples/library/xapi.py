#!/usr/bin/env python3
"""Where XAPI should let a VM run: xapi.py HOST.xml UUID VCPUS MIB

Prints what sets the mask of its vCPUs; XAPI has one for all of them, so a VM on several nodes floats
over them.
"""
import sys

import hn


def main():
    if len(sys.argv) != 5:
        sys.exit("usage: xapi.py HOST.xml UUID VCPUS MIB")
    path, uuid, vcpus, mib = sys.argv[1:]
    host = hn.host(path)
    plan = hn.place(hn.lib.hn_state_new(host), uuid, int(vcpus), int(mib))
    cpus = ",".join(cpus for _, cpus in hn.vnodes(plan))
    mask = []
    for run in cpus.split(","):
        first, _, last = run.partition("-")
        mask += range(int(first), int(last or first) + 1)
    print(f"xe vm-param-set uuid={uuid} VCPUs-params:mask={','.join(map(str, mask))}")
    price = hn.price(plan, None)
    print(f"# {price.bandwidth_bytes_per_s / 1e9:.0f} GB/s, {price.latency_ps / 1000:.0f} ns")


try:
    main()
except hn.Refused as why:
    sys.exit(f"xapi.py: {why}")
