/** Set to "true" where canaryctl updates a few resources only: the engine does not tell the program. */
export const targetedVariable = "CANARY_LAB_TARGETED";
export const isTargeted = (): boolean => process.env[targetedVariable] === "true";

/**
 * Set to "true" in each update by canaryctl: `up` has asked about the account's rights, the other commands change what they are about and nothing
 * that gives rights, and all of them keep the history themselves.
 */
export const updateVariable = "CANARY_LAB_UPDATE";
export const isByCanaryctl = (): boolean => process.env[updateVariable] === "true";

/** Set to "true" in an update before which canaryctl has told the engine's state all that has drifted: what was scaled by hand is put back. */
export const mendsDriftVariable = "CANARY_LAB_MENDS_DRIFT";
