const page = (text: string, link: string) => ({ text, link });

/** The pages in the order in which the site offers them. A unit test sees that none is left out. */
export const sidebar = [
  { items: [page("Contents", "/"), page("Architecture", "/architecture")] },
  {
    text: "Reference",
    items: [
      page("canaryctl", "/reference/canaryctl"),
      page("Config of a stack", "/reference/config"),
      page("Exit codes", "/reference/exit-codes"),
    ],
  },
  {
    text: "The judge",
    items: [page("Method and error rates", "/judge"), page("As a service", "/judge-service")],
  },
  { text: "Components", items: [page("In a program of your own", "/library")] },
];
