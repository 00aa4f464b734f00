import { ApiError, type PodClient, UnreachableError } from "@canary-lab/kit/kube/client";
import { describe, expect, test } from "@jest/globals";
import { takeLease } from "../../../../canaryctl/src/judged/lease.ts";

const of = { app: "versioned-echo", namespace: "canary-lab" };

interface Stored {
  metadata: { resourceVersion: string; annotations?: Record<string, unknown> };
  spec: Record<string, unknown>;
}

/** A Lease as the API server keeps it: a change with another version than the present one is a conflict. */
function fakeCluster(spec?: Record<string, unknown>) {
  let version = 1;
  let lease: Stored | undefined = spec && { metadata: { resourceVersion: "1" }, spec };
  const merged = (one: object = {}, other: object = {}) =>
    Object.fromEntries(Object.entries({ ...one, ...other }).filter(([, value]) => value !== null));
  const put = (change: Record<string, unknown>, { annotations }: Partial<Stored["metadata"]> = {}): Stored => {
    version += 1;
    const metadata = {
      resourceVersion: String(version),
      annotations: merged(lease?.metadata.annotations, annotations),
    };
    lease = { metadata, spec: merged(lease?.spec, change) };
    return lease;
  };
  const cluster = {
    get: async () => lease,
    apply: async (_path: string, object: { spec: Record<string, unknown> }) => put(object.spec),
    patch: async (_path: string, change: Stored) => {
      if (!lease) throw new ApiError(404, "not found", "");
      if (change.metadata.resourceVersion !== lease.metadata.resourceVersion) throw new ApiError(409, "conflict", "");
      return put(change.spec, change.metadata);
    },
  } as unknown as PodClient;
  return { cluster, lease: () => lease, put };
}

const ago = (seconds: number) => new Date(Date.now() - seconds * 1000).toISOString();

describe("the lease of a promotion", () => {
  test("is taken, renewed, and given back", async () => {
    const { cluster, lease } = fakeCluster();
    const taken = await takeLease(cluster, of, 0);
    const { acquireTime, ...spec } = lease()?.spec ?? {};
    expect(spec).toMatchObject({
      holderIdentity: expect.stringContaining(String(process.pid)),
      leaseDurationSeconds: 120,
    });
    await taken.renew();
    expect(lease()?.metadata.resourceVersion).toBe("3");
    await taken.end();
    expect(lease()?.spec).toEqual({ acquireTime, leaseDurationSeconds: 120 });
    await takeLease(cluster, of);
    expect(lease()?.spec.holderIdentity).toContain(String(process.pid));
  });

  test("is kept where somebody has annotated it, or an answer was lost", async () => {
    const { cluster, lease, put } = fakeCluster();
    const taken = await takeLease(cluster, of, 0);
    put({});
    await taken.renew();
    await taken.renew();
    expect(lease()?.metadata.resourceVersion).toBe("4");
  });

  test("is kept while the API server is away for a moment", async () => {
    const { cluster } = fakeCluster();
    let isAway = false;
    const patch: PodClient["patch"] = (path, change) =>
      isAway ? Promise.reject(new UnreachableError("away")) : cluster.patch(path, change);
    const taken = await takeLease({ ...cluster, patch }, of, 0);
    isAway = true;
    await taken.renew();
    isAway = false;
    await taken.renew();
  });

  test("that another one has now is left to that one", async () => {
    const { cluster, lease, put } = fakeCluster();
    const taken = await takeLease(cluster, of, 0);
    put({ holderIdentity: "eve@laptop, process 7" });
    await expect(taken.end()).rejects.toThrow(/eve@laptop/);
    expect(lease()?.spec.holderIdentity).toBe("eve@laptop, process 7");
  });

  test("of another that lives is refused, with who has it and since when", async () => {
    const { cluster } = fakeCluster({
      holderIdentity: "eve@laptop, process 7",
      acquireTime: ago(300),
      renewTime: ago(119),
    });
    await expect(takeLease(cluster, of)).rejects.toThrow(/eve@laptop, process 7, since 20/);
  });

  test("of another that was killed is taken over after two minutes", async () => {
    const { cluster, lease } = fakeCluster({ holderIdentity: "eve@laptop, process 7", renewTime: ago(121) });
    await takeLease(cluster, of);
    expect(lease()?.spec.holderIdentity).toContain(String(process.pid));
  });

  test("tells who takes over which release was being finished, and who comes after an end nothing", async () => {
    const { cluster, put } = fakeCluster();
    const killed = await takeLease(cluster, of);
    expect(killed.finishing).toBeUndefined();
    put({}, { annotations: { somebody: "else" } });
    await killed.noteFinishing("versioned-echo:v2");
    put({ renewTime: ago(121) });
    const next = await takeLease(cluster, of);
    expect(next.finishing).toBe("versioned-echo:v2");
    await next.end();
    expect((await takeLease(cluster, of)).finishing).toBeUndefined();
  });

  test("of two that take it over in one moment one has it", async () => {
    const { cluster } = fakeCluster({ holderIdentity: "eve@laptop, process 7", renewTime: ago(121) });
    const results = await Promise.allSettled([takeLease(cluster, of), takeLease(cluster, of)]);
    expect(results.map(({ status }) => status).toSorted()).toEqual(["fulfilled", "rejected"]);
  });

  test("that another one has taken meanwhile ends the walk when it is renewed", async () => {
    const { cluster, put } = fakeCluster();
    const taken = await takeLease(cluster, of, 0);
    put({ holderIdentity: "eve@laptop, process 7" });
    await expect(taken.renew()).rejects.toThrow(/eve@laptop, process 7/);
  });
});
