import { UserError } from "@canary-lab/kit/user-error";
import type { StackFile } from "../stack-file.ts";
import { servicesInState } from "../stack-file-of.ts";
import type { ApplicationsView } from "./snapshot.ts";

/** The applications of a stack, by its file, which somebody may write at this moment; where that says nothing, by what is deployed. */
export function applicationsOf(file: StackFile): ApplicationsView {
  try {
    if (file.exists()) return { own: String(file.valuesOf(["app"]).app), services: file.services() };
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
  }
  return { own: null, services: servicesInState(file) };
}
