import { diffFile, reasonOf } from '../../../src/engine/config-diff.ts';
import { applyContainer, explainConfig, observeHost, planContainer } from '../../../src/engine/index.ts';
import type { ConfigFile } from '../../../src/lib/container-spec.ts';
import { makeSpec } from '../../helpers/container-specs.ts';
import { fakeEngine } from '../../helpers/fake-engine.ts';
import { manualClock } from '../../helpers/manual-clock.ts';
import { assert, suite } from '../../helpers/test.ts';

const test = suite('engine: differences of configuration');

const file = (content: string, secrets: readonly string[] = []): ConfigFile => ({
  path: 'app.conf',
  content,
  mode: '0600',
  secrets,
  origin: (line) => ({ file: 'app.conf.njk', line: line + 11, column: 1 }),
});

test('the line of the file and the line of its template are named', () => {
  const diff = diffFile(file('a\nB\nc\nd\nE\n'), 'a\nb\nc\nd\ne\n');
  assert.is(diff && reasonOf(diff), 'app.conf changes at line 2 (from app.conf.njk:12:1) and 1 more place');
  assert.is(
    diff?.text,
    [
      '@@ app.conf:2 from app.conf.njk:12',
      '- 1 line',
      '+ B',
      '@@ app.conf:5 from app.conf.njk:15',
      '- 1 line',
      '+ E',
    ].join('\n'),
  );
});

test('the same content is no difference', () => {
  assert.is(diffFile(file('a\n'), 'a\n'), undefined);
});

test('neither new secrets nor old ones are shown', () => {
  const diff = diffFile(
    file('url = db://u:new-pass@h\nkey = one\ntwo\n', ['new-pass', 'one\ntwo']),
    'url = db://u:old-pass@h\n',
  );
  assert.is(
    diff?.text,
    [
      '@@ app.conf:1 from app.conf.njk:11',
      '- 1 line',
      '+ url = db://u:<secret>@h',
      '+ key = <secret>',
      '+ <secret>',
    ].join('\n'),
  );
});

async function deployed() {
  const clock = manualClock();
  const engine = fakeEngine({ clock });
  const facts = () => observeHost(engine, { site: 'test' });
  const ports = { clock, signal: new AbortController().signal, progress: () => {}, applied: () => {} };
  const first = makeSpec({ files: { 'app.conf': 'a\nb\n', 'same.conf': 'x\n' } });
  await applyContainer(engine, planContainer(first, await facts()), ports);
  engine.calls.length = 0;
  return {
    engine,
    first,
    plan: async (spec: typeof first) => explainConfig(engine, planContainer(spec, await facts())),
  };
}

test('a plan that changes a configuration says where, for one call more', async () => {
  const { engine, plan } = await deployed();
  const told = await plan(makeSpec({ files: { 'app.conf': 'a\nc\n', 'same.conf': 'x\n', 'new.conf': '' } }));
  assert.equal(told.reasons, ['app.conf changes at line 2', 'new.conf is added']);
  assert.is(told.changes[0]?.diff, '@@ app.conf:2\n- 1 line\n+ c');
  assert.equal(engine.calls, ['list containers', 'list volumes', 'get archive web']);
});

test('a plan that changes none makes no call', async () => {
  const { engine, first, plan } = await deployed();
  assert.is((await plan(first)).kind, 'none');
  assert.equal(engine.calls, ['list containers', 'list volumes']);
});
