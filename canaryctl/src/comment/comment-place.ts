import { type Variables, variable } from "@canary-lab/kit/variables";
import { UsageError } from "../usage-error.ts";
import type { GithubPlace } from "./github.ts";
import type { GitlabPlace } from "./gitlab.ts";

type CommentPlace = ({ readonly at: "github" } & GithubPlace) | ({ readonly at: "gitlab" } & GitlabPlace);

/**
 * Where a CI job comments, by the variables that GitHub Actions and GitLab CI set. The token is read from the environment only: command lines
 * are seen by every process of a machine.
 *
 * @param number the pull or merge request, where the job is not about one
 * @throws UsageError that names what is missing
 */
export function commentPlace(variables: Variables, number?: number): CommentPlace {
  const read = (name: string) => variable(variables, name);
  const must = (name: string, value = read(name)): string => {
    if (value !== undefined) return value;
    throw missing(`${name} is not set.`);
  };
  const project = read("CI_PROJECT_ID");
  if (project !== undefined) {
    const request = number ?? Number(must("CI_MERGE_REQUEST_IID"));
    const api = must("CI_API_V4_URL");
    return { at: "gitlab", api, token: must("GITLAB_TOKEN"), project, number: request };
  }
  const repository = must("GITHUB_REPOSITORY");
  const [, ofRef] = /^refs\/pull\/(\d+)\//.exec(read("GITHUB_REF") ?? "") ?? [];
  if (number === undefined && ofRef === undefined) throw missing("GITHUB_REF names no pull request.");
  const api = read("GITHUB_API_URL") ?? "https://api.github.com";
  const token = must("GITHUB_TOKEN", read("GITHUB_TOKEN") ?? read("GH_TOKEN"));
  return { at: "github", api, token, repository, number: number ?? Number(ofRef) };
}

const missing = (cause: string): UsageError =>
  new UsageError(cause, {
    place: "the environment",
    allowed:
      "GITHUB_REPOSITORY, GITHUB_TOKEN and GITHUB_REF or --pull-request; or CI_PROJECT_ID, CI_API_V4_URL, GITLAB_TOKEN and CI_MERGE_REQUEST_IID or --pull-request",
    next: "npx canaryctl comment --help",
  });
