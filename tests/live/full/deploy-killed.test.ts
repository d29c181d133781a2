import { surviveKills } from '../../helpers/killed-deploy.ts';
import { whyNotLive } from '../../helpers/live-engine.ts';
import { type LiveSite, must, openLiveSite } from '../../helpers/live-site.ts';
import { suite } from '../../helpers/test.ts';

const why = await whyNotLive();
const test = suite('live/full: deploy killed');
let site: LiveSite;

if (why !== undefined) {
  test.skip('all', why);
} else {
  test.before(async () => {
    site = await openLiveSite('killed', 43);
  });
  test.after(() => site?.close());

  test('a deploy of everything, databases and one-shots too, killed anywhere and started again ends well', async () => {
    await surviveKills(site, ['haproxy', 'keepalived', 'memcached', 'mariadb', 'keystone'], 8);
    await must(site.slipway(['run', 'post-deploy']));
  });
}
