import { interfacesOf, openHosts } from '../../hosts/index.ts';
import { UserError } from '../../lib/errors.ts';
import { didYouMean } from '../../lib/suggest.ts';
import { isAddress, isInSubnet } from '../../site/index.ts';
import type { CommandArguments, CommandContext } from '../context.ts';

/** Where the services of a new site listen, and its virtual address where it was given. */
export type SiteNetwork = {
  readonly interface: string;
  readonly address: string | undefined;
  readonly vip: string | undefined;
  /** The interface's network, `192.0.2.0/24`-like: an address of it and its length. */
  readonly network: string | undefined;
  /** Interfaces that could have been taken as well; empty where the user chose. */
  readonly others: readonly string[];
};

type Interface = Awaited<ReturnType<typeof interfacesOf>>[number];

/**
 * Takes `--interface`, `--address` and `--vip`, else this machine's first interface that no container tool made.
 * Throws E_USAGE for what is no address, a virtual address that the host itself has, and where nothing can be taken.
 */
export async function chooseNetwork(args: CommandArguments, context: CommandContext): Promise<SiteNetwork> {
  const [address, vip] = [addressOption(args, 'address'), addressOption(args, 'vip')];
  if (vip !== undefined && vip === address) throw takenAddress(vip);
  const all = await ownInterfaces(context);
  const named = args.text('interface');
  if (named !== undefined) checkInterfaceName(named);
  const candidates = all.filter(isCandidate);
  const chosen = named === undefined ? candidates[0] : all.find((one) => one.name === named);
  if (named === undefined && chosen === undefined) {
    throw new UserError('E_USAGE', 'this machine has no interface with an address to take', {
      hint: 'name one: --interface NAME --address ADDRESS',
    });
  }
  if (named !== undefined && chosen === undefined && address === undefined) {
    context.note(`this machine has no interface ${named} yet (${didYouMean(named, names(all))})`);
  }
  const own = chosen?.addresses[0];
  if (vip !== undefined && own && address === undefined) checkVip(vip, own, context);
  return {
    interface: named ?? (chosen?.name as string),
    address,
    vip,
    network: own && `${own.address}/${own.prefixLength}`,
    others: named === undefined ? names(candidates.slice(1)) : [],
  };
}

async function ownInterfaces(context: CommandContext): Promise<readonly Interface[]> {
  const connection = await openHosts({ hosts: new Map(), env: context.env }).connect(undefined);
  try {
    return await interfacesOf(connection);
  } finally {
    await connection.close();
  }
}

/** Not the loopback, and nothing that engines, hypervisors and tunnels make for themselves. */
function isCandidate(one: Interface): boolean {
  return (
    !/^(?:lo$|docker|br-|veth|virbr|vnet|cni|flannel|cali|tap|tun|wg)/.test(one.name) &&
    one.addresses.length > 0
  );
}

function names(interfaces: readonly Interface[]): string[] {
  return interfaces.map((one) => one.name);
}

function addressOption(args: CommandArguments, option: string): string | undefined {
  const text = args.text(option);
  if (text === undefined || isAddress(text)) return text;
  throw new UserError('E_USAGE', `--${option} "${text}" is no IP address`, {
    hint: text.includes('/') ? 'without the length of the network' : 'for example 192.0.2.10 or fd00::10',
  });
}

function checkInterfaceName(name: string): void {
  if (/^[A-Za-z0-9_][\w.@-]{0,14}$/.test(name)) return;
  throw new UserError('E_USAGE', `"${name}" can't be the name of an interface`, {
    hint: 'ip link lists them',
  });
}

function checkVip(vip: string, own: Interface['addresses'][number], context: CommandContext): void {
  if (vip === own.address) throw takenAddress(vip);
  if (isInSubnet(vip, own.address, own.prefixLength)) return;
  context.note(
    `the virtual address ${vip} is not in the network ${own.address}/${own.prefixLength} of the interface`,
  );
}

function takenAddress(vip: string): UserError {
  return new UserError('E_USAGE', `${vip} is the host's own address`, {
    hint: 'the virtual address is another, free one: Keepalived gives it to the interface',
  });
}
