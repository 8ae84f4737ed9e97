#!/usr/bin/env python3
"""A scheduler extender of Kubernetes: which nodes could give a pod whole NUMA nodes, and how well.

extender.py PORT NODE=HOST.xml...    answers POST /filter and /prioritize on 127.0.0.1

The extender's JSON is that of k8s.io/kube-scheduler/extender/v1. What is free is not known here, so
each node counts as empty: a real one would call hn_state_set_free_bytes() with what runs there.
"""
import http.server
import json
import sys

import hn

states = {}


def wants(pod):
    """vCPUs and MiB: the sum of what its containers ask for, whole cores and Mi or Gi."""
    unit, cpus, mib = {"Mi": 1, "Gi": 1024}, 0, 0
    for container in pod["spec"]["containers"]:
        asked = container["resources"]["requests"]
        cpus += int(asked["cpu"])
        mib += int(asked["memory"][:-2]) * unit[asked["memory"][-2:]]
    return cpus, mib


def judge(pod, node):
    """(score from 0 to 10, None) or (0, why not)."""
    try:
        plan = hn.place(states[node], pod["metadata"]["name"], *wants(pod))
    except hn.Refused as why:
        return 0, str(why)
    return max(0, 11 - hn.lib.hn_plan_vnodes(plan)), None


class Extender(http.server.BaseHTTPRequestHandler):
    def do_POST(self):
        asked = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        found = {n: judge(asked["Pod"], n) for n in asked["NodeNames"] if n in states}
        if self.path == "/filter":
            answer = {"NodeNames": [n for n, (_, why) in found.items() if not why],
                      "FailedNodes": {n: why for n, (_, why) in found.items() if why}}
        else:
            answer = [{"Host": n, "Score": score} for n, (score, _) in found.items()]
        body = json.dumps(answer).encode()
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_):
        pass


if len(sys.argv) < 3:
    sys.exit("usage: extender.py PORT NODE=HOST.xml...")
try:
    for name, _, path in (word.partition("=") for word in sys.argv[2:]):
        states[name] = hn.lib.hn_state_new(hn.host(path))
except hn.Refused as why:
    sys.exit(f"extender.py: {why}")
with http.server.HTTPServer(("127.0.0.1", int(sys.argv[1])), Extender) as server:
    print(server.server_address[1], flush=True)
    server.serve_forever()
