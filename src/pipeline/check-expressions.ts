import { type ContextShape, checkReferences, openShape } from '../expressions/index.ts';
import type { Problem } from '../lib/errors.ts';
import { availabilityOf, named } from './availability.ts';
import { allNeeds } from './graph.ts';
import type { InputDeclaration, Stage, Step } from './model.ts';
import { matrixShape } from './read-matrix.ts';
import type { ExpressionPlace, Reading } from './source.ts';
import type { ActionInfo } from './uses.ts';

/** What is known of a file for the check of the names in its expressions. */
export type Known = {
  readonly inputs: readonly InputDeclaration[];
  readonly stages: readonly Stage[];
  /** The steps of a composite action. */
  readonly steps?: readonly Step[];
  readonly actions: ReadonlyMap<string, ActionInfo>;
  /** Shapes of contexts that are known from outside: `globals`, `groups`, `secrets`, `services`, `vars`. */
  readonly shapes: Readonly<Record<string, ContextShape>>;
};

/** Checks the names in every expression of a file that has been read. */
export function checkExpressions(reading: Reading, known: Known): readonly Problem[] {
  const shapes = new ShapeMaker(reading, known);
  return reading.expressions.flatMap((one) => {
    const available = availabilityOf(one.contexts, reading.kind, {
      shapes: shapes.of(one),
      where: one.where,
    });
    return checkReferences(one.compiled, available);
  });
}

class ShapeMaker {
  private readonly known: Known;
  private readonly noun: string;
  private readonly unreadable: ReadonlySet<string>;
  private readonly byId: ReadonlyMap<string, Stage>;
  private readonly stages = new Map<string, Readonly<Record<string, ContextShape>>>();
  private readonly steps = new Map<string, ContextShape>();

  constructor({ kind, unreadable }: Reading, known: Known) {
    this.noun = kind === 'workflow' ? 'job' : 'stage';
    this.unreadable = unreadable;
    this.known = known;
    this.byId = new Map(known.stages.map((stage) => [stage.id, stage]));
  }

  of(place: ExpressionPlace): Readonly<Record<string, ContextShape>> {
    const shapes = this.stageShapes(place.stage);
    if (place.contexts === 'cell-output' || place.contexts === 'action-output') {
      return { ...shapes, steps: this.stepsShape(place.stage, Number.POSITIVE_INFINITY) };
    }
    return place.stepsBefore === undefined
      ? shapes
      : { ...shapes, steps: this.stepsShape(place.stage, place.stepsBefore) };
  }

  private stageShapes(id: string | undefined): Readonly<Record<string, ContextShape>> {
    const key = id ?? '';
    const done = this.stages.get(key);
    if (done) return done;
    const hint =
      this.known.inputs.length === 0 ? 'no input is declared: see "on.workflow_dispatch.inputs"' : undefined;
    const inputs = named(
      this.known.inputs.map((input) => input.name),
      'input',
      hint,
    );
    const made = { ...this.known.shapes, inputs, ...this.graphShapes(id) };
    this.stages.set(key, made);
    return made;
  }

  private graphShapes(id: string | undefined): Readonly<Record<string, ContextShape>> {
    // A composite action is used from stages that it does not know.
    if (this.known.steps) return {};
    const stage = id === undefined ? undefined : this.byId.get(id);
    if (!stage) {
      const all = this.shapesOf(this.known.stages.map((one) => one.id));
      return { stages: named(all, this.noun), jobs: named(all, this.noun) };
    }
    const direct = this.shapesOf(stage.needs);
    const before = stage.finally
      ? this.known.stages.filter((one) => one.id !== stage.id).map((one) => one.id)
      : [...allNeeds(stage.id, this.known.stages)];
    const hint = `add it to "needs" of ${stage.id}: only then its results are known`;
    const hintFor = (names: readonly string[]) =>
      names.length === this.known.stages.length - 1 ? undefined : hint;
    return {
      needs: named(direct, `needed ${this.noun}`, hintFor(stage.needs)),
      stages: named(this.shapesOf(before), `earlier ${this.noun}`, hintFor(before)),
      matrix: matrixShape(stage.matrix?.node),
    };
  }

  private shapesOf(ids: readonly string[]): Readonly<Record<string, ContextShape>> {
    return Object.fromEntries(
      ids.flatMap((id): [string, ContextShape][] => {
        const stage = this.byId.get(id);
        if (!stage || this.unreadable.has(id)) return [[id, openShape]];
        const { body } = stage;
        const outputs = Object.keys(body.kind === 'pipeline' ? body.pipeline.outputs : stage.outputs);
        const shape = { result: openShape, outputs: named(outputs, 'output'), hosts: openShape };
        return [[id, named(shape, 'property')]];
      }),
    );
  }

  private stepsShape(stage: string | undefined, before: number): ContextShape {
    const key = `${stage ?? ''} ${before}`;
    const done = this.steps.get(key);
    if (done) return done;
    const body = stage === undefined ? undefined : this.byId.get(stage)?.body;
    const all = this.known.steps ?? (body?.kind === 'steps' ? body.steps : []);
    const earlier = all.slice(0, before).filter((step) => step.hasId);
    const later = all.slice(before).filter((step) => step.hasId);
    const keys = Object.fromEntries(earlier.map((step) => [step.id, this.stepShape(step)]));
    const hint = later.length > 0 ? 'only steps that come before can be read' : undefined;
    const made = named(keys, 'earlier step with that id', earlier.length === 0 ? hint : undefined);
    this.steps.set(key, made);
    return made;
  }

  private stepShape({ body }: Step): ContextShape {
    const outputs =
      body.kind === 'run'
        ? openShape
        : named(
            body.kind === 'composite'
              ? Object.keys(body.action.outputs)
              : (this.known.actions.get(body.action)?.outputs ?? []),
            'output',
          );
    return named({ outputs, outcome: openShape, conclusion: openShape }, 'property');
  }
}
