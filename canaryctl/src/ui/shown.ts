/** What a window shows: an application of a stack, by the name that `stack list` has for it, such as `dev`, or `dev/orders` of a service. */
export const shownName = (stack: string, service: string | undefined): string =>
  service === undefined ? stack : `${stack}/${service}`;

export function shownParts(shown: string): { readonly stack: string; readonly service: string | undefined } {
  const [stack = "", service] = shown.split("/");
  return { stack, service };
}
