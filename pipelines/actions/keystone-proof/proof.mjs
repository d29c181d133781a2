// Issues a token, validates it twice, and compares the counters of HAProxy and memcached before and after.
import { connect } from 'node:net';

const env = (name) => {
  const value = process.env[`PROOF_${name}`];
  if (!value) fail(`PROOF_${name} is not set`);
  return value;
};

function fail(message) {
  console.log(`::error title=Keystone is not proven::${message}`);
  process.exit(1);
}

async function request(url, options = {}) {
  try {
    return await fetch(url, { ...options, signal: AbortSignal.timeout(30_000) });
  } catch (error) {
    return fail(`${url} does not answer: ${error.cause?.message ?? error.message}`);
  }
}

async function sessions() {
  const login = Buffer.from(`${env('STATS_USER')}:${env('STATS_PASSWORD')}`).toString('base64');
  const answer = await request(env('STATS_URL'), { headers: { authorization: `Basic ${login}` } });
  if (!answer.ok) fail(`HAProxy's statistics answered ${answer.status}`);
  const [head, ...rows] = (await answer.text()).split('\n').map((line) => line.split(','));
  const column = (name) => head.findIndex((one) => one.replace(/^# /, '') === name);
  const servers = rows.filter((row) => row[0] === env('BACKEND') && row[1] !== 'BACKEND');
  if (servers.length === 0) fail(`HAProxy has no server in ${env('BACKEND')}`);
  return servers.map((row) => ({ server: row[1], sessions: Number(row[column('stot')]) }));
}

function cacheCounters() {
  const [, host, port] = /^\[?(.*?)\]?:(\d+)$/.exec(env('MEMCACHED')) ?? fail('PROOF_MEMCACHED is no address:port');
  return new Promise((resolve) => {
    let text = '';
    const socket = connect({ host, port: Number(port) }, () => socket.write('stats\r\n'));
    socket.setTimeout(10_000, () => fail('memcached does not answer'));
    socket.on('error', (error) => fail(`memcached: ${error.message}`));
    socket.on('data', (chunk) => {
      text += chunk;
      if (!text.includes('END\r\n')) return;
      socket.destroy();
      const value = (name) => Number(new RegExp(`STAT ${name} (\\d+)`).exec(text)?.[1] ?? Number.NaN);
      resolve({ items: value('curr_items'), hits: value('get_hits') });
    });
  });
}

async function issueToken() {
  const identity = {
    methods: ['password'],
    password: { user: { name: env('USER'), domain: { id: 'default' }, password: env('PASSWORD') } },
  };
  const scope = { project: { name: env('PROJECT'), domain: { id: 'default' } } };
  const answer = await request(`${env('URL')}/v3/auth/tokens`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ auth: { identity, scope } }),
  });
  if (answer.status !== 201) fail(`no token: Keystone answered ${answer.status}: ${(await answer.text()).slice(0, 300)}`);
  const token = answer.headers.get('x-subject-token') ?? '';
  console.log(`::add-mask::${token}`);
  const body = await answer.json();
  return { token, user: body.token.user.name, roles: body.token.roles.map((one) => one.name) };
}

async function validate(token) {
  const headers = { 'x-auth-token': token, 'x-subject-token': token };
  const answer = await request(`${env('URL')}/v3/auth/tokens`, { headers });
  if (answer.status !== 200) fail(`the token is not valid: Keystone answered ${answer.status}`);
}

const hasCache = Boolean(process.env.PROOF_MEMCACHED);
const before = { servers: await sessions(), cache: hasCache && (await cacheCounters()) };
const { token, user, roles } = await issueToken();
console.log(`token issued at ${env('URL')} for ${user} (${roles.join(', ')})`);
await validate(token);
await validate(token);
const after = { servers: await sessions(), cache: hasCache && (await cacheCounters()) };

const through = after.servers.filter((one, index) => one.sessions > (before.servers[index]?.sessions ?? 0));
if (through.length === 0) fail('the requests did not go through HAProxy: its counters did not move');
console.log(`through HAProxy to ${through.map((one) => one.server).join(', ')}`);
if (!hasCache) {
  console.log('no memcached: tokens are not cached');
} else if (after.cache.items > 0 && after.cache.hits > before.cache.hits) {
  console.log(`cached in memcached: ${after.cache.items} items, ${after.cache.hits - before.cache.hits} hits`);
} else {
  fail(`memcached caches nothing: ${after.cache.items} items, ${after.cache.hits - before.cache.hits} new hits`);
}
