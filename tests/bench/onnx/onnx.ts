import { type Forest, treeCount } from '../../../shared/bodies/forest/forest.ts';
import type { Schema } from '../../../shared/schema/features.ts';

/*
 * A forest as an ONNX model: one TreeEnsembleRegressor (means, shares and hazards are averaged) or TreeEnsembleClassifier
 * (votes are counted). Thresholds and leaves are 32-bit floats there, as is its input: its answers are not R's.
 * The numbers are the fields of onnx.proto; repeated numbers are packed.
 */
const ATTRIBUTE = { int: 2, string: 3, floats: 6, ints: 7, strings: 8 } as const;
const FLOAT = 1;
const INT64 = 7;

/** Protocol buffers, as far as this needs them: a message's fields, one after another. */
class Message {
  #bytes = Buffer.allocUnsafe(256);
  #length = 0;

  get bytes(): Buffer {
    return this.#bytes.subarray(0, this.#length);
  }

  /** A field with a whole number. */
  int(field: number, value: number): this {
    return this.#varint(field * 8).#varint(value);
  }

  /** A field with a text, bytes or a message. */
  add(field: number, part: string | Uint8Array | Message): this {
    const bytes = typeof part === 'string' ? Buffer.from(part) : part instanceof Message ? part.bytes : part;
    return this.#varint(field * 8 + 2)
      .#varint(bytes.length)
      .raw(bytes);
  }

  /** A field with packed whole numbers. */
  ints(field: number, values: Iterable<number>): this {
    const packed = new Message();
    for (const value of values) packed.#varint(value);
    return this.add(field, packed);
  }

  /** Bytes that are whole fields already. */
  raw(bytes: Uint8Array): this {
    this.#room(bytes.length);
    this.#bytes.set(bytes, this.#length);
    this.#length += bytes.length;
    return this;
  }

  #varint(value: number): this {
    this.#room(10);
    let rest = value;
    for (; rest > 127; rest = Math.floor(rest / 128)) {
      this.#bytes[this.#length] = (rest % 128) + 128;
      this.#length += 1;
    }
    this.#bytes[this.#length] = rest;
    this.#length += 1;
    return this;
  }

  #room(more: number): void {
    if (this.#length + more <= this.#bytes.length) return;
    const larger = Buffer.allocUnsafe(Math.max(2 * this.#bytes.length, this.#length + more));
    larger.set(this.bytes);
    this.#bytes = larger;
  }
}

/** The bytes of an ONNX model of a forest. Throws where it splits by sets of levels, which ONNX's trees cannot. */
export function toOnnx(schema: Schema, forest: Forest): Uint8Array {
  if (forest.partitioned.includes(1)) throw new Error('its splits by sets of levels have no form in ONNX');
  const votes = schema.kind === 'classification';
  const node = new Message()
    .add(1, 'rows')
    .add(4, votes ? 'TreeEnsembleClassifier' : 'TreeEnsembleRegressor')
    .add(7, 'ai.onnx.ml');
  if (votes) node.add(2, 'class');
  node.add(2, 'out');
  const width = votes ? (schema.classes?.length ?? 0) : forest.width;
  for (const attribute of [...nodeAttributes(forest), ...leafAttributes(forest, votes, width)]) node.add(5, attribute);
  const graph = new Message()
    .add(1, node)
    .add(2, 'forest')
    .add(11, tensorInfo('rows', FLOAT, [-1, schema.features.length]));
  if (votes) graph.add(12, tensorInfo('class', INT64, [-1]));
  graph.add(12, tensorInfo('out', FLOAT, [-1, width]));
  const opset = (domain: string, version: number) => new Message().add(1, domain).int(2, version);
  return new Message().int(1, 8).add(2, 'canopy').add(7, graph).add(8, opset('', 17)).add(8, opset('ai.onnx.ml', 3)).bytes;
}

function nodeAttributes({ roots, left, right, feature, threshold }: Forest): Message[] {
  const trees = new Uint32Array(left.length);
  const ids = new Uint32Array(left.length);
  const [yes, no] = [new Uint32Array(left.length), new Uint32Array(left.length)];
  const modes = new Message();
  for (let tree = 0; tree + 1 < roots.length; tree += 1) {
    const root = roots[tree]!;
    for (let node = root; node < roots[tree + 1]!; node += 1) {
      const isLeaf = left[node] === 0;
      trees[node] = tree;
      ids[node] = node - root;
      yes[node] = isLeaf ? 0 : left[node]! - root;
      no[node] = isLeaf ? 0 : right[node]! - root;
      modes.add(9, isLeaf ? 'LEAF' : 'BRANCH_LEQ');
    }
  }
  const lists = { nodes_treeids: trees, nodes_nodeids: ids, nodes_featureids: feature, nodes_truenodeids: yes, nodes_falsenodeids: no };
  return [
    ...Object.entries(lists).map(([name, values]) => ints(name, values)),
    floats('nodes_values', Float32Array.from(threshold)),
    new Message().add(1, 'nodes_modes').raw(modes.bytes).int(20, ATTRIBUTE.strings),
  ];
}

function leafAttributes(forest: Forest, votes: boolean, width: number): Message[] {
  const { roots, left, right, leaves } = forest;
  const each = votes ? 1 : width;
  const count = left.reduce((sum, child) => sum + (child === 0 ? each : 0), 0);
  const [trees, nodes, targets] = [new Uint32Array(count), new Uint32Array(count), new Uint32Array(count)];
  const weights = new Float32Array(count);
  let at = 0;
  for (let tree = 0; tree < treeCount(forest); tree += 1) {
    const root = roots[tree]!;
    for (let node = root; node < roots[tree + 1]!; node += 1) {
      if (left[node] !== 0) continue;
      for (let k = 0; k < each; k += 1, at += 1) {
        const leaf = leaves[right[node]! * each + k]!;
        [trees[at], nodes[at], targets[at], weights[at]] = [tree, node - root, votes ? leaf : k, votes ? 1 : leaf];
      }
    }
  }
  const kind = votes ? 'class' : 'target';
  const lists = { [`${kind}_treeids`]: trees, [`${kind}_nodeids`]: nodes, [`${kind}_ids`]: targets };
  const all = [...Object.entries(lists).map(([name, values]) => ints(name, values)), floats(`${kind}_weights`, weights)];
  if (votes) return [...all, ints('classlabels_int64s', Array(width).keys())];
  return [
    ...all,
    new Message().add(1, 'n_targets').int(3, width).int(20, ATTRIBUTE.int),
    new Message().add(1, 'aggregate_function').add(4, 'AVERAGE').int(20, ATTRIBUTE.string),
  ];
}

function ints(name: string, values: Iterable<number>): Message {
  return new Message().add(1, name).ints(8, values).int(20, ATTRIBUTE.ints);
}

function floats(name: string, values: Float32Array): Message {
  return new Message().add(1, name).add(7, new Uint8Array(values.buffer)).int(20, ATTRIBUTE.floats);
}

/** The name, element type and sides of an input or output; -1 is any number of rows. */
function tensorInfo(name: string, type: number, sides: number[]): Message {
  const shape = new Message();
  for (const side of sides) shape.add(1, side < 0 ? new Message().add(2, 'n') : new Message().int(1, side));
  return new Message().add(1, name).add(2, new Message().add(1, new Message().int(1, type).add(2, shape)));
}
