#!/bin/busybox sh
# The first process of the machine that boot.sh starts: runs what is in /t.
. /init-common.sh
said where /t/homenode-probe where
said near /t/homenode-probe chase --node 1 --bytes 8MiB --hops 20000 --repeats 3
said far /t/homenode-probe stream --node 1 --memory-node 2 --bytes 1MiB --repeats 2
said none /t/homenode-probe chase --node 1 --memory-node 3 --bytes 1GiB
said unit /t/test_backend_linux --verbose=0
said run /t/homenode run /t/work.json --backend linux --check --zones -o /tmp/run -q --format csv
$bb sed 's/^/GUEST zones /' /tmp/run/zones.csv
the_end
