import { readFileSync } from "node:fs";
import { join } from "node:path";
import { UserError } from "@canary-lab/kit/user-error";
import Fastify, { type FastifyInstance, type FastifyReply } from "fastify";
import { tokens } from "../report/style.ts";
import { printableFor } from "../this-stack.ts";
import { type Access, cookieOf, hasToken, isToken, strangerFault } from "./access.ts";
import { type Act, parseAct } from "./acts.ts";
import type { Hub } from "./hub.ts";
import { icon, pageFolder, shell } from "./shell.ts";
import { shownName } from "./shown.ts";
import type { ActView, ApplicationsView } from "./snapshot.ts";

export interface ServerOptions {
  readonly access: Access;
  /** The stack of a page that names none, and its service; undefined for the stack's own application. */
  readonly stack: string;
  readonly service: string | undefined;
  readonly stacks: () => readonly string[];
  readonly applications: (stack: string) => ApplicationsView;
  readonly hub: Hub;
  /** Undefined for a server that only shows. */
  readonly act: ((shown: string, act: Act) => Promise<ActView>) | undefined;
}

/** Nothing but what this server sends is loaded, run or asked, and no other page shows it in a frame. */
const policy = [
  "default-src 'none'",
  ...["script-src", "style-src", "connect-src", "img-src"].map((each) => `${each} 'self'`),
  ...["base-uri", "form-action", "frame-ancestors"].map((each) => `${each} 'none'`),
].join("; ");

/** What a window may leave unread, in bytes. */
const mostUnread = 1_000_000;

const headers = {
  "content-security-policy": policy,
  "x-content-type-options": "nosniff",
  "referrer-policy": "no-referrer",
  "cross-origin-resource-policy": "same-origin",
  "cache-control": "no-store",
};

/** What a window names; of a stack that it names without a service it means the stack's own application. */
interface Asked {
  readonly stack?: string;
  readonly app?: string;
}

/** The server of the page, not yet listening. Without the token it gives nothing but a refusal. */
export function buildServer(options: ServerOptions): FastifyInstance {
  const { access, stacks, applications, hub, act } = options;
  const app = Fastify({ bodyLimit: 4096, forceCloseConnections: true });
  app.addHook("onRequest", async (request, reply) => {
    reply.headers(headers);
    const fault = strangerFault(request, access);
    if (fault !== undefined) return refuse(reply, 403, fault);
    const { token } = request.query as { token?: unknown };
    if (request.url.startsWith("/?") && isToken(token, access.token)) {
      // The token is in the cookie from here on, and out of the address that others may see.
      return reply.header("set-cookie", cookieOf(access)).redirect("./", 303);
    }
    if (!hasToken(request, access)) return refuse(reply, 401, noToken);
    return undefined;
  });

  app.get("/", (_request, reply) => reply.type("text/html; charset=utf-8").send(shell));
  app.get("/tokens.css", (_request, reply) => reply.type("text/css; charset=utf-8").send(tokens));
  app.get("/icon.svg", (_request, reply) => reply.type("image/svg+xml").send(icon));
  const files = { "page.js": "text/javascript; charset=utf-8", "page.css": "text/css; charset=utf-8" };
  for (const [file, type] of Object.entries(files))
    app.get(`/${file}`, (_request, reply) => reply.type(type).send(readFileSync(join(pageFolder, file))));

  const known = ({ stack = options.stack, ...asked }: Asked): string => {
    const next = "npx canaryctl stack list";
    if (stack !== options.stack && !stacks().includes(stack))
      throw new UserError(`There is no stack ${stack}.`, { allowed: stacks().join(", "), next });
    const { own, services } = applications(stack);
    if (asked.app === undefined || asked.app === own) return stack;
    if (services.includes(asked.app)) return shownName(stack, asked.app);
    throw new UserError(`Stack ${stack} has no service ${asked.app}.`, { allowed: services.join(", "), next });
  };
  const shownBy = (asked: Asked): string =>
    asked.stack === undefined && asked.app === undefined ? shownName(options.stack, options.service) : known(asked);

  app.get<{ Querystring: Asked }>("/events", (request, reply) => {
    const shown = shownBy(request.query);
    reply.hijack();
    const { raw } = reply;
    raw.writeHead(200, { ...headers, "content-type": "text/event-stream; charset=utf-8" });
    const unsubscribe = hub.subscribe(shown, (event, data) => {
      raw.write(`event: ${event}\ndata: ${JSON.stringify(data)}\n\n`);
      if (raw.writableLength > mostUnread) raw.destroy(); // the window sleeps: it asks again when it wakes
    });
    raw.on("close", unsubscribe);
  });

  app.post<{ Querystring: Asked }>("/acts", async (request, reply) => {
    if (!act) return refuse(reply, 403, readOnly(options.stack));
    const done = await act(shownBy(request.query), parseAct(request.body));
    return reply.code(done.state === "done" ? 200 : 409).send(done);
  });

  app.setErrorHandler((error: Error & { statusCode?: number }, _request, reply) => {
    if (error instanceof UserError) return refuse(reply, 400, printableFor(options.stack)(error.toText()));
    return refuse(reply, error.statusCode ?? 500, error.message);
  });
  return app;
}

const refuse = (reply: FastifyReply, status: number, text: string) =>
  reply.code(status).type("text/plain; charset=utf-8").send(`${text}\n`);

/** What a request without the token gets. */
export const noToken = "This page opens by the address with the token that `canaryctl ui` has printed.";

const readOnly = (stack: string): string =>
  printableFor(stack)(
    new UserError("This page only shows: by the gateway, and where its server was started with --read-only.", {
      next: "npx canaryctl ui",
    }).toText(),
  );
