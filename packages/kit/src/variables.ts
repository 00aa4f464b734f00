export type Variables = Readonly<Record<string, string | undefined>>;

/**
 * The value of an environment variable; undefined where it is not set. One that is set and empty counts as not set: CI systems give that
 * for a secret or an input that nobody configured.
 */
export const variable = (variables: Variables, name: string): string | undefined => variables[name] || undefined;
