import { routesPath } from "../../../stacks/live/proxies/sidecar-route.ts";
import { applyObjects, kubectl, namespace } from "./lab.ts";

const pod = { name: "shop", namespace } as const;

/** Requests per second, and the seconds after which the pod has sent all of its own and ends. */
const [rate, seconds] = [100, 120];

/** Runs a pod of the user's own beside the application, in the mesh, that calls it all the time; nothing of the lab is on it. */
export async function withOwnCaller(work: (pod: string) => Promise<void>): Promise<void> {
  const path = "jsonpath={.spec.template.spec.containers[0].image}";
  const image = await kubectl("get", "deployment/versioned-echo-client", "-n", namespace, "-o", path);
  const limits = ["--requests", String(rate * seconds), "--rps", String(rate), "--seconds", String(seconds)];
  const command = ["node", "/app/load.mjs", "--url", "http://versioned-echo/", ...limits];
  await applyObjects({
    apiVersion: "v1",
    kind: "Pod",
    metadata: pod,
    spec: { containers: [{ name: "shop", image, command }], restartPolicy: "Never", terminationGracePeriodSeconds: 0 },
  });
  try {
    await kubectl("wait", "-n", namespace, "--for=condition=Ready", `pod/${pod.name}`, "--timeout=30s");
    await work(pod.name);
  } finally {
    await kubectl("delete", "pod", pod.name, "-n", namespace, "--ignore-not-found");
  }
}

/** What a pod's sidecar has been told of its routes. */
export const routesOf = (name: string): Promise<string> =>
  kubectl(
    "exec",
    "-n",
    namespace,
    name,
    "-c",
    "istio-proxy",
    "--",
    "pilot-agent",
    "request",
    "GET",
    routesPath.slice(1),
  );
