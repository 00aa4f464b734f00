import { spawnSync } from "node:child_process";
import type { ServerResponse } from "node:http";
import type { UserError } from "@canary-lab/kit/user-error";
import { afterAll, afterEach, beforeAll, describe, expect, jest, test } from "@jest/globals";
import { commentPlace } from "../../../../canaryctl/src/comment/comment-place.ts";
import { githubComments } from "../../../../canaryctl/src/comment/github.ts";
import { gitlabComments } from "../../../../canaryctl/src/comment/gitlab.ts";
import { markerOf, putComment } from "../../../../canaryctl/src/comment/put-comment.ts";
import { CommentApi } from "./comment-api.ts";

const token = "a-token-that-nobody-sees";
const marker = markerOf("preview");
const body = `${marker}\nthe text`;
const limits = { retries: 3, longestWait: 120, second: 1 };

test("GitLab is asked without a client of GitHub", () => {
  const file = new URL("../../../../canaryctl/src/comment/gitlab.ts", import.meta.url).href;
  const tell = "load: (url, _, next) => { process._rawDebug(url); return next(url); }";
  const code = `import { registerHooks } from "node:module"; registerHooks({ ${tell} }); await import("${file}");`;
  const { stderr } = spawnSync(process.execPath, ["--input-type=module", "--eval", code], { encoding: "utf8" });
  expect(stderr).toContain("put-comment.ts");
  expect(stderr).not.toContain("octokit");
});

// GitHub's client lets 1 to 3 s pass between two writes: here a hundredth of that.
const { setTimeout } = globalThis;
beforeAll(() => {
  const sooner = (work: () => void, milliseconds = 0) =>
    setTimeout(work, milliseconds < 500 ? milliseconds : milliseconds / 100);
  jest.spyOn(globalThis, "setTimeout").mockImplementation(sooner as typeof setTimeout);
});
afterAll(() => void jest.restoreAllMocks());

const server = { current: new CommentApi(token) };
afterEach(async () => {
  await server.current.stop();
  server.current = new CommentApi(token);
});

describe.each(["github", "gitlab"] as const)("%s", (at) => {
  const open = async (given = token) => {
    const api = await server.current.start();
    return at === "github"
      ? githubComments({ api, token: given, repository: "owner/name", number: 7 }, limits)
      : gitlabComments({ api, token: given, project: "42", number: 7 }, limits);
  };
  const update = at === "github" ? "PATCH" : "PUT";
  const limit = at === "github" ? 403 : 429;

  test("the first run makes the comment, the second leaves it, another text renews it in place", async () => {
    const comments = await open();
    expect(await putComment(comments, marker, "the text")).toBe("created");
    expect(await putComment(comments, marker, "the text")).toBe("unchanged");
    expect(await putComment(comments, marker, "another")).toBe("updated");
    expect(server.current.comments).toEqual([{ id: 1, body: `${marker}\nanother` }]);
  });

  test("it is found behind hundreds of others, and those stay as they are", async () => {
    for (let index = 0; index < 250; index++)
      server.current.add(index === 220 ? `${marker}\nold` : `other ${index}, ${marker}`);
    expect(await putComment(await open(), marker, "the text")).toBe("updated");
    expect(server.current.comments[220]?.body).toBe(body);
    expect(server.current.comments.filter((comment) => comment.body === body)).toHaveLength(1);
    expect(server.current.calls).toEqual(["GET", "GET", "GET", update]);
  });

  test("one that is deleted meanwhile is made anew", async () => {
    server.current.add(`${marker}\nold`);
    server.current.fault = ({ method }) => {
      if (method === update) server.current.comments.length = 0;
      return false;
    };
    expect(await putComment(await open(), marker, "the text")).toBe("created");
    expect(server.current.comments).toEqual([{ id: 2, body }]);
  });

  test("runs at once end with one comment", async () => {
    const runs = [await open(), await open(), await open()];
    await Promise.all(runs.map((comments, index) => putComment(comments, marker, `text ${index}`)));
    expect(server.current.comments).toHaveLength(1);
  });

  test("a comment of another author that has the marker is left alone", async () => {
    server.current.add(`${marker}\nmine, says a stranger`);
    server.current.fault = ({ method, url }, response) => {
      if (method !== update || !url.pathname.endsWith("/1")) return false;
      response.writeHead(403, { "Content-Type": "application/json" }).end('{"message":"Forbidden"}');
      return true;
    };
    await putComment(await open(), marker, "the text");
    expect(server.current.comments.map((comment) => comment.body)).toEqual([`${marker}\nmine, says a stranger`, body]);
  });

  test("a limit is waited for as long as it asks, then the work goes on", async () => {
    const times: number[] = [];
    server.current.fault = ({ method }, response) => {
      if (method !== "GET") return false;
      times.push(performance.now());
      if (times.length > 1) return false;
      response.writeHead(limit, { "Content-Type": "application/json", "Retry-After": "100" });
      response.end('{"message":"You have exceeded a secondary rate limit"}');
      return true;
    };
    expect(await putComment(await open(), marker, "the text")).toBe("created");
    const [limited = 0, next = 0] = times;
    expect(next - limited).toBeGreaterThan(95); // milliseconds stand for seconds
  });

  const primary = (response: ServerResponse, status: number, secondsLeft: number) => {
    response.writeHead(status, {
      "Content-Type": "application/json",
      "x-ratelimit-limit": "1000",
      "x-ratelimit-remaining": "0",
      "x-ratelimit-used": "1000",
      "x-ratelimit-reset": String(Math.floor(Date.now() / 1000) + secondsLeft),
      "x-ratelimit-resource": "core",
      // As GitLab has it.
      "ratelimit-remaining": "0",
      "ratelimit-reset": String(Math.floor(Date.now() / 1000) + secondsLeft),
      ...(at === "gitlab" && { "Retry-After": String(secondsLeft) }),
    });
    response.end('{"message":"API rate limit exceeded for installation ID 12345."}');
    return true;
  };
  const primaryStatuses = at === "github" ? [403, 429] : [429];

  test.each(primaryStatuses)(
    "the limit of an hour, as a %d, is waited for until it is reset where that is near",
    async (status) => {
      const times: number[] = [];
      server.current.fault = ({ method }, response) => {
        if (method !== "GET") return false;
        times.push(performance.now());
        return times.length === 1 && primary(response, status, 100);
      };
      expect(await putComment(await open(), marker, "the text")).toBe("created");
      const [limited = 0, next = 0] = times;
      expect(next - limited).toBeGreaterThan(95); // milliseconds stand for seconds
    },
  );

  test.each(primaryStatuses)("as a %d that is far from its end it is told, and nothing is repeated", async (status) => {
    server.current.fault = (_, response) => primary(response, status, 3_000);
    const error = await putComment(await open(), marker, "the text").catch((error: unknown) => error as Error);
    expect(String(error)).toMatch(
      at === "github" ? /no more requests with this token until 20\d\d-.*Z: 4\d\d API rate limit/ : /429/,
    );
    expect(server.current.calls).toHaveLength(1);
    expect((error as UserError).allowed ?? "").not.toContain("permission");
  });

  test("a wait of an hour is not waited", async () => {
    server.current.fault = (_, response) => {
      response.writeHead(limit, { "Content-Type": "application/json", "Retry-After": "3600" });
      response.end('{"message":"You have exceeded a secondary rate limit"}');
      return true;
    };
    await expect(putComment(await open(), marker, "the text")).rejects.toThrow(new RegExp(String(limit)));
    expect(server.current.calls).toHaveLength(1);
  });

  test.each([500, 502, 503])("a %d is tried again, and not for ever", async (status) => {
    let failures = 2;
    server.current.fault = (_, response) => {
      if (failures-- <= 0) return false;
      response.writeHead(status, { "Content-Type": "application/json" }).end('{"message":"try later"}');
      return true;
    };
    const comments = await open();
    expect(await putComment(comments, marker, "the text")).toBe("created");
    failures = 1_000;
    await expect(comments.list()).rejects.toThrow(String(status));
    expect(1_000 - failures).toBe(1 + limits.retries);
  });

  test("a token that is refused is told, and not shown", async () => {
    const error = await putComment(await open("wrong-token"), marker, "the text").catch(
      (error: unknown) => error as Error,
    );
    expect(String(error)).toContain("401");
    expect(server.current.calls).toHaveLength(1);
    expect(JSON.stringify(error) + String(error)).not.toContain("wrong-token");
  });
});

describe("where a job comments", () => {
  const github = { GITHUB_REPOSITORY: "o/n", GITHUB_TOKEN: token, GITHUB_REF: "refs/pull/12/merge" };
  const gitlab = {
    CI_PROJECT_ID: "42",
    CI_API_V4_URL: "https://x/api/v4",
    GITLAB_TOKEN: token,
    CI_MERGE_REQUEST_IID: "3",
  };

  test("is what the CI says", () => {
    expect(commentPlace(github)).toMatchObject({ at: "github", number: 12, api: "https://api.github.com" });
    expect(commentPlace({ ...github, GITHUB_REF: "refs/heads/main" }, 5)).toMatchObject({ number: 5 });
    expect(commentPlace(gitlab)).toMatchObject({ at: "gitlab", project: "42", number: 3 });
  });

  test.each([
    [{}, /GITHUB_REPOSITORY is not set/],
    [{ ...github, GITHUB_TOKEN: "" }, /GITHUB_TOKEN is not set/],
    [{ ...github, GITHUB_REF: "refs/heads/main" }, /names no pull request/],
    [{ ...gitlab, GITLAB_TOKEN: "" }, /GITLAB_TOKEN is not set/],
  ])("%j is not enough", (variables, cause) => expect(() => commentPlace(variables)).toThrow(cause));
});
