import * as z from "zod";
import { serviceKeys } from "./service-values.ts";
import { object, objectIn, says } from "./values.ts";

/** At most 40 characters, so that the names derived from it fit. */
export const appPattern = /^[a-z]([a-z0-9-]{0,38}[a-z0-9])?$/;
export const appRule = "1 to 40 lower-case letters, digits and hyphens, first a letter, last no hyphen";

const asOfStack = (key: string) => z.unknown().describe(`as ${key} of the stack`).optional();
const own = object(Object.fromEntries(serviceKeys.map((key) => [key, asOfStack(key)])));
const { error: noMap } = says("an object of names, each with an object");

/** Only the shape: `parseConfig` checks the values of each, together with those that it has of the stack. */
export const services = z.preprocess(
  objectIn,
  z.record(z.string().regex(appPattern), own, {
    error: (issue) =>
      issue.code === "invalid_key" ? `is no name of an application; allowed: ${appRule}` : noMap(issue),
  }),
);
