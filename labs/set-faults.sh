#!/bin/sh
# Sets the faults of all pods of one side of the lab's service: labs/set-faults.sh canary '{"errorRate": 0.3}'
# What is not named is healthy, so '{}' mends all. Fields: errorRate (0..1), latencyMilliseconds, ready, crash.
# It needs the lab's shell: eval "$(npx canaryctl env)"
set -eu
for pod in $(kubectl -n canary-lab get pods -l "app=versioned-echo,role=$1" -o name); do
  kubectl -n canary-lab exec "$pod" -c echo -- node -e '
    const body = process.argv[1];
    fetch("http://127.0.0.1:8080/faults", { method: "PUT", headers: { "content-type": "application/json" }, body })
      .then(async (answer) => console.log(answer.ok ? "set" : await answer.text()));
  ' -- "$2"
done
