import {
  type Availability,
  type ContextShape,
  checkReferences,
  dependenciesOf,
  openShape,
} from '../expressions/index.ts';
import type { Problem } from '../lib/errors.ts';
import type { Service } from './model.ts';

/**
 * The names in a definition's expressions that nothing has: contexts (secrets are none here: options and commands can
 * be read by everybody), variables that no service documents, services. An unknown name would be an empty text.
 */
export function nameProblems(service: Service, all: ReadonlyMap<string, Service>): readonly Problem[] {
  return checkReferences(service.compiled, availableTo(service, all));
}

function availableTo(service: Service, all: ReadonlyMap<string, Service>): Availability {
  const documented = [...all.values()].flatMap((one) => [...one.defaults.keys()]);
  const own = dependenciesOf(service.compiled).flatMap(([context, name]) =>
    context === 'vars' && name?.startsWith('x_') ? name : [],
  );
  return {
    contexts: {
      vars: shapeOf([...documented, ...own], 'variable'),
      service: shapeOf(['name', 'hosts'], 'property'),
      services: shapeOf([...all.keys()], 'service'),
      ...Object.fromEntries(['site', 'globals', 'groups', 'hosts', 'host'].map((name) => [name, openShape])),
    },
    functions: ['members', 'addresses', 'url'],
    where: `service "${service.name}"`,
  };
}

function shapeOf(names: readonly string[], noun: string): ContextShape {
  return { open: false, keys: Object.fromEntries(names.map((name) => [name, openShape])), noun };
}
