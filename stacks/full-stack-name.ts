import * as pulumi from "@pulumi/pulumi";

/** The stack that the engine runs the program for, as `organization/project/stack`. */
export const fullStackName = (): string => [pulumi.getOrganization(), pulumi.getProject(), pulumi.getStack()].join("/");
