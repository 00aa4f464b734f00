import { rmSync } from "node:fs";
import { writePrivateFile } from "@canary-lab/kit/private-files";
import { UserError } from "@canary-lab/kit/user-error";
import { variable } from "@canary-lab/kit/variables";
import { inLab } from "../../../cluster/lab-folder.ts";
import { type ApplicationScope, scopeVariables, type UrnPatterns, urnsOf } from "../../../stacks/application-scope.ts";
import { markVariable } from "../../../stacks/live/mark-variable.ts";
import { mendsDriftVariable, targetedVariable, updateVariable } from "../../../stacks/live/targeted.ts";
import { ownName, selectedStack } from "../../../stacks/stack-name.ts";
import { StackFile } from "../stack-file.ts";
import { withoutWrongSalt } from "./config-copy.ts";
import { busyError, failureOfExit, InterruptedError, NoStackError, outsideFailure } from "./engine-failure.ts";
import { UpdateEvents, type UpdateView } from "./events.ts";
import { lockQuestion } from "./lock-question.ts";
import { answerIn, errorsIn, wordsOf } from "./output.ts";
import type { ExportedState } from "./pending.ts";
import type { EngineExit, EngineProcess } from "./process.ts";
import { SecretsError } from "./secrets-failure.ts";
import { backendUrl } from "./variables.ts";

/** Nothing is asked, and nothing is coloured. */
const plain = ["--non-interactive", "--color", "never"] as const;

/** Loaded where it is run: the traffic of a rollback moves before. */
const runEngine = async (run: EngineProcess): Promise<EngineExit> => (await import("./process.ts")).runPulumi(run);

/** What of a stack an update is about; default: all of it, by its own config. */
export interface UpdateScope {
  /** Patterns of the URNs of the only resources that may change, as they are of the stack's own application. */
  readonly targets?: readonly string[];
  /** The only application that it is about, of a stack with several. */
  readonly application?: ApplicationScope | undefined;
  /** Path of a file that is read in place of the stack's own. */
  readonly configFile?: string;
  /** The mark of the last rollback before the command, empty where there was none; default: the one that is there when the engine begins. */
  readonly markBefore?: string;
  /** Whether the state has been told all that has drifted, so that the update puts it back. */
  readonly mendsDrift?: boolean;
}

/** What canaryctl asks of Pulumi's engine. Each call is one process. Without a view nothing is shown: a command's own words may say enough. */
export interface Engine {
  /** Makes the cluster agree with the config, without asking. */
  update(view?: UpdateView, scope?: UpdateScope): Promise<void>;
  /**
   * Prints to the terminal what an update would change, value by value.
   *
   * @param configFile is read in place of the stack's own, and may be written to: see `withConfigCopy`
   */
  preview(configFile: string): Promise<void>;
  /** The engine's events of a preview, a JSON object in each line, and what it prints beside them. One that fails has its errors there. */
  previewEvents(configFile: string): Promise<readonly string[]>;
  /** Removes every resource of the stack. */
  destroy(view?: UpdateView): Promise<void>;
  /** Reads resources anew from the cluster, by their URNs, and nothing else. */
  refresh(urns: readonly string[], view?: UpdateView): Promise<void>;
  /** @param secretsProvider what encrypts the stack's secrets; default: a passphrase, or Pulumi's service where that keeps the state */
  createStack(secretsProvider?: string): Promise<void>;
  /** Makes it the stack that plain `pulumi` means where none is named. */
  selectStack(): Promise<void>;
  /** Forgets the stack, whatever is still in its state; its config file stays. */
  removeStack(): Promise<void>;
  /**
   * Asks whether another update holds the stack, for a state whose locks only the engine can read; one that is not there is free.
   *
   * @throws EngineBusyError with its holder, as far as the backend tells that
   */
  mustBeFree(): Promise<void>;
  /** The state as JSON. */
  exportState(): Promise<ExportedState>;
  /** Puts a state in the place of the one that is there; it must be an edited export. */
  importState(state: ExportedState): Promise<void>;
}

/**
 * The `pulumi` command. The Automation API was measured and left aside: it starts the same command four times for one update
 * (2.4 s instead of 1.3 s for a program of one resource), and a change of weight has 2 s in all. What it does with a program is done
 * here, too (`startProgram`): a move takes 0.83 times as long as with a language host.
 *
 * @throws EngineBusyError, NoStackError, InterruptedError, or UserError with the engine's own words
 */
export class PulumiEngine implements Engine {
  readonly #message: readonly string[];
  readonly #stack: string;
  readonly #variables: Readonly<Record<string, string>>;
  readonly #run: (process: EngineProcess) => Promise<EngineExit>;
  readonly #policyPack: readonly string[];

  /**
   * @param command the command line that updates; it stands as the message in `pulumi stack history`
   * @param policyPack options of a preview, by which its violations are events: see `policyPackOptions`
   */
  constructor(
    stack: string,
    variables: Readonly<Record<string, string>>,
    run = runEngine,
    command?: string,
    policyPack: readonly string[] = [],
  ) {
    this.#policyPack = policyPack;
    this.#message = command === undefined ? [] : ["--message", command];
    this.#stack = stack;
    this.#variables = variables;
    this.#run = run;
  }

  async update(
    view?: UpdateView,
    { targets = [], application, configFile, markBefore, mendsDrift = false }: UpdateScope = {},
  ): Promise<void> {
    const urns: UrnPatterns = application ? urnsOf(application, targets) : { targets };
    const scope = [
      ...(urns.targets ?? []).flatMap((target) => ["--target", target]),
      ...(urns.excludes ?? []).flatMap((other) => ["--exclude", other]),
      ...(configFile === undefined ? [] : ["--config-file", configFile]),
    ];
    const variables: EngineProcess["variables"] = {
      [updateVariable]: "true",
      ...(targets.length > 0 && { [targetedVariable]: "true" }),
      ...(application && scopeVariables(application)),
      ...(markBefore !== undefined && { [markVariable]: markBefore }),
      ...(mendsDrift && { [mendsDriftVariable]: "true" }),
    };
    await this.#change(["up", ...this.#message, ...scope], view, variables);
  }

  async preview(configFile: string): Promise<void> {
    const args = this.#args(["preview", "--diff", "--config-file", configFile, ...this.#policyPack]);
    const exit = await this.#run({ args, runsProgram: true, variables: this.#variables });
    // The engine has written its reasons to the terminal already.
    if (exit.code !== 0) throw new UserError("The preview failed: the engine says why above.");
  }

  async previewEvents(configFile: string): Promise<readonly string[]> {
    const { code, lines, isInterrupted } = await this.#run({
      args: this.#args(["preview", "--json", "--config-file", configFile, ...this.#policyPack]),
      runsProgram: true,
      // Without it the engine gives a digest at its end, which lacks what came before an error.
      variables: { ...this.#variables, PULUMI_ENABLE_STREAMING_JSON_PREVIEW: "true" },
      onLine: () => {},
    });
    if (isInterrupted) throw new InterruptedError("Interrupted. A preview changes nothing.");
    const outside = code === 0 ? undefined : outsideFailure(this.#about, errorsIn(lines));
    if (outside) throw outside;
    return lines;
  }

  async destroy(view?: UpdateView): Promise<void> {
    await this.#change(["destroy"], view);
  }

  async refresh(urns: readonly string[], view?: UpdateView): Promise<void> {
    const targets = urns.flatMap((urn) => ["--target", urn]);
    await this.#change(["refresh", ...targets], view);
  }

  async createStack(secretsProvider?: string): Promise<void> {
    // Not told of it, the engine takes the provider out of the stack's file.
    const provider = secretsProvider === undefined ? [] : ["--secrets-provider", secretsProvider];
    await this.#call(["stack", "init", "--no-select", ...provider]);
  }

  async selectStack(): Promise<void> {
    await this.#call(["stack", "select"]);
  }

  async removeStack(): Promise<void> {
    const selected = selectedStack(variable(process.env, "PULUMI_HOME") ?? this.#variables.PULUMI_HOME);
    await this.#call(["stack", "rm", "--yes", "--force", "--preserve-config"]);
    if (selected === undefined || ownName(selected) === ownName(this.#stack)) return;
    // The engine forgets what was selected with whatever stack it removes, and a command without `--stack` would then mean another one.
    await new PulumiEngine(selected, this.#variables, this.#run).selectStack().catch((error) => {
      if (!(error instanceof NoStackError)) throw error; // it is in another backend
    });
  }

  async mustBeFree(): Promise<void> {
    const { args, isFree, runningAt } = lockQuestion(backendUrl(this.#about.variables), this.#stack);
    const exit = await this.#run({ args: [...args, ...plain], variables: this.#variables, onLine: () => {} });
    if (isFree(exit)) return;
    const place = runningAt(exit);
    if (place !== undefined) throw busyError(this.#about, "the service that keeps the state says so.", [], place);
    this.#mustHaveSucceeded("stack", exit, wordsOf(exit.lines));
  }

  async exportState(): Promise<ExportedState> {
    return answerIn("stack export", await this.#call(["stack", "export"]));
  }

  async importState(state: ExportedState): Promise<void> {
    const file = inLab(`state-${process.pid}.json`);
    writePrivateFile(file, JSON.stringify(state));
    try {
      await this.#call(["stack", "import", "--file", file]);
    } finally {
      rmSync(file, { force: true });
    }
  }

  #args(command: readonly string[]): string[] {
    return [...command, "--stack", this.#stack, ...plain];
  }

  /** A command that changes something, with its events. What the engine prints beside them is what the user should see, and no event. */
  async #change(
    [command = "", ...options]: readonly string[],
    view: UpdateView = { say: () => {} },
    variables: EngineProcess["variables"] = {},
  ): Promise<void> {
    const events = new UpdateEvents(view);
    const others: string[] = [];
    const isOfPassphrase = (error: unknown) => error instanceof SecretsError;
    await withoutWrongSalt(new StackFile(this.#stack), isOfPassphrase, async () => {
      const exit = await this.#run({
        args: this.#args([command, "--yes", "--skip-preview", "--suppress-outputs", "--json", ...options]),
        runsProgram: command === "up",
        variables: { ...this.#variables, ...variables },
        onLine: (line) => {
          if (events.read(line) || line.trim() === "") return;
          others.push(line);
          if (errorsIn([line]).length === 0) view.say(line); // an error is thrown
        },
      });
      this.#mustHaveSucceeded(command, exit, events.errors.length > 0 ? events.errors : wordsOf(others));
    });
  }

  async #call(command: readonly string[]): Promise<EngineExit> {
    const exit = await this.#run({ args: this.#args(command), variables: this.#variables, onLine: () => {} });
    this.#mustHaveSucceeded(command[0] ?? "", exit, wordsOf(exit.lines));
    return exit;
  }

  #mustHaveSucceeded(command: string, exit: EngineExit, errors: readonly string[]): void {
    const failure = failureOfExit({ command, ...this.#about }, exit, errors);
    if (failure) throw failure;
  }

  get #about() {
    return { stack: this.#stack, variables: { ...process.env, ...this.#variables } };
  }
}
