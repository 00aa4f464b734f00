import { expect, test } from "@jest/globals";
import { strategyNames } from "../../../../canary/strategies.ts";
import type { RawConfig } from "../../../../stacks/config/parse-config.ts";
import { type Manifest, manifestsOf } from "../../../e2e/support/manifests.ts";

const monitored = { monitoring: true, canaryEnabled: false, canaryWeight: 0 };

/** By kind and name, without the platform's. */
const objectsOf = async (values: RawConfig) =>
  new Map(
    (await manifestsOf(values))
      .filter(({ metadata: { name, namespace = name } }) => namespace === "canary-lab")
      .map((one) => [idOf(one), one]),
  );

const idOf = ({ kind, metadata }: Manifest): string => `${kind} ${metadata.name}`;

test.each(strategyNames)("%s: isolation adds objects and labels, and changes no pod and no route", async (strategy) => {
  const mutualTls = strategy === "nginx-header" ? "permissive" : "strict";
  const open = await objectsOf({ strategy, ...monitored });
  const closed = await objectsOf({ strategy, ...monitored, isolation: { mode: "enforce", mutualTls } });
  const added = [...closed.keys()].filter((id) => !open.has(id));
  const strict = ["PeerAuthentication versioned-echo-strict", "PeerAuthentication versioned-echo-metrics"];
  expect(added.sort()).toEqual(
    [
      ...(mutualTls === "strict" ? [...strict, "AuthorizationPolicy versioned-echo-callers"] : []),
      "AuthorizationPolicy versioned-echo-faults",
      "Sidecar versioned-echo-egress",
      "NetworkPolicy versioned-echo-default-deny",
      "NetworkPolicy versioned-echo-mesh",
      "NetworkPolicy versioned-echo-callers",
      ...(strategy === "gateway-api" ? ["NetworkPolicy versioned-echo-gateway"] : []),
      "ResourceQuota versioned-echo-quota",
      "LimitRange versioned-echo-defaults",
    ].sort(),
  );
  const changed = [...open].filter(([id, one]) => JSON.stringify(one) !== JSON.stringify(closed.get(id)));
  expect(changed.map(([id]) => id)).toEqual(["Namespace canary-lab"]);
  expect([...open.keys()].filter((id) => !closed.has(id))).toEqual([]);
});
