/**
 * Leaves out the stacks that Pulumi's SDK notes for each promise and resource. It shows them when it is asked to look for leaks, and the
 * engine shows where a resource was made. For a test that runs the program they cost a quarter of the processor time, and jest looks each
 * frame up in source maps.
 */
export default {
  process(source) {
    const code = source.replace("= new Error().stack", '= ""').replace("value: new Error().stack", 'value: ""');
    if (code === source)
      throw new Error("Pulumi's SDK notes its stacks in another way: see test/unit/without-noted-stacks.mjs.");
    return { code };
  },
};
