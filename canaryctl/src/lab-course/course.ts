import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { readIfThere, writePrivateFile } from "@canary-lab/kit/private-files";
import { inLab, repositoryRoot } from "../../../cluster/lab-folder.ts";
import { type BackgroundLog, backgroundLog } from "./background-log.ts";
import { type LabPage, parsePage } from "./page.ts";

const folder = "labs";

/** The pages of the course, in its order. */
export const readPages = (root = repositoryRoot): readonly LabPage[] =>
  readdirSync(join(root, folder))
    .filter((name) => /^\d/.test(name))
    .sort()
    .map((name) => parsePage(`${folder}/${name}`, readFileSync(join(root, folder, name), "utf8")));

/** By the number of each exercise that was begun, how many of its sections are done. */
export type Positions = Readonly<Record<string, number>>;

const positionsFile = () => inLab("labs.json");

export const readPositions = (): Positions => JSON.parse(readIfThere(positionsFile()) ?? "{}");

/** The output of what an exercise runs in the background. */
export const openBackgroundLog = (): BackgroundLog => backgroundLog(inLab("labs.log"), ".lab/labs.log");

export const writePosition = ({ number }: LabPage, done: number): void =>
  writePrivateFile(positionsFile(), `${JSON.stringify({ ...readPositions(), [number]: done })}\n`);
