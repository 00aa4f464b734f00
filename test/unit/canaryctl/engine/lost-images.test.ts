import { expect, test } from "@jest/globals";
import type { FileState } from "../../../../canaryctl/src/engine/file-state.ts";
import { type HasImage, refillRegistry } from "../../../../canaryctl/src/engine/lost-images.ts";
import type { ExportedState } from "../../../../canaryctl/src/engine/pending.ts";
import { fakeLab } from "../fake-lab.ts";

const digest = (digit: string) => `sha256:${digit.repeat(64)}`;
const image = (name: string, repoDigest: string) => ({
  urn: `urn:pulumi:dev::canary-lab::docker:index/image:Image::${name}`,
  type: "docker:index/image:Image",
  outputs: { repoDigest },
});
const before: ExportedState = {
  version: 3,
  features: ["hooks"],
  deployment: {
    resources: [
      image("v1", `localhost:5001/versioned-echo@${digest("1")}`),
      image("v2", `localhost:5001/versioned-echo@${digest("2")}`),
      image("theirs", `registry.example/theirs@${digest("3")}`),
      { urn: "urn:pulumi:dev::canary-lab::kubernetes:apps/v1:Deployment::v1", type: "kubernetes:apps/v1:Deployment" },
    ],
  },
};

async function refill(hasImage: HasImage, target: "kind" | "existing" = "kind") {
  const { lab } = fakeLab({ state: { read: () => before } as unknown as FileState });
  const imported: ExportedState[] = [];
  const said: string[] = [];
  const environment = { ...lab.environment, target, imageRegistry: "localhost:5001" };
  const engine = { ...lab.engine, importState: async (state: ExportedState) => void imported.push(state) };
  await refillRegistry({ ...lab, engine, environment }, (line) => said.push(line), hasImage);
  return { imported, said };
}

test("an image that the registry lost is made again by the next update, as pulumi state taint asks for it", async () => {
  const asked: string[] = [];
  const { imported, said } = await refill(async (...question) => {
    asked.push(question.join(" "));
    return question[2] !== digest("2");
  });
  expect(asked).toEqual([
    `localhost:5001 versioned-echo ${digest("1")}`,
    `localhost:5001 versioned-echo ${digest("2")}`,
  ]);
  expect(said).toEqual([
    "The registry localhost:5001 has lost images of versioned-echo: building and pushing them again.",
  ]);
  expect(imported).toHaveLength(1);
  expect(imported[0]?.features).toEqual(["hooks", "taint"]);
  const taints = imported[0]?.deployment.resources?.map((resource) => (resource as { taint?: boolean }).taint);
  expect(taints).toEqual([undefined, true, undefined, undefined]);
});

test.each<[string, HasImage, "kind" | "existing"]>([
  ["all is there", async () => true, "kind"],
  ["the registry does not answer", async () => undefined, "kind"],
  ["the registry is the user's own", async () => false, "existing"],
])("nothing is done where %s", async (_, hasImage, target) => {
  expect(await refill(hasImage, target)).toEqual({ imported: [], said: [] });
});
