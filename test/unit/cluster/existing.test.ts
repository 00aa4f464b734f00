import { chmodSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { homedir, tmpdir } from "node:os";
import { join } from "node:path";
import type { Progress } from "@canary-lab/kit/progress";
import { UserError } from "@canary-lab/kit/user-error";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "@jest/globals";
import { createExistingTarget } from "../../../cluster/existing.ts";
import { ownStore } from "../../../cluster/fetched-programs.ts";
import { nodeImage } from "../../../cluster/kind/commands.ts";
import { currentContext, findKubeconfig } from "../../../cluster/kubeconfig-file.ts";
import { versionFault } from "../../../cluster/kubernetes-version.ts";
import { pinnedNodeFolder, repositoryRoot } from "../../../cluster/lab-folder.ts";

/** Of the cluster that the lab makes in Docker. */
const kindNodeVersion = /:(v[\d.]+)@/.exec(nodeImage)?.[1] ?? "";

const progress: Progress = { stage: (_, work) => work(() => {}), say: () => {} };
const folder = mkdtempSync(join(tmpdir(), "existing-"));
const file = (name: string) => join(folder, name);
const install = (program: string, says = "v3.250.0") => {
  writeFileSync(file(program), `#!/bin/sh\necho "${says}"\n`);
  chmodSync(file(program), 0o755);
};

beforeAll(() => {
  const kubeconfig = (...contexts: readonly string[]) => ({
    apiVersion: "v1",
    kind: "Config",
    "current-context": contexts[0],
    clusters: [{ name: "c", cluster: { server: "https://127.0.0.1:1" } }],
    users: [{ name: "u", user: {} }],
    contexts: contexts.map((name) => ({ name, context: { cluster: "c", user: "u" } })),
  });
  writeFileSync(file("one"), JSON.stringify(kubeconfig("prod", "staging")));
  writeFileSync(file("split"), JSON.stringify({ contexts: kubeconfig("split").contexts }));
  writeFileSync(file("two"), JSON.stringify(kubeconfig("minikube")));
});
afterAll(() => rmSync(folder, { recursive: true }));

async function refusal(work: () => unknown): Promise<UserError> {
  const error = await Promise.resolve()
    .then(work)
    .then(
      () => undefined,
      (reason) => reason,
    );
  expect(error).toBeInstanceOf(UserError);
  return error;
}

test("the current context of a file is told, and a file that is no kubeconfig is refused", async () => {
  writeFileSync(file("empty"), "");
  writeFileSync(file("broken"), "contexts: [");
  expect([file("one"), file("empty"), file("gone")].map(currentContext)).toEqual(["prod", undefined, undefined]);
  expect(await refusal(() => currentContext(file("broken")))).toMatchObject({ place: file("broken") });
});

describe("findKubeconfig", () => {
  test("takes the first file that holds the context", async () => {
    const searchPath = [file("gone"), file("one"), file("two")].join(":");
    expect(findKubeconfig({ kubeContext: "minikube" }, searchPath)).toBe(file("two"));
    expect(findKubeconfig({ kubeContext: "staging", kubeconfig: file("one") }, searchPath)).toBe(file("one"));
  });

  test("answers an unknown context with those that are there", async () => {
    const error = await refusal(() => findKubeconfig({ kubeContext: "prodd" }, `${file("one")}:${file("two")}`));
    expect(error.message).toBe('There is no context "prodd".');
    expect(error.allowed).toBe("prod, staging, minikube");
    expect(error.first).toContain("npx canaryctl up --context NAME");
  });

  test("takes an empty KUBECONFIG for none, as kubectl does", async () => {
    const { place } = await refusal(() => findKubeconfig({ kubeContext: "no such context" }, ""));
    expect(place).toBe(join(homedir(), ".kube/config"));
  });

  test("takes a relative path of the config from the repository's root, whatever folder a command runs in", async () => {
    const error = await refusal(() => findKubeconfig({ kubeContext: "a", kubeconfig: "no/such/file" }, undefined));
    expect(error.place).toBe(join(repositoryRoot, "no/such/file"));
  });

  test("refuses a context whose cluster or user is in another file, with the command that puts them together", async () => {
    const error = await refusal(() => findKubeconfig({ kubeContext: "split" }, `${file("split")}:${file("one")}`));
    expect(error.message).toBe('Context "split" is not whole in one file: its cluster "c" and user "u" is elsewhere.');
    expect(error.next).toMatch(/^\(umask 077; kubectl config view --raw --flatten --minify --context split > /);
  });

  test("says where it looked when there is no file", async () => {
    expect((await refusal(() => findKubeconfig({ kubeContext: "a", kubeconfig: file("gone") }, undefined))).place).toBe(
      file("gone"),
    );
  });
});

describe("an existing cluster", () => {
  const settings = {
    reason: "configured",
    kubeContext: "staging",
    kubeconfig: file("one"),
    imageRegistry: "registry.example/lab",
  };
  const answers = async () => "v1.35.4";
  /** Programs that are fetched from nowhere. */
  const store = () => ({ ...ownStore(), cache: file("cache"), release: () => undefined });
  const { PATH, DOCKER_HOST } = process.env;

  beforeEach(() => {
    for (const program of ["pulumi", "docker"]) install(program);
    Object.assign(process.env, { PATH: folder });
    delete process.env.DOCKER_HOST;
  });
  afterEach(() => void Object.assign(process.env, { PATH }, DOCKER_HOST && { DOCKER_HOST }));

  test("is used by the name of its context, not by the current one", async () => {
    const asked: string[] = [];
    const target = createExistingTarget({ ...settings, buildsImages: true, changes: [] }, async (...question) => {
      asked.push(question.join(" "));
      return "v1.35.4";
    });
    expect(await target.up(progress, [])).toEqual({
      target: "existing",
      ...settings,
      path: [pinnedNodeFolder],
      variables: {},
    });
    expect(asked).toEqual([`${file("one")} staging`]);
  });

  test("that does not answer is named, with what happened and how to check it", async () => {
    const refused = new TypeError("fetch failed", { cause: new Error("connect ECONNREFUSED 127.0.0.1:6443") });
    const target = createExistingTarget({ ...settings, buildsImages: true, changes: [] }, () =>
      Promise.reject(refused),
    );
    const error = await refusal(() => target.up(progress, []));
    expect(error.message).toBe('The cluster of context "staging" cannot be used: connect ECONNREFUSED 127.0.0.1:6443');
    expect(error.place).toBe(file("one"));
    expect(error.next).toBe(`kubectl --kubeconfig ${file("one")} --context staging version`);
  });

  test.each(["v1.29.14", "v1.28.15-eks-5d4a308", "unknown"])(
    "of version %s is refused with the least one",
    async (version) => {
      const target = createExistingTarget({ ...settings, buildsImages: true, changes: [] }, async () => version);
      expect(await refusal(() => target.up(progress, []))).toMatchObject({
        message: `The cluster of context staging runs Kubernetes ${version}, which is too old.`,
        allowed: "Kubernetes 1.30.0 or newer",
        next: "kubectl config get-contexts",
      });
    },
  );

  test.each(["v1.30.0", "v1.30.0-rc.1", "v1.31.2-eks-7f9249a", "v1.36.4+k3s1", kindNodeVersion])(
    "of version %s will do",
    async (version) => {
      expect(await versionFault(version, "staging")).toBeUndefined();
    },
  );

  test("is asked for its context before anything is said or made", async () => {
    const target = createExistingTarget(
      { ...settings, kubeContext: "prodd", buildsImages: true, changes: [] },
      answers,
    );
    expect((await refusal(() => target.check([]))).allowed).toBe("prod, staging");
  });

  test.each([
    ["the engine", ["pulumi"]],
    ["Docker where images are built", ["docker"]],
    ["both", ["pulumi", "docker"]],
  ])("is refused without %s, with where to get it", async (_, missing) => {
    for (const program of missing) rmSync(file(program));
    const error = await refusal(() =>
      createExistingTarget({ ...settings, buildsImages: true, changes: [] }, answers, store).up(progress, []),
    );
    const problems = missing.map((program) => `${program} is not installed`).join("; ");
    expect(error.message).toBe(`Programs that are needed here are missing: ${problems}.`);
    for (const program of missing) expect(error.first).toMatch(new RegExp(`${program}.* https://`, "i"));
  });

  test.each([
    ["where no image is built", false, {}],
    ["where DOCKER_HOST leads to one", true, { DOCKER_HOST: "tcp://builder:2376" }],
  ])("needs no Docker here %s", async (_, buildsImages, variables) => {
    rmSync(file("docker"));
    Object.assign(process.env, variables);
    const { target } = await createExistingTarget({ ...settings, buildsImages, changes: [] }, answers, store).up(
      progress,
      [],
    );
    expect(target).toBe("existing");
  });

  test("gives the engine's plugin the daemon of the docker context", async () => {
    install("docker", "unix:///home/user/.docker/desktop/docker.sock");
    const { variables } = await createExistingTarget(
      { ...settings, buildsImages: true, changes: [] },
      answers,
      store,
    ).up(progress, []);
    expect(variables).toEqual({ DOCKER_HOST: "unix:///home/user/.docker/desktop/docker.sock" });
  });

  test("is refused with an engine that is older than the SDK", async () => {
    install("pulumi", "v3.190.2");
    const error = await refusal(() =>
      createExistingTarget({ ...settings, buildsImages: true, changes: [] }, answers, store).up(progress, []),
    );
    expect(error.message).toMatch(/pulumi is version 3\.190\.2, and \^3\.\d+\.\d+ is needed/);
  });

  test("is left alone by down", async () => {
    await expect(
      createExistingTarget({ ...settings, buildsImages: true, changes: [], kubeContext: "gone" }).down(progress),
    ).resolves.toBeUndefined();
  });
});
