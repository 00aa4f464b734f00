/** Which application is meant. */
export interface ApplicationName {
  /** Name of the Service, the host that callers in the mesh use, and the pods' label `app`. */
  readonly app: string;
  readonly namespace: string;
}
