import { existsSync } from "node:fs";
import { afterEach, beforeEach, expect, test } from "@jest/globals";
import { ImageDeliverer } from "../../../../stacks/live/image-deliverer.ts";
import { digestOf, fakeRegistry } from "../../cluster/images/fake-registry.ts";
import { saved, writeArchive } from "../../cluster/images/saved-image.ts";

let registry: Awaited<ReturnType<typeof fakeRegistry>>;
beforeEach(async () => {
  registry = await fakeRegistry();
});
afterEach(() => registry.close());

const image = { id: digestOf("built"), reference: "versioned-echo:v1" };
const pod = (ready: boolean) => ({
  metadata: { name: "registry-0" },
  status: { conditions: [{ type: "Ready", status: ready ? "True" : "False" }] },
});

/** A cluster with the registry, and a builder with one image; what is noted there, and what was saved. */
function lab({
  notes = {} as Record<string, string>,
  isLooking = false,
  readyAfter = 0,
  refusals = 0,
  isPruned = false,
} = {}) {
  const savedFiles: string[] = [];
  let milliseconds = 0;
  let failures = refusals;
  const deliverer = new ImageDeliverer({
    client: {
      get: async <T>(path: string) => {
        if (path.endsWith("/configmaps/images")) return { data: { ...notes } } as T;
        expect(path).toBe("/api/v1/namespaces/canary-lab-registry/pods?labelSelector=app%3Dregistry");
        return { items: [pod(milliseconds >= readyAfter)] } as T;
      },
      patch: async <T>(path: string, change: object) => {
        expect(path).toBe("/api/v1/namespaces/canary-lab-registry/configmaps/images");
        Object.assign(notes, (change as { data: object }).data);
        return {} as T;
      },
    },
    connect: async (name, port) => {
      expect([name, port]).toEqual(["registry-0", 5000]);
      if (failures-- > 0) throw new Error("connection refused");
      return registry.open();
    },
    save: async (id, file) => {
      expect(id).toBe(image.id);
      // As the docker command's own words reach it.
      if (isPruned) throw new Error(`docker image failed: Error response from daemon: No such image: ${id}`);
      savedFiles.push(file);
      await writeArchive(file, saved(["layer"]));
    },
    say: () => {},
    isLooking,
    clock: {
      now: () => milliseconds,
      sleep: async (pause) => {
        milliseconds += pause;
      },
    },
  });
  return { deliverer, notes, savedFiles };
}

test("an image is pushed once, and known by its note from then on, in other runs too", async () => {
  const first = lab();
  const reference = await first.deliverer.deliver(image);
  expect(reference).toMatch(/^localhost:5101\/versioned-echo@sha256:[0-9a-f]{64}$/);
  expect(first.savedFiles.filter(existsSync)).toEqual([]); // taken away again
  const [, digest = ""] = reference.split("@");
  expect(first.notes).toEqual({ [`versioned-echo.${image.id.slice(7)}`]: digest });
  expect(registry.manifests.has(`versioned-echo ${digest}`)).toBe(true);
  const second = lab({ notes: first.notes });
  expect(await second.deliverer.deliver(image)).toBe(reference);
  expect(second.savedFiles).toEqual([]);
  const preview = lab({ notes: first.notes, isLooking: true, readyAfter: Number.POSITIVE_INFINITY });
  expect(await preview.deliverer.deliver(image)).toBe(reference);
});

test("a registry that lost its data is filled again, with the same image", async () => {
  const { deliverer, notes } = lab();
  const reference = await deliverer.deliver(image);
  registry.loseAll();
  const next = lab({ notes });
  expect(await next.deliverer.deliver(image)).toBe(reference);
  expect(next.savedFiles).toHaveLength(1);
  expect(registry.manifests.size).toBe(1);
});

test("a run that pushes nothing touches neither the builder nor the registry, with a note or without one", async () => {
  const { deliverer, savedFiles } = lab({ isLooking: true });
  expect(await deliverer.deliver(image)).toBe("localhost:5101/versioned-echo:v1");
  expect([savedFiles, registry.requests]).toEqual([[], []]);
});

test("a pod that is still to come is waited for, and a process in it that does not listen yet", async () => {
  const { deliverer } = lab({ readyAfter: 5000, refusals: 2 });
  expect(await deliverer.deliver(image)).toMatch(/@sha256:/);
});

test.each([
  [
    "no pod",
    { readyAfter: Number.POSITIVE_INFINITY },
    /has had no ready pod for 60 s/,
    "Deployment canary-lab-registry/registry",
  ],
  ["no answer", { refusals: 1000 }, /does not answer: connection refused/, "pod canary-lab-registry/registry-0"],
])("%s is told, with the place", async (_, given, message, place) => {
  const failure = lab(given).deliverer.deliver(image);
  await expect(failure).rejects.toMatchObject({ message: expect.stringMatching(message), place });
});

test("an image that the builder lost too is told, with what builds it again", async () => {
  await expect(lab({ isPruned: true }).deliverer.deliver(image)).rejects.toMatchObject({
    message: "The cluster's registry lost versioned-echo:v1, and the builder has it no more.",
    place: `image ${image.id}`,
    first: expect.stringContaining("pulumi up --replace URN"),
  });
});
