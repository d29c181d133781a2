import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { assert, suite } from '../../helpers/test.ts';

const test = suite('tools/free-subnet');

const program = resolve(import.meta.dirname, '../../../tools/free-subnet.mjs');
const scratch = mkdtempSync(join(tmpdir(), 'slipway-subnet-'));
test.after(() => rmSync(scratch, { recursive: true, force: true }));

/** The kernel's table with these routes, each `[address, prefix length]`. */
function table(...routes: [string, number][]): string {
  const hex = (value: number) => {
    const bytes = Buffer.alloc(4);
    bytes.writeUInt32LE(value >>> 0);
    return bytes.toString('hex').toUpperCase();
  };
  const number = (address: string) => address.split('.').reduce((sum, part) => sum * 256 + Number(part), 0);
  const rows = routes.map(([address, length]) => {
    const mask = length === 0 ? 0 : (0xffffffff << (32 - length)) >>> 0;
    return ['eth0', hex(number(address)), '00000000', '0001', '0', '0', '0', hex(mask), '0', '0', '0'].join(
      '\t',
    );
  });
  const file = join(scratch, 'route');
  writeFileSync(file, `Iface\tDestination\n${rows.join('\n')}\n`);
  return file;
}

const free = (...routes: [string, number][]) =>
  execFileSync(process.execPath, [program, table(...routes)], { encoding: 'utf8' }).trim();

test('the first candidate is taken where nothing overlaps; a default route does not count', () => {
  assert.is(free(['0.0.0.0', 0], ['192.0.2.0', 24]), '10.231.240');
});

test('smaller and larger routes are both stepped around', () => {
  assert.is(free(['10.231.240.64', 26], ['10.231.241.7', 32]), '10.231.242');
  assert.is(free(['10.231.240.0', 20]), '172.31.240');
  assert.is(free(['10.0.0.0', 8], ['172.16.0.0', 12]), '192.168.240');
});

test('without a free one it fails', () => {
  const file = table(['10.0.0.0', 8], ['172.16.0.0', 12], ['192.168.0.0', 16]);
  assert.is(spawnSync(process.execPath, [program, file]).status, 1);
});
