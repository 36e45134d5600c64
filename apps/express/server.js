// Express, as its documentation writes an application, with the settings that it names for production:
// https://expressjs.com/en/starter/hello-world.html and https://expressjs.com/en/advanced/best-practice-performance.html.
// Outside Python, for orientation: it shares no code with the others and is in no tie group.

const cluster = require("node:cluster");
const express = require("express");

const [host, port, workers] = process.argv.slice(2);
const HOUR_MS = 3_600_000; // connections wait while other applications are driven
const BACKLOG = 4096;

const app = express();
app.disable("x-powered-by");

app.get("/json", (request, response) => {
  response.json({ message: "Hello, World!" });
});

app.get("/plaintext", (request, response) => {
  response.type("text/plain").send("Hello, World!");
});

if (Number(workers) > 1 && cluster.isPrimary) {
  for (let worker = 0; worker < Number(workers); worker++) cluster.fork();
} else {
  app.listen(Number(port), host, BACKLOG).keepAliveTimeout = HOUR_MS;
}
