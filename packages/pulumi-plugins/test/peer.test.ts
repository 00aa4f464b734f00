import { spawn } from "node:child_process";
import { once } from "node:events";
import { connect, type Server } from "node:net";
import { afterEach, describe, expect, jest, test } from "@jest/globals";
import { listenForOwnUser, ownerOf } from "../src/peer.ts";

const peer = { address: "127.0.0.1", port: 50000 }; // C350
const own = { address: "127.0.0.1", port: 8080 }; // 1F90
const header = "  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode";
const row = (local: string, remote: string, state: string, uid: number) =>
  `   0: ${local} ${remote} ${state} 00000000:00000000 00:00000000 00000000 ${String(uid).padStart(5)}        0 1 1 0 20 4 30 10 -1`;
const table = (...rows: string[]) => [header, ...rows, ""].join("\n");

describe("the owner of a connection's other end", () => {
  test("is the user of the row in which our end is the remote one", () => {
    const ours = row("0100007F:1F90", "0100007F:C350", "01", 0);
    const theirs = row("0100007F:C350", "0100007F:1F90", "01", 1000);
    expect(ownerOf(table(ours, theirs), peer, own)).toBe(1000);
    expect(ownerOf(table(ours), peer, own)).toBeUndefined();
  });

  test("is found among IPv6 sockets that reach an IPv4 address", () => {
    const mapped = row("0000000000000000FFFF00000100007F:C350", "0000000000000000FFFF00000100007F:1F90", "01", 33);
    expect(ownerOf(table(mapped), peer, own)).toBe(33);
  });

  test("is nobody once the process has closed it: the kernel shows such rows as root's", () => {
    for (const state of ["04", "05", "06"]) {
      expect(ownerOf(table(row("0100007F:C350", "0100007F:1F90", state, 0)), peer, own)).toBeUndefined();
    }
  });

  test("is not that of another connection", () => {
    const others = [row("0100007F:C351", "0100007F:1F90", "01", 1), row("0200007F:C350", "0100007F:1F90", "01", 1)];
    expect(ownerOf(table(...others), peer, own)).toBeUndefined();
  });
});

describe("a server for the own user", () => {
  let server: Server | undefined;
  afterEach(() => {
    server?.close();
  });

  async function greet(): Promise<number> {
    const listening = await listenForOwnUser((socket) => socket.end("welcome"));
    server = listening.server;
    return listening.port;
  }

  test("accepts this user", async () => {
    const socket = connect(await greet(), "127.0.0.1");
    const [greeting] = await once(socket, "data");
    expect(String(greeting)).toBe("welcome");
  });

  // Only root can become another user.
  (process.getuid?.() === 0 ? test : test.skip)("closes the connection of another user, unread", async () => {
    const port = await greet();
    const script = `exec 3<>/dev/tcp/127.0.0.1/${port}; cat <&3`;
    const as = async (uid: number) => {
      const child = spawn("/bin/bash", ["-c", script], {
        uid,
        gid: uid,
        cwd: "/",
        stdio: ["ignore", "pipe", "ignore"],
      });
      let output = "";
      child.stdout.on("data", (chunk) => {
        output += chunk;
      });
      await once(child, "close");
      return output;
    };
    const log = jest.spyOn(console, "error").mockImplementation(() => {});
    expect(await as(0)).toBe("welcome");
    expect(log).not.toHaveBeenCalled();
    expect(await as(65534)).toBe("");
    expect(log).toHaveBeenCalledWith("refused a connection of user 65534");
    log.mockRestore();
  });
});
