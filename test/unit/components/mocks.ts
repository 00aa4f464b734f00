import { runtime } from "@pulumi/pulumi";
import { MockMonitor } from "@pulumi/pulumi/runtime/mocks.js";

/** A resource as it was registered. URNs are shortened to the resource's name. */
export interface Registered {
  readonly type: string;
  readonly name: string;
  // biome-ignore lint/suspicious/noExplicitAny: whatever a resource was given, for assertions to look into
  readonly inputs: any;
  readonly parent: string;
  readonly dependencies: readonly string[];
  readonly provider: string;
  readonly ignoreChanges: readonly string[];
}

const nameOf = (urn: string): string => urn.split("::")[3] ?? "";

/**
 * Runs `build` under Pulumi's mocks and returns what it registered, by name. Nothing may be looked up: every invoke is an error.
 * Call it before the code under test is imported, or let `build` import it.
 *
 * @param options.outputs what a resource of a type, or of a name, gives back beside its inputs
 * @param options.preview whether what no resource gives back is not known yet, as in a preview
 */
export async function register(
  build: () => unknown,
  options: { readonly outputs?: Readonly<Record<string, object>>; readonly preview?: boolean } = {},
): Promise<ReadonlyMap<string, Registered>> {
  const seen = new Map<string, Registered>();
  await runtime.setMocks(
    {
      newResource: ({ type, name, inputs }) => ({
        id: `${name}-id`,
        state: { ...inputs, ...options.outputs?.[type], ...options.outputs?.[name] },
      }),
      call: ({ token }) => {
        throw new Error(`unexpected invoke of ${token}`);
      },
    },
    "canary-lab",
    "test",
    options.preview,
    "organization",
  );
  const { registerResource } = MockMonitor.prototype;
  MockMonitor.prototype.registerResource = function (request, callback) {
    seen.set(request.getName(), {
      type: request.getType(),
      name: request.getName(),
      inputs: request.getObject()?.toJavaScript() ?? {},
      parent: nameOf(request.getParent()),
      dependencies: request.getDependenciesList().map(nameOf),
      provider: nameOf(request.getProvider()),
      ignoreChanges: request.getIgnorechangesList(),
    });
    return registerResource.call(this, request, callback);
  };
  try {
    await build();
    await runtime.disconnect();
  } finally {
    MockMonitor.prototype.registerResource = registerResource;
  }
  return seen;
}
