import { z } from 'zod';
import { strictObject } from '../lib/schema.ts';
import type { NetworkRole } from './model.ts';

const network = strictObject({
  interface: z.string().min(1).optional(),
  address: z.string().min(1).optional(),
}).refine(
  (one) => one.interface !== undefined || one.address !== undefined,
  'needs an interface or an address',
);

const one = network.optional();
const networks = strictObject({ api: one, tunnel: one, storage: one, external: one } satisfies Record<
  NetworkRole,
  typeof one
>);
const vars = z.record(z.string(), z.unknown());

const host = strictObject({
  connection: z.enum(['local', 'ssh']).optional(),
  address: z.string().min(1).optional(),
  port: z.number().int().min(1).max(65_535).optional(),
  user: z.string().min(1).optional(),
  key_file: z.string().min(1).optional(),
  known_hosts_file: z.string().min(1).optional(),
  engine_socket: z.string().startsWith('/').optional(),
  networks: networks.optional(),
  vars: vars.optional(),
});

const group = strictObject({
  hosts: z.array(z.string()).optional(),
  children: z.array(z.string()).optional(),
  networks: networks.optional(),
  vars: vars.optional(),
});

/** `inventory.yml` as a user writes it. Keys of `hosts` may be ranges such as `c[1:3]`. */
export const inventorySchema = strictObject({
  hosts: z.record(z.string(), host.nullable()),
  groups: z.record(z.string(), group.nullable()).optional(),
});

export type InventorySource = z.infer<typeof inventorySchema>;
export type HostSource = z.infer<typeof host>;
export type GroupSource = z.infer<typeof group>;

/** JSON Schema (2020-12) of `inventory.yml`, for editors. */
export function inventoryJsonSchema(): unknown {
  return z.toJSONSchema(inventorySchema, { io: 'input' });
}
