#!/bin/sh
# Sets the faults of all pods with a label: labs/set-faults.sh version=v2 '{"errorRate": 0.3}'
# What is not named is healthy, so '{}' mends all. Fields: errorRate (0..1), latencyMilliseconds, ready, crash.
# It needs the lab's shell: eval "$(npx canaryctl env)"
set -eu
for pod in $(kubectl -n canary-lab get pods -l "app=versioned-echo,$1" -o name); do
  kubectl -n canary-lab exec "$pod" -c echo -- node -e '
    const body = process.argv[1];
    fetch("http://127.0.0.1:8080/faults", { method: "PUT", headers: { "content-type": "application/json" }, body })
      .then(async (answer) => console.log(answer.ok ? "set" : await answer.text()));
  ' -- "$2"
done
