import type { Progress } from "@canary-lab/kit/progress";

/** The three places where the lab can run; `--cluster` takes one of these words. */
export const targetNames = ["existing", "kind", "embedded"] as const;
export type TargetName = (typeof targetNames)[number];

/**
 * What a stack may need of its cluster besides the mesh. The embedded target cluster makes programs, images and charts ready for the
 * parts that are asked for; elsewhere they come from upstream when they are deployed.
 */
export const platformPartNames = ["monitoring", "rollouts", "gateway-api", "istio-cni"] as const;
export type PlatformPart = (typeof platformPartNames)[number];

/**
 * What a target cluster hands to everything above it. It is saved in `.lab/` (0600) for each stack that is put there, so that no
 * command has to discover it twice. The two lab-wide settings, `imageRegistry` and `chartMirror`, are the ones that an
 * air-gapped site uses too: the Pulumi program cannot tell from them where it runs.
 */
export interface Environment {
  readonly target: TargetName;
  /** Why this target cluster was taken, in one sentence for the user. */
  readonly reason: string;
  /** Absolute path of a kubeconfig file. */
  readonly kubeconfig: string;
  /** The context in that file which every client must name. */
  readonly kubeContext: string;
  /** `host:port` (and an optional path) that images are pushed to and pulled from; absent where this target cluster comes with none. */
  readonly imageRegistry?: string;
  /** Absolute path of the certificate, PEM, of an authority of the lab's own that signs for that registry. */
  readonly registryAuthority?: string;
  /** Folder that holds the charts as `<chart>-<version>/`; absent where chart repositories are used. */
  readonly chartMirror?: string;
  /** Folders in front of PATH, most important first. */
  readonly path: readonly string[];
  /** Further environment variables for the engine and its plugins, such as DOCKER_HOST and PULUMI_HOME. No secrets. */
  readonly variables: Readonly<Record<string, string>>;
}

/** One place where the lab can run. `up` and `down` converge: each can be repeated, and follows a killed run. */
export interface Target {
  readonly name: TargetName;
  /** What `up` needs and takes of the user: rights, programs, disk, minutes. A sentence, to be shown before it is done. */
  needs(parts: readonly PlatformPart[]): Promise<string>;
  /** Everything that `up` changes outside `.lab/`, one line each, to be shown before it is done. */
  footprint(): readonly string[];
  /** Refuses what cannot end well, before anything is made. */
  check(parts: readonly PlatformPart[]): Promise<void>;
  /** @param parts what the stack needs; parts of an earlier `up` stay as they are */
  up(progress: Progress, parts: readonly PlatformPart[]): Promise<Environment>;
  /** Removes what `up` made, and nothing else. Succeeds where there is nothing. */
  down(progress: Progress): Promise<void>;
}
