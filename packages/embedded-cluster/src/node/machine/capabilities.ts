/** Bits of capabilities(7) that matter to the node. */
const bits = { CAP_NET_ADMIN: 12n, CAP_SYS_ADMIN: 21n, CAP_SYS_RESOURCE: 24n } as const;
export type Capability = keyof typeof bits;

/** Whether the effective set in a `/proc/PID/status` has the capability. */
export function hasCapability(status: string, capability: Capability): boolean {
  const effective = /^CapEff:\s*([0-9a-f]+)$/m.exec(status)?.[1] ?? "0";
  return ((BigInt(`0x${effective}`) >> bits[capability]) & 1n) === 1n;
}
