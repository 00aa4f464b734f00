import { mkdirSync, rmSync } from "node:fs";
import { UserError } from "@canary-lab/kit/user-error";
import { expect } from "@jest/globals";
import { FakeDocker } from "./fake-docker.ts";

export const byHand = "docker rm --force --volumes canary-lab-control-plane";

/** What a command is refused with. */
export async function refusal(work: Promise<unknown>): Promise<UserError> {
  const error = await work.then(
    () => undefined,
    (reason) => reason,
  );
  expect(error).toBeInstanceOf(UserError);
  return error;
}

/** The lab's kind cluster, up; what was done for that is not in `done`. */
export async function running(): Promise<FakeDocker> {
  const docker = new FakeDocker();
  await docker.check();
  await docker.up();
  docker.done.length = 0;
  return docker;
}

/** Another checkout beside the same Docker. */
export function beside(docker: FakeDocker): FakeDocker {
  const here = new FakeDocker();
  for (const [name, box] of docker.boxes) here.boxes.set(name, box);
  return here;
}

/** The same Docker after all of the lab's `.lab` is gone. */
export function loseFolder(docker: FakeDocker): void {
  rmSync(docker.home, { recursive: true });
  mkdirSync(docker.home);
}

/** `up` and `down` refuse, and nothing is changed. */
export async function isLeftAlone(docker: FakeDocker, message: RegExp): Promise<void> {
  const before = [...docker.boxes.keys()];
  docker.done.length = 0;
  for (const command of ["check", "up", "down"] as const) {
    const error = await refusal(docker[command]());
    expect(error.message).toMatch(message);
    expect(error.next).toContain(`&& npx canaryctl ${command === "check" ? "up" : command}`);
  }
  expect([...docker.boxes.keys()]).toEqual(before);
  expect(docker.done).toEqual([]);
}

/** `up` refuses a cluster for which nothing speaks, `down` leaves it, and nothing is changed. */
export async function isNobodys(docker: FakeDocker): Promise<void> {
  docker.done.length = 0;
  for (const command of ["check", "up"] as const) {
    const { message, next } = await refusal(docker[command]());
    expect(message).toBe('There is a kind cluster "canary-lab" without the mark of a lab. It is left alone.');
    expect(next).toBe(
      `npx canaryctl config set kubeContext kind-canary-lab && npx canaryctl up\n${byHand} && npx canaryctl up`,
    );
  }
  await docker.down();
  expect(docker.said.at(-1)).toBe("The kind cluster in Docker is not this checkout's: it stays.");
  expect(docker.boxes.size).toBe(1);
  expect(docker.done).toEqual([]);
}
