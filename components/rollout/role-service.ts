import * as k8s from "@pulumi/kubernetes";
import type * as pulumi from "@pulumi/pulumi";
import type { ApplicationName } from "../../canary/application-name.ts";
import { renderRoleService } from "./render-rollout.ts";

/**
 * The Service of one role, written once and then never again: a selector is one value under server-side apply, so that a write for the
 * sake of a label would take the controller's narrowing away, and a preview would get users. Another name is another Service.
 */
export const createRoleService = (
  name: string,
  application: ApplicationName,
  of: string,
  parent: pulumi.Resource,
): k8s.core.v1.Service =>
  new k8s.core.v1.Service(name, renderRoleService(application, of), {
    parent,
    ignoreChanges: ["spec", "metadata.labels", "metadata.annotations"],
  });
