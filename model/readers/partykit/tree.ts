import type { Outcome } from '../../../shared/bodies/outcome.ts';
import type { Rpart } from '../../../shared/bodies/rpart/predict.ts';
import { ModelError } from '../../../shared/errors.ts';
import type { Expression } from '../../../shared/expressions/expressions.ts';
import type { Level, Schema } from '../../../shared/schema/features.ts';
import { dataColumns } from '../../formula/data-columns.ts';
import { deparse } from '../../formula/deparse.ts';
import { FormulaReader } from '../../formula/formula.ts';
import { readTerms, type Variable } from '../../formula/terms.ts';
import { attributesOf, classOf, element, levelsOf, listOf, numbersOf, type RValue, textsOf } from '../../rds/values.ts';
import { Growing } from '../growing-nodes.ts';
import type { Imported } from '../reader.ts';
import { keepSplits, type Split } from '../rpart/rpart.ts';
import { type Leaves, readLeaves } from './leaves.ts';
import { missingWay, readSplit, type SplitInput } from './splits.ts';

const MAX_NODES = 1_000_000;
/** Most answers of all nodes: a file has a class once, however many nodes have a share of it. */
const MAX_ANSWERS = 2 ** 25;
const MAX_INPUTS = 65_535;

/**
 * A constparty as a schema, what its inputs are of a row where they are computed, and a tree. With `isComplete` a row in which an input
 * comes out missing has no answer.
 */
export type PartyModel = Omit<Imported, 'body'> & { rpart: Rpart; inputs?: Expression[]; isComplete: boolean };

/**
 * Turns what partykit's `ctree()` returned, or another tree as `as.party()` has it, into a tree (partykit, R/party.R). Where R draws the way
 * of a missing value, or of a level that a split has not seen, a row has no answer. Throws a ModelError that names what is not served.
 */
export function readParty(value: RValue, label: string): PartyModel {
  const leaves = readLeaves(value, label);
  const { classes } = leaves;
  const { reader, inputs, places, computed, others } = readInputs(value, label);
  const { rpart, isSure } = readNodes(value, leaves, places, label);
  // Where a split is of what the formula computes, R's predict() leaves out a row that lacks a value, be it of another variable. Else it
  // computes nothing.
  const isComplete = rpart.input.some((input) => computed.has(input));
  const takesMissing = isSure && !isComplete;
  const { features } = reader;
  const isPlain =
    inputs.length === features.length && inputs.every((one, place) => typeof one === 'object' && 'feature' in one && one.feature === place);
  const shared = { features, takesMissing, ...(classes ? { classes } : {}) };
  const schema: Schema = classes
    ? { kind: 'classification', ...shared, types: ['class', 'prob'] }
    : { kind: 'regression', ...shared, types: ['response'] };
  const outcome: Outcome = classes
    ? {
        body: { kind: 'probability', classes, takesMissing, types: ['prob', 'class'] },
        types: { class: { of: 'class', by: 'same' }, prob: { of: 'prob', by: 'same' } },
        places: classes.map((_, at) => at),
      }
    : { body: { kind: 'regression', takesMissing, types: ['vector'] }, types: { response: { of: 'vector', by: 'same' } }, places: [] };
  const info = element(value, 'info');
  const call = info && element(info, 'call');
  return {
    ...{ schema, outcome, rpart, others, isClassed: true, read: reader.read, call: call?.type === 'language' ? deparse(call) : 'ctree' },
    ...{ isComplete, ...(isPlain ? {} : { inputs }) },
  };
}

/** The variables of the formula as columns, and each by its place in the data that the tree keeps. */
function readInputs(value: RValue, label: string) {
  const data = element(value, 'data');
  const names = data ? textsOf(attributesOf(data).get('names'), `${label}'s names of data`) : [];
  if (!data || names.length > MAX_INPUTS) throw new ModelError(`${label}'s data`, `${names.length} columns`, `1 to ${MAX_INPUTS}`);
  const read = readTerms(element(value, 'terms'), `${label}'s terms`);
  const info = element(value, 'info');
  const levels = new Map<string, Level[]>();
  const unspaced = (text: string) => text.replaceAll(' ', '');
  const named = new Map(names.map((name) => [unspaced(name), name]));
  const placeOf = new Map(names.map((name, at) => [name, at] as const).reverse());
  const variables = read.variables.map((variable): Variable => {
    // The terms may say factor(i%%3) where the data has factor(i%%3L), and `a b` where it has a b.
    const { source } = variable;
    const written = source.type === 'symbol' ? source.name : (named.get(unspaced(deparse(source))) ?? deparse(source));
    const name = placeOf.has(variable.name) ? variable.name : written;
    const column = element(data, name);
    if (!column) throw new ModelError(`${label}'s data`, `no column ${name}`, 'one for each variable');
    const [kind] = classOf(column);
    if (kind === 'factor' || kind === 'ordered')
      levels.set(name, levelsOf(attributesOf(column).get('levels'), `${label}'s levels of ${name}`));
    else if (column.type !== 'double' && column.type !== 'integer' && column.type !== 'logical')
      throw new ModelError(`${label}'s data`, `the column ${name} of ${column.type}`, 'numbers, logicals and factors');
    const isLogical = kind === undefined && column.type === 'logical';
    return { ...variable, name, kind: isLogical ? 'logical' : kind === undefined ? 'numeric' : levels.has(name) ? kind : 'other' };
  });
  const call = info && element(info, 'call');
  const terms = { ...read, variables, data: dataColumns(call, read.environment) };
  const reader = new FormulaReader(terms, levels, `${label}'s formula`);
  const places = new Map<number, SplitInput>();
  const computed = new Set<number>();
  const inputs = variables.flatMap((variable, at): Expression[] => {
    if (!terms.factors.some((pattern) => pattern[at]! > 0)) return [];
    const known = levels.get(variable.name);
    const columns = known ? [reader.category(variable, known)] : reader.columns(variable);
    if (columns.length !== 1)
      throw new ModelError(`${label}'s formula`, `${variable.name} of ${columns.length} columns`, 'variables of one column');
    if (variable.value.type !== 'symbol') computed.add(places.size);
    places.set((placeOf.get(variable.name) ?? -1) + 1, { input: places.size, levels: known });
    return columns;
  });
  if (reader.features.length === 0) throw new ModelError(label, 'no features', 'at least one');
  const others = variables.flatMap(({ value: of, kind }) => (of.type === 'symbol' && kind === 'other' ? [of.name] : []));
  return { reader, inputs, places, computed, others };
}

type Nodes = { left: number[]; right: number[]; first: number[]; counts: number[]; majority: number[]; places: number[] };

/** The nodes in the order in which R numbers them, which is a parent before its children. */
function readNodes(value: RValue, { classes, answersOf }: Leaves, inputs: ReadonlyMap<number, SplitInput>, label: string) {
  const width = classes?.length ?? 1;
  const nodes: Nodes = { left: [], right: [], first: [], counts: [], majority: [], places: [] };
  const values = new Growing(Float64Array);
  const splits: Split[] = [];
  // The parent, and whether the node is its left child.
  const open: { node: RValue; parent: number; isLeft: boolean }[] = [{ node: element(value, 'node') as RValue, parent: -1, isLeft: true }];
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    const { node, parent, isLeft } = next;
    const place = nodes.left.length;
    if (place >= MAX_NODES) throw new ModelError(label, 'too many nodes', `at most ${MAX_NODES}`);
    if ((place + 1) * width > MAX_ANSWERS)
      throw new ModelError(label, `more than ${place} nodes of ${width} classes`, `at most ${MAX_ANSWERS} shares`);
    if (node?.type !== 'list') throw new ModelError(`${label}'s node`, 'no node', "partykit's partynode");
    if (parent >= 0) (isLeft ? nodes.left : nodes.right)[parent] = place;
    const [id] = numbersOf(element(node, 'id'), `${label}'s id of a node`);
    const where = `${label}, node ${id}`;
    const kids = element(node, 'kids');
    const own = kids ? undefined : answersOf(id ?? -1);
    if (!kids && !own) throw new ModelError(where, 'a leaf without training rows', 'a row for each leaf');
    const answers = own ?? new Float64Array(width).fill(Number.NaN);
    for (const answer of answers) values.push(answer);
    const most = answers.reduce((greatest, one) => Math.max(greatest, one), Number.NEGATIVE_INFINITY);
    nodes.places.push(own ? Math.max(0, own.indexOf(most)) : 0);
    for (const list of [nodes.left, nodes.right, nodes.counts, nodes.majority]) list.push(0);
    nodes.first.push(splits.length);
    if (!kids) continue;
    const [left, right, ...more] = listOf(kids, `${where}'s kids`);
    const split = element(node, 'split');
    if (!left || !right || more.length > 0 || !split)
      throw new ModelError(where, `${more.length + 2} ways`, 'two: a tree with multiway = FALSE');
    const surrogates = element(node, 'surrogates');
    const all = [split, ...(surrogates ? listOf(surrogates, `${where}'s surrogates`) : [])];
    for (const one of all) splits.push(readSplit(one, inputs, where));
    nodes.counts[place] = all.length;
    nodes.majority[place] = missingWay(split, where);
    open.push({ node: right, parent: place, isLeft: false }, { node: left, parent: place, isLeft: true });
  }
  const rpart: Rpart = {
    ...{ left: Uint32Array.from(nodes.left), right: Uint32Array.from(nodes.right), first: Uint32Array.from(nodes.first) },
    ...{ splits: Uint32Array.from(nodes.counts), majority: Uint8Array.from(nodes.majority), ...keepSplits(splits) },
    ...{ values: values.take(), width, ...(classes ? { places: Uint32Array.from(nodes.places) } : {}) },
  };
  const isSure = nodes.left.some((left, at) => left !== 0 && (nodes.majority[at] !== 0 || nodes.counts[at]! > 1));
  return { rpart, isSure };
}
