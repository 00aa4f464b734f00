import * as k8s from "@pulumi/kubernetes";
import type * as pulumi from "@pulumi/pulumi";
import { type ApplicationInputs, rendered } from "../inputs.ts";
import { renderRoleService } from "./render-rollout.ts";

/**
 * The Service of one role, written once and then again for another port only: its selector is the controller's, which narrows it to a
 * revision. One that went back would give a preview users. Another name is another Service.
 *
 * @param called its name, by that of the application
 */
export const createRoleService = (
  name: string,
  { app, namespace }: ApplicationInputs,
  called: (app: string) => string,
  parent: pulumi.Resource,
): k8s.core.v1.Service =>
  new k8s.core.v1.Service(
    name,
    rendered({ app, namespace }, (known) => renderRoleService(known, called(known.app))),
    { parent, ignoreChanges: ["spec.selector", "metadata.labels", "metadata.annotations"] },
  );
