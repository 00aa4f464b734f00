import type * as pulumi from "@pulumi/pulumi";
import { Account, FurtherRights } from "../components/accounts/account.ts";
import type { EchoApplication } from "../components/workload/echo-application.ts";
import { inServices, named } from "./application-scope.ts";
import type { LabConfig } from "./config/schema.ts";
import type { Platform } from "./platform.ts";
import type { PlatformFacts } from "./platform-facts.ts";
import type { RegistryUse } from "./rights.ts";
import { roleNames } from "./role-names.ts";
import { placedBy, rightsOnServices, roleRights } from "./roles.ts";

/** An account for each role. Its rights on the platform stand in the platform's namespaces, which are there first. */
export function createAccounts(
  config: LabConfig,
  { cluster, facts, mesh, monitoring }: Platform,
  { namespace }: EchoApplication,
  registry: RegistryUse,
): void {
  const { app, namespace: place } = config;
  for (const role of roleNames)
    new Account(
      named(role),
      { app, namespace: place, role, rights: roleRights(role, placedBy(config, facts), registry) },
      { provider: cluster, dependsOn: [namespace, ...mesh, ...monitoring] },
    );
}

/** A service of the stack, with what it stands on. */
interface PlacedService {
  readonly config: LabConfig;
  readonly facts: PlatformFacts;
  readonly namespace: pulumi.Resource;
}

/** What the accounts of the stack's own application may do in its services: `up` and `preview` are about all of them. */
export function createRightsOnServices(
  config: LabConfig,
  { cluster, facts, mesh, monitoring }: Platform,
  services: readonly PlacedService[],
  registry: RegistryUse,
): void {
  const { app, namespace } = config;
  const placed = services.map((service) => placedBy(service.config, service.facts));
  for (const role of roleNames) {
    const rights = rightsOnServices(role, placedBy(config, facts), placed, registry);
    if (rights.length === 0) continue;
    new FurtherRights(
      inServices(role),
      { app, namespace, role, rights },
      { provider: cluster, dependsOn: [...services.map((service) => service.namespace), ...mesh, ...monitoring] },
    );
  }
}
