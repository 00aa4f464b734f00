import { renderFootprint } from "@canary-lab/embedded-cluster/node/machine/footprint";
import {
  clusterAddresses,
  loopback,
  loopbackPorts,
  nodePorts,
} from "@canary-lab/embedded-cluster/node/network/addresses";
import { defaultNetwork } from "@canary-lab/embedded-cluster/node/network/chosen-network";
import { defaultPort } from "../canaryctl/src/commands/definitions/ui.ts";
import { parseConfig } from "../stacks/config/parse-config.ts";
import { code, generatedPage, table } from "./markdown.ts";

/** What is in `.lab/`, by its first name. A unit test compares it with what the code names. */
export const labFiles: Readonly<Record<string, string>> = {
  accounts: "kubeconfigs of `canaryctl kubeconfig`, each with a token that ends",
  "applied-STACK-PID.yaml": "the config of one update; gone after it",
  bin: "programs of the embedded cluster",
  "canaryctl.lock": "one file for each `up` or `down` that runs",
  moves: "one file for each command that moves the traffic of a stack, while it does",
  charts: "charts of the embedded cluster",
  "charts.draft": "the same while they are being put together",
  "clusters.json": "as `stacks/`, by an earlier version",
  "compile-cache": "what Node keeps of compiled scripts",
  contexts: "kubeconfigs of the stacks, for `canaryctl env`",
  deleted: "the state of a node while it is being deleted",
  "durations.json": "how long each stage took: the next `up` says it before",
  engines: "which processes of the engine were started here",
  "environment.json": "the way to the cluster that the lab made",
  "kind.json": "which kind cluster is this checkout's, and the ports of one that is being made",
  "kube-cache": "what kubectl and helm remember of the API server",
  kubeconfig: "of the cluster that the lab made, as its administrator",
  "labs.json": "how far the exercises of `canaryctl lab` are",
  "labs.log": "what commands of the last exercise printed that ran in the background",
  logs: "one log for each process of the embedded node",
  node: "state of the embedded node: etcd, certificates with their keys, images",
  passphrase: "encrypts the secrets of states in a folder; it outlives `down`",
  pulumi: "PULUMI_HOME: plugins and the selected stack",
  "registries-PID": "credentials for one copy of an image; gone after it",
  run: "pid files and sockets of the embedded node",
  stacks: "a record of each stack: its cluster, and the way there",
  state: "the states of the stacks, where PULUMI_BACKEND_URL names no other place",
  "state-PID.json": "a state that is being imported; gone after it",
  target: "which cluster an `up` is about to make",
  "ui-token": "the token of the live page",
};

const elsewhere = [
  ["`Pulumi.STACK.yaml`", "the config; `set-traffic`, `promote`, `rollback` and `config set` write it"],
  ["`canary-report-*.html`", "reports of `canaryctl report`, in the folder where it runs"],
  [
    "`~/.cache/canary-lab`",
    "built and fetched programs, shared by all checkouts (`$XDG_CACHE_HOME/canary-lab` where that is set); `down` leaves it",
  ],
  ["the folder for temporary files", "gone when the command ends"],
];

const { gatewayNodePort } = parseConfig({});
const addresses = clusterAddresses(defaultNetwork);
const byNode = Object.entries(nodePorts).map(([name, port]) => [`${addresses.node}:${port}`, `embedded: ${name}`]);
const byLoopback = Object.entries(loopbackPorts).map(([name, port]) => [`${loopback}:${port}`, `embedded: ${name}`]);

const listeners = [
  [`${loopback}:${gatewayNodePort}`, "embedded and kind: the ingress gateway, by `gatewayNodePort`"],
  [`${loopback}:${defaultPort}`, "`canaryctl ui` while it runs; `--port`"],
  [`${addresses.node}, any port`, "embedded: `canaryctl ui --gateway` while it runs"],
  ["the gateway of Docker's network kind, any port", "kind: `canaryctl ui --gateway` while it runs"],
  [`${loopback}, any port`, "kind: the API server"],
  [`${loopback}, any port`, "Pulumi's engine, its plugins and the program, while an update or a preview runs"],
  ...byNode,
  ...byLoopback,
];

export const filesPage = (): string =>
  generatedPage(
    "Files and listeners",
    "the code that makes them",
    "What the lab leaves on a machine, and where it can be reached.",
    "## In the checkout: .lab/",
    "Only the user who runs the lab can read it (0700). `down` removes what belongs to the cluster; `rm -rf .lab` drops the rest.",
    table(
      ["name", "what it is"],
      Object.entries(labFiles).map(([name, words]) => [code(name), words]),
    ),
    "## Elsewhere",
    table(["place", "what it is"], elsewhere),
    "## Listeners",
    `With the default network, ${defaultNetwork}. Addresses in it are reachable from this machine and its pods only.`,
    table(
      ["address", "who"],
      listeners.map(([address = "", who = ""]) => [code(address), who]),
    ),
    "## What the embedded cluster changes on the machine",
    "`up` lists this above its first change, and `down` undoes it, but for what is said to stay. An end-to-end test compares it with the machine before and after.",
    renderFootprint(addresses)
      .map((words) => `- ${words}`)
      .join("\n"),
  );
