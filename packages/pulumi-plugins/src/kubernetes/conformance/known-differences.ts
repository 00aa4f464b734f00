/** Cases in which a user sees something else than was recorded of the real plugin, each with its reason. */
export const knownDifferences: Readonly<Record<string, string>> = {
  "c07-crashloop":
    "The container ends as soon as it has started. Where the kubelet sees it run, the Deployment is available for that moment and the " +
    "creation succeeds, as it was recorded; on a busy machine the kubelet sees only that it has ended, and the creation fails.",
  "c13-exists":
    "An import takes over what was written into the live object. The recorded plugin was built without its schema: it imported " +
    "nothing but the name, and then wanted to replace what it had just adopted. The released one imports the fields, too.",
  "c23-options":
    "One creation that fails and one deletion run side by side, and which ends first decides what the engine " +
    "still begins. With this plugin deletions end sooner.",
};

/** Fewer agreeing cases than this are a failure whatever the list says. */
export const leastAgreeing = 18;
