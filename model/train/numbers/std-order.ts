/*
 * libstdc++'s std::sort of indices by their values (bits/stl_algo.h, bits/stl_heap.h), move for move: it is not stable, and
 * the order in which it leaves equal values is part of ranger's results. And the order of std::unordered_map<double, ...>
 * (bits/hashtable.h, bits/hash_bytes.cc), which ranger walks over to find the classes that tie.
 */
const THRESHOLD = 16;

/** ranger's order(): the places of the values, ascending, as std::sort leaves them. For the descending order give the values with the other sign. */
export function stdOrder(values: Float64Array): Uint32Array {
  const list = Uint32Array.from({ length: values.length }, (_, at) => at);
  if (list.length < 2) return list;
  introsort(list, 0, list.length, 2 * (31 - Math.clz32(list.length)), values);
  if (list.length <= THRESHOLD) {
    insertionSort(list, 0, list.length, values);
    return list;
  }
  insertionSort(list, 0, THRESHOLD, values);
  for (let at = THRESHOLD; at < list.length; at += 1) insertUnguarded(list, at, values);
  return list;
}

function swap(list: Uint32Array, one: number, other: number): void {
  const kept = list[one]!;
  list[one] = list[other]!;
  list[other] = kept;
}

function introsort(list: Uint32Array, start: number, end: number, depth: number, values: Float64Array): void {
  let last = end;
  let left = depth;
  while (last - start > THRESHOLD) {
    if (left === 0) {
      heapSort(list, start, last, values);
      return;
    }
    left -= 1;
    const middle = start + ((last - start) >> 1);
    medianToFirst(list, start, start + 1, middle, last - 1, values);
    const cut = partition(list, start + 1, last, start, values);
    introsort(list, cut, last, left, values);
    last = cut;
  }
}

function medianToFirst(list: Uint32Array, result: number, a: number, b: number, c: number, values: Float64Array): void {
  const [x, y, z] = [list[a]!, list[b]!, list[c]!];
  if (values[x]! < values[y]!) {
    if (values[y]! < values[z]!) swap(list, result, b);
    else swap(list, result, values[x]! < values[z]! ? c : a);
  } else if (values[x]! < values[z]!) swap(list, result, a);
  else swap(list, result, values[y]! < values[z]! ? c : b);
}

function partition(list: Uint32Array, start: number, end: number, pivot: number, values: Float64Array): number {
  let [low, high] = [start, end];
  const value = list[pivot]!;
  for (;;) {
    while (values[list[low]!]! < values[value]!) low += 1;
    high -= 1;
    while (values[value]! < values[list[high]!]!) high -= 1;
    if (low >= high) return low;
    swap(list, low, high);
    low += 1;
  }
}

function insertionSort(list: Uint32Array, start: number, end: number, values: Float64Array): void {
  for (let at = start + 1; at < end; at += 1) {
    const value = list[at]!;
    if (values[value]! < values[list[start]!]!) {
      list.copyWithin(start + 1, start, at);
      list[start] = value;
    } else insertUnguarded(list, at, values);
  }
}

function insertUnguarded(list: Uint32Array, from: number, values: Float64Array): void {
  const value = list[from]!;
  let at = from;
  while (values[value]! < values[list[at - 1]!]!) {
    list[at] = list[at - 1]!;
    at -= 1;
  }
  list[at] = value;
}

/** std::partial_sort of the whole range: make_heap, then sort_heap. */
function heapSort(list: Uint32Array, start: number, end: number, values: Float64Array): void {
  const length = end - start;
  for (let parent = (length - 2) >> 1; parent >= 0; parent -= 1) adjustHeap(list, start, parent, length, list[start + parent]!, values);
  for (let last = end - 1; last > start; last -= 1) {
    const value = list[last]!;
    list[last] = list[start]!;
    adjustHeap(list, start, 0, last - start, value, values);
  }
}

function adjustHeap(list: Uint32Array, start: number, hole: number, length: number, value: number, values: Float64Array): void {
  let at = hole;
  let child = hole;
  while (child < (length - 1) >> 1) {
    child = 2 * (child + 1);
    if (values[list[start + child]!]! < values[list[start + child - 1]!]!) child -= 1;
    list[start + at] = list[start + child]!;
    at = child;
  }
  if (length % 2 === 0 && child === (length - 2) >> 1) {
    child = 2 * (child + 1);
    list[start + at] = list[start + child - 1]!;
    at = child - 1;
  }
  let parent = (at - 1) >> 1;
  while (at > hole && values[list[start + parent]!]! < values[value]!) {
    list[start + at] = list[start + parent]!;
    at = parent;
    parent = (at - 1) >> 1;
  }
  list[start + at] = value;
}

/** Sizes that a libstdc++ hash table grows through from empty; the next one follows when as many elements are in. */
const BUCKETS = [13, 29, 59, 127, 257, 541, 1109, 2357, 5087, 10273, 20753, 42043, 85229];

/** std::hash<double>: 0 for both zeros, else MurmurHash2 (64 bits) of the double's bytes. */
function hashOf(value: number): bigint {
  if (value === 0) return 0n;
  const mask = 0xffffffffffffffffn;
  const multiplier = 0xc6a4a7935bd1e995n;
  const view = new DataView(new ArrayBuffer(8));
  view.setFloat64(0, value);
  const mix = (word: bigint) => word ^ (word >> 47n);
  const data = (mix((view.getBigUint64(0) * multiplier) & mask) * multiplier) & mask;
  let hash = (0xc70f6907n ^ ((8n * multiplier) & mask)) & mask;
  hash = ((hash ^ data) * multiplier) & mask;
  hash = (mix(hash) * multiplier) & mask;
  return mix(hash);
}

/** The keys of a std::unordered_map<double, ...> in the order it is walked over, after they were put in, in this order. */
export class HashOrder {
  readonly #hashes = new Map<number, bigint>();

  walk(inserted: number[]): number[] {
    let list: number[] = [];
    let grown = 0;
    for (const key of inserted) {
      if (list.length === (grown === 0 ? 0 : BUCKETS[grown - 1])) {
        grown += 1;
        list = list.reduce((moved: number[], old) => this.#insert(moved, old, BUCKETS[grown - 1]!), []);
      }
      list = this.#insert(list, key, BUCKETS[grown - 1]!);
    }
    return list;
  }

  /** Puts a key before the others of its bucket, or before all where the bucket is empty. */
  #insert(list: number[], key: number, buckets: number): number[] {
    const bucket = this.#bucket(key, buckets);
    const at = list.findIndex((other) => this.#bucket(other, buckets) === bucket);
    list.splice(at === -1 ? 0 : at, 0, key);
    return list;
  }

  #bucket(key: number, buckets: number): number {
    let hash = this.#hashes.get(key);
    if (hash === undefined) {
      hash = hashOf(key);
      this.#hashes.set(key, hash);
    }
    return Number(hash % BigInt(buckets));
  }
}
