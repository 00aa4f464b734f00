import { UserError } from "@canary-lab/kit/user-error";
import * as pulumi from "@pulumi/pulumi";
import { inApplication, madeService, named } from "../application-scope.ts";
import { toldOfStack } from "./told.ts";

/**
 * A resource hook of the application that is being made. Its UserErrors are printed whole: of an error that a hook throws the engine prints
 * only the message, behind "error:".
 */
export const createHook = (
  name: string,
  run: (args: pulumi.ResourceHookArgs) => Promise<void>,
  opts?: pulumi.ResourceHookOptions,
): pulumi.ResourceHook => {
  const service = madeService();
  const told = async (args: pulumi.ResourceHookArgs) => {
    try {
      await run(args);
    } catch (error) {
      throw error instanceof UserError ? new Error(toldOfStack(error)) : error;
    }
  };
  return new pulumi.ResourceHook(named(name), (args) => inApplication(service, () => told(args)), opts);
};
