import { withStrategy } from "./support/strategy.ts";
import { testWholeRelease } from "./support/whole-release.ts";

withStrategy({ strategy: "istio", plan: "25" });

testWholeRelease("istio", ["promote"]);
