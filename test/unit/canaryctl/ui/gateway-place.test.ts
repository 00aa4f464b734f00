import type { UserError } from "@canary-lab/kit/user-error";
import { expect, test } from "@jest/globals";
import type { Lab } from "../../../../canaryctl/src/lab.ts";
import { gatewayPlaceOf, pageUrl, rethrowAbsent } from "../../../../canaryctl/src/ui/gateway-place.ts";
import { ownFacts } from "../../../../stacks/platform-facts.ts";
import { fakeLab } from "../fake-lab.ts";

const { lab } = fakeLab();
const find = async () => "198.18.0.1";
const facts = ownFacts(lab.config, "dev");

const faultOf = (change: Partial<Lab>, at: () => Promise<string | undefined> = find) =>
  gatewayPlaceOf({ ...lab, ...change }, at).then(
    () => "none",
    (error: UserError) => error.toText(),
  );

test("is the gateway's port on loopback, by a name of its own, and the address that pods reach", async () => {
  const place = await gatewayPlaceOf(lab, find);
  expect(place).toEqual({
    app: "versioned-echo",
    namespace: "canary-lab",
    ingressLabels: { istio: "ingress" },
    address: "198.18.0.1",
    host: "versioned-echo.canary-lab.localhost",
    port: 30080,
  });
  expect(pageUrl(place).href).toBe("http://versioned-echo.canary-lab.localhost:30080/ui/");
});

test("is that of the platform that the application stands on", async () => {
  const platform = { ...facts, ingress: { namespace: "theirs", labels: { istio: "edge" }, nodePort: 31111 } };
  expect(await gatewayPlaceOf({ ...lab, platform }, find)).toMatchObject({
    ingressLabels: { istio: "edge" },
    port: 31111,
  });
});

test("is refused in a cluster of the user's own", async () => {
  const environment = { ...lab.environment, target: "existing", kubeContext: "theirs" } as const;
  expect(await faultOf({ environment })).toMatch(
    /^error: In a cluster of your own [\s\S]*at: +context theirs\n +allowed: .*embedded, kind\n +next: +npx canaryctl ui$/,
  );
});

test("is refused without a gateway that answers here", async () => {
  const ingress = { namespace: "theirs", labels: {}, nodePort: null };
  expect(await faultOf({ platform: { ...facts, ingress: null } })).toMatch(
    /is not there[\s\S]*next: +npx canaryctl ui$/,
  );
  expect(await faultOf({ platform: { ...facts, ingress } })).toMatch(/has no port of the nodes[\s\S]*next: /);
});

test("is refused where no address is known that pods reach", async () => {
  const fault = await faultOf({}, async () => undefined);
  expect(fault).toMatch(/^error: Docker has no IPv4 address [\s\S]*next: +npx canaryctl ui$/);
});

test("an address that is another machine's is told, as where Docker runs in a virtual one; other errors are as they were", () => {
  const error = Object.assign(new Error("listen"), { code: "EADDRNOTAVAIL", address: "172.18.0.1" });
  expect(() => rethrowAbsent(error)).toThrow(/no address 172\.18\.0\.1/);
  const other = Object.assign(new Error("listen"), { code: "EACCES" });
  expect(() => rethrowAbsent(other)).toThrow(other);
});
