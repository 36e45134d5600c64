// Node's own http module, as its documentation writes a server, with its cluster module for several workers:
// https://nodejs.org/api/http.html and https://nodejs.org/api/cluster.html.
// Outside Python, for orientation: it shares no code with the others and is in no tie group.

const cluster = require("node:cluster");
const http = require("node:http");

const [host, port, workers] = process.argv.slice(2);
const HOUR_MS = 3_600_000; // connections wait while other applications are driven
const BACKLOG = 4096;

const answers = {
  "/json": (response) => {
    const body = JSON.stringify({ message: "Hello, World!" });
    response.writeHead(200, { "Content-Type": "application/json", "Content-Length": Buffer.byteLength(body) }).end(body);
  },
  "/plaintext": (response) => {
    const body = "Hello, World!";
    response.writeHead(200, { "Content-Type": "text/plain", "Content-Length": Buffer.byteLength(body) }).end(body);
  },
};

if (Number(workers) > 1 && cluster.isPrimary) {
  for (let worker = 0; worker < Number(workers); worker++) cluster.fork();
} else {
  const server = http.createServer((request, response) => {
    const answer = answers[request.url];
    if (answer) answer(response);
    else response.writeHead(404).end();
  });
  server.keepAliveTimeout = HOUR_MS;
  server.listen({ host, port: Number(port), backlog: BACKLOG });
}
