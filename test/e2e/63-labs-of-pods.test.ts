import { describePart } from "./support/describe-part.ts";
import { testLabs } from "./support/labs.ts";

describePart("the labs of shares by pods and of rolling updates do what their pages say", () => testLabs(12, 13));
