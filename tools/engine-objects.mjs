import { readFileSync } from 'node:fs';
import { request } from 'node:http';

// What the quickstart asks of the engine beside slipway itself:
//   images              prints the references of all images, one a line
//   remove SITE FILE    removes the containers and volumes that are labelled with the site, then the images whose
//                       references stand in FILE, those that nothing uses
const address = new URL(process.env.DOCKER_HOST || 'unix:///var/run/docker.sock');
const target =
  address.protocol === 'unix:'
    ? { socketPath: address.pathname }
    : { host: address.hostname, port: Number(address.port || '2375') };
const [verb, site, file] = process.argv.slice(2);

if (verb === 'images') {
  process.stdout.write((await references()).map((one) => `${one}\n`).join(''));
} else if (verb === 'remove' && site && file) {
  await removeContainers();
  await removeVolumes();
  await removeImages(file);
} else {
  process.stderr.write('engine-objects.mjs images | remove SITE FILE\n');
  process.exitCode = 2;
}

async function removeContainers() {
  const containers = await call('GET', `/containers/json?all=true&filters=${labelled()}`);
  for (const one of containers) {
    say(`container ${one.Names?.[0]?.slice(1) ?? one.Id}`);
    await call('DELETE', `/containers/${one.Id}?force=true&v=true`);
  }
}

async function removeVolumes() {
  const { Volumes: volumes } = await call('GET', `/volumes?filters=${labelled()}`);
  for (const one of volumes ?? []) {
    say(`volume ${one.Name}`);
    await call('DELETE', `/volumes/${encodeURIComponent(one.Name)}`);
  }
}

/** A reference that is the last one of its image takes the image away, unless a container uses it. */
async function removeImages(list) {
  const there = await references();
  for (const one of lines(list).filter((reference) => there.includes(reference))) {
    const { status } = await send('DELETE', `/images/${one}`);
    say(status === 200 ? `image ${one}` : `image ${one} is used by something else: kept`);
  }
}

async function references() {
  const images = await call('GET', '/images/json');
  return images.flatMap((image) => image.RepoTags ?? []).filter((one) => !one.includes('<none>'));
}

function labelled() {
  return encodeURIComponent(JSON.stringify({ label: [`slipway.site=${site}`] }));
}

function lines(path) {
  try {
    return readFileSync(path, 'utf8').split('\n').filter(Boolean);
  } catch {
    return [];
  }
}

function say(text) {
  process.stderr.write(`  ${text}\n`);
}

async function call(method, path) {
  const { status, body } = await send(method, path);
  if (status >= 400 && status !== 404) throw new Error(`${method} ${path}: ${status} ${body}`);
  return body === '' ? undefined : JSON.parse(body);
}

function send(method, path) {
  return new Promise((done, fail) => {
    const asked = request({ ...target, method, path }, (answer) => {
      let body = '';
      answer.setEncoding('utf8');
      answer.on('data', (chunk) => {
        body += chunk;
      });
      answer.on('end', () => done({ status: answer.statusCode ?? 0, body }));
    });
    asked.on('error', fail);
    asked.end();
  });
}
