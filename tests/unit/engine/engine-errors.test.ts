import { engineTimeout, translateEngineError } from '../../../src/engine/engine-errors.ts';
import { UserError } from '../../../src/lib/errors.ts';
import { assert, suite } from '../../helpers/test.ts';

const test = suite('engine: errors');

const call = { host: 'h1', address: 'unix:///run/x.sock', what: 'start container web' };

function answer(statusCode: number, message: string): Error {
  return Object.assign(new Error(`(HTTP code ${statusCode}) server error - ${message} `), {
    statusCode,
    json: { message },
  });
}

const rows: readonly [name: string, error: Error, code: string][] = [
  ['no socket', Object.assign(new Error('connect ENOENT'), { code: 'ENOENT' }), 'E_ENGINE_UNREACHABLE'],
  ['nobody listens', Object.assign(new Error('x'), { code: 'ECONNREFUSED' }), 'E_ENGINE_UNREACHABLE'],
  ['not allowed', Object.assign(new Error('x'), { code: 'EACCES' }), 'E_ENGINE_PERMISSION'],
  [
    'lost on the way',
    Object.assign(new Error('socket hang up'), { code: 'ECONNRESET' }),
    'E_ENGINE_UNREACHABLE',
  ],
  ['disk full', answer(500, 'write /var/lib/x: no space left on device'), 'E_ENGINE_DISK_FULL'],
  ['no image', answer(404, 'No such image: app:1'), 'E_IMAGE_MISSING'],
  ['no container', answer(404, 'No such container: web'), 'E_ENGINE_NOT_FOUND'],
  ['name taken', answer(409, 'Conflict. The container name "/web" is already in use'), 'E_ENGINE_CONFLICT'],
  [
    'API too old',
    answer(400, 'client version 1.41 is too old. Minimum supported API version is 1.44'),
    'E_ENGINE_VERSION',
  ],
  ['runtime', answer(500, 'OCI runtime create failed: exec: "x": not found'), 'E_ENGINE_REFUSED'],
];

for (const [name, error, code] of rows) {
  test(`${name} is ${code}`, () => {
    const translated = translateEngineError(error, call);
    assert.instance(translated, UserError);
    assert.is((translated as UserError).code, code);
    assert.match((translated as UserError).message, 'h1: ');
    assert.is((translated as UserError).cause, error);
  });
}

test("the engine's own text stands in the message, without docker-modem's frame", () => {
  const error = answer(500, 'OCI runtime create failed') as Error & { json: unknown };
  const shown = 'h1: cannot start container web: OCI runtime create failed';
  assert.is((translateEngineError(error, call) as Error).message, shown);
  error.json = null;
  assert.is((translateEngineError(error, call) as Error).message, shown);
});

test('defects of ours stay what they are', () => {
  const defect = new TypeError('x is undefined');
  assert.is(translateEngineError(defect, call), defect);
});

test('a time-out says what was waited for', () => {
  assert.is(
    engineTimeout(call, 60_000).message,
    'h1: the engine at unix:///run/x.sock did not start container web within 60 s',
  );
});
