import { jest } from "@jest/globals";

// A command of the lab takes seconds where jest expects milliseconds. Each command has a limit of its own, which is the one that counts.
jest.setTimeout(180_000);
