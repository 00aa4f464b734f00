import { UserError } from "@canary-lab/kit/user-error";
import * as pulumi from "@pulumi/pulumi";
import { toldOfStack } from "./told.ts";

/** A resource hook whose LabErrors are told whole: of an error that a hook throws the engine prints the message, behind "error:". */
export const createHook = (
  name: string,
  run: (args: pulumi.ResourceHookArgs) => Promise<void>,
  opts?: pulumi.ResourceHookOptions,
): pulumi.ResourceHook =>
  new pulumi.ResourceHook(
    name,
    async (args) => {
      try {
        await run(args);
      } catch (error) {
        throw error instanceof UserError ? new Error(toldOfStack(error)) : error;
      }
    },
    opts,
  );
