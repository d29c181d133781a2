import { didYouMean, nearest } from '../lib/suggest.ts';

/**
 * Where options of Kolla-Ansible's globals.yml are found here; the names are those of its `etc/kolla/globals.yml` and
 * `ansible/group_vars/all`.
 */
const places: Readonly<Record<string, string>> = {
  kolla_internal_vip_address: 'it is internal_vip_address here',
  kolla_external_vip_address: 'it is external_vip_address here',
  kolla_internal_vip_interface: 'it is internal_vip_interface here',
  network_interface: 'in inventory.yml: networks: { api: { interface: NAME } } of a host or group',
  api_interface: 'in inventory.yml: networks: { api: { interface: NAME } } of a host or group',
  tunnel_interface: 'in inventory.yml: networks: { tunnel: { interface: NAME } } of a host or group',
  storage_interface: 'in inventory.yml: networks: { storage: { interface: NAME } } of a host or group',
  kolla_external_vip_interface:
    'in inventory.yml: networks: { external: { interface: NAME } } of a host or group',
  neutron_external_interface:
    'in inventory.yml: networks: { external: { interface: NAME } } of a host or group',
  kolla_base_distro: "images are built from Debian; base_suite is the suite's name here",
  kolla_base_distro_version: 'it is base_suite here',
  openstack_release: 'it is image_tag here',
  openstack_tag: 'it is image_tag here',
  docker_registry: 'it is registry here',
  docker_namespace: 'it is image_namespace here',
  node_custom_config: "overrides stand in the site's config/ directory",
  openstack_region_name: 'it is region_name here',
  enable_haproxy: 'it is enable_loadbalancer here',
  enable_keepalived: 'it is enable_loadbalancer here: the two come together',
};

/** What to do about a name that nothing documents: its place here, the nearest name, or the way for names of one's own. */
export function unknownNameHint(name: string, known: readonly string[]): string {
  if (Object.hasOwn(places, name)) return places[name] as string;
  const hint = didYouMean(name, known);
  return nearest(name, known) === undefined ? `a name of your own begins with x_; ${hint}` : hint;
}
