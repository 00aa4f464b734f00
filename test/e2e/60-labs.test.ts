import { describePart } from "./support/describe-part.ts";
import { testLabs } from "./support/labs.ts";

describePart("the first labs do what their pages say", () => testLabs(1, 4));
