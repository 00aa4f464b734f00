/** Set to "true" where canaryctl updates a few resources only: the engine does not tell the program. */
export const targetedVariable = "CANARY_LAB_TARGETED";
