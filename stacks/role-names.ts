/** The accounts that there are of an application, by what they are for. */
export const roleTasks = {
  updater: "runs up",
  mover: "moves traffic, judges, rolls back",
  previewer: "sees what up would change",
  viewer: "sees the release",
} as const;

export type RoleName = keyof typeof roleTasks;
export const roleNames = Object.keys(roleTasks) as readonly RoleName[];
