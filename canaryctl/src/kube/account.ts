import { ApiError, type KubeClient, UnreachableError } from "@canary-lab/kit/kube/client";

/** As whom the API server knows the client. Every account may ask it, from Kubernetes 1.28 on; undefined where it does not answer that. */
export async function accountBy(client: Pick<KubeClient, "create">): Promise<string | undefined> {
  try {
    const { status } = await client.create<{
      readonly status?: { readonly userInfo?: { readonly username?: string } };
    }>("/apis/authentication.k8s.io/v1/selfsubjectreviews", {
      apiVersion: "authentication.k8s.io/v1",
      kind: "SelfSubjectReview",
    });
    return status?.userInfo?.username;
  } catch (error) {
    if (error instanceof ApiError || error instanceof UnreachableError) return undefined;
    throw error;
  }
}
