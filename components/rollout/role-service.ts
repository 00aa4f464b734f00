import * as k8s from "@pulumi/kubernetes";
import type * as pulumi from "@pulumi/pulumi";
import type { ApplicationName } from "../../canary/application-name.ts";
import { renderRoleService } from "./render-rollout.ts";

/**
 * The Service of one role, written once and then again for another port only: its selector is the controller's, which narrows it to a
 * revision. One that went back would give a preview users. Another name is another Service.
 */
export const createRoleService = (
  name: string,
  application: ApplicationName,
  of: string,
  parent: pulumi.Resource,
): k8s.core.v1.Service =>
  new k8s.core.v1.Service(name, renderRoleService(application, of), {
    parent,
    ignoreChanges: ["spec.selector", "metadata.labels", "metadata.annotations"],
  });
