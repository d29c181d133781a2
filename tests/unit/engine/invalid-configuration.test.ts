import { invalidConfiguration } from '../../../src/engine/invalid-configuration.ts';
import type { ConfigFile } from '../../../src/lib/container-spec.ts';
import { makeSpec } from '../../helpers/container-specs.ts';
import { assert, suite } from '../../helpers/test.ts';

const test = suite('engine: invalid configuration');

/** Line n of a file comes from line n + 100 of its template. */
function fileOf(path: string): ConfigFile {
  const origin = (line: number) => ({ file: `${path}.njk`, line: line + 101, column: 1 });
  return { path, content: '', mode: '0600', secrets: [], origin };
}

function placeOf(paths: readonly string[], output: readonly string[]) {
  const spec = { ...makeSpec(), files: paths.map(fileOf) };
  return invalidConfiguration(spec, output, 1).at;
}

test("HAProxy's message leads to the template's line", () => {
  const at = placeOf(
    ['config.json', 'haproxy.cfg'],
    [
      '[NOTICE]   (7) : haproxy version is 2.6.12',
      "[WARNING]  (7) : parsing [/run/kolla-candidate/etc/haproxy/haproxy.cfg:3] : 'option x' is useless",
      "[ALERT]    (7) : config : parsing [/run/kolla-candidate/etc/haproxy/haproxy.cfg:12] : unknown keyword 'blance'",
    ],
  );
  assert.equal(at, { file: 'haproxy.cfg.njk', line: 112, column: 1 });
});

test("Keepalived's message leads to the template's line", () => {
  const at = placeOf(
    ['config.json', 'keepalived.conf'],
    ["(/run/kolla-candidate/etc/keepalived/keepalived.conf: Line 5) Unknown keyword 'vrrp_instanc'"],
  );
  assert.equal(at, { file: 'keepalived.conf.njk', line: 105, column: 1 });
});

test('a bare line number leads to the only file', () => {
  assert.is(placeOf(['config.json', 'app.conf'], ['error on line 4: bad value'])?.line, 104);
  assert.is(placeOf(['a.conf', 'b.conf'], ['error on line 4: bad value']), undefined);
});

test('files of the same name in directories are told apart', () => {
  const at = placeOf(['a/x.cfg', 'b/x.cfg'], ['error: /etc/app/b/x.cfg:2: no']);
  assert.is(at?.file, 'b/x.cfg.njk');
});

test('what the program printed is in the message, and that nothing was touched in the hint', () => {
  const error = invalidConfiguration(makeSpec({ files: { 'app.conf': 'x' } }), ['app.conf:1: no'], 2);
  assert.match(
    error.message,
    '(app.conf, line 1): its own check refused it (exit code 2):\n  app.conf:1: no',
  );
  assert.match(error.hint ?? '', 'nothing that runs was touched');
});
