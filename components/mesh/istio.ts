import * as k8s from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import type { ReleaseManifest } from "../helm-release.ts";
import { createPlatformNamespace, type PlatformOwner } from "../platform-namespace.ts";
import {
  type IstioSpec,
  ingressNamespace,
  renderBase,
  renderCni,
  renderIngress,
  renderIstiod,
  systemNamespace,
} from "./render-istio.ts";

export interface IstioArgs extends IstioSpec {
  readonly owner?: PlatformOwner;
}

/** Istio's CNI agent on each node. */
class IstioCni extends pulumi.ComponentResource {
  readonly agent: k8s.helm.v3.Release;

  constructor(name: string, spec: IstioSpec, opts?: pulumi.ComponentResourceOptions) {
    super("canary-lab:mesh:IstioCni", name, {}, opts);
    this.agent = new k8s.helm.v3.Release(`${name}-agent`, renderCni(spec), { parent: this });
    this.registerOutputs({ agent: this.agent });
  }
}

/** The mesh: definitions, then the control plane, then the gateway, each ready before the next. */
export class Istio extends pulumi.ComponentResource {
  /** What reads routes and makes none depends on this: Istio's custom resource definitions. */
  readonly definitions: k8s.helm.v3.Release;
  /** What wants sidecars or routes depends on this; it need not wait for the gateway. */
  readonly controlPlane: k8s.helm.v3.Release;

  constructor(name: string, { owner, ...spec }: IstioArgs, opts?: pulumi.ComponentResourceOptions) {
    super("canary-lab:mesh:Istio", name, {}, opts);
    const namespace = (role: string, called: string) =>
      createPlatformNamespace(`${name}-${role}-namespace`, called, owner, { parent: this });
    const install = (role: string, manifest: ReleaseManifest<object>, dependsOn: pulumi.Resource[]) =>
      new k8s.helm.v3.Release(`${name}-${role}`, manifest, { parent: this, dependsOn });

    this.definitions = install("base", renderBase(spec), [namespace("system", systemNamespace)]);
    const cni = spec.cni ? [new IstioCni(`${name}-cni`, spec, { parent: this, dependsOn: [this.definitions] })] : [];
    this.controlPlane = install("istiod", renderIstiod(spec), [this.definitions, ...cni]);
    install("gateway", renderIngress(spec), [namespace("ingress", ingressNamespace), this.controlPlane]);
    this.registerOutputs({ definitions: this.definitions, controlPlane: this.controlPlane });
  }
}
