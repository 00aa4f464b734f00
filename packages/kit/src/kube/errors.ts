import { UserError } from "../user-error.ts";

/** An answer of the API server that is not a success. */
export class ApiError extends UserError {
  override readonly kind = "api-server";
  /** The HTTP status. */
  readonly status: number;
  /** Kubernetes' word for it, such as `AlreadyExists`; empty where the answer has none. */
  readonly reason: string;
  /** The answer itself, as a rule a `Status` object. */
  readonly body: object;

  constructor(status: number, message: string, place: string, body: object = {}) {
    super(message, { place });
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
