import { ApiError } from "@canary-lab/kit/kube/errors";
import { expect, test } from "@jest/globals";
import type { KubeObject } from "../../../src/kubernetes/objects/objects.ts";
import { create } from "../../../src/kubernetes/operations/create.ts";
import { update } from "../../../src/kubernetes/operations/update.ts";
import type { Session } from "../../../src/kubernetes/session.ts";

// A dry run takes the right to write. Without it the real plugin answers a preview by the inputs (pulumi-kubernetes#2419), so that an account
// that only reads sees the same differences: they are told by `diff`, which asks the API server for nothing.

const message =
  'virtualservices.networking.istio.io "web" is forbidden: User "system:serviceaccount:lab:web-previewer" cannot patch resource "virtualservices" in API group "networking.istio.io" in the namespace "lab"';

/** What API server 1.36 answers, and what a proxy in front of it does. */
const refusals: readonly (readonly [title: string, refusal: ApiError])[] = [
  [
    "the API server",
    new ApiError(403, message, "PATCH", { kind: "Status", status: "Failure", reason: "Forbidden", code: 403, message }),
  ],
  ["a proxy, in words of its own", new ApiError(403, "access denied", "PATCH")],
];

const route = (weight: number): KubeObject => ({
  apiVersion: "networking.istio.io/v1",
  kind: "VirtualService",
  metadata: { name: "web", namespace: "lab" },
  spec: { http: [{ route: [{ weight }] }] },
});

/** A session whose account may read, and the dry runs that it asked for. */
function readOnly(refusal: ApiError, objects: readonly KubeObject[] = []) {
  const dryRuns: unknown[] = [];
  const write = (_object: KubeObject, { dryRun }: { readonly dryRun: boolean }) => {
    dryRuns.push(dryRun);
    return Promise.reject(refusal);
  };
  const cluster = { serves: () => true, get: async () => objects[0], apply: write, create: write };
  const session = { cluster, unreachable: "", settings: { serverSideApply: true } } as unknown as Session;
  return { session, dryRuns };
}

test.each(refusals)("a change that %s forbids is previewed by the inputs", async (_who, refusal) => {
  const { session, dryRuns } = readOnly(refusal, [route(10)]);
  const olds = { ...route(10), __inputs: route(10), __fieldManager: "lab" };
  const request = { urn: "urn", olds, news: route(30), ignoreChanges: [], timeout: 0, preview: true };
  expect(await update(session, request)).toEqual({ id: "", properties: route(30) });
  expect(dryRuns).toEqual([true]);
});

test.each(refusals)("what %s forbids to make is previewed by the inputs", async (_who, refusal) => {
  const { session, dryRuns } = readOnly(refusal);
  const made = await create(session, { urn: "urn", properties: route(10), timeout: 0, preview: true });
  expect(made).toEqual({ id: "", properties: route(10) });
  expect(dryRuns).toEqual([true]);
});

test("an update is told what it may not", async () => {
  const { session, dryRuns } = readOnly((refusals[0] as (typeof refusals)[number])[1], [route(10)]);
  const olds = { ...route(10), __inputs: route(10), __fieldManager: "lab" };
  const request = { urn: "urn", olds, news: route(30), ignoreChanges: [], timeout: 0, preview: false };
  await expect(update(session, request)).rejects.toThrow("cannot patch resource");
  expect(dryRuns).toEqual([false]);
});
