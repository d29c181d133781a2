import {
  editSecretsText,
  hmacKeyName,
  identitiesIn,
  identityFile,
  loadSite,
  newIdentity,
  openSecrets,
  readSecretsFile,
  recipientOf,
  renderSecretsFile,
  secretsOf,
  valuesToMask,
  withSecrets,
} from '../../../src/site/index.ts';
import { readingOf, smallSite } from '../../helpers/site-files.ts';
import { assert, suite, throwsCode } from '../../helpers/test.ts';

const file = '/site/secrets.yml';
const identity = await newIdentity();
const recipient = await recipientOf(identity);
const plain = new Map([
  ['keystone_admin_password', 'correct horse battery'],
  ['mariadb_root_password', 'staple "quoted"\nand a second line'],
  [hmacKeyName, 'f'.repeat(64)],
]);
const text = renderSecretsFile(await withSecrets({ recipients: [recipient], values: new Map() }, plain));
const read = (content: string) => readSecretsFile(content, file);

const test = suite('site/secrets');

test('what was encrypted comes back, whatever it holds', async () => {
  const secrets = await openSecrets(read(text).read!, [identity], file);
  for (const [name, value] of plain) assert.is(secrets.get(name), value);
  assert.equal(secrets.names(), [...plain.keys()].sort());
  assert.is(secrets.hmacKey(), 'f'.repeat(64));
});

test('no value stands in the file, plainly or in base64 at any offset', () => {
  const held = [
    text,
    ...[...read(text).read!.values.values()].map((one) => Buffer.from(one, 'base64').toString('latin1')),
  ];
  for (const value of [...plain.values(), identity]) {
    for (const offset of [0, 1, 2]) {
      const base64 = Buffer.from(' '.repeat(offset) + value)
        .toString('base64')
        .slice(4, -4);
      for (const one of held) assert.not.ok(one.includes(base64) || one.includes(value));
    }
  }
});

test('the same value is encrypted differently each time, so that equal secrets do not show', async () => {
  const same = new Map([
    ['a', 'x'],
    ['b', 'x'],
  ]);
  const { values } = await withSecrets({ recipients: [recipient], values: new Map() }, same);
  assert.is.not(values.get('a'), values.get('b'));
});

test('changing one value changes one line, a new name adds one, and comments stay', async () => {
  const commented = text.replace(
    '  mariadb_root_password:',
    '  # ask the database team\n  mariadb_root_password:',
  );
  const content = read(commented).read!;
  const next = await withSecrets(
    content,
    new Map([
      ['mariadb_root_password', 'new'],
      ['grafana_password', 'g'],
    ]),
  );
  const edited = editSecretsText(commented, next);
  const [before, after] = [commented.split('\n'), edited.split('\n')];
  const changed = after.filter((line) => !before.includes(line)).map((line) => line.split(':')[0]);
  assert.equal(changed, ['  grafana_password', '  mariadb_root_password']);
  assert.is(after.length, before.length + 1);
  assert.ok(after.includes('  # ask the database team'));
  assert.equal([...read(edited).read!.values.keys()], [...read(edited).read!.values.keys()].sort());
});

test('a file in another layout is written anew, with the same contents', async () => {
  const content = read(text).read!;
  const flow = `recipients: [${recipient}]\nsecrets: {${[...content.values].map(([n, v]) => `${n}: ${v}`).join(', ')}}\n`;
  const next = await withSecrets(read(flow).read!, new Map([['new_one', 'x']]));
  assert.equal(read(editSecretsText(flow, next)).read!.values, next.values);
});

test('an identity that is not for the file says which one would be', async () => {
  const error = await throwsCode(
    async () => openSecrets(read(text).read!, [await newIdentity()], file),
    'E_SECRETS_IDENTITY',
  );
  assert.match(error.message, recipient);
  assert.match(error.hint ?? '', 'SLIPWAY_AGE_KEY_FILE');
});

test('a value that was altered, or moved to another name’s recipient, is named', async () => {
  const content = read(text).read!;
  const good = content.values.get('keystone_admin_password') ?? '';
  const bytes = Buffer.from(good, 'base64');
  bytes[bytes.length - 1] = (bytes.at(-1) ?? 0) ^ 1;
  const altered = { ...content, values: new Map([['keystone_admin_password', bytes.toString('base64')]]) };
  const error = await throwsCode(() => openSecrets(altered, [identity], file), 'E_SECRETS_FILE');
  assert.match(error.message, '"keystone_admin_password"');
  assert.match(error.hint ?? '', 'slipway secrets set keystone_admin_password');
});

test('a value that someone wrote plainly is a problem at its line, and is not quoted', () => {
  const { problems } = read(`recipients: [${recipient}]\nsecrets:\n  a_password: hunter2!\n`);
  assert.equal([problems[0]?.code, problems[0]?.at?.line], ['E_SECRETS_FILE', 3]);
  assert.not.match(JSON.stringify(problems), 'hunter2');
});

test('recipients and identities that are none are errors of ours', async () => {
  const broken = { recipients: ['age1nonsense'], values: new Map<string, string>() };
  await throwsCode(() => withSecrets(broken, new Map([['a', 'b']])), 'E_SECRETS_FILE');
  const error = await throwsCode(() => recipientOf('AGE-SECRET-KEY-1NONSENSE'), 'E_SECRETS_IDENTITY');
  assert.not.match(`${error.message}${error.hint}`, 'NONSENSE');
  await throwsCode(() => identitiesIn('# nothing\n', 'age.key'), 'E_SECRETS_IDENTITY');
});

test('several recipients can each open the file', async () => {
  const other = await newIdentity();
  const both = { recipients: [recipient, await recipientOf(other)], values: new Map<string, string>() };
  const content = await withSecrets(both, plain);
  assert.is((await openSecrets(content, [other], file)).get(hmacKeyName), 'f'.repeat(64));
  assert.is((await openSecrets(content, [identity], file)).get(hmacKeyName), 'f'.repeat(64));
});

test('the key file is looked for in the environment, then in the configuration folder', () => {
  assert.is(identityFile({ SLIPWAY_AGE_KEY_FILE: '/k', HOME: '/h' }), '/k');
  assert.is(identityFile({ XDG_CONFIG_HOME: '/x', HOME: '/h' }), '/x/slipway/age.key');
  assert.is(identityFile({ HOME: '/h' }), '/h/.config/slipway/age.key');
});

test('a site opens its secrets, or says at the file what is missing', async () => {
  const files = { ...smallSite, 'secrets.yml': text, 'age.key': `# key\n${identity}\n` };
  const env = { SLIPWAY_AGE_KEY_FILE: '/site/age.key' };
  const { site } = await loadSite(readingOf(files, { withoutSecrets: false, env }));
  assert.is(site?.secrets.get('keystone_admin_password'), 'correct horse battery');
  const lost = await loadSite(readingOf(files, { withoutSecrets: false, env: { HOME: '/nobody' } }));
  assert.equal([lost.problems[0]?.code, lost.problems[0]?.at?.file], ['E_SECRETS_IDENTITY', file]);
  assert.match(lost.problems[0]?.message ?? '', '/nobody/.config/slipway/age.key');
});

test('an unknown secret is an error with the next step', async () => {
  const error = await throwsCode(() => secretsOf(plain, file).get('nope'), 'E_SECRET_UNKNOWN');
  assert.match(error.hint ?? '', 'slipway secrets init');
});

test('the keys of a set are masked one by one too', () => {
  const key = (letter: string) => `${letter.repeat(43)}=`;
  const sets = new Map([
    ['keys', JSON.stringify({ 0: key('a'), 1: key('b') })],
    ['password', 'pw'],
  ]);
  assert.equal(valuesToMask(secretsOf(sets, file)), [sets.get('keys'), key('a'), key('b'), 'pw']);
});

test('forty values are opened in well under a second', async () => {
  const many = new Map(Array.from({ length: 40 }, (_, i) => [`secret_${i}`, `value ${i}`]));
  const content = await withSecrets({ recipients: [recipient], values: new Map() }, many);
  const began = performance.now();
  await openSecrets(content, [identity], file);
  const tookMs = performance.now() - began;
  assert.ok(tookMs < 1_000, `${Math.round(tookMs)} ms`);
});
