import { renderDuration } from "@canary-lab/kit/durations";
import { quoted } from "@canary-lab/kit/programs";
import type { StageTime } from "@canary-lab/kit/progress";
import { factsOf, type StrategyFacts, type WeightOwner } from "../../../canary/strategies.ts";
import { nextImage } from "../../../components/image/image-version.ts";
import { ingressNamespace } from "../../../components/mesh/render-istio.ts";
import { clientName, gatewayHost, gatewayName, ingressRelease } from "../../../components/names.ts";
import { existingPlatform, isOwner } from "../../../stacks/platform-parts.ts";
import type { Lab } from "../lab.ts";
import { table } from "../print.ts";
import { serviceStatus, serviceText } from "../services.ts";
import { printable } from "../this-stack.ts";
import { type MeasuredApplication, measuredText } from "../traffic/measured-applications.ts";

/** How long a run took, and its stages in the order in which they ended. */
interface RunTime {
  readonly seconds: number;
  readonly stages: readonly StageTime[];
}

/**
 * What `up` prints at its end.
 *
 * @param measured the stack's own application and its services
 * @param gatewayPort of the nodes; null where the gateway has none
 */
export function upReport(
  lab: Lab,
  measured: readonly MeasuredApplication[],
  gatewayPort: number | null,
  time: RunTime,
): readonly string[] {
  return [
    "",
    ...measured.flatMap(measuredText),
    "",
    renderRunTime(time),
    "",
    "Where to look next",
    ...commandLines(nextCommands(lab, gatewayPort).map(([command = "", what = ""]) => [printable(command), what])),
    ...measured
      .filter((one) => one.lab.stackFile.service !== undefined)
      .map((one) => serviceText(serviceStatus(one.lab.config))),
  ];
}

/** What a longer command is for stands below it, as in help texts: beside it, it would not fit into a terminal. */
const longestBeside = 54;

/** Commands that run as they are printed, with what each is for. */
const commandLines = (commands: readonly (readonly [command: string, what: string])[]): readonly string[] =>
  table(
    commands.flatMap(([command, what]) =>
      command.length <= longestBeside ? [[command, what]] : [[command], ["", what]],
    ),
  );

/** Each stage has said its time already: only the longest ones are named again. */
export function renderRunTime({ seconds, stages }: RunTime): string {
  const longest = [...stages].sort((a, b) => b.seconds - a.seconds).slice(0, 3);
  const named = longest.map((one) => `${one.stage} ${renderDuration(one.seconds)}`).join(", ");
  return `It took ${renderDuration(seconds)}${named && `, of which ${named}`}.`;
}

/** The commands that move a release, by who owns its traffic. */
const moves: Record<WeightOwner, (image: string) => readonly (readonly [command: string, what: string])[]> = {
  pulumi: () => [
    ["npx canaryctl set-traffic 70 30", "move the traffic"],
    ["npx canaryctl promote", "the next share of the plan; --full finishes the release"],
  ],
  "rollout-controller": (image) => [
    [`npx canaryctl create-canary --image ${image}`, "begin a release; --follow shows it to its end"],
    ["npx canaryctl status --watch", "a release that goes on"],
    ["npx canaryctl promote", "out of a pause; --full finishes the release"],
    ["npx canaryctl abort", "stop it; then retry, or rollback"],
  ],
  "deployment-controller": (image) => [
    [`npx canaryctl create-canary --image ${image}`, "begin a release"],
    ["npx canaryctl promote --full", "write it to the config when it is done"],
    ["npx canaryctl undo", "back to the revision before it"],
  ],
  ingress: () => [["npx canaryctl promote --full", "finish the release"]],
};

/** Without a canary there is no traffic that could be moved. */
function movesOf({ config }: Lab): readonly (readonly string[])[] {
  const { owner } = factsOf(config.strategy);
  const image = quoted(nextImage(config));
  if (owner !== "pulumi" || config.canaryEnabled) return moves[owner](image);
  return [[`npx canaryctl create-canary --image ${image}`, "begin a release; set-traffic and promote move it"]];
}

function nextCommands(lab: Lab, gatewayPort: number | null): readonly (readonly string[])[] {
  const { app, namespace, strategy } = lab.config;
  const { entry } = factsOf(strategy);
  const curl = (port: string) => `curl -H 'Host: ${gatewayHost(app, namespace)}' http://127.0.0.1:${port}/`;
  // The one way that works wherever the API server is reached, whether kubectl is the user's own or the lab's.
  const forward = (service: string, within: string, what: string) => [
    `eval "$(npx canaryctl env)" && kubectl -n ${within} port-forward service/${service} 8080:80`,
    `to ${what}; then, in another terminal: ${curl("8080")}`,
  ];
  // Its node port is the cluster's choice: the host of the embedded cluster reaches it, that of a node in Docker does not.
  const port = `$(kubectl -n ${namespace} get service ${gatewayName(app)}-istio -o jsonpath='{.spec.ports[?(@.port==80)].nodePort}')`;
  const { target } = lab.environment;
  const gateway = ingressGateway(lab);
  const ways: Readonly<Record<StrategyFacts["entry"], readonly (readonly string[])[]>> = {
    "istio-gateway": [
      ...(gateway ? [forward(gateway.service, gateway.namespace, "the ingress gateway")] : []),
      // Clusters that the lab makes answer on loopback.
      ...(target !== "existing" && gatewayPort !== null
        ? [[curl(String(gatewayPort)), "through the ingress gateway"]]
        : []),
    ],
    "own-gateway": [
      forward(`${gatewayName(app)}-istio`, namespace, "the application's own gateway"),
      ...(target === "embedded" ? [[curl(port), "through the application's own gateway"]] : []),
    ],
    "ingress-controller": [],
    none: [],
  };
  return [
    ["npx canaryctl status", "weights, pods, and who owns the route"],
    ...movesOf(lab),
    ["npx canaryctl rollback", "all of it back to the stable side, at once"],
    [
      'eval "$(npx canaryctl env)"',
      `then: pulumi up, kubectl -n ${namespace} get pods, kubectl -n ${namespace} logs deploy/${clientName(app)}`,
    ],
    ...ways[entry],
    ["npx canaryctl down", isOwner(lab.config) ? "take it all down" : "take this stack down"],
  ];
}

/** The Service of the ingress gateway; undefined where somebody else's was found and the config does not name it. */
function ingressGateway({ config }: Lab): { readonly namespace: string; readonly service: string } | undefined {
  if (config.platform !== existingPlatform) return { namespace: ingressNamespace, service: ingressRelease };
  const [namespace, service] = config.ingressGateway?.split("/") ?? [];
  return namespace && service ? { namespace, service } : undefined;
}
