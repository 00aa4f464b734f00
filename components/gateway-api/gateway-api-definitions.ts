import * as k8s from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";

export interface GatewayApiArgs {
  /** Of the definitions, without a leading v. */
  readonly version: string;
  /** A folder that holds them as `gateway-api-<version>/standard-install.yaml`; without one they come from their release page. */
  readonly mirror?: string;
}

/** The definitions of the Gateway API, standard channel. Gateways and routes depend on it; a mesh that runs notices by itself. */
export class GatewayApi extends pulumi.ComponentResource {
  constructor(name: string, args: GatewayApiArgs, opts?: pulumi.ComponentResourceOptions) {
    super("canary-lab:gateway-api:GatewayApi", name, {}, opts);
    new k8s.yaml.v2.ConfigFile(`${name}-definitions`, { file: definitionsFile(args) }, { parent: this });
    this.registerOutputs();
  }
}

/** Where the definitions are read from: a path or an address. */
export const definitionsFile = ({ version, mirror }: GatewayApiArgs): string =>
  mirror
    ? `${mirror}/gateway-api-${version}/standard-install.yaml`
    : `https://github.com/kubernetes-sigs/gateway-api/releases/download/v${version}/standard-install.yaml`;
