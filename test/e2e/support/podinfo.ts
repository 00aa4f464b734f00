import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { recordedEnvironment } from "../../../stacks/lab-records.ts";
import { mustRun } from "./command.ts";
import { crane, podinfo, registryVariables, toolFolder } from "./tools.ts";

/** What its pods run as: podinfo has its own port and paths, and answers in its own words. */
export const podinfoService = {
  port: 9898,
  healthPath: "/healthz",
  probes: { readiness: { path: "/readyz" } },
  request: { path: "/" },
} as const;

/**
 * Makes images of podinfo and pushes them to the lab's registry. They are alike but for the colour that their answers say.
 *
 * @returns their references, in the order of `colours`
 */
export async function pushPodinfo(colours: readonly string[]): Promise<readonly string[]> {
  const [program, cranes] = [await toolFolder(podinfo), await toolFolder(crane)];
  const lab = recordedEnvironment("dev");
  if (!lab) throw new Error("The lab has no record of dev.");
  const folder = mkdtempSync(join(tmpdir(), "podinfo-"));
  try {
    const env = { ...registryVariables(lab, folder), PATH: [cranes, process.env.PATH].join(delimiter) };
    const layer = join(folder, "podinfo.tar");
    await mustRun("tar", ["-cf", layer, "-C", program, "--owner=0", "--group=0", "podinfo"], { env });
    const images: string[] = [];
    for (const colour of colours) {
      const image = `${lab.imageRegistry}/podinfo:${colour}`;
      await mustRun("crane", ["append", "--oci-empty-base", "--new_layer", layer, "--new_tag", image], { env });
      const runs = ["--entrypoint", "/podinfo", "--user", "65532", "--env", `PODINFO_UI_COLOR=${colour}`];
      await mustRun("crane", ["mutate", image, ...runs, "--set-platform", platform, "--tag", image], { env });
      images.push(image);
    }
    return images;
  } finally {
    rmSync(folder, { recursive: true });
  }
}

const platform = `linux/${process.arch === "x64" ? "amd64" : process.arch}`;
