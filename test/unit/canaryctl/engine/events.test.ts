import { describe, expect, test } from "@jest/globals";
import { UpdateEvents } from "../../../../canaryctl/src/engine/events.ts";

const urn = (name: string, type = "kubernetes:core/v1:Service") =>
  `urn:pulumi:dev::canary-lab::canary-lab:workload:Echo$${type}::${name}`;
const step = (name: string, op = "create") => ({ metadata: { op, urn: urn(name), type: "x", old: null, new: null } });
const message = (text: string, severity = "info", more = {}) => ({
  diagnosticEvent: { message: `${text}\n`, color: "never", severity, ...more },
});

/** What is shown of events in the form in which Pulumi 3.250 writes them. */
function run(...contents: readonly object[]) {
  const said: string[] = [];
  const notes: string[] = [];
  const events = new UpdateEvents({
    say: (line) => said.push(line.replace(/\([\d.]+s\)/, "(0s)")),
    note: (detail) => notes.push(detail),
  });
  for (const [sequence, content] of contents.entries())
    expect(events.read(JSON.stringify({ sequence, timestamp: 1795749244, ...content }))).toBe(true);
  return { said, notes, errors: events.errors };
}

describe("UpdateEvents", () => {
  test("shows what has ended, and notes what goes on", () => {
    const { said, notes } = run(
      { preludeEvent: { config: {} } },
      { resourcePreEvent: step("echo") },
      { resourcePreEvent: step("client", "update") },
      message("Finding Pods to direct traffic to", "info", { urn: urn("echo"), ephemeral: true }),
      { resOutputsEvent: step("echo") },
      { resOutputsEvent: step("client", "update") },
      { resourcePreEvent: step("same", "same") },
      { resOutputsEvent: step("same", "same") },
      { summaryEvent: { resourceChanges: { create: 1, update: 1, same: 57 } } },
    );
    expect(said).toEqual([
      " + kubernetes:core/v1:Service echo created (0s)",
      " ~ kubernetes:core/v1:Service client updated (0s)",
      "Resources: 1 created, 1 updated, 57 unchanged",
    ]);
    expect(notes).toEqual([
      "kubernetes:core/v1:Service echo creating",
      "kubernetes:core/v1:Service client updating",
      "kubernetes:core/v1:Service echo Finding Pods to direct traffic to",
      "1 resources done, kubernetes:core/v1:Service client updating",
    ]);
  });

  test("names the first ten resources, and counts the others", () => {
    const created = Array.from({ length: 12 }, (_, i) => ({ resOutputsEvent: step(`echo-${i}`) }));
    const { said } = run(...created, { summaryEvent: { resourceChanges: { create: 12 } } });
    expect(said.slice(9)).toEqual([" + kubernetes:core/v1:Service echo-9 created (0s)", "…", "Resources: 12 created"]);
  });

  test("shows messages with what they are about, and no debug messages", () => {
    const { said, errors } = run(
      message("a warning\nof two lines", "warning", { urn: urn("echo"), prefix: "warning: " }),
      message("for the user"),
      message("for nobody", "debug", { prefix: "debug: " }),
    );
    expect(said).toEqual(["kubernetes:core/v1:Service echo warning: a warning", "of two lines", "for the user"]);
    expect(errors).toEqual([]);
  });

  test("keeps each error once, with the lines that belong to it, and not the engine's summary", () => {
    const cause = "1 error occurred:\n\t* Helm release istiod: timed out \n\nand a hint that is left out";
    const { said, errors } = run(
      message(cause, "error", { urn: urn("istiod"), prefix: "error: " }),
      message(cause, "error", { urn: urn("istiod"), prefix: "error: " }),
      { resOpFailedEvent: { ...step("istiod"), status: 0, steps: 3 } },
      message("update failed", "error", { prefix: "error: " }),
    );
    expect(errors).toEqual(["1 error occurred:\n  \t* Helm release istiod: timed out"]);
    expect(said).toEqual([" + kubernetes:core/v1:Service istiod creating failed (0s)"]);
  });

  test("leaves alone what is no event", () => {
    expect(new UpdateEvents({ say: () => {} }).read("error: no stack named 'dev' found")).toBe(false);
  });
});
