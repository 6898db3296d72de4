import { gzipSync, zstdCompressSync } from 'node:zlib';
import { describe, expect, test } from '@jest/globals';
import { readRds } from '../../../model/rds/rds.ts';
import { ModelError } from '../../../shared/errors.ts';

/** The first local file of a zip archive. */
const zip = (name: string) =>
  Buffer.concat([Buffer.from('PK\x03\x04'), Buffer.alloc(22), Buffer.from([name.length, 0, 0, 0]), Buffer.from(name)]);
const latin1 = (text: string) => Buffer.from(text, 'latin1');

const FILES: [kind: string, bytes: Buffer][] = [
  ['a CSV', Buffer.from('age,bp\n63,145\n')],
  ['a CSV', Buffer.from('\ufeffage;bp\r\n63,5;145\r\n')],
  ['a table of tabs', Buffer.from('age\tbp\n63\t145\n')],
  ['a Parquet file', latin1('PAR1\x15\x00')],
  ['a Feather (Arrow) file', latin1('ARROW1\0\0')],
  ['a Feather file', latin1('FEA1\0\0\0\0')],
  ['a file of the package qs', latin1('\x0b\x0e\x0a\x0c\x01')],
  ['a file of the package qs2', latin1('\x0b\x0e\x0a\xc1\x01')],
  ['an MLflow model', zip('model/MLmodel')],
  ['a PyTorch model', zip('archive/data.pkl')],
  ['an Excel workbook', zip('xl/workbook.xml')],
  ['a zip archive with an R file in it', zip('model.RDS')],
  ['a zip archive', zip('notes')],
  ['an HTML page', Buffer.from('\n<!DOCTYPE html><html><body>Sign in</body></html>')],
  ['a PMML file', Buffer.from('<?xml version="1.0"?>\n<PMML version="4.4">')],
  ['a pointer of git-lfs', Buffer.from('version https://git-lfs.github.com/spec/v1\noid sha256:0\nsize 1\n')],
  ["the text of R's dput()", Buffer.from('structure(list(coefficients = c(1, 2)), class = "lm")')],
  ['an R script', Buffer.from('# fit\nm <- lm(y ~ x, d)\n')],
  ['an R script', Buffer.from('library(ranger)\nranger(y ~ x, d)\n')],
  ['a pickle of Python (joblib', latin1('\x80\x04\x95csklearn.ensemble')],
  ['a pickle of Python', latin1('\x80\x03}q\x00.')],
  ['a pickle of Python with an XGBoost model', latin1('\x80\x04\x95\x10cxgboost.core\nBooster')],
  ['a pickle of Python with a LightGBM model', latin1('\x80\x04\x95\x10clightgbm.basic\nBooster')],
  ['a dump of XGBoost for people', Buffer.from('[\n  { "nodeid": 0, "depth": 0, "split": "f2" }]')],
  ['a dump of XGBoost for people', Buffer.from('booster[0]:\n0:[f2<2.45] yes=1,no=2,missing=1\n')],
  ['a dump of LightGBM for people', Buffer.from('{"name":"tree","version":"v4","num_class":1}')],
  ['an ONNX model', latin1('\x08\x08\x12\x07skl2onnx')],
  ['JSON', Buffer.from('{"model": 1}')],
  ['an XGBoost model (JSON)', Buffer.from('{"learner":{}}')],
  ['a LightGBM model', Buffer.from('tree\nversion=v3\n')],
  ['an HDF5 file', latin1('\x89HDF\r\n\x1a\n')],
  ['a NumPy file', latin1('\x93NUMPY\x01\x00')],
  ['a tar archive', Buffer.concat([Buffer.alloc(257), Buffer.from('ustar\0')])],
  ['an artifact', latin1('CANOPY\r\n')],
  ['gzip data in compressed data', gzipSync(gzipSync('X\n'))],
  ['gzip data that was read as text', Buffer.from('\x1f\ufffd\x08\0')],
  ['an R file whose line ends were changed', Buffer.from('X\r\n\0\0\0\x03')],
  ['gzip data in base64', Buffer.from('H4sIAAAAAAAAA')],
  ['the format "RDX1', Buffer.from('RDX1\n........')],
  ['a text in UTF-16', Buffer.from('\ufeffage,bp', 'utf16le')],
  ['a text', Buffer.from('hello there\n')],
  ['other bytes', Buffer.from([1, 2, 3, 4, 5])],
  ['an empty file', Buffer.alloc(0)],
  ['zstd data that', zstdCompressSync('X\n').subarray(0, 8)],
  ['gzip data that ends before its end', gzipSync('X\n'.repeat(1000)).subarray(0, 25)],
];

describe('a file of another kind is named by what it is', () => {
  test.each(FILES)('%s', (kind, bytes) => {
    expect(() => readRds(bytes, 'model.RDS')).toThrow(ModelError);
    expect(() => readRds(bytes, 'model.RDS')).toThrow(
      `model.RDS: found ${kind.startsWith('an MLflow') ? `a zip archive of ${kind}` : kind}`,
    );
  });

  test('the same inside a compression', () => {
    expect(() => readRds(gzipSync('age,bp\n63,145\n'), 'model.RDS')).toThrow('found a CSV');
  });
});
