/** Where Pulumi's SDK notes a stack for each promise, which it prints only when it is asked to look for leaks. */
const notesStacks = /\/@pulumi\/pulumi\/runtime\/debuggable\.js$/;

/**
 * Leaves those stacks untranslated. Jest looks each of their frames up in source maps: more than half of the time of a test that runs the
 * program. Every other stack is jest's.
 *
 * @param global of the tests' own realm, in which jest has no formatter: it sets that of its worker
 */
export function leaveNotedStacks(global) {
  global.Error.prepareStackTrace = (error, frames) =>
    notesStacks.test(frames[0]?.getFileName() ?? "") ? "" : Error.prepareStackTrace(error, frames);
}
