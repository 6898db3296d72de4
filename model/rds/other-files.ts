/** What a file of another kind is, and what to do about it. */
export type OtherFile = { found: string; expected: string };

/** Bytes that are looked at: the start of a file, and for an archive the names in it. */
const START = 4096;
const ARCHIVE = 1 << 16;

const AN_R_FILE = 'an R file: saveRDS(model, file)';
const OF_PYTHON = `${AN_R_FILE}; a model of Python cannot be read`;
const OF_BOOSTER = 'the booster in its own format: in Python, booster.save_model("model.ubj") of XGBoost or ("model.txt") of LightGBM';
const BY_SAVE_MODEL = 'the model itself, which save_model() writes (lgb.save() or xgb.save() in R)';
const READ_IN_R = (reader: string) => `${AN_R_FILE}; in R: saveRDS(${reader}, "model.RDS")`;
const DATA = `${AN_R_FILE}; data goes to --data, or to the command train`;
const AGAIN = `${AN_R_FILE}; download it again`;

/** Files that start with certain bytes (as latin1). */
const STARTS: [start: string, found: string, expected: string][] = [
  ['PAR1', 'a Parquet file', DATA],
  ['ARROW1', 'a Feather (Arrow) file', DATA],
  ['FEA1', 'a Feather file', DATA],
  ['\x0b\x0e\x0a\x0c', 'a file of the package qs', READ_IN_R('qs::qread(file)')],
  ['\x0b\x0e\x0a\xc1', 'a file of the package qs2', READ_IN_R('qs2::qs_read(file)')],
  ['CANOPY\r\n', 'an artifact', 'the name to end in .canopy'],
  ['version https://git-lfs', 'a pointer of git-lfs, in place of the file', `${AN_R_FILE}: git lfs pull`],
  ['\x89HDF\r\n', 'an HDF5 file (Keras?)', OF_PYTHON],
  ['\x93NUMPY', 'a NumPy file', OF_PYTHON],
  ['SQLite format 3', 'a SQLite database', AN_R_FILE],
  ['CBM1', 'a CatBoost model', AN_R_FILE],
  ['tree\nversion=', 'a LightGBM model', AN_R_FILE],
  ['binf', 'an XGBoost model', AN_R_FILE],
  ['{L\0\0\0\0\0\0', 'an XGBoost model (UBJSON)', AN_R_FILE],
  ['%PDF', 'a PDF', AN_R_FILE],
  ['\x7fELF', 'a program', AN_R_FILE],
  ['\x89PNG', 'a picture', AN_R_FILE],
  ['\xff\xd8\xff', 'a picture', AN_R_FILE],
  ['7z\xbc\xaf', 'a 7z archive', `${AN_R_FILE}, unpacked`],
  ['\x1f\x8b', 'gzip data in compressed data', 'a file that is compressed once'],
  ['BZh', 'bzip2 data in compressed data', 'a file that is compressed once'],
  ['\xfd7zXZ', 'xz data in compressed data', 'a file that is compressed once'],
  ['\x1f\xef\xbf\xbd', 'gzip data that was read as text and written again', AGAIN],
  ['X\r\n', 'an R file whose line ends were changed', `${AN_R_FILE}; send it as binary, not as text`],
  ['H4sI', 'gzip data in base64', `${AN_R_FILE}, decoded`],
];

/** What a zip archive is by a name in it. */
const ZIPPED: [name: RegExp, found: string, expected: string][] = [
  [/\bMLmodel\b/, 'a zip archive of an MLflow model', OF_PYTHON],
  [/\/data\.pkl\b|\bconstants\.pkl\b/, 'a PyTorch model', OF_PYTHON],
  [/\bxl\/|\[Content_Types\]\.xml/, 'an Excel workbook (or another Office file)', DATA],
  [/\bmodel\.ini\b/, 'an H2O model (MOJO)', AN_R_FILE],
  [/\bmodel\.weights\.h5\b|\bconfig\.json\b/, 'a Keras model', OF_PYTHON],
  [/\.npy\b/, 'a NumPy archive', OF_PYTHON],
  [/\.(?:RDS|rds|Rds)\b/, 'a zip archive with an R file in it', `${AN_R_FILE}, unpacked`],
];

/** Texts of another kind, by how they start. Each pattern is anchored and takes a character in one way only. */
const TEXTS: [start: RegExp, found: string, expected: string][] = [
  [/^<(?:!doctype html|html|head|body)\b/i, 'an HTML page (of an error, or a login?)', AGAIN],
  [/^<\?xml[^<]*<PMML\b/, 'a PMML file', AN_R_FILE],
  [/^</, 'XML', AGAIN],
  [/^\[\s{0,9}\{\s{0,9}"nodeid"|^booster\[0\]:/, 'a dump of XGBoost for people', BY_SAVE_MODEL],
  [/^\{\s{0,9}"name":\s?"tree"/, 'a dump of LightGBM for people', BY_SAVE_MODEL],
  [/^\{"learner"/, 'an XGBoost model (JSON)', AN_R_FILE],
  [/^[[{]/, 'JSON', AN_R_FILE],
  [/^(?:structure|list|new|c)\(/, "the text of R's dput()", READ_IN_R('dget(file)')],
  [/^#!/, 'a script', AN_R_FILE],
  [/^(?:library|require|source|setwd|suppressPackageStartupMessages)\(/, 'an R script', `${AN_R_FILE} that it makes`],
];

/**
 * What the bytes are that are no R serialization, by how they start: another format of models, of data or of text. `undefined`
 * where nothing is known of them.
 */
export function describeOther(bytes: Uint8Array): OtherFile | undefined {
  const latin1 = (most: number) => Buffer.from(bytes.subarray(0, most)).toString('latin1');
  const start = latin1(START);
  const known = STARTS.find(([bytes]) => start.startsWith(bytes));
  if (known) return { found: known[1], expected: known[2] };
  if (start.startsWith('PK\x03\x04')) return zipped(latin1(ARCHIVE));
  const within = (at: number, least: number, most: number) => bytes[at] !== undefined && bytes[at] >= least && bytes[at] <= most;
  if (bytes[0] === 0x80 && within(1, 2, 5)) {
    const booster = /xgboost|lightgbm/.exec(start);
    if (booster)
      return { found: `a pickle of Python with ${booster[0] === 'xgboost' ? 'an XGBoost' : 'a LightGBM'} model`, expected: OF_BOOSTER };
    const isJoblib = /joblib|sklearn/.test(start);
    return { found: isJoblib ? 'a pickle of Python (joblib, scikit-learn?)' : 'a pickle of Python', expected: OF_PYTHON };
  }
  // A protobuf whose first field is a small version and whose second is the text of who made it.
  if (bytes[0] === 8 && within(1, 1, 16) && bytes[2] === 0x12 && within(3, 1, 64) && within(4, 0x20, 0x7e))
    return { found: 'an ONNX model', expected: `${AN_R_FILE}, or ${OF_BOOSTER}` };
  if (start.slice(257, 262) === 'ustar') return { found: 'a tar archive', expected: `${AN_R_FILE}, unpacked` };
  if (bytes[0] === 0 && bytes[4] === 0x78 && [0x01, 0x5e, 0x9c, 0xda].includes(bytes[5] ?? 0))
    return { found: 'a part of a database of R (.rdb)', expected: AN_R_FILE };
  if (start.startsWith('\xff\xfe') || start.startsWith('\xfe\xff')) return { found: 'a text in UTF-16', expected: AN_R_FILE };
  // The last character may be cut in two.
  return describeText(
    Buffer.from(bytes.subarray(0, START))
      .toString('utf8')
      .replace(/\ufffd{1,3}$/, ''),
  );
}

function zipped(text: string): OtherFile {
  const known = ZIPPED.find(([name]) => name.test(text));
  return known ? { found: known[1], expected: known[2] } : { found: 'a zip archive', expected: `${AN_R_FILE}, unpacked` };
}

function describeText(given: string): OtherFile | undefined {
  const text = given.replace(/^\ufeff/, '').trimStart();
  // No text has control characters but those that part its words and lines, or bytes that are not UTF-8.
  const isText = text !== '' && !text.includes('\ufffd') && !/(?![\t\n\v\f\r])\p{Cc}/u.test(text);
  if (!isText) return undefined;
  const known = TEXTS.find(([start]) => start.test(text));
  if (known) return { found: known[1], expected: known[2] };
  const [first = ''] = text.split('\n', 1);
  if (/<-|function\(/.test(text)) return { found: 'an R script', expected: `${AN_R_FILE} that it makes` };
  const separator = [',', ';', '\t'].find((one) => first.includes(one));
  if (separator) return { found: separator === '\t' ? 'a table of tabs' : 'a CSV', expected: DATA };
  return { found: 'a text', expected: AN_R_FILE };
}
