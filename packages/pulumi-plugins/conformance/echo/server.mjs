import http from "node:http";

const server = http.createServer((_, response) => response.end("ok\n")).listen(8080);
process.on("SIGTERM", () => server.close(() => process.exit(0)));
