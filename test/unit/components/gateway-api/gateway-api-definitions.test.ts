import { expect, test } from "@jest/globals";
import { definitionsFile } from "../../../../components/gateway-api/gateway-api-definitions.ts";

test("the definitions come from the mirror, else from their release", () => {
  expect(definitionsFile({ version: "1.4.0", mirror: "/charts" })).toBe(
    "/charts/gateway-api-1.4.0/standard-install.yaml",
  );
  expect(definitionsFile({ version: "1.4.0" })).toBe(
    "https://github.com/kubernetes-sigs/gateway-api/releases/download/v1.4.0/standard-install.yaml",
  );
});
