import { chmodSync, existsSync, mkdtempSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { describe, expect, test } from "@jest/globals";
import { buildCommand, dockerConfig, pushedDigest } from "../../src/docker/arguments.ts";
import { Docker } from "../../src/docker/docker.ts";
import { dockerFailure } from "../../src/docker/failure.ts";
import { hostPlatform, type ImageSpec, registryOf, repositoryOf } from "../../src/docker/image.ts";

const image: ImageSpec = {
  imageName: "registry.test:5000/team/echo:v1",
  context: "app",
  dockerfile: "app/Dockerfile",
  args: { APP_VERSION: "v1" },
  platform: hostPlatform,
  target: "",
  network: "",
  addHosts: [],
  builderVersion: "",
  skipPush: false,
  buildOnPreview: false,
  registry: { server: "", username: "", password: "" },
};
const digest = `sha256:${"ab".repeat(32)}`;

describe("names", () => {
  test.each([
    ["registry.test:5000/team/echo:v1", "registry.test:5000", "registry.test:5000/team/echo"],
    ["localhost/echo", "localhost", "localhost/echo"],
    ["docker.io/library/node:24", "docker.io", "docker.io/library/node"],
    ["team/echo:v1", undefined, "team/echo"],
    ["echo", undefined, "echo"],
  ])("%s", (name, registry, repository) => {
    expect(registryOf(name)).toBe(registry);
    expect(repositoryOf(name)).toBe(repository);
  });
});

const able = { hasBuildKit: true, hasBridge: true };

describe("the build command", () => {
  test("keeps the values of build arguments out of argv", () => {
    const secret = { ...image, args: { APP_VERSION: "v1", TOKEN: "s3cret" } };
    const { args, environment } = buildCommand(secret, "/tmp/id", able);
    expect(args).toEqual([
      ...["build", "--tag", image.imageName, "--file", "app/Dockerfile", "--iidfile", "/tmp/id"],
      ...["--build-arg", "APP_VERSION", "--build-arg", "TOKEN", "app"],
    ]);
    expect(environment).toMatchObject({ APP_VERSION: "v1", TOKEN: "s3cret", DOCKER_BUILDKIT: "1" });
  });

  test.each([
    ...["DOCKER_HOST", "BUILDKIT_HOST", "PATH", "HOME", "LD_LIBRARY_PATH", "LD_PRELOAD", "NODE_OPTIONS", "BASH_ENV"],
    ...["HTTP_PROXY", "https_proxy", "NO_PROXY", "SSL_CERT_FILE", "GODEBUG", "DOCKER_BUILDKIT", "BUILDKIT_PROGRESS"],
  ])("does not let a build argument %s change docker itself", (name) => {
    const { args, environment } = buildCommand({ ...image, args: { [name]: "x" } }, "/tmp/id", able);
    expect(args).toContain(`${name}=x`);
    expect(environment).toEqual({ DOCKER_BUILDKIT: "1", BUILDKIT_PROGRESS: "plain" });
  });

  test.each(["NODE_AUTH_TOKEN", "GOOGLE_API_KEY", "PATH_TO_X", "MY_HOME"])(
    "keeps the value of %s out of argv",
    (name) => {
      const { args, environment } = buildCommand({ ...image, args: { [name]: "s3cret" } }, "/tmp/id", able);
      expect(args.join(" ")).not.toContain("s3cret");
      expect(environment[name]).toBe("s3cret");
    },
  );

  test("takes the host's network only where Docker has none of its own and the program names none", () => {
    const networkOf = (network: string, hasBridge: boolean) => {
      const { args } = buildCommand({ ...image, network }, "/tmp/id", { ...able, hasBridge });
      return args.includes("--network") ? args[args.indexOf("--network") + 1] : undefined;
    };
    expect(networkOf("", true)).toBeUndefined();
    expect(networkOf("", false)).toBe("host");
    expect(networkOf("none", false)).toBe("none");
  });

  test.each([
    ["", true, "1"],
    ["", false, "0"],
    ["BuilderV1", true, "0"],
    ["BuilderBuildKit", false, "1"],
  ])("with builder %j and BuildKit %j sets DOCKER_BUILDKIT=%s", (builderVersion, hasBuildKit, value) => {
    const { environment } = buildCommand({ ...image, builderVersion }, "/tmp/id", { ...able, hasBuildKit });
    expect(environment.DOCKER_BUILDKIT).toBe(value);
  });

  test("says the platform only where it is not the host's", () => {
    expect(buildCommand(image, "/tmp/id", able).args).not.toContain("--platform");
    const other = { ...image, platform: "linux/s390x", target: "run", network: "host", addHosts: ["a:1.2.3.4"] };
    expect(buildCommand(other, "/tmp/id", able).args.slice(-9)).toEqual([
      ...["--platform", "linux/s390x", "--target", "run", "--network", "host", "--add-host", "a:1.2.3.4", "app"],
    ]);
  });
});

describe("credentials", () => {
  const auth = Buffer.from("u:p").toString("base64");
  const configOf = (server: string, imageName = image.imageName) =>
    dockerConfig({ ...image, imageName, registry: { server, username: "u", password: "p" } });

  test.each([
    ["", "registry.test:5000/echo:v1", "registry.test:5000"],
    ["https://registry.test/v2/", "echo:v1", "registry.test"],
    ["docker.io", "team/echo:v1", "https://index.docker.io/v1/"],
    ["", "team/echo:v1", "https://index.docker.io/v1/"],
  ])("of server %j and image %s are kept under %s", (server, name, key) => {
    expect(JSON.parse(configOf(server, name) ?? "")).toEqual({ auths: { [key]: { auth } } });
  });

  test("that are not whole leave the user's own", () => {
    expect(dockerConfig({ ...image, registry: { server: "r", username: "u", password: "" } })).toBeUndefined();
  });
});

describe("a failure", () => {
  const failure = (step: "build" | "push", output: string) =>
    dockerFailure(step, image, output, "unix:///lab.sock").toText();

  test.each([
    [
      "build",
      "Cannot connect to the Docker daemon at unix:///lab.sock. Is the docker daemon running?",
      "does not answer",
    ],
    ["build", "permission denied while trying to connect to the Docker daemon socket", "does not let this user in"],
    ["build", "dial tcp: lookup registry-1.docker.io: no such host", "its base image cannot be had"],
    ["build", "The command '/bin/sh -c false' returned a non-zero code: 1", "returned a non-zero code: 1"],
    ["push", "unauthorized: authentication required", "the credentials are missing or not good enough"],
    ["push", "x509: certificate signed by unknown authority", "its TLS certificate cannot be verified"],
    ["push", "dial tcp 127.0.0.1:5001: connect: connection refused", "connection refused"],
  ] as const)("of the %s by %j says so, where, and what next", (step, output, text) => {
    expect(failure(step, output)).toContain(text);
    expect(failure(step, output)).toMatch(/\n {2}at: .*\n {2}(allowed|first): /);
  });
});

test("the digest is what the registry gave", () => {
  expect(pushedDigest(`v1: digest: ${digest} size: 948\n`)).toBe(digest);
  expect(pushedDigest("Pushed")).toBeUndefined();
});

describe("docker", () => {
  /** A `docker` that notes how it was called and does what `script` says. */
  function fake(script: string) {
    const folder = mkdtempSync(join(tmpdir(), "docker-"));
    const calls = join(folder, "calls");
    const head = `#!/bin/sh\necho "$* buildkit=$DOCKER_BUILDKIT config=$(cat "$DOCKER_CONFIG/config.json" 2>/dev/null)" >> ${calls}\n`;
    writeFileSync(join(folder, "docker"), head + script);
    chmodSync(join(folder, "docker"), 0o755);
    const temporary = mkdtempSync(join(folder, "tmp-"));
    process.env.TMPDIR = temporary;
    const docker = new Docker({ PATH: `${folder}:${process.env.PATH}` });
    return {
      docker,
      calls: () => (existsSync(calls) ? readFileSync(calls, "utf8").trim().split("\n") : []),
      left: () => readdirSync(temporary),
    };
  }
  const works = `
    case "$1" in
      buildx) exit 1 ;;
      network) echo "Error: No such network: bridge" >&2; exit 1 ;;
      build) while [ "$1" != --iidfile ]; do shift; done; echo "Step 1"; printf sha256:local > "$2" ;;
      push) echo "v1: digest: ${digest} size: 1" ;;
    esac`;

  test("builds, pushes and gives the digest", async () => {
    const { docker, calls, left } = fake(works);
    const lines: string[] = [];
    expect(await docker.make(image, true, (line) => lines.push(line))).toBe(`registry.test:5000/team/echo@${digest}`);
    expect(lines).toEqual(["Step 1", `v1: digest: ${digest} size: 1`]);
    const [build, push] = calls().slice(2);
    expect(build).toContain("build --tag registry.test:5000/team/echo:v1");
    expect(build).toContain("--network host");
    expect(build).toContain("buildkit=0");
    expect(push).toContain("push registry.test:5000/team/echo:v1");
    expect(left()).toEqual([]);
  });

  test("builds of one context wait for one another, whatever became of the one before; those of two do not", async () => {
    const { docker, calls } = fake(`
      case "$1" in buildx|network) exit 1 ;; esac
      case "$*" in *other*) exit 0 ;; esac
      echo begun >> "$(dirname "$0")/log"; sleep 0.2; echo ended >> "$(dirname "$0")/log"; exit 1`);
    const ended: string[] = [];
    const make = (of: Partial<ImageSpec>, name: string) =>
      docker
        .make({ ...image, ...of }, false, () => {})
        .catch(() => {})
        .then(() => ended.push(name));
    await Promise.all([make({}, "v1"), make({ imageName: "echo:v2" }, "v2"), make({ context: "other" }, "other")]);
    expect(ended).toEqual(["other", "v1", "v2"]);
    expect(
      readFileSync(join(process.env.TMPDIR ?? "", "..", "log"), "utf8")
        .trim()
        .split("\n"),
    ).toEqual([...["begun", "ended", "begun", "ended"]]);
    expect(calls().filter((call) => call.startsWith("build "))).toHaveLength(3);
  });

  test("gives the local id of what is not pushed", async () => {
    const { docker, calls } = fake(works);
    expect(await docker.make({ ...image, skipPush: true }, true, () => {})).toBe("sha256:local");
    expect(await docker.make(image, false, () => {})).toBe("sha256:local");
    expect(calls().some((call) => call.startsWith("push"))).toBe(false);
  });

  test("hands the credentials over in a file of their own, to the push alone, and leaves none", async () => {
    const { docker, calls, left } = fake(works);
    await docker.make({ ...image, registry: { server: "", username: "u", password: "p" } }, true, () => {});
    expect(calls()[2]).toMatch(/config=$/);
    expect(calls()[3]).toContain('config={"auths":{"registry.test:5000":{"auth":"dTpw"}}}');
    expect(left()).toEqual([]);
  });

  test("says what failed, and where there is no docker", async () => {
    const { docker } = fake('echo "no space left on device" >&2; exit 1');
    await expect(docker.make(image, true, () => {})).rejects.toThrow(/could not be built.*no space left on device/s);
    await expect(new Docker({ PATH: "/nowhere" }).make(image, true, () => {})).rejects.toThrow("no `docker` on PATH");
  });

  test("stops what runs, and cleans up", async () => {
    const { docker, left, calls } = fake('case "$1" in buildx|network) exit 1;; esac; exec sleep 60');
    const made = docker.make(image, true, () => {});
    const failed = expect(made).rejects.toThrow("The build was given up");
    while (calls().length < 3) await sleep(20);
    await docker.stop();
    await failed;
    expect(left()).toEqual([]);
  });
});
