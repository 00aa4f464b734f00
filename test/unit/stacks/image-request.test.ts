import { expect, test } from "@jest/globals";
import { builtImages, imageRequest } from "../../../stacks/image-request.ts";
import { sampleConfig } from "./sample-config.ts";

const foreign = {
  stableImage: "registry.example/echo:1",
  canaryImage: "registry.example/echo:2",
  clientImage: "registry.example/client:1",
};

test("the judge's image is built where it is asked", () => {
  const judged = { ...sampleConfig, ...foreign, analysis: "step" } as const;
  expect(builtImages(judged)).toEqual(["judge:v1"]);
  expect(builtImages({ ...judged, analysisBy: "objective" })).toEqual([]);
  expect(builtImages({ ...judged, judgeImage: "registry.example/judge:1" })).toEqual([]);
});

test("the images that are built are those of ours that run", () => {
  expect(builtImages(sampleConfig)).toEqual(["versioned-echo:v1", "versioned-echo:v2", "load-client:v1"]);
  expect(builtImages({ ...sampleConfig, ...foreign })).toEqual([]);
  const idle = { ...sampleConfig, ...foreign, canaryImage: "versioned-echo:v2", canaryEnabled: false };
  expect(builtImages(idle)).toEqual([]);
});

test("the config's registry goes before the one that is known without it", () => {
  const known = { address: "localhost:5001", reason: "it belongs to the lab's kind cluster" };
  const request = (imageRegistry: string | undefined) =>
    imageRequest([{ ...sampleConfig, imageRegistry }], "Pulumi.dev.yaml", known).registry;
  expect(request(undefined)).toEqual(known);
  expect(request("r:5000")).toEqual({ address: "r:5000", reason: "imageRegistry in Pulumi.dev.yaml names it" });
});
