import * as k8s from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import { type AdmissionSpec, renderAdmission } from "./render-admission.ts";

/** What decides which children there are, so all of it is plain. */
export type AdmissionPoliciesArgs = AdmissionSpec;

/** The rules for the objects of an application's namespace, kept by the API server: `kubectl` is held to them as the program is. */
export class AdmissionPolicies extends pulumi.ComponentResource {
  constructor(name: string, args: AdmissionPoliciesArgs, opts?: pulumi.ComponentResourceOptions) {
    super("canary-lab:policy:AdmissionPolicies", name, {}, opts);
    const { ValidatingAdmissionPolicy, ValidatingAdmissionPolicyBinding } = k8s.admissionregistration.v1;
    for (const { target, policy, binding } of renderAdmission(args)) {
      new ValidatingAdmissionPolicy(`${name}-${target}`, policy, { parent: this });
      new ValidatingAdmissionPolicyBinding(`${name}-${target}-binding`, binding, { parent: this });
    }
    this.registerOutputs();
  }
}
