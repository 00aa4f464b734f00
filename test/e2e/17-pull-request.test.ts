import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "@jest/globals";
import { CommentApi } from "../unit/canaryctl/comment/comment-api.ts";
import { checkDrift } from "./support/check-drift.ts";
import { describePart } from "./support/describe-part.ts";
import { digestOf, liveShares, loads, namespaceOf, noneFailed, type Stack, stacks } from "./support/environments.ts";
import { canaryctl, kubectl, liveWeight, requireLab, route } from "./support/lab.ts";
import { refusalFault } from "./support/refusal.ts";
import { makeRepository, type Repository, type Runner } from "./support/runner.ts";
import { keepConfig } from "./support/stack-config.ts";

// A release from a pull request to the last environment, by jobs that have a clone, the kubeconfig and the backend, and no `.lab/`. The
// jobs share one cluster and one platform, which dev owns; what one does is done under load on another environment.
const named = stacks.flatMap((stack) => ["--stack", stack]);
const main = "main";
const branch = "more-traffic";

/** The most that a preview of the three may take, in seconds; on a machine that is busy with other things, three times that of one. */
const mostSeconds = 6;

const stackFile = ({ folder }: Pick<Runner, "folder">, stack: Stack) => join(folder, `Pulumi.${stack}.yaml`);

describePart("a pull request", () => {
  let repository: Repository;
  let restoreConfig: () => void;
  const api = new CommentApi("the-token-of-the-job");

  beforeAll(async () => {
    await requireLab();
    restoreConfig = keepConfig();
    expect((await canaryctl("set-traffic", "90", "10")).exitCode).toBe(0);
    repository = await makeRepository((folder) => {
      for (const stack of ["staging", "prod"] as const) {
        const before = readFileSync(stackFile({ folder }, stack), "utf8").replace(/.*canaryWeight.*\n/, "");
        const none = 'canary-lab:canaryWeight: "0"\n  canary-lab:canaryEnabled: "false"';
        writeFileSync(stackFile({ folder }, stack), before.replace("config:\n", `config:\n  ${none}\n`));
      }
    });
  }, 60_000);

  afterAll(async () => {
    await api.stop();
    restoreConfig();
    const down = async (stack: Stack) => (await repository.runner()).canaryctl("--stack", stack, "down");
    await Promise.all([down("staging"), down("prod"), canaryctl("up")]);
    repository.remove();
  }, 180_000);

  test("two environments come up beside dev from a clone and nothing else, both at once", async () => {
    const load = await loads("dev");
    const jobs = await Promise.all(
      (["staging", "prod"] as const).map(async (stack) => ({ stack, job: await repository.runner() })),
    );
    const outcomes = await Promise.all(jobs.map(({ stack, job }) => job.canaryctl("--stack", stack, "up")));
    for (const { exitCode, stdout } of outcomes) {
      expect(exitCode).toBe(0);
      expect(stdout).toMatch(/400 requests from a pod in the mesh answered, 0 failed/);
    }
    await noneFailed("two environments came up", load);
  }, 90_000);

  test("a branch that changes the weight is previewed for all of them, in one comment", async () => {
    const work = await repository.runner();
    const file = stackFile(work, "dev");
    writeFileSync(file, readFileSync(file, "utf8").replace(/canaryWeight: .*/, 'canaryWeight: "30"'));
    await work.push("Give the canary more", branch);

    const job = await repository.runner(branch);
    const preview = await job.canaryctl("preview", "--markdown", ...named);
    console.log(`# preview of three stacks as Markdown: ${preview.seconds.toFixed(1)} s\n${preview.stdout}`);
    expect(preview.exitCode).toBe(0);
    expect(preview.stdout).toMatch(/\*\*`dev`\*\*: `v2` 10 % -> 30 %, step 2 of 10-30-60-100, .*; 1 updated/);
    for (const stack of ["staging", "prod"]) expect(preview.stdout).toContain(`- **\`${stack}\`**: no change\n`);
    const ofOne = await job.canaryctl("preview", "--markdown", "--stack", "prod");
    console.log(`# preview of one stack as Markdown: ${ofOne.seconds.toFixed(1)} s`);
    expect(ofOne.stdout).toBe("No change in `prod`.");
    expect(preview.seconds).toBeLessThan(Math.max(mostSeconds, 3 * ofOne.seconds));

    writeFileSync(join(job.folder, "preview.md"), preview.stdout);
    const variables = {
      GITHUB_API_URL: await api.start(),
      GITHUB_REPOSITORY: "owner/name",
      GITHUB_REF: "refs/pull/7/merge",
      GITHUB_TOKEN: "the-token-of-the-job",
    };
    for (const put of ["created", "unchanged"]) {
      const { exitCode, stderr } = await job.script("npx canaryctl comment preview.md", variables);
      expect([exitCode, stderr]).toEqual([0, expect.stringContaining(`The comment of request 7 is ${put}.`)]);
    }
    expect(api.comments.map(({ body }) => body.split("\n").slice(1).join("\n").trim())).toEqual([
      preview.stdout.trim(),
    ]);
  }, 60_000);

  test("the merge gives dev the share, and promotes it to the end; the files that say so are pushed", async () => {
    const load = await loads("prod");
    const merge = await repository.runner();
    await merge.script(`git merge --quiet --no-ff origin/${branch} && git push --quiet origin HEAD:${main}`);
    const job = await repository.runner();
    expect((await job.canaryctl("up")).stdout).toMatch(/v2 +30 % .* as wanted/);
    expect(await liveWeight()).toBe(30);
    const refused = await job.canaryctl("stack", "promote", "dev", "staging");
    expect(refusalFault(refused, /is not finished: it has 30 % of the traffic/)).toBeUndefined();
    const full = await job.canaryctl("promote", "--full", "--now", "--reason", "all of it is a test");
    expect(full.exitCode).toBe(0);
    await job.push("Released in dev");
    await noneFailed("dev was updated and its release finished", load);
  }, 120_000);

  test.each([
    ["dev", "staging", "prod"],
    ["staging", "prod", "dev"],
  ] as const)(
    "the digest that runs in %s becomes the canary of %s, and is released there",
    async (from, to, other) => {
      const load = await loads(other);
      const job = await repository.runner();
      const promotion = await job.canaryctl("stack", "promote", from, to);
      expect(promotion.exitCode).toBe(0);
      const digest = await digestOf(from, "v1");
      expect(await digestOf(to, "v2")).toBe(digest);
      const commit = (await job.script("git rev-parse HEAD")).stdout.trim();
      const history = await job.canaryctl("--stack", to, "history", "--json", "--last", "1");
      expect(JSON.parse(history.stdout)).toEqual([
        expect.objectContaining({ source: expect.objectContaining({ stack: from, digest, commit }) }),
      ]);
      if (to === "staging") {
        const full = await job.canaryctl(
          "--stack",
          to,
          "promote",
          "--full",
          "--now",
          "--reason",
          "all of it is a test",
        );
        expect(full.exitCode).toBe(0);
        expect(await digestOf(to, "v1")).toBe(await digestOf(from, "v1"));
      } else {
        expect((await job.canaryctl("--stack", to, "set-traffic", "70", "30")).exitCode).toBe(0);
      }
      await job.push(`Promoted to ${to}`);
      await noneFailed(`${to} got the image of ${from}`, load);
    },
    90_000,
  );

  test("a stack of a pull request is made by its name without a committed file, and taken away by another job", async () => {
    const load = await loads("prod");
    const name = "pr-7";
    const up = await (await repository.runner()).canaryctl("--stack", name, "up", "--create", "--from", "dev");
    expect(up.exitCode).toBe(0);
    const owner = await kubectl("get", "namespace", `canary-lab-${name}`, "-o", "jsonpath={.metadata.annotations}");
    expect(owner).toContain(`organization/canary-lab/${name}`);
    const job = await repository.runner();
    expect(existsSync(join(job.folder, `Pulumi.${name}.yaml`))).toBe(false);
    const down = await job.canaryctl("--stack", name, "down");
    console.log(`# a short-lived stack: up ${up.seconds.toFixed(1)} s, down ${down.seconds.toFixed(1)} s`);
    expect(down.exitCode).toBe(0);
    expect(await kubectl("get", "namespace", `canary-lab-${name}`, "--ignore-not-found")).toBe("");
    await noneFailed("a short-lived one came and went", load);
  }, 120_000);

  test("what was changed by hand is found by the nightly check, which keeps one issue, and is put back", async () => {
    const load = await loads("dev");
    const patch = ["10", "90"].map((value, side) => ({
      op: "replace",
      path: `/spec/http/1/route/${side}/weight`,
      value: Number(value),
    }));
    await kubectl(
      "-n",
      namespaceOf("prod"),
      "patch",
      "virtualservice",
      route,
      "--type",
      "json",
      "-p",
      JSON.stringify(patch),
    );
    const found = await checkDrift(await repository.runner());
    expect(found.calls).toEqual([
      expect.stringMatching(/^issue list/),
      expect.stringMatching(/^issue create .*--body-file drift\.md$/),
    ]);
    expect(found.text).toMatch(/\*\*`prod`\*\*: `v2` 90 % -> 30 %, .*1 put back/);

    const mended = await (await repository.runner()).canaryctl("--stack", "prod", "up");
    expect(mended.exitCode).toBe(0);
    expect(await liveShares("prod")).toBe("70 30");
    const again = await checkDrift(await repository.runner(), 7);
    expect(again.calls).toEqual([expect.stringMatching(/^issue list/), expect.stringMatching(/^issue close 7 /)]);
    expect(again.text).toBe("No change in `dev`, `staging`, `prod`.\n");
    await noneFailed("prod was changed by hand and put back", load);
  }, 90_000);

  test("the owner's down is refused from a clone, too", async () => {
    const outcome = await (await repository.runner()).canaryctl("down");
    expect(refusalFault(outcome, /stand on the platform of stack dev: .*prod .*staging/)).toBeUndefined();
  }, 30_000);

  test("one goes, one is moved and one goes back to the image before, all at once", async () => {
    const load = await loads("dev", "prod");
    const [down, move, back] = await Promise.all([repository.runner(), repository.runner(), repository.runner()]);
    const outcomes = await Promise.all([
      down.canaryctl("--stack", "staging", "down"),
      move.canaryctl("--stack", "prod", "set-traffic", "40", "60"),
      back.canaryctl("rollback"),
    ]);
    expect(outcomes.map(({ exitCode }) => exitCode)).toEqual([0, 0, 0]);
    expect(await kubectl("get", "namespace", namespaceOf("staging"), "--ignore-not-found")).toBe("");
    expect(await liveShares("prod")).toBe("40 60");
    await noneFailed("one was moved, one updated and one taken down", load);
  }, 120_000);
});
