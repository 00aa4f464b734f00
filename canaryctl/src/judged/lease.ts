import { randomBytes } from "node:crypto";
import { ApiError, type PodClient } from "@canary-lab/kit/kube/client";
import { UserError } from "@canary-lab/kit/user-error";
import type { ApplicationName } from "../../../canary/application-name.ts";
import { leasePath } from "../../../cluster/kube/paths.ts";
import { promotionName } from "../../../components/names.ts";
import { whoRuns } from "../../../stacks/history-entry.ts";

/** The parts of a Lease that are read. */
interface LeaseObject {
  readonly metadata: { readonly resourceVersion: string; readonly annotations?: Readonly<Record<string, string>> };
  readonly spec?: {
    readonly holderIdentity?: string;
    readonly acquireTime?: string;
    readonly renewTime?: string;
  };
}

/** So long after its last renewal a promotion counts as dead, in seconds: the update of a step holds it up for some of them. */
const leaseSeconds = 120;
const renewEveryMilliseconds = 10_000;

type LeaseClient = Pick<PodClient, "get" | "apply" | "patch">;

/** The image that a promotion has begun to make the stable one, for the judge has passed it: who takes over goes on with that. */
const finishingAnnotation = "canary-lab/finishing";

/** The right to walk the plan of an application. */
export interface PromotionLease {
  /** The image whose release a promotion, this one or one that was killed, has begun to finish; undefined where none has. */
  readonly finishing: string | undefined;
  /** Notes that the release of an image, which the judge has passed, is finished from now on. */
  noteFinishing(image: string): Promise<void>;
  /** Says that the holder lives; to be called before each act, and often between. @throws UserError where another one has it now */
  renew(): Promise<void>;
  /** Gives it back, where it is still this one's. */
  end(): Promise<void>;
}

/**
 * Takes the lease of an application: one promotion walks at a time, wherever it runs. One whose process was killed is over after two
 * minutes. Of two that take it in the same moment the one that wrote last has it, and the other one learns that when it renews.
 *
 * @throws UserError where another promotion has it
 */
export async function takeLease(
  cluster: LeaseClient,
  { app, namespace }: ApplicationName,
  renewEvery = renewEveryMilliseconds,
): Promise<PromotionLease> {
  const path = leasePath(namespace, promotionName(app));
  // Runners have the same names and the same numbers of processes: the last part tells them apart.
  const holderIdentity = `${whoRuns()}, process ${process.pid}, ${randomBytes(4).toString("hex")}`;
  const found = await cluster.get<LeaseObject>(path);
  if (found && isAlive(found)) throw taken(found, namespace, app);

  const time = () => new Date().toISOString().replace("Z", "000Z"); // a MicroTime
  const spec = { holderIdentity, acquireTime: time(), renewTime: time(), leaseDurationSeconds: leaseSeconds };
  let { metadata } = found
    ? await changed(found.metadata, spec)
    : await cluster.apply<LeaseObject>(
        path,
        {
          apiVersion: "coordination.k8s.io/v1",
          kind: "Lease",
          metadata: { name: promotionName(app), namespace },
          spec,
        },
        "canaryctl",
      );
  // Of two that have made it at the same time, the one that wrote first has lost it.
  const made = found ? undefined : await cluster.get<LeaseObject>(path);
  if (made && made.spec?.holderIdentity !== holderIdentity) throw taken(made, namespace, app);
  let renewed = performance.now();

  async function changed(
    { resourceVersion }: LeaseObject["metadata"],
    change: object,
    also: object = {},
  ): Promise<LeaseObject> {
    try {
      return await cluster.patch<LeaseObject>(path, { metadata: { resourceVersion, ...also }, spec: change });
    } catch (error) {
      if (!(error instanceof ApiError && (error.status === 409 || error.status === 404))) throw error;
      const now = await cluster.get<LeaseObject>(path);
      // The answer to an earlier change may have been lost, or somebody has annotated it.
      if (now && now.spec?.holderIdentity === holderIdentity) return now;
      throw taken(now, namespace, app);
    }
  }

  const note = (image: string | null) => ({ annotations: { [finishingAnnotation]: image } });
  return {
    get finishing() {
      return metadata.annotations?.[finishingAnnotation];
    },
    noteFinishing: async (image) => {
      const isNoted = () => metadata.annotations?.[finishingAnnotation] === image;
      // Once more where somebody else has changed it in between.
      for (let tries = 0; tries < 2 && !isNoted(); tries++) ({ metadata } = await changed(metadata, {}, note(image)));
    },
    renew: async () => {
      if (performance.now() - renewed < renewEvery) return;
      try {
        ({ metadata } = await changed(metadata, { renewTime: time() }));
        renewed = performance.now();
      } catch (error) {
        // While the API server is away nobody else can take it; after that time somebody may have.
        if (error instanceof ApiError || isTaken(error) || performance.now() - renewed > leaseSeconds * 1000)
          throw error;
      }
    },
    end: async () => void (await changed(metadata, { holderIdentity: null, renewTime: null }, note(null))),
  };
}

const isAlive = ({ spec }: LeaseObject): boolean =>
  Boolean(spec?.holderIdentity) && Date.parse(spec?.renewTime ?? "") + leaseSeconds * 1000 > Date.now();

/** Somebody else has the lease. */
class TakenError extends UserError {
  override readonly kind = "busy";
}

const isTaken = (error: unknown): boolean => error instanceof TakenError;

const taken = (lease: LeaseObject | undefined, namespace: string, app: string): TakenError =>
  new TakenError(
    `Another promotion walks this plan: that of ${lease?.spec?.holderIdentity ?? "somebody who has ended meanwhile"}, since ${lease?.spec?.acquireTime ?? "now"}.`,
    {
      place: `lease ${namespace}/${promotionName(app)}`,
      allowed: "one promotion at a time; where that process was killed, another may begin two minutes later",
      next: ["npx canaryctl watch", "npx canaryctl rollback"],
    },
  );
