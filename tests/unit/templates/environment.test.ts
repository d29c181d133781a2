import { createTemplates } from '../../../src/templates/index.ts';
import { assert, suite, throwsCode } from '../../helpers/test.ts';

const test = suite('templates/environment');

function over(files: Record<string, string>, extra: Record<string, unknown> = {}) {
  const read: string[] = [];
  const readFile = (path: string) => {
    if (files[path] !== undefined) read.push(path);
    return files[path];
  };
  return { read, templates: createTemplates({ roots: ['site', 'ours'], readFile, ...extra }) };
}

test('the first root that has a name wins', () => {
  const { templates } = over({ 'ours/a': 'ours', 'site/a': 'site', 'ours/b': "{% include 'a' %}" });
  assert.is(templates.render('b', {}), 'site');
});

test('a template is read and compiled once', () => {
  const { templates, read } = over({ 'ours/a': "{{ x }}{% include 'b' %}", 'ours/b': 'b' });
  assert.is(templates.render('a', { x: 1 }), '1b');
  assert.is(templates.render('a', { x: 2 }), '2b');
  assert.equal(read, ['ours/a', 'ours/b']);
});

test('each line of the output has the template line that wrote it', () => {
  const files = {
    'ours/main': [
      "{% import 'macros' as m %}global",
      '{% for x in [1, 2] -%}',
      '  server {{ x }}',
      '{% endfor -%}',
      '{{ m.rule("a") }}',
      '{{ several }}',
      "{% include 'part' %}",
      'end',
    ].join('\n'),
    'ours/macros': '{% macro rule(name) -%}\nrule {{ name }}\nend rule\n{%- endmacro %}',
    'ours/part': '{# comment #}\npart',
  };
  const { templates } = over(files);
  const { text, origin } = templates.renderWithOrigin('main', { several: 'one\ntwo' });
  const lines = text.split('\n').map((line, index) => {
    const at = origin(index);
    return `${line} <- ${at?.file.replace('ours/', '')}:${at?.line}`;
  });
  assert.equal(lines, [
    'global <- main:1',
    'server 1 <- main:3',
    'server 2 <- main:3',
    'rule a <- macros:2',
    'end rule <- macros:3',
    'one <- main:6',
    'two <- main:6',
    ' <- part:1',
    'part <- part:2',
    'end <- main:8',
  ]);
});

test('a template that looks at its own output still renders the same and may have no places', () => {
  const { templates } = over({
    'ours/a': "{% set x %}ab{% endset %}{{ 'yes' if x | length == 2 else 'no' }}",
  });
  const { text, origin } = templates.renderWithOrigin('a', {});
  assert.is(text, 'yes');
  assert.is(origin(0), undefined);
});

test('a text can be rendered with the templates of the roots, and again after it changed', () => {
  const { templates } = over({ 'ours/m': '{% macro m() %}m{% endmacro %}' });
  const text = "{% import 'm' as m %}{{ m.m() }}";
  assert.is(templates.renderText('config/x', text, {}).text, 'm');
  assert.is(templates.renderText('config/x', 'other', {}).text, 'other');
});

test('an error of a rendered text has its name', async () => {
  const { templates } = over({});
  const error = await throwsCode(
    () => templates.renderText('config/x', 'a\n{{ b }}', {}),
    'E_TEMPLATE_UNDEFINED',
  );
  assert.equal((error as { at?: unknown }).at, { file: 'config/x', line: 2, column: 4, length: 1 });
});

test('functions of the globals get the place of their call when they refuse', async () => {
  const { templates } = over(
    { 'ours/a': '\n{{ image("x") }}' },
    {
      globals: {
        image: () => {
          throw Object.assign(new Error('not a UserError'), { name: 'Defect' });
        },
      },
    },
  );
  try {
    templates.render('a', {});
    assert.unreachable('it must throw');
  } catch (error) {
    assert.is((error as Error).message, 'not a UserError', 'a defect passes as it is');
  }
});

test('variables stand before globals', () => {
  const { templates } = over({ 'ours/a': '{{ x }}' }, { globals: { x: 'global' } });
  assert.is(templates.render('a', {}), 'global');
  assert.is(templates.render('a', { x: 'mine' }), 'mine');
});
