import { surviveKills } from '../helpers/killed-deploy.ts';
import { whyNotLive } from '../helpers/live-engine.ts';
import { type LiveSite, openLiveSite } from '../helpers/live-site.ts';
import { suite } from '../helpers/test.ts';

const why = await whyNotLive();
const test = suite('live: deploy killed');
let site: LiveSite;

if (why !== undefined) {
  test.skip('all', why);
} else {
  test.before(async () => {
    site = await openLiveSite('killed', 42);
    // The load balancer and memcached: creations, a validation, proofs and records, without minutes of databases.
    site.set('enable_mariadb: false\nenable_keystone: false\n');
  });
  test.after(() => site?.close());

  test('a deploy killed before or after an engine-changing call and started again ends well', async () => {
    await surviveKills(site, ['haproxy', 'keepalived', 'memcached'], 3);
  });
}
