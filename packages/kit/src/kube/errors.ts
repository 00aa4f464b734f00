import { UserError } from "../user-error.ts";

/** A 401: the server says one word for all of it. */
export const unknownCaller =
  "The API server does not know who asks (Unauthorized): the certificate or token of the kubeconfig has expired, or is of another cluster.";

/** An answer of the API server that is not a success. */
export class ApiError extends UserError {
  override readonly kind = "api-server";
  /** The HTTP status. */
  readonly status: number;
  /** Kubernetes' word for it, such as `AlreadyExists`; empty where the answer has none. */
  readonly reason: string;
  /** The answer itself, as a rule a `Status` object. */
  readonly body: object;

  /** @param next what the user is to run, where that is known */
  constructor(status: number, message: string, place: string, body: object = {}, next?: string) {
    super(message, { place, ...(next !== undefined && { next }) });
    this.status = status;
    this.body = body;
    const { reason } = body as { readonly reason?: unknown };
    this.reason = typeof reason === "string" ? reason : "";
  }
}

/** The API server could not be asked at all. */
export class UnreachableError extends UserError {
  override readonly kind = "unreachable";
}
