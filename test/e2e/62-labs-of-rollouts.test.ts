import { describePart } from "./support/describe-part.ts";
import { testLabs } from "./support/labs.ts";

describePart("the labs of Argo Rollouts do what their pages say", () => testLabs(8, 11));
