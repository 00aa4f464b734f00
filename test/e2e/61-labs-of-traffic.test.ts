import { describePart } from "./support/describe-part.ts";
import { testLabs } from "./support/labs.ts";

describePart("the labs of metrics, chosen users and the Gateway API do what their pages say", () => testLabs(5, 7));
