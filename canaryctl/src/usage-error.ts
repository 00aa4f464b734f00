import { UserError } from "@canary-lab/kit/user-error";

/** What the user typed cannot be meant: exit code 2, where everything else that fails is 1. */
export class UsageError extends UserError {
  override readonly kind = "usage";
}
