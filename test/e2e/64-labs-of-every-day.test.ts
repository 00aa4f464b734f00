import { describePart } from "./support/describe-part.ts";
import { testLabs } from "./support/labs.ts";

describePart("the labs of decisions, environments, own services and bad days do what their pages say", () =>
  testLabs(14, 17),
);
