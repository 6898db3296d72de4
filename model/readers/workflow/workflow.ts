import { ModelError } from '../../../shared/errors.ts';
import type { PipelineStep } from '../../../shared/schema/card.ts';
import { readTerms } from '../../formula/terms.ts';
import { classOf, element, listOf, type RValue, textOf, textsOf, typeOf } from '../../rds/values.ts';
import { Frame } from '../../steps/frame.ts';
import { checkPredictors, describeStep, predictorsOf, readRecipe, trainingLevels } from '../../steps/recipe.ts';
import { flag } from '../../steps/step-values.ts';
import type { Imported } from '../reader.ts';
import { answersOf, connect } from './engine.ts';
import { asParsnip } from './engines.ts';
import { indicatorsOf, isEventFirst } from './event.ts';
import { applyFormula } from './formula.ts';
import { withMissing } from './missing.ts';
import { atPenalty } from './penalty.ts';
import { proveSteps } from './proof.ts';
import { columnsOfTerms, type RawColumns, rawColumns } from './raw-columns.ts';
import { columnsOfOtherRoles } from './roles.ts';
import { RECIPE_STEPS } from './steps.ts';

/** Reads the engine's model by its family's reader. */
export type Inner = (value: RValue, label: string) => Imported;

/** A pipeline up to the columns that the model gets, and a name for what it does. */
type Preprocessed = { raw: RawColumns; frame: Frame; by: string; pipeline?: PipelineStep[]; mold?: RValue };

/** A fitted workflow: its preprocessor, then parsnip's fit. Throws a ModelError that names what is not served. */
export function readWorkflow(value: RValue, label: string, inner: Inner): Imported {
  const post = element(value, 'post');
  const actions = post && element(post, 'actions');
  if (actions && 'values' in actions && actions.values.length > 0)
    throw new ModelError(`${label}'s postprocessor`, 'a tailor, which is not served', 'a workflow without one');
  const [pre, stage] = [element(value, 'pre'), element(value, 'fit')];
  const fit = stage && element(stage, 'fit');
  if (!fit) throw new ModelError(label, 'a workflow without a fit', 'one after fit()');
  const before = preprocess(pre, label);
  const mold = pre && element(pre, 'mold');
  return fitted(fit, { ...before, ...(mold ? { mold } : {}), by: `workflow(${before.by})` }, `${label}'s fit`, inner);
}

/** What a workflow does to the columns before the model has them, by hardhat's blueprint. */
function preprocess(pre: RValue | undefined, label: string): Preprocessed {
  const mold = pre && element(pre, 'mold');
  const blueprint = mold && element(mold, 'blueprint');
  if (!blueprint) throw new ModelError(`${label}'s mold`, 'nothing', 'a workflow after fit(), with its blueprint');
  const classes = classOf(blueprint);
  const recipe = element(blueprint, 'recipe');
  const prototypes = element(blueprint, 'ptypes');
  const known = {
    texts: trainingLevels(recipe, `${label}'s recipe`),
    training: templateOf(pre),
    allowsNew: flag(blueprint, 'allow_novel_levels', false),
  };
  const predictors = prototypes && element(prototypes, 'predictors');
  const others = recipe ? columnsOfOtherRoles(blueprint, predictors, recipe, known, label) : undefined;
  const raw = rawColumns(others ?? predictors, known, label);
  const frame = new Frame(raw.columns, label);
  if (classes.includes('recipe_blueprint')) {
    if (!recipe) throw new ModelError(`${label}'s recipe`, 'nothing', 'a trained recipe');
    const pipeline = readRecipe(recipe, frame, `${label}'s recipe`, RECIPE_STEPS);
    checkPredictors(frame, predictorsOf(recipe, `${label}'s recipe`), `${label}'s recipe`);
    const made = pipeline.some(({ skipped }) => skipped) ? undefined : element(mold, 'predictors');
    const isProved = proveSteps(frame, raw.features, known.training, made, `${label}'s recipe`);
    if (!isProved && frame.unproved !== undefined)
      throw new ModelError(
        frame.unproved.label,
        frame.unproved.found,
        `a workflow with its training data (not butchered, no step skipped), which proves what it does${frame.unproved.help}`,
      );
    return { raw, frame, by: 'recipe', pipeline };
  }
  if (classes.includes('formula_blueprint')) {
    const terms = element(blueprint, 'terms');
    const kept = indicatorsOf(blueprint, label);
    applyFormula(frame, readTerms(terms && element(terms, 'predictors'), `${label}'s terms`), kept, `${label}'s formula`);
    return { raw, frame, by: 'formula', pipeline: [describeStep('formula', raw.columns, frame.columns)] };
  }
  if (classes.includes('xy_blueprint')) return { raw, frame, by: 'variables' };
  throw new ModelError(`${label}'s blueprint`, classes[0] ?? typeOf(blueprint), 'a recipe, a formula or variables');
}

/** The training data that an untrained recipe carries. */
function templateOf(pre: RValue): RValue | undefined {
  const actions = element(pre, 'actions');
  const action = actions && element(actions, 'recipe');
  const recipe = action && element(action, 'recipe');
  return recipe && element(recipe, 'template');
}

/** A model of parsnip that was fitted without a workflow. */
export function readModelFit(value: RValue, label: string, inner: Inner): Imported {
  const preproc = element(value, 'preproc');
  const terms = preproc && element(preproc, 'terms');
  if (terms) return fitted(value, { ...termsColumns(preproc, terms, label), by: 'parsnip' }, label, inner);
  return fitted(value, undefined, label, inner);
}

/** The raw columns of parsnip's formula. */
function termsColumns(preproc: RValue, terms: RValue, label: string): { raw: RawColumns; frame: Frame } {
  const raw = columnsOfTerms(readTerms(terms, `${label}'s terms`), element(preproc, 'xlevels'), label);
  return { raw, frame: new Frame(raw.columns, label) };
}

/** The engine's model behind the columns of a pipeline, with parsnip's answers. Without a pipeline it takes the model's columns. */
function fitted(fit: RValue, before: Preprocessed | undefined, label: string, inner: Inner): Imported {
  const found = element(fit, 'fit');
  if (!found) throw new ModelError(`${label}'s fit`, 'nothing', "the engine's model");
  const spec = element(fit, 'spec');
  const mode = textOf(spec && element(spec, 'mode'), `${label}'s mode`);
  const levels = levelsOfFit(fit, label);
  const engine = atPenalty(asParsnip(inner(found, `${label}'s model`), found), spec, levels, label);
  const preproc = element(fit, 'preproc');
  const terms = preproc && element(preproc, 'terms');
  if (before && terms) {
    const kept = indicatorsOf(element(preproc, 'options'), label);
    applyFormula(before.frame, readTerms(terms, `${label}'s terms`), kept, `${label}'s formula`);
  }
  const steps = before ? connect(before.frame, engine, label) : engine.steps;
  const features = before?.raw.features ?? engine.schema.features;
  const answers = answersOf(engine, { mode, levels, eventFirst: isEventFirst(fit, engine, before?.mold, label) }, features, label);
  const model = { body: engine.body, ...(steps && steps.length > 0 ? { steps } : {}), ...answers };
  return {
    ...model,
    schema: before ? withMissing(model, label) : { ...model.schema, takesMissing: engine.schema.takesMissing },
    ...(before?.pipeline && before.pipeline.length > 0 ? { pipeline: before.pipeline } : {}),
    call: before ? `${before.by}: ${engine.call}` : engine.call,
    ...(engine.version === undefined ? {} : { version: engine.version }),
    ...(engine.intervalParts ? { intervalParts: engine.intervalParts } : {}),
    ...(engine.cover ? { cover: engine.cover } : {}),
    ...(engine.means ? { means: engine.means } : {}),
    ...(before || !engine.others ? {} : { others: engine.others }),
  };
}

function levelsOfFit(fit: RValue, label: string): string[] | undefined {
  const levels = element(fit, 'lvl');
  return levels ? textsOf(levels, `${label}'s lvl`) : undefined;
}

/** tune's last_fit(): the workflow that it fitted. */
export function lastFitWorkflow(value: RValue, label: string): RValue {
  const workflows = element(value, '.workflow');
  const [workflow] = workflows ? listOf(workflows, `${label}'s .workflow`) : [];
  if (workflow) return workflow;
  throw new ModelError(label, 'a last_fit without its workflow', 'one made by tune 0.1.3 or newer, or extract_workflow(fit)');
}
