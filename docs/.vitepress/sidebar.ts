const page = (text: string, link: string) => ({ text, link });

/** The pages in the order in which the site offers them. A unit test sees that none is left out. */
export const sidebar = [
  {
    items: [
      page("Contents", "/"),
      page("Commands", "/commands"),
      page("Ways to release", "/strategies"),
      page("The live page", "/live-page"),
      page("When something is wrong", "/troubleshooting"),
      page("Where it runs", "/where-it-runs"),
      page("How fast", "/performance"),
      page("What goes wrong, and what comes of it", "/faults"),
      page("What it costs", "/cost"),
      page("Architecture", "/architecture"),
      page("Security", "/security"),
      page("Policy", "/policy"),
      page("FAQ", "/faq"),
      page("Compared with others", "/comparison"),
    ],
  },
  {
    text: "How to",
    items: [
      page("Environments side by side", "/how-to/environments"),
      page("Your own service", "/how-to/own-service"),
      page("Several services in one stack", "/how-to/services"),
      page("Your own cluster", "/how-to/own-cluster"),
      page("Your own metrics", "/how-to/own-metrics"),
      page("CI", "/how-to/ci"),
      page("State and secrets", "/how-to/state"),
    ],
  },
  {
    text: "Reference",
    items: [
      page("canaryctl", "/reference/canaryctl"),
      page("Config of a stack", "/reference/config"),
      page("Exit codes", "/reference/exit-codes"),
      page("Components", "/reference/components"),
      page("Files and listeners", "/reference/files"),
      page("Rights of the accounts", "/reference/rights"),
      page("Licences", "/reference/licences"),
    ],
  },
  {
    text: "The judge",
    items: [page("Method and error rates", "/judge"), page("As a service", "/judge-service")],
  },
  { text: "Components", items: [page("In a program of your own", "/library")] },
  {
    text: "Errors",
    collapsed: true,
    items: [
      page("All of them", "/errors/"),
      page("The command line cannot be meant", "/errors/usage"),
      page("Values of the config cannot be used", "/errors/config"),
      page("The lab is not up", "/errors/not-up"),
      page("The stack is not in the backend", "/errors/no-stack"),
      page("Another update is running", "/errors/busy"),
      page("The secrets of the stack cannot be read", "/errors/secrets"),
      page("The API server refuses", "/errors/api-server"),
      page("The cluster does not answer", "/errors/unreachable"),
      page("The Rollouts controller is away", "/errors/controller-away"),
      page("The program refuses an update", "/errors/refused"),
      page("Interrupted", "/errors/interrupted"),
      page("Too few pods for the share", "/errors/share"),
      page("The judge does not pass the canary", "/errors/judge"),
      page("A process of the embedded node ended", "/errors/node-process"),
    ],
  },
];
