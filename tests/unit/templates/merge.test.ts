import { mergeConfig } from '../../../src/templates/index.ts';
import { assert, suite, throwsCode } from '../../helpers/test.ts';

const test = suite('templates/merge');

type Format = Parameters<typeof mergeConfig>[0];

const merge = (format: Format, base: string, ...overrides: string[]) =>
  mergeConfig(
    format,
    { file: 'base', text: base },
    overrides.map((text, index) => ({ file: `override${index}`, text })),
  );

test('INI: an override takes the place of the value, new options go to the end of their section', () => {
  const base = '[DEFAULT]\ndebug = false\n# why\nlog_dir = /a\n\n[database]\nconnection = x\n';
  const merged = merge('ini', base, '[DEFAULT]\nlog_dir = /b\nworkers = 2\n[new]\na = 1\n');
  assert.is(
    merged,
    '[DEFAULT]\ndebug = false\n# why\nlog_dir = /b\nworkers = 2\n\n[database]\nconnection = x\n\n[new]\na = 1\n',
  );
});

test('INI: a repeated option has several values, and the override has all of its own', () => {
  const base = '[a]\nfilter = one\nx = 1\nfilter = two\n';
  assert.is(merge('ini', base), base);
  assert.is(
    merge('ini', base, '[a]\nfilter = three\nfilter = four\n'),
    '[a]\nfilter = three\nfilter = four\nx = 1\n',
  );
});

test('INI: sections and options are case-sensitive, a section may come twice, values may go on', () => {
  const base = '[a]\nx = 1\n  more\n[A]\nx = 2\n[a]\ny = 1\n';
  assert.is(
    merge('ini', base, '[a]\ny = 2\nx = 3\nX = 4\n'),
    '[a]\nx = 3\n\n[A]\nx = 2\n\n[a]\ny = 2\nX = 4\n',
  );
});

test('INI: options without values and before the first section stand', () => {
  const base = 'top = 1\n[mysqld]\nskip-name-resolve\nport: 3306\n!includedir /etc/x\n';
  assert.is(
    merge('ini', base, 'top = 2\n[mysqld]\nport = 3307\n'),
    'top = 2\n\n[mysqld]\nskip-name-resolve\nport = 3307\n!includedir /etc/x\n',
  );
});

test('INI: overrides are merged in their order', () => {
  assert.is(merge('ini', '[a]\nx = 1\n', '[a]\nx = 2\n', '[a]\nx = 3\ny = 1\n'), '[a]\nx = 3\ny = 1\n');
});

test('INI: a broken section has its place', async () => {
  const error = await throwsCode(() => merge('ini', '', 'a = 1\n[b\n'), 'E_CONFIG_SYNTAX');
  assert.equal((error as { at?: unknown }).at, { file: 'override0', line: 2, column: 1, length: 2 });
});

test('YAML: maps are merged, lists are replaced, values keep their text', () => {
  const base = 'a:\n  mode: 0600\n  version: 1.10\n  list: [1, 2]\nb: "yes"\nc: {}\n';
  const merged = merge(
    'yaml',
    base,
    'a:\n  list:\n    - x: 1\n      y: [z]\n    - 3\n  new: |\n    two\n    lines\n',
  );
  assert.is(
    merged,
    'a:\n  mode: 0600\n  version: 1.10\n  list:\n    - x: 1\n      "y":\n        - z\n    - 3\n  new: "two\\nlines\\n"\nb: "yes"\nc: {}\n',
  );
});

test('JSON: maps are merged, and an error has its place', async () => {
  assert.is(
    merge('json', '{"a": {"b": 1, "c": [1]}}', '{"a": {"c": [2], "d": null}}'),
    '{\n  "a": {\n    "b": 1,\n    "c": [\n      2\n    ],\n    "d": null\n  }\n}\n',
  );
  const error = await throwsCode(() => merge('json', '{}', '{\n  "a": x\n}'), 'E_CONFIG_SYNTAX');
  assert.equal((error as { at?: unknown }).at, { file: 'override0', line: 2, column: 8, length: 1 });
});

test('text: the last file wins whole, and without overrides nothing changes', () => {
  assert.is(merge('text', 'a', 'b', 'c'), 'c');
  assert.is(merge('yaml', 'a:   1 # kept\n'), 'a:   1 # kept\n');
});
