#!/usr/bin/env python3
"""Checks kubernetes.yaml as far as that goes without a cluster: what an Indexed Job needs, one N everywhere, known fields."""
import sys

import yaml

jobs = list(yaml.safe_load_all(open(sys.argv[1])))
assert [(job["kind"], job["apiVersion"]) for job in jobs] == [("Job", "batch/v1")] * 2
work, merge = (job["spec"] for job in jobs)
assert work["completionMode"] == "Indexed" and work["parallelism"] <= work["completions"]
for spec, policies in ((work, {"OnFailure", "Never"}), (merge, {"Never"})):
    pod = spec["template"]["spec"]
    assert pod["restartPolicy"] in policies
    volumes = {volume["name"] for volume in pod["volumes"]}
    for container in pod["containers"]:
        assert {mount["name"] for mount in container["volumeMounts"]} <= volumes
arguments = work["template"]["spec"]["containers"][0]["args"]
assert arguments[arguments.index("--shard") + 1] == f"auto/{work['completions']}"
assert merge["template"]["spec"]["containers"][0]["args"] == ["merge", arguments[arguments.index("--out") + 1]]
try:
    # The API's own model, where it is installed.
    from kubernetes import client
except ImportError:
    print("== kubernetes.yaml is sound by its fields; the kubernetes client that knows them all is not there")
    sys.exit()
model = client.ApiClient()
for job in jobs:
    # Under the name that the class makes of it; what is public wants a response of a server.
    known = model.sanitize_for_serialization(model._ApiClient__deserialize(job, "V1Job"))
    assert known == job, f"fields that the API does not know: {job} {known}"
print("== kubernetes.yaml is sound, and every field is one that the API knows")
