import type { LabConfig } from "./config/schema.ts";

/** Whether the Rollout of a stack asks the judge; then the stack has one. */
export const isJudged = ({ analysis, analysisBy }: Pick<LabConfig, "analysis" | "analysisBy">): boolean =>
  analysis !== "off" && analysisBy === "judge";
