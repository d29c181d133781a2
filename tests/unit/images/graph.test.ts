import { imageParents, planGraph } from '../../../src/images/index.ts';
import { type Problem, ProblemsError, type UserError } from '../../../src/lib/errors.ts';
import { assert, suite, throwsCode } from '../../helpers/test.ts';
import { template, temporaryTree } from './tree.ts';

const test = suite('images/graph');

const trees: ReturnType<typeof temporaryTree>[] = [];
test.after(() => {
  for (const tree of trees) tree.remove();
});

function tree(files: Record<string, string>) {
  const made = temporaryTree(files);
  trees.push(made);
  return made.root;
}

const plan = (root: string | string[], patterns: string[] = [], more: object = {}) =>
  planGraph({ roots: [root].flat(), selection: { patterns, ...more } });

const family = {
  'base/base/Dockerfile.njk': template(undefined),
  'base/openstack-base/Dockerfile.njk': template('base'),
  'keystone/keystone/Dockerfile.njk': template('openstack-base'),
  'cache/memcached/Dockerfile.njk': template('base'),
};

function problemsOf(body: () => unknown): readonly Problem[] {
  try {
    body();
  } catch (error) {
    if (error instanceof ProblemsError) return error.problems;
    throw error;
  }
  return assert.unreachable('it must throw') as never;
}

test('a selected image comes with its parents, parents first', () => {
  const graph = plan(tree(family), ['keystone']);
  assert.equal([...graph.nodes.keys()], ['base@trixie', 'openstack-base@trixie', 'keystone@trixie']);
  assert.equal([...graph.asked], ['keystone@trixie']);
  assert.equal(imageParents(graph.nodes.get('keystone@trixie')!), ['openstack-base@trixie']);
});

test('patterns go by name, with a slash by project; no pattern is everything', () => {
  const root = tree(family);
  assert.is(plan(root).nodes.size, 4);
  assert.equal([...plan(root, ['mem*']).asked], ['memcached@trixie']);
  assert.equal([...plan(root, ['base/*']).asked], ['base@trixie', 'openstack-base@trixie']);
});

test('an unknown image and an unknown profile are named with what was meant', () => {
  const root = tree({ ...family, 'profiles.yml': 'small: [memcached, keystome]\n' });
  const [one, two] = problemsOf(() => plan(root, ['keyston', 'x*']));
  assert.equal([one?.code, one?.hint], ['E_IMAGE_UNKNOWN', 'did you mean "keystone"?']);
  assert.match(two?.message ?? '', 'no image matches "x*"');
  assert.is(problemsOf(() => plan(root, [], { profile: 'smal' }))[0]?.code, 'E_IMAGE_PROFILE');
  const [wrong] = problemsOf(() => plan(root, [], { profile: 'small' }));
  assert.equal([wrong?.at?.line, wrong?.at?.column], [1, 20]);
});

test('an unknown parent has the place of its name, and all problems come at once', () => {
  const root = tree({
    ...family,
    'a/a/Dockerfile.njk': template('bsae'),
    'b/b/Dockerfile.njk': template('base', 'ENV A={{ siute }}\n'),
    'c/c/Dockerfile.njk': '{# nothing #}\n',
  });
  const shown = problemsOf(() => plan(root)).map(
    (one) => `${one.code} ${one.at?.line}:${one.at?.column} ${one.hint}`,
  );
  assert.equal(shown, [
    'E_IMAGE_UNKNOWN_PARENT 2:9 did you mean "base"?',
    'E_TEMPLATE_UNDEFINED 3:10 did you mean "suite"?',
    'E_IMAGE_TEMPLATE 1:1 an image begins with FROM {{ image("NAME") }} or FROM {{ base_image }}',
  ]);
});

test('a cycle names its chain at the line that closes it', async () => {
  const root = tree({
    'p/a/Dockerfile.njk': template('b'),
    'p/b/Dockerfile.njk': template('c'),
    'p/c/Dockerfile.njk': template('a'),
  });
  const error = (await throwsCode(() => plan(root), 'E_IMAGE_CYCLE')) as unknown as UserError;
  assert.is(error.message, '"a" is built on itself: a → b → c → a');
  assert.match(error.at?.file ?? '', /p\/c\/Dockerfile.njk$/);
  assert.is(error.at?.line, 2);
});

test('two images of a name are an error, an overlay of the same path is none', async () => {
  const root = tree({ ...family, 'other/keystone/Dockerfile.njk': template('base') });
  await throwsCode(() => plan(root), 'E_IMAGE_DUPLICATE');
  const overlay = tree({ 'keystone/keystone/Dockerfile.njk': template('base', 'ENV OVERLAY=1\n') });
  const graph = plan([overlay, tree(family)], ['keystone']);
  assert.match(graph.nodes.get('keystone@trixie')?.dockerfile ?? '', 'OVERLAY');
  assert.is(graph.nodes.size, 2);
});

test('an image is built on the newest of its suites, its parents with it', () => {
  const root = tree({
    ...family,
    'old/old/Dockerfile.njk': "{# suites: bookworm #}\nFROM {{ image('base') }}\nENV S={{ suite }}\n",
  });
  const graph = plan(root, ['old', 'memcached']);
  assert.equal([...graph.nodes.keys()].sort(), [
    'base@bookworm',
    'base@trixie',
    'memcached@trixie',
    'old@bookworm',
  ]);
  assert.match(graph.nodes.get('old@bookworm')?.dockerfile ?? '', 'ENV S=bookworm');
});

test('a suite leaves out what has no packages on it, unless it was named', async () => {
  const root = tree({
    ...family,
    'new/new/Dockerfile.njk': "{# suites: trixie #}\nFROM {{ image('base') }}\n",
  });
  assert.is(plan(root, [], { suite: 'bookworm' }).asked.has('new@bookworm'), false);
  await throwsCode(() => plan(root, ['new'], { suite: 'bookworm' }), 'E_IMAGE_SUITE');
});

test('a parent that is not on the suite is an error at its line', async () => {
  const root = tree({
    'p/base/Dockerfile.njk': '{# suites: trixie #}\nFROM {{ base_image }}\n',
    'p/old/Dockerfile.njk': "{# suites: bookworm #}\n\nFROM {{ image('base') }}\n",
  });
  const error = (await throwsCode(() => plan(root, ['old']), 'E_IMAGE_SUITE')) as unknown as UserError;
  assert.equal([error.at?.line, error.hint], [3, '"base" can be built on trixie']);
});

test('stages of their own are no parents, images that are copied from are', () => {
  const root = tree({
    ...family,
    'm/multi/Dockerfile.njk': [
      "FROM {{ image('base') }} AS build",
      'RUN make \\',
      '  FROM nowhere',
      'FROM scratch',
      'COPY --from=build /a /a',
      "COPY --chown=1:1 --from={{ image('memcached') }} /b /b",
      'COPY --from=0 /c /c',
      'COPY --from=docker.io/library/busybox:1 /d /d',
      '',
    ].join('\n'),
  });
  const parents = plan(root, ['multi']).nodes.get('multi@trixie')?.parents ?? [];
  assert.equal(
    parents.map((one) =>
      one.kind === 'external' ? one.reference : one.kind === 'image' ? one.image : one.suite,
    ),
    ['base', 'memcached', 'docker.io/library/busybox:1'],
  );
});

test('a directory that is not there is named', () =>
  throwsCode(() => plan('/nowhere/at/all'), 'E_FILE_NOT_FOUND').then(() => undefined));
