import { readFileSync } from 'node:fs';

// Prints the first /24 of a list of private ones that no route of this machine overlaps, without its last number:
// "10.231.240". Reads the kernel's table (proc(5), /proc/net/route: little-endian hexadecimal numbers).
const candidates = [
  ...Array.from({ length: 15 }, (_, i) => `10.231.${240 + i}`),
  ...Array.from({ length: 15 }, (_, i) => `172.31.${240 + i}`),
  ...Array.from({ length: 15 }, (_, i) => `192.168.${240 + i}`),
];
const table = readFileSync(process.argv[2] ?? '/proc/net/route', 'utf8');
const routes = table
  .split('\n')
  .slice(1)
  .map((line) => line.split('\t'))
  .filter((fields) => fields.length > 7)
  .map((fields) => ({ network: fromHex(fields[1]), mask: fromHex(fields[7]) }))
  .filter((route) => route.mask !== 0);
const free = candidates.find((candidate) => !routes.some((route) => overlaps(route, candidate)));
if (free === undefined) process.exit(1);
process.stdout.write(`${free}\n`);

function fromHex(text) {
  return Buffer.from(text, 'hex').readUInt32LE();
}

function overlaps(route, candidate) {
  const [a, b, c] = candidate.split('.').map(Number);
  const network = ((a << 24) | (b << 16) | (c << 8)) >>> 0;
  const mask = (route.mask & 0xffffff00) >>> 0;
  return (network & mask) >>> 0 === (route.network & mask) >>> 0;
}
