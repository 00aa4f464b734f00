import { LabError } from "../../cluster/lab-error.ts";

/** What the user typed cannot be meant: exit code 2, where everything else that fails is 1. */
export class UsageError extends LabError {}
