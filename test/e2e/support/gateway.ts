import { Agent, request } from "node:http";
import { gatewayHost } from "../../../components/names.ts";
import { namespace } from "./lab.ts";

interface GatewayLoad {
  /** Port of the node at which the gateway answers. */
  readonly port: number;
  readonly requests: number;
  readonly headers?: Readonly<Record<string, string>>;
  /** The namespace of the application; default: that of dev. */
  readonly of?: string;
}

/** Sends requests from this machine through a gateway, eight at a time, and counts the answers by their version or status. */
export async function askGateway({
  port,
  requests,
  headers = {},
  of = namespace,
}: GatewayLoad): Promise<Record<string, number>> {
  const agent = new Agent({ keepAlive: true, maxSockets: 8 });
  const counts: Record<string, number> = {};
  let left = requests;
  const worker = async () => {
    while (left-- > 0) {
      const answer = await ask(port, { ...headers, host: gatewayHost("versioned-echo", of) }, agent);
      counts[answer] = (counts[answer] ?? 0) + 1;
    }
  };
  await Promise.all(Array.from({ length: 8 }, worker));
  agent.destroy();
  return counts;
}

function ask(port: number, headers: Readonly<Record<string, string>>, agent: Agent): Promise<string> {
  return new Promise((resolve, reject) => {
    const asked = request({ host: "127.0.0.1", port, agent, headers }, (response) => {
      let body = "";
      response.on("data", (chunk) => {
        body += chunk;
      });
      response.on("end", () =>
        resolve(response.statusCode === 200 ? JSON.parse(body).version : String(response.statusCode)),
      );
    });
    asked.on("error", reject).end();
  });
}
