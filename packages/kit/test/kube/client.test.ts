import { describe, expect, test } from "@jest/globals";
import { ApiError, KubeClient, UnreachableError } from "../../src/kube/client.ts";
import { type Answers, fakeApi, kubeconfigFile } from "./fake-api.ts";

const advice = { nextForSilence: "start the cluster", nextForContext: "name a context" };
const clientAt = (port: number) =>
  new KubeClient(kubeconfigFile({ server: `http://127.0.0.1:${port}` }, { token: "abc" }), "lab", advice);

async function api(answers: Answers) {
  const { port, seen } = await fakeApi(answers);
  return { client: clientAt(port), seen };
}

describe("KubeClient", () => {
  test("reads an object with the user's token, and nothing where there is none", async () => {
    const { client, seen } = await api({ "/api/v1/namespaces/a": [200, { kind: "Namespace" }] });
    expect(await client.get("/api/v1/namespaces/a")).toEqual({ kind: "Namespace" });
    expect(await client.get("/api/v1/namespaces/b")).toBeUndefined();
    expect(seen[0]?.request.headers.authorization).toBe("Bearer abc");
  });

  test("applies the whole object under the manager, by force", async () => {
    const { client, seen } = await api({ "/x?fieldManager=canary-lab&force=true": [200, { applied: true }] });
    expect(await client.apply("/x", { a: 1 }, "canary-lab")).toEqual({ applied: true });
    expect(seen[0]?.request.method).toBe("PATCH");
    expect(seen[0]?.request.headers["content-type"]).toBe("application/apply-patch+yaml");
    expect(seen[0]?.body).toBe('{"a":1}');
  });

  test("deletes an object, and has nothing to do where there is none", async () => {
    const { client, seen } = await api({ "/api/v1/x": [200, { kind: "Pod" }] });
    await client.delete("/api/v1/x");
    await client.delete("/api/v1/y");
    expect(seen.map(({ request }) => request.method)).toEqual(["DELETE", "DELETE"]);
  });

  test("reads plain text as it is", async () => {
    const { client } = await api({ "/log": [200, '{"message":"a line"}\nanother\n'] });
    expect(await client.text("/log")).toBe('{"message":"a line"}\nanother\n');
    expect(await client.text("/other")).toBeUndefined();
  });

  test("merges a change into an object, or into its status", async () => {
    const { client, seen } = await api({ "/x/status": [200, { patched: true }] });
    expect(await client.patch("/x/status", { status: { abort: true } })).toEqual({ patched: true });
    expect(seen[0]?.request.method).toBe("PATCH");
    expect(seen[0]?.request.headers["content-type"]).toBe("application/merge-patch+json");
    expect(seen[0]?.body).toBe('{"status":{"abort":true}}');
    await expect(client.patch("/y", {})).rejects.toMatchObject({ status: 404 });
  });

  test("says what may be the matter where the server does not know who asks, and what to run", async () => {
    const body = { kind: "Status", message: "Unauthorized", reason: "Unauthorized", code: 401 };
    const { client } = await api({ "/x": [401, body] });
    const asked = client.get("/x");
    await expect(asked).rejects.toMatchObject({ status: 401, reason: "Unauthorized", next: "start the cluster" });
    await expect(asked).rejects.toThrow(
      "The API server does not know who asks (Unauthorized): the certificate or token of the kubeconfig has expired, or is of another cluster.",
    );
  });

  test("reports an answer that is no success with the server's words", async () => {
    const { client } = await api({
      "/x": [403, { message: "not yours", reason: "Forbidden" }],
      "/y?fieldManager=m&force=true": [404, "404 page not found"],
    });
    await expect(client.get("/x")).rejects.toMatchObject({ status: 403, reason: "Forbidden", message: "not yours" });
    const unknownKind = client.apply("/y", {}, "m");
    await expect(unknownKind).rejects.toBeInstanceOf(ApiError);
    await expect(unknownKind).rejects.toThrow("does not know this kind");
  });

  test("says where a server is that does not answer, and what to do", async () => {
    const unreachable = clientAt(1).get("/x");
    await expect(unreachable).rejects.toBeInstanceOf(UnreachableError);
    await expect(unreachable).rejects.toMatchObject({ place: "http://127.0.0.1:1/x", next: "start the cluster" });
    await expect(unreachable).rejects.toThrow(/ECONNREFUSED/);
  });

  test("says which contexts there are, and which file cannot be read", async () => {
    const file = kubeconfigFile({ server: "http://127.0.0.1:1" });
    await expect(new KubeClient(file, "other", advice).get("/x")).rejects.toMatchObject({
      place: file,
      allowed: "lab, astray",
      next: "name a context",
    });
    await expect(new KubeClient("/nowhere/config", "lab", advice).get("/x")).rejects.toMatchObject({
      name: "UserError",
      place: "/nowhere/config",
      next: "start the cluster",
    });
  });
});
