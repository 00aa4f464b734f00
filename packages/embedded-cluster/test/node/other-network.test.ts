import { expect, test } from "@jest/globals";
import { footprint } from "../../src/node/machine/footprint.ts";
import { renderBridge, renderRules } from "../../src/node/network/network.ts";
import type { NodeSpec } from "../../src/node/node-spec.ts";
import { renderCoreDns } from "../../src/node/objects/coredns.ts";
import { renderNodeAccess } from "../../src/node/objects/node-access.ts";
import { certificates } from "../../src/node/pki/certificates.ts";
import { renderDockerConfig, renderRegistryHosts } from "../../src/node/pki/registry-access.ts";
import { renderProcesses } from "../../src/node/processes/table.ts";
import { exampleSpec } from "./node-spec.ts";

/** Everything that a node is rendered to, as one text. */
function renderEverything(spec: NodeSpec): string {
  const { layout, addresses } = spec;
  return JSON.stringify([
    addresses,
    renderProcesses(spec),
    renderCoreDns(spec),
    renderNodeAccess(),
    certificates(addresses),
    renderDockerConfig(addresses.registryHost, "secret"),
    renderRegistryHosts(layout, addresses.registryHost, "secret"),
    renderBridge("foreign", addresses),
    renderRules("", addresses),
    footprint(addresses).flatMap(({ words, covers }) => [
      words,
      ...Object.values(covers).map(({ source }) => source.replaceAll("\\.", ".")),
    ]),
  ]);
}

test("a node in another network has no address of the default one, and the same number of its own", () => {
  const other = renderEverything(exampleSpec({}, "10.200.0.0/15"));
  const usual = renderEverything(exampleSpec());
  expect(other).not.toContain("198.1");
  expect(other.match(/10\.20[01]\./g)?.length).toBe(usual.match(/198\.1[89]\./g)?.length);
  expect(other.replaceAll("10.200.", "198.18.").replaceAll("10.201.", "198.19.")).toBe(usual);
});
