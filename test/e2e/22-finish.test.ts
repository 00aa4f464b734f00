import { testFinish } from "./support/finish.ts";
import { withStrategy } from "./support/strategy.ts";

withStrategy({ strategy: "istio", plan: "25" });

testFinish();
