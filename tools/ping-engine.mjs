import { request } from 'node:http';

// Exits 0 if a container engine answers at the address given (unix:///path or tcp://host:port) within five seconds.
const address = process.argv[2] ?? 'unix:///var/run/docker.sock';
const url = new URL(address);
const target =
  url.protocol === 'unix:'
    ? { socketPath: url.pathname }
    : { host: url.hostname, port: Number(url.port || '2375') };
const ping = request({ ...target, path: '/_ping', timeout: 5000 }, (answer) => {
  answer.resume();
  answer.on('end', () => process.exit(answer.statusCode === 200 ? 0 : 1));
});
ping.on('timeout', () => process.exit(1));
ping.on('error', () => process.exit(1));
ping.end();
