/** What can be added to the plain cluster: programs, images and charts are made ready for those that are asked for. */
export const addOnNames = ["monitoring", "rollouts", "gateway-api"] as const;
export type AddOn = (typeof addOnNames)[number];
